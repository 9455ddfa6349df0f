// Runs an association on a connection: performs the effects of the pure core, in order, and keeps the time.
//
// One owner of the socket and of the timers. Reading never waits for writing. Whatever ends the association ends here,
// once, with one failure or none.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import { Association, type AssociationOptions } from '../protocol/association.ts';
import type { AssociationInput, Effect, Indication } from '../protocol/effects.ts';
import { type Connection, TcpTransport } from './tcp.ts';
import type { TraceEvent, TraceSink } from './trace-record.ts';

/** PS3.8 9.1.5 leaves ARTIM to the implementation: how long an acceptor waits for the A-ASSOCIATE-RQ. */
export const ARTIM_REQUEST_MS = 30_000;
/** How long either side waits, after its last PDU, for the other one to close the connection. */
export const ARTIM_CLOSE_MS = 2_000;

/** What its user hears of an association. Called from inside the event loop; must not throw. */
export interface DriverListener {
  connected?(localAddress: string, remoteAddress: string): void;
  /** Bytes came, before the core has read them. */
  received?(bytes: Uint8Array): void;
  indication(indication: Indication): void;
  /** The connection is gone: last of all. `error`: why, if it broke. */
  closed(error: SystemErrorInfo | undefined): void;
}

let associationCount = 0;

export class AssociationDriver {
  /** Counts the associations of this process; names this one in the trace. */
  readonly number: number;
  readonly association: Association;
  readonly #transport: TcpTransport;
  readonly #listener: DriverListener;
  readonly #trace: TraceSink | undefined;
  readonly #address: { host: string; port: number } | undefined;
  readonly #queue: Effect[] = [];
  readonly #flushWaiters: (() => void)[] = [];
  #performing = false;
  #artim: NodeJS.Timeout | undefined;
  #writesPending = 0;
  #connectStarted = 0;
  #closedByUs = false;
  #closed = false;
  #lastProgress = 0;
  #hasSinkThrown = false;

  /**
   * @param end where to connect to, or the connection that was accepted
   */
  constructor(
    options: AssociationOptions,
    end: { host: string; port: number } | { socket: Connection },
    listener: DriverListener,
    trace: TraceSink | undefined,
  ) {
    associationCount += 1;
    this.number = associationCount;
    this.association = new Association(options);
    this.#listener = listener;
    this.#trace = trace;
    this.#address = 'host' in end ? end : undefined;
    const transportListener = {
      connected: (local: string, remote: string) => this.#connected(local, remote),
      received: (bytes: Uint8Array) => {
        listener.received?.(bytes);
        this.input({ type: 'bytes', bytes });
      },
      closed: (error: SystemErrorInfo | undefined) => this.#transportClosed(error),
    };
    this.#transport =
      'socket' in end ? new TcpTransport(transportListener, end.socket) : new TcpTransport(transportListener);
    if ('socket' in end) {
      this.trace({
        type: 'connection accepted',
        localAddress: this.#transport.localAddress,
        remoteAddress: this.#transport.remoteAddress,
      });
      this.input({ type: 'transport connected' });
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Performance-clock time at which the system last took bytes from us, in milliseconds. */
  get lastProgress(): number {
    return this.#lastProgress;
  }

  get hasPendingWrites(): boolean {
    return this.#writesPending > 0;
  }

  /** A sink that throws must not stop what it only watches. */
  trace(event: TraceEvent): void {
    try {
      this.#trace?.({ timeMs: Date.now(), association: this.number, event });
    } catch (thrown) {
      if (!this.#hasSinkThrown) process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
      this.#hasSinkThrown = true;
    }
  }

  /** Feeds the core and performs what it asks for. Inputs given by a listener meanwhile take their turn behind it. */
  input(input: AssociationInput): void {
    const effects = this.association.handle(input);
    // A peer decides how many effects its bytes have: neither spread (the stack is finite) nor shifted one by one.
    for (const effect of effects) this.#queue.push(effect);
    if (this.#performing) return;
    this.#performing = true;
    try {
      for (let index = 0; index < this.#queue.length; index += 1) this.#perform(this.#queue[index] as Effect);
    } finally {
      this.#queue.length = 0;
      this.#performing = false;
    }
  }

  /** Several inputs whose PDUs leave as one write. */
  batch(inputs: () => void): void {
    this.#transport.cork();
    try {
      inputs();
    } finally {
      this.#transport.uncork();
    }
  }

  /** Resolves when the system has taken all that was written, or the connection is gone. */
  flushed(): Promise<void> {
    if (this.#writesPending === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushWaiters.push(resolve);
    });
  }

  pauseReading(): void {
    this.#transport.pauseReading();
  }

  resumeReading(): void {
    this.#transport.resumeReading();
  }

  /** Ends the connection now, whatever state the association is in. */
  destroy(): void {
    this.#closedByUs = true;
    this.#transport.destroy();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'connect':
        this.#connect();
        return;
      case 'write':
        this.#write(effect.chunks);
        return;
      case 'close':
        this.#closedByUs = true;
        this.#transport.close();
        return;
      case 'start ARTIM':
        clearTimeout(this.#artim);
        this.#artim = setTimeout(
          () => this.#artimExpired(),
          this.association.state === 'Sta2' ? ARTIM_REQUEST_MS : ARTIM_CLOSE_MS,
        );
        return;
      case 'stop ARTIM':
        clearTimeout(this.#artim);
        return;
      case 'indication':
        this.#listener.indication(effect.indication);
        return;
      case 'trace':
        this.trace(effect.event);
        return;
    }
  }

  #connect(): void {
    if (this.#address === undefined) return;
    const { host, port } = this.#address;
    this.#connectStarted = performance.now();
    this.trace({ type: 'connecting', host, port });
    this.#transport.connect(host, port);
  }

  #connected(localAddress: string, remoteAddress: string): void {
    const elapsedMs = performance.now() - this.#connectStarted;
    this.trace({ type: 'connected', localAddress, remoteAddress, elapsedMs });
    this.#listener.connected?.(localAddress, remoteAddress);
    this.input({ type: 'transport connected' });
  }

  #write(chunks: readonly Uint8Array[]): void {
    if (this.#writesPending === 0) this.#lastProgress = performance.now();
    this.#writesPending += 1;
    this.#transport.write(chunks, () => {
      this.#writesPending -= 1;
      this.#lastProgress = performance.now();
      if (this.#writesPending === 0) this.#releaseFlushWaiters();
    });
  }

  #releaseFlushWaiters(): void {
    for (const resolve of this.#flushWaiters.splice(0)) resolve();
  }

  /** The peer did not close in time, or does not even read: the connection ends, whatever is still unsent. */
  #artimExpired(): void {
    this.input({ type: 'ARTIM expired' });
    this.destroy();
  }

  #transportClosed(error: SystemErrorInfo | undefined): void {
    this.#closed = true;
    clearTimeout(this.#artim);
    if (this.association.state === 'Sta4' && error !== undefined) this.trace({ type: 'connection failed', error });
    else
      this.trace({
        type: 'connection closed',
        by: this.#closedByUs ? 'us' : 'peer',
        ...(error === undefined ? {} : { error }),
      });
    this.input({ type: 'transport closed' });
    this.#releaseFlushWaiters();
    this.#listener.closed(error);
  }
}
