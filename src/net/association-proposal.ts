// The A-ASSOCIATE-RQ that we send (PS3.8 9.3.2, PS3.7 Annex D), and the operations window that is negotiated with it.

import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../protocol/implementation.ts';
import {
  type AAssociateAc,
  type AAssociateRq,
  APPLICATION_CONTEXT_NAME,
  type ProposedPresentationContext,
} from '../protocol/ul/pdu.ts';
import type { Peer } from './peer.ts';

export interface AssociationProposal {
  readonly presentationContexts: readonly ProposedPresentationContext[];
  /**
   * How many requests may be open at a time (PS3.7 D.3.3.3); 0 = no limit. Undefined: no window is proposed, and both sides
   * keep to one request at a time.
   */
  readonly operationsInvoked?: number;
}

export function associateRq(
  peer: Peer,
  { presentationContexts, operationsInvoked }: AssociationProposal,
): AAssociateRq {
  return {
    type: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAETitle: peer.calledAETitle,
    callingAETitle: peer.callingAETitle,
    applicationContextName: APPLICATION_CONTEXT_NAME,
    presentationContexts,
    userInformation: {
      maximumLength: peer.maxPduLength,
      implementationClassUID: IMPLEMENTATION_CLASS_UID,
      ...(operationsInvoked === undefined
        ? {}
        : {
            asynchronousOperationsWindow: {
              maximumNumberOperationsInvoked: operationsInvoked,
              maximumNumberOperationsPerformed: 1,
            },
          }),
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    },
  };
}

/**
 * How many requests may be open at a time: the lower of what was proposed and what the peer granted (PS3.7 D.3.3.3).
 * Infinity: neither side set a limit. 1 if either proposed nothing.
 */
export function operationsInvokedOf(proposed: number | undefined, ac: AAssociateAc | undefined): number {
  const granted = ac?.userInformation.asynchronousOperationsWindow?.maximumNumberOperationsInvoked;
  if (granted === undefined || proposed === undefined) return 1;
  const limits = [granted, proposed].filter((limit) => limit !== 0);
  return limits.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...limits);
}
