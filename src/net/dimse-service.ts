// How a request of the peer is served: what a service gets and what it gives (PS3.7 clause 7). The session
// (dimse-session.ts) calls it, for either role. storage-service.ts is one with a data set.

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import type { Command, SendableCommand } from '../protocol/dimse/command.ts';

/** A request of the peer. */
export interface IncomingRequest<C extends Command = Command> {
  readonly context: NegotiatedContext;
  readonly command: C;
  readonly hasDataSet: boolean;
}

/** How one request of the peer is served. Nothing of it may throw or reject. */
export interface Service {
  /**
   * Takes bytes of the request's data set, which belong to the service. While a promise that it returns is pending, nothing
   * more is read from the peer.
   */
  data?(bytes: Uint8Array): Promise<void> | undefined;
  /** Called when the request is complete and all earlier ones are answered. */
  response(): SendableCommand | Promise<SendableCommand>;
  /** The association ended before the data set was complete. */
  abandon?(): Promise<void>;
}

/** Called when the command set has arrived. Undefined: it cannot be served. */
export type Handler<C extends Command = Command> = (request: IncomingRequest<C>) => Service | undefined;
