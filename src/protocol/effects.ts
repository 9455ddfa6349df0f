// What goes into an association and what comes out. The names are the service primitives of PS3.8 clause 7.

import type { NegotiatedContext } from './acse/contexts.ts';
import type { Command, SendableCommand } from './dimse/command.ts';
import type { ProtocolError } from './errors.ts';
import type { ProtocolTraceEvent } from './trace-event.ts';
import type { AAssociateAc, AAssociateRj, AAssociateRq } from './ul/pdu.ts';

export type AssociationInput =
  /** Requestor: begin (Evt1). */
  | { readonly type: 'A-ASSOCIATE request'; readonly rq: AAssociateRq }
  /** Acceptor: the answer to the A-ASSOCIATE indication (Evt7, Evt8). */
  | { readonly type: 'A-ASSOCIATE response'; readonly answer: AAssociateAc | AAssociateRj }
  /** A command set, with a data set to follow or without (Evt9). */
  | {
      readonly type: 'DIMSE request';
      readonly presentationContextId: number;
      readonly command: SendableCommand;
      readonly hasDataSet: boolean;
    }
  /**
   * The next bytes of the data set that was announced (Evt9); even in length unless `isLast`. `hasRoom`: with room before
   * each fragment, into which the headers are written (`fragmentInPlace`).
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
  | { readonly type: 'bytes'; readonly bytes: Uint8Array };

/** What the user of the association is told. */
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
  /** `bytes` are a view of what was received; copy what must outlive the call. */
  | {
      readonly type: 'data set';
      readonly presentationContextId: number;
      readonly bytes: Uint8Array;
      readonly isLast: boolean;
    }
  | { readonly type: 'A-RELEASE indication' }
  | { readonly type: 'A-RELEASE confirmation' }
  /** The peer sent A-ABORT. Source 0: its user; 2: its provider (then it is an A-P-ABORT). */
  | { readonly type: 'A-ABORT indication'; readonly source: number; readonly reason: number }
  /** We ended it: the peer broke the protocol (`error`), or the connection went away (no `error`). */
  | { readonly type: 'A-P-ABORT indication'; readonly error?: ProtocolError };

/** What the driver does, in this order. */
export type Effect =
  | { readonly type: 'connect' }
  /** One or more whole PDUs, to be written as one. */
  | { readonly type: 'write'; readonly chunks: readonly Uint8Array[] }
  | { readonly type: 'close' }
  /** PS3.8 9.1.5: start, or start again. */
  | { readonly type: 'start ARTIM' }
  | { readonly type: 'stop ARTIM' }
  | { readonly type: 'indication'; readonly indication: Indication }
  | { readonly type: 'trace'; readonly event: ProtocolTraceEvent };
