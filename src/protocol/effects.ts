// The inputs and effects of an association. Named after the service primitives of PS3.8 clause 7.

import type { NegotiatedContext } from './acse/contexts.ts';
import type { Breach } from './dimse/breach.ts';
import type { Command, SendableCommand } from './dimse/command.ts';
import type { ProtocolError } from './errors.ts';
import type { ProtocolTraceEvent } from './trace-event.ts';
import type { AAssociateAc, AAssociateRj, AAssociateRq } from './ul/pdu.ts';

export type AssociationInput =
  /** Requestor: open an association (Evt1). */
  | { readonly type: 'A-ASSOCIATE request'; readonly rq: AAssociateRq }
  /** Acceptor: the answer to the A-ASSOCIATE indication (Evt7, Evt8). */
  | { readonly type: 'A-ASSOCIATE response'; readonly answer: AAssociateAc | AAssociateRj }
  /** A command set. `hasDataSet`: inputs of type 'data set' follow (Evt9). */
  | {
      readonly type: 'DIMSE request';
      readonly presentationContextId: number;
      readonly command: SendableCommand;
      readonly hasDataSet: boolean;
    }
  /**
   * The next bytes of the data set that the command set announced (Evt9). Of even length unless `isLast`. `hasRoom`: the bytes
   * have gaps before each fragment, and the headers are written there (`fragmentInPlace`).
   */
  | {
      readonly type: 'data set';
      readonly presentationContextId: number;
      readonly bytes: Uint8Array;
      readonly isLast: boolean;
      readonly hasRoom?: boolean;
    }
  | { readonly type: 'A-RELEASE request' }
  | { readonly type: 'A-RELEASE response' }
  /** Evt15: the user gives up; A-ABORT with source 0. */
  | { readonly type: 'A-ABORT request' }
  /** Evt2 (requestor) or Evt5 (acceptor). */
  | { readonly type: 'transport connected' }
  | { readonly type: 'transport closed' }
  /** Evt18. */
  | { readonly type: 'ARTIM expired' }
  /** Of the stream. Read at once, or by 'read on' where `AssociationOptions` say so. */
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  /** Read a part of the bytes that wait. */
  | { readonly type: 'read on' };

/** What the user of the association is told of. */
export type Indication =
  | { readonly type: 'A-ASSOCIATE indication'; readonly rq: AAssociateRq }
  | {
      readonly type: 'A-ASSOCIATE confirmation (accept)';
      readonly ac: AAssociateAc;
      readonly contexts: readonly NegotiatedContext[];
    }
  | { readonly type: 'A-ASSOCIATE confirmation (reject)'; readonly rj: AAssociateRj }
  | {
      readonly type: 'DIMSE message';
      readonly presentationContextId: number;
      readonly command: Command;
      readonly hasDataSet: boolean;
    }
  /** Of the message that follows, or of the data set that begins. */
  | { readonly type: 'breach'; readonly breach: Breach }
  /** `bytes` are a view of what was received: copy what is needed after the call. */
  | {
      readonly type: 'data set';
      readonly presentationContextId: number;
      readonly bytes: Uint8Array;
      readonly isLast: boolean;
    }
  | { readonly type: 'A-RELEASE indication' }
  | { readonly type: 'A-RELEASE confirmation' }
  /** The peer sent A-ABORT. Source 0: its user gave up. Source 2: it says that we broke the protocol (an A-P-ABORT). */
  | { readonly type: 'A-ABORT indication'; readonly source: number; readonly reason: number }
  /** The association ended on our side: the peer broke the protocol (`error`), or the connection is gone (no `error`). */
  | { readonly type: 'A-P-ABORT indication'; readonly error?: ProtocolError };

/** What the driver is to do, in the order of the list. */
export type Effect =
  | { readonly type: 'connect' }
  /** One or more whole PDUs, to be written without anything in between. */
  | { readonly type: 'write'; readonly chunks: readonly Uint8Array[] }
  | { readonly type: 'close' }
  /** PS3.8 9.1.5. A timer that runs starts anew. */
  | { readonly type: 'start ARTIM' }
  | { readonly type: 'stop ARTIM' }
  | { readonly type: 'indication'; readonly indication: Indication }
  | { readonly type: 'trace'; readonly event: ProtocolTraceEvent };
