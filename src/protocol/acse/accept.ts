// The acceptor's answer to an A-ASSOCIATE-RQ. PS3.8 7.1.1.7-7.1.1.14, 9.3.3, 9.3.4; PS3.7 Annex D.3.3.
//
// We perform and never invoke: SCP only. What we do not speak (extended negotiation, user identity) stays unanswered, which the
// standard reads as "not supported".

import { isSameAETitle } from '../ae-title.ts';
import { IMPLICIT_VR_LE } from '../uids.ts';
import type {
  AAssociateAc,
  AAssociateRj,
  AAssociateRq,
  PresentationContextResult,
  ProposedPresentationContext,
  RoleSelection,
  UserInformation,
} from '../ul/pdu.ts';
import { APPLICATION_CONTEXT_NAME, PRESENTATION_CONTEXTS_MAX } from '../ul/pdu.ts';
import { isUID } from '../ul/values.ts';

export type ContextAnswer =
  | { readonly result: 0; readonly transferSyntax: string }
  /** PS3.8 Table 9-18: 1 user-rejection, 2 no-reason, 3 abstract syntax, 4 transfer syntaxes not supported. */
  | { readonly result: 1 | 2 | 3 | 4 };

export interface AcceptPolicy {
  /** Our AE title, if others are not to be answered. */
  readonly calledAETitle?: string;
  /** Pure; asked once per well-formed context. Must answer with one of the given transfer syntaxes. */
  accepts(abstractSyntax: string, transferSyntaxes: readonly string[]): ContextAnswer;
  /** What we announce (51H), in bytes; 0 = no limit. */
  readonly maximumLength: number;
  readonly implementationClassUID: string;
  readonly implementationVersionName: string;
}

const PROTOCOL_VERSION_1 = 1;

function reject(source: number, reason: number): AAssociateRj {
  return { type: 'A-ASSOCIATE-RJ', result: 1, source, reason };
}

function answerContext(context: ProposedPresentationContext, policy: AcceptPolicy): PresentationContextResult {
  const { presentationContextId, abstractSyntax } = context;
  // A name that is no UID names nothing that we know, and could not be sent back.
  const transferSyntaxes = context.transferSyntaxes.filter(isUID);
  // Not significant in a refusal, but its absence is known to upset requestors.
  const insignificant = transferSyntaxes[0] ?? IMPLICIT_VR_LE;
  if (presentationContextId % 2 === 0) return { presentationContextId, result: 2, transferSyntax: insignificant };
  if (!isUID(abstractSyntax)) return { presentationContextId, result: 3, transferSyntax: insignificant };
  if (transferSyntaxes.length === 0) return { presentationContextId, result: 4, transferSyntax: insignificant };
  const answer = policy.accepts(abstractSyntax, transferSyntaxes);
  if (answer.result !== 0) return { presentationContextId, result: answer.result, transferSyntax: insignificant };
  if (!transferSyntaxes.includes(answer.transferSyntax)) {
    throw new Error(`policy accepts ${answer.transferSyntax}, which was not proposed for ${abstractSyntax}`);
  }
  return { presentationContextId, result: 0, transferSyntax: answer.transferSyntax };
}

/** One answer per ID: a second context with the same ID could not be told from the first, and is not answered. */
function answerContexts(rq: AAssociateRq, policy: AcceptPolicy): PresentationContextResult[] {
  const byId = new Map<number, ProposedPresentationContext>();
  for (const context of rq.presentationContexts) {
    if (!byId.has(context.presentationContextId)) byId.set(context.presentationContextId, context);
  }
  return [...byId.values()].map((context) => answerContext(context, policy));
}

/**
 * The first selection for each SOP class that stands in a presentation context: others select a role in nothing. No more
 * than one association has contexts, so that the answer fits its item.
 */
function answerRoles({ presentationContexts, userInformation }: AAssociateRq): RoleSelection[] {
  const proposed = new Set(presentationContexts.map(({ abstractSyntax }) => abstractSyntax).filter(isUID));
  const roles: RoleSelection[] = [];
  for (const role of userInformation.roleSelections ?? []) {
    if (roles.length === PRESENTATION_CONTEXTS_MAX) break;
    if (proposed.delete(role.sopClassUID)) roles.push({ ...role, scpRole: false });
  }
  return roles;
}

function answerUserInformation(rq: AAssociateRq, policy: AcceptPolicy): UserInformation {
  const roles = answerRoles(rq);
  return {
    maximumLength: policy.maximumLength,
    implementationClassUID: policy.implementationClassUID,
    ...(rq.userInformation.asynchronousOperationsWindow !== undefined && {
      asynchronousOperationsWindow: { maximumNumberOperationsInvoked: 1, maximumNumberOperationsPerformed: 1 },
    }),
    ...(roles.length > 0 && { roleSelections: roles }),
    implementationVersionName: policy.implementationVersionName,
  };
}

/** The answer to `rq`: reject permanently as service-provider or service-user, or accept, context by context. */
export function answerAssociation(rq: AAssociateRq, policy: AcceptPolicy): AAssociateAc | AAssociateRj {
  // Source 2, reason 2: protocol-version-not-supported.
  if ((rq.protocolVersion & PROTOCOL_VERSION_1) === 0) return reject(2, 2);
  // Source 1, reason 2: application-context-name-not-supported.
  if (rq.applicationContextName !== APPLICATION_CONTEXT_NAME) return reject(1, 2);
  // Source 1, reason 7: called-AE-title-not-recognized.
  if (policy.calledAETitle !== undefined && !isSameAETitle(policy.calledAETitle, rq.calledAETitle)) return reject(1, 7);
  return {
    type: 'A-ASSOCIATE-AC',
    protocolVersion: PROTOCOL_VERSION_1,
    calledAETitle: rq.calledAETitle,
    callingAETitle: rq.callingAETitle,
    applicationContextName: APPLICATION_CONTEXT_NAME,
    presentationContexts: answerContexts(rq, policy),
    userInformation: answerUserInformation(rq, policy),
  };
}
