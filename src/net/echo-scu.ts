// Verification SCU: connects, negotiates, sends C-ECHO and releases, and measures each step. PS3.4 Annex A.

import { echoRequest, judgeEchoResponse } from '../protocol/service/verification.ts';
import { EXPLICIT_VR_LE, IMPLICIT_VR_LE, VERIFICATION } from '../protocol/uids.ts';
import type { Endpoint } from './connection.ts';
import type { AssociationFailure } from './failure.ts';
import type { Peer } from './peer.ts';
import { type Means, RequestedAssociation } from './requested-association.ts';
import type { TraceSink } from './trace-record.ts';

export interface EchoResult {
  /** True: the peer answered C-ECHO with success. */
  readonly verified: boolean;
  /** How long each completed phase took, in milliseconds. */
  readonly phases: {
    readonly connectMs?: number;
    readonly associationMs?: number;
    readonly echoMs?: number;
    readonly releaseMs?: number;
  };
  /** The address to which the host name led. */
  readonly remoteAddress?: Endpoint;
  readonly peerImplementationClassUID?: string;
  readonly peerImplementationVersionName?: string;
  /** 0 = no limit; undefined = not stated. */
  readonly peerMaximumLength?: number;
  /** Status of the C-ECHO-RSP, where one came. */
  readonly status?: number;
  /** The peer's own words about it, not sanitised. */
  readonly errorComment?: string;
  /** Why the peer is not verified, or what went wrong after its answer. */
  readonly failure?:
    | AssociationFailure
    /** As for an instance (send/outcome.ts): the result, and what it was accepted with against the proposal. */
    | {
        readonly code: 'verification refused';
        readonly result: number | undefined;
        readonly unproposedTransferSyntax?: string;
      }
    | { readonly code: 'invalid response'; readonly detail: string };
}

type Draft = { -readonly [K in keyof EchoResult]: EchoResult[K] };

/** Verifies a peer. Failures of the peer and the network are part of the result; it does not reject because of them. */
export async function echo(
  peer: Peer,
  trace: TraceSink | undefined,
  signal: AbortSignal,
  means: Means = {},
): Promise<EchoResult> {
  const result: Draft = { verified: false, phases: {} };
  const began = performance.now();
  const proposed = {
    presentationContextId: 1,
    abstractSyntax: VERIFICATION,
    transferSyntaxes: [IMPLICIT_VR_LE, EXPLICIT_VR_LE],
  };
  const proposal = { presentationContexts: [proposed] };
  const outcome = await RequestedAssociation.request(peer, proposal, trace, signal, means);
  const { association } = outcome;
  const { connectedAt, remoteAddress } = association;
  if (connectedAt !== undefined) result.phases = { connectMs: connectedAt - began };
  if (remoteAddress !== undefined) result.remoteAddress = remoteAddress;
  if (outcome.type === 'failure') {
    result.failure = outcome.failure;
  } else {
    result.phases = { ...result.phases, associationMs: performance.now() - (connectedAt ?? began) };
    identify(association, result);
    await verify(association, result, signal);
  }
  await association.gone(signal.aborted ? 0 : undefined);
  return result;
}

function identify(association: RequestedAssociation, result: Draft): void {
  const information = association.ac?.userInformation;
  if (information?.implementationClassUID !== undefined) {
    result.peerImplementationClassUID = information.implementationClassUID;
  }
  if (information?.implementationVersionName !== undefined) {
    result.peerImplementationVersionName = information.implementationVersionName;
  }
  if (information?.maximumLength !== undefined) result.peerMaximumLength = information.maximumLength;
}

async function verify(association: RequestedAssociation, result: Draft, signal: AbortSignal): Promise<void> {
  const context = association.contexts[0];
  const { maxFragment } = association;
  if (context?.acceptedTransferSyntax === undefined) {
    const other = context?.unproposedTransferSyntax;
    result.failure = {
      code: 'verification refused',
      result: context?.result,
      ...(other === undefined ? {} : { unproposedTransferSyntax: other }),
    };
  } else if (maxFragment === undefined) {
    result.failure = { code: 'unusable maximum length', maximumLength: result.peerMaximumLength ?? 0 };
  } else {
    const asked = performance.now();
    const request = echoRequest(association.session.messageId());
    const answer = await association.session.request(context.presentationContextId, request);
    if (answer.type === 'failure') {
      result.failure = answer.failure;
      return;
    }
    const judgement = judgeEchoResponse(request, answer.command);
    if (judgement.type === 'invalid') {
      result.failure = { code: 'invalid response', detail: judgement.detail };
    } else {
      result.phases = { ...result.phases, echoMs: performance.now() - asked };
      result.status = judgement.status;
      if (judgement.errorComment !== undefined) result.errorComment = judgement.errorComment;
      result.verified = judgement.category === 'success';
    }
  }
  const releasing = performance.now();
  const failure = await association.release(signal);
  if (failure === undefined) result.phases = { ...result.phases, releaseMs: performance.now() - releasing };
  else result.failure ??= failure;
}
