// Runs one association on one connection: gives inputs to the pure core (protocol/association.ts) and performs its effects
// in order. PS3.8 clause 9.
//
// The driver owns the connection and the ARTIM timer. Reading never waits for writing. What arrives is read in turns
// (turns.ts); while some of it waits, nothing more is taken from the connection. `closed` is called once, as the last call,
// when everything that arrived before the end has been read.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import { Association, type AssociationOptions } from '../protocol/association.ts';
import type { AssociationInput, Effect, Indication } from '../protocol/effects.ts';
import { ARTIM_CLOSE_MS, ARTIM_REQUEST_MS, LONG_PDU_MIN } from '../protocol/limits.ts';
import type { DataDetail } from '../protocol/trace-event.ts';
import {
  type AcceptedConnection,
  type Connection,
  type Connector,
  type Endpoint,
  UNKNOWN_ENDPOINT,
} from './connection.ts';
import { PduRoom } from './long-pdus.ts';
import { type PduSink, PduTap } from './pdu-tap.ts';
import type { TraceEvent, TraceSink } from './trace-record.ts';
import { readInTurns } from './turns.ts';

/** The user of an association. Its methods must not throw. */
export interface DriverListener {
  connected?(localAddress: Endpoint, remoteAddress: Endpoint): void;
  /** Bytes have arrived. Called before the core reads them. */
  received?(bytes: Uint8Array): void;
  /** The system has taken bytes of ours. */
  written?(): void;
  indication(indication: Indication): void;
  /** The connection has ended. The last call. `error`: why, if it broke. */
  closed(error: SystemErrorInfo | undefined): void;
}

/** The connection of an association: to be made when the core asks for it, or accepted. */
export type ConnectionSource =
  | { readonly connector: Connector; readonly endpoint: Endpoint }
  | { readonly accepted: AcceptedConnection };

let associationCount = 0;

export class AssociationDriver {
  /** Counts the associations of this process; names this one in the trace. */
  readonly number: number;
  readonly association: Association;
  readonly #source: ConnectionSource;
  readonly #listener: DriverListener;
  readonly #trace: TraceSink | undefined;
  readonly #queue: Effect[] = [];
  readonly #flushWaiters: (() => void)[] = [];
  #connection: Connection | undefined;
  #tap: PduTap | undefined;
  #performing = false;
  #artim: NodeJS.Timeout | undefined;
  #writesPending = 0;
  #pauses = 0;
  #isTakingTurns = false;
  readonly #room = new PduRoom(() => this.resumeReading());
  #isFlowing = true;
  #closedByUs = false;
  #closed = false;
  /** The connection has ended, and what arrived before is still being read. */
  #ending: { readonly by: 'us' | 'peer'; readonly error: SystemErrorInfo | undefined } | undefined;
  #hasSinkThrown = false;

  constructor(
    options: AssociationOptions,
    source: ConnectionSource,
    listener: DriverListener,
    trace: TraceSink | undefined,
    pdus: PduSink | undefined,
  ) {
    associationCount += 1;
    this.number = associationCount;
    this.association = new Association({ ...options, readsInParts: true, dataDetail: () => this.#dataDetail() });
    this.#source = source;
    this.#listener = listener;
    this.#trace = trace;
    if (pdus !== undefined) this.#tap = this.#tapFor(pdus);
    if ('accepted' in source) this.#accepted(source.accepted);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get hasPendingWrites(): boolean {
    return this.#writesPending > 0;
  }

  /** A long PDU is arriving, and there is no memory for it: nothing is read until there is. */
  get waitsForRoom(): boolean {
    return this.#room.isAwaited;
  }

  trace(event: TraceEvent): void {
    if (this.#trace === undefined) return;
    try {
      this.#trace({ timeMs: Date.now(), association: this.number, event });
    } catch (thrown) {
      this.#sinkThrew(thrown);
    }
  }

  /** Gives an input to the core and performs its effects. An input that a listener gives meanwhile is performed afterwards. */
  input(input: AssociationInput): void {
    const effects = this.association.handle(input);
    // A peer decides how many effects its bytes have. `push(...effects)` would overflow the stack, and `shift` in a loop is slow.
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

  /** Writes the PDUs of several inputs at once. */
  batch(inputs: () => void): void {
    this.#connection?.cork();
    try {
      inputs();
    } finally {
      this.#connection?.uncork();
    }
  }

  /** Resolves when the system has taken everything that was written, or the connection has ended. */
  flushed(): Promise<void> {
    if (this.#writesPending === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushWaiters.push(resolve);
    });
  }

  /** Back-pressure on the peer. Whoever pauses, resumes: reading goes on when everybody has. */
  pauseReading(): void {
    this.#pauses += 1;
    this.#setFlow();
  }

  resumeReading(): void {
    this.#pauses -= 1;
    this.#updateRoom();
    this.#setFlow();
    this.#readOn();
  }

  /** Ends the connection now, whatever state the association is in. */
  destroy(): void {
    this.#closedByUs = true;
    if (this.#ending !== undefined) this.#end();
    else if (this.#connection !== undefined) this.#connection.destroy();
    else if (!this.#closed) this.#connectionClosed(undefined);
  }

  #tapFor(pdus: PduSink): PduTap {
    const unknown = { localAddress: UNKNOWN_ENDPOINT, remoteAddress: UNKNOWN_ENDPOINT };
    const sink: PduSink = (record) => {
      try {
        pdus(record);
      } catch (thrown) {
        this.#sinkThrew(thrown);
      }
    };
    return new PduTap(sink, this.number, () => this.#connection ?? unknown);
  }

  #dataDetail(): DataDetail {
    if (this.#trace === undefined) return 'nothing';
    try {
      return this.#trace.dataDetail?.() ?? 'bytes';
    } catch (thrown) {
      this.#sinkThrew(thrown);
      return 'nothing';
    }
  }

  /** A trace or a capture that fails must not stop the association. */
  #sinkThrew(thrown: unknown): void {
    if (!this.#hasSinkThrown) process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    this.#hasSinkThrown = true;
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
        this.#connection?.close();
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
    if (!('connector' in this.#source)) return;
    const { connector, endpoint } = this.#source;
    const started = performance.now();
    this.trace({ type: 'connecting', host: endpoint.host, port: endpoint.port });
    const connection = connector.connect(endpoint, {
      connected: () => {
        const { localAddress, remoteAddress } = connection;
        this.trace({ type: 'connected', localAddress, remoteAddress, elapsedMs: performance.now() - started });
        this.#listener.connected?.(localAddress, remoteAddress);
        this.input({ type: 'transport connected' });
      },
      received: (bytes) => this.#received(bytes),
      closed: (error) => this.#connectionClosed(error),
    });
    this.#connection = connection;
  }

  #accepted(connection: AcceptedConnection): void {
    this.#connection = connection;
    const { localAddress, remoteAddress } = connection;
    this.trace({ type: 'connection accepted', localAddress, remoteAddress });
    this.input({ type: 'transport connected' });
    connection.attach({
      received: (bytes) => this.#received(bytes),
      closed: (error) => this.#connectionClosed(error),
    });
  }

  #received(bytes: Uint8Array): void {
    this.#tap?.received(bytes);
    this.#listener.received?.(bytes);
    this.input({ type: 'bytes', bytes });
    this.#readOn();
  }

  /** Memory for a long PDU is kept until its end has been read, and its data were taken. */
  #updateRoom(): void {
    const { arrivingLength } = this.association;
    const length = arrivingLength < LONG_PDU_MIN ? 0 : arrivingLength;
    if (this.#pauses > 0 || length === this.#room.length) return;
    if (length > 0) this.pauseReading();
    this.#room.ask(length);
  }

  #readOn(): void {
    if (this.#isTakingTurns || this.#pauses > 0 || !this.association.hasUnread) return;
    this.#isTakingTurns = true;
    readInTurns(this.#readPart);
    this.#setFlow();
  }

  readonly #readPart = (): boolean => {
    if (this.#pauses === 0) this.input({ type: 'read on' });
    this.#isTakingTurns = this.#pauses === 0 && this.association.hasUnread;
    if (this.#isTakingTurns) return true;
    this.#updateRoom();
    this.#setFlow();
    if (!this.association.hasUnread) this.#end();
    return false;
  };

  /** What arrives while other bytes wait to be read would only wait, too. */
  #setFlow(): void {
    const flows = this.#pauses === 0 && !this.association.hasUnread;
    if (flows === this.#isFlowing) return;
    this.#isFlowing = flows;
    if (flows) this.#connection?.resumeReading();
    else this.#connection?.pauseReading();
  }

  #write(chunks: readonly Uint8Array[]): void {
    this.#tap?.sent(chunks);
    this.#writesPending += 1;
    this.#connection?.write(chunks, () => {
      this.#writesPending -= 1;
      this.#listener.written?.();
      if (this.#writesPending === 0) this.#releaseFlushWaiters();
    });
  }

  #releaseFlushWaiters(): void {
    for (const resolve of this.#flushWaiters.splice(0)) resolve();
  }

  /** The peer did not close in time. It may not even read, so unsent bytes are not waited for. */
  #artimExpired(): void {
    this.input({ type: 'ARTIM expired' });
    this.destroy();
  }

  #connectionClosed(error: SystemErrorInfo | undefined): void {
    this.#closed = true;
    this.#tap?.closed();
    this.#ending = { by: this.#closedByUs ? 'us' : 'peer', error };
    this.#releaseFlushWaiters();
    if (this.#closedByUs || !this.association.hasUnread) this.#end();
  }

  /** Everything that arrived before the connection ended has been read, or is of no use any more. */
  #end(): void {
    const ending = this.#ending;
    if (ending === undefined) return;
    this.#ending = undefined;
    const { by, error } = ending;
    clearTimeout(this.#artim);
    this.#room.ask(0);
    if (this.association.state === 'Sta4' && error !== undefined) this.trace({ type: 'connection failed', error });
    else this.trace({ type: 'connection closed', by, ...(error === undefined ? {} : { error }) });
    this.input({ type: 'transport closed' });
    this.#releaseFlushWaiters();
    this.#listener.closed(error);
  }
}
