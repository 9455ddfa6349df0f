// The acceptor's answer to an A-ASSOCIATE-RQ. PS3.8 7.1.1.7-7.1.1.14, 9.3.3, 9.3.4; PS3.7 Annex D.3.3.
//
// As an acceptor we are an SCP only. We do not support extended negotiation and user identity, and leave them out of the answer:
// by the standard that means "not supported".

import { isSameAETitle } from '../ae-title.ts';
import { hasRoomForData } from '../dimse/fragment.ts';
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
  /** Our AE title. Associations for another one are rejected; undefined: none are. */
  readonly calledAETitle?: string;
  /** Called once for each well-formed context. Pure. Must accept with one of the given transfer syntaxes. */
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
  // Text that is no UID names no transfer syntax that we know, and our encoder would refuse to send it back.
  const transferSyntaxes = context.transferSyntaxes.filter(isUID);
  // The transfer syntax has no meaning in a refusal, but some requestors fail where it is missing.
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

/** One answer for each ID. A second context with the same ID is not answered: the requestor could not tell the two apart. */
function answerContexts(rq: AAssociateRq, policy: AcceptPolicy): PresentationContextResult[] {
  const byId = new Map<number, ProposedPresentationContext>();
  for (const context of rq.presentationContexts) {
    if (!byId.has(context.presentationContextId)) byId.set(context.presentationContextId, context);
  }
  return [...byId.values()].map((context) => answerContext(context, policy));
}

/**
 * Answers the first role selection for each SOP class that is proposed in a presentation context, and ignores the others. There
 * are at most as many answers as an association has contexts, so that they fit the item.
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

/** Answers an A-ASSOCIATE-RQ: rejects it permanently, or accepts it and answers each context. */
export function answerAssociation(rq: AAssociateRq, policy: AcceptPolicy): AAssociateAc | AAssociateRj {
  // Source 2, reason 2: protocol-version-not-supported.
  if ((rq.protocolVersion & PROTOCOL_VERSION_1) === 0) return reject(2, 2);
  // Source 1, reason 2: application-context-name-not-supported.
  if (rq.applicationContextName !== APPLICATION_CONTEXT_NAME) return reject(1, 2);
  // Source 1, reason 7: called-AE-title-not-recognized.
  if (policy.calledAETitle !== undefined && !isSameAETitle(policy.calledAETitle, rq.calledAETitle)) return reject(1, 7);
  // Nothing could be answered to its requests. Source 2, reason 1: the standard has no reason of its own for that.
  if (!hasRoomForData(rq.userInformation.maximumLength)) return reject(2, 1);
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
