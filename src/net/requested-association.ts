// An association as its requestor uses it: open, exchange messages, release. PS3.8 clause 7. This file is the life cycle:
// its phases, their deadlines, and cancelling. Messages are the session's (dimse-session.ts).
//
// Every end is a value that says what happened, and the first end counts: what follows from it does not change it.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import { type Breach, Breaches, type CountedBreach } from '../protocol/dimse/breach.ts';
import type { Indication } from '../protocol/effects.ts';
import { CANCELLED_RELEASE_MS, CLOSE_MAX_MS, SILENT_CLOSE_MAX_MS } from '../protocol/limits.ts';
import type { AAssociateAc } from '../protocol/ul/pdu.ts';
import { AssociationDriver } from './association-driver.ts';
import { type AssociationProposal, associateRq, operationsInvokedOf } from './association-proposal.ts';
import type { Connector, Endpoint } from './connection.ts';
import { Deadline } from './deadline.ts';
import { Deferred, type Occurrence } from './deferred.ts';
import { DimseSession } from './dimse-session.ts';
import type { AssociationFailure, Phase } from './failure.ts';
import { foreignProtocol } from './foreign-protocol.ts';
import type { PduSink } from './pdu-tap.ts';
import type { Peer } from './peer.ts';
import { tcpConnector } from './tcp.ts';
import type { TraceSink } from './trace-record.ts';

export type RequestOutcome =
  | { readonly type: 'open'; readonly association: RequestedAssociation }
  | { readonly type: 'failure'; readonly association: RequestedAssociation; readonly failure: AssociationFailure };

/** What an association is made with, besides what the peer is told. */
export interface Means {
  /** Makes the connection; TCP by default. */
  readonly connector?: Connector;
  /** Gets every PDU, redacted. */
  readonly pdus?: PduSink;
}

export class RequestedAssociation {
  readonly peer: Peer;
  readonly session: DimseSession;
  readonly driver: AssociationDriver;
  readonly startedAtMs = Date.now();
  readonly #signal: AbortSignal;
  readonly #proposedOperations: number | undefined;
  readonly #opened = new Deferred<void>();
  readonly #gone = new Deferred<void>();
  readonly #breaches = new Breaches();
  /** Of the phases before and after the session, which has its own. */
  readonly #deadline = new Deadline((afterMs) => this.#timedOut(this.#phase, afterMs));
  readonly #cancel = (): void => {
    if (this.#stage !== 'open' || this.session.isBusy) this.abort({ code: 'cancelled', phase: this.#phase });
  };
  #stage: 'connect' | 'association' | 'open' | 'release' = 'connect';
  #ac: AAssociateAc | undefined;
  /** Show which other protocol the peer speaks, if it is not DICOM. */
  #firstBytes: Uint8Array | undefined;
  #connectedAt: number | undefined;
  #remoteAddress: Endpoint | undefined;

  private constructor(
    peer: Peer,
    proposal: AssociationProposal,
    trace: TraceSink | undefined,
    signal: AbortSignal,
    { connector = tcpConnector, pdus }: Means,
  ) {
    this.peer = peer;
    this.#signal = signal;
    this.#proposedOperations = proposal.operationsInvoked;
    this.driver = new AssociationDriver(
      { role: 'requestor', maxPduLength: peer.maxPduLength },
      { connector, endpoint: { host: peer.host, port: peer.port } },
      {
        connected: (_local, remote) => this.#connected(remote),
        received: (bytes) => {
          this.#firstBytes ??= bytes.slice(0, 16);
        },
        written: () => this.session.written(),
        indication: (indication) => this.#indication(indication),
        closed: (error) => this.#closed(error),
      },
      trace,
      pdus,
    );
    this.session = new DimseSession(this.driver, peer.timeouts, {
      timedOut: (phase, afterMs) => this.#timedOut(phase, afterMs),
      unexpected: (command) => this.driver.trace({ type: 'unexpected message', command }),
      unexplained: (detail) => this.abort({ code: 'protocol error', phase: 'response', detail }),
    });
  }

  /**
   * Connects and negotiates. Never rejects.
   * @param signal cancels in any phase. An open association on which nothing is going on stays, for an orderly release
   */
  static async request(
    peer: Peer,
    proposal: AssociationProposal,
    trace: TraceSink | undefined,
    signal: AbortSignal,
    means: Means = {},
  ): Promise<RequestOutcome> {
    const association = new RequestedAssociation(peer, proposal, trace, signal, means);
    await association.#open(proposal);
    const { failure } = association;
    return failure === undefined ? { type: 'open', association } : { type: 'failure', association, failure };
  }

  /** The number that it has in the trace. */
  get number(): number {
    return this.driver.number;
  }

  get contexts(): readonly NegotiatedContext[] {
    return this.driver.association.contexts;
  }

  /** The longest fragment that we may send, in bytes. Undefined: the peer's maximum length leaves no room for data. */
  get maxFragment(): number | undefined {
    return this.driver.association.maxFragment;
  }

  /** The peer's A-ASSOCIATE-AC, once it came. */
  get ac(): AAssociateAc | undefined {
    return this.#ac;
  }

  /** Performance-clock time at which the connection was made, in milliseconds. */
  get connectedAt(): number | undefined {
    return this.#connectedAt;
  }

  /** What its messages did against PS3.7 and were taken for all that. */
  get breaches(): readonly CountedBreach[] {
    return this.#breaches.list();
  }

  get remoteAddress(): Endpoint | undefined {
    return this.#remoteAddress;
  }

  /** How many requests may be open at a time; Infinity: no limit. */
  get operationsInvoked(): number {
    return operationsInvokedOf(this.#proposedOperations, this.#ac);
  }

  /** Why it ended, if it ended badly. */
  get failure(): AssociationFailure | undefined {
    return this.session.failure;
  }

  /** Happens when the association ends, well or badly. */
  get ended(): Occurrence {
    return this.session.ended;
  }

  get hasEnded(): boolean {
    return this.session.ended.hasHappened;
  }

  /** What the peer has asked is answered, then A-RELEASE, and the connection closed. Returns what went wrong, if anything. */
  async release(signal: AbortSignal): Promise<AssociationFailure | undefined> {
    if (this.hasEnded) return this.failure;
    this.#stage = 'release';
    if (signal.aborted) {
      this.#cancel();
      return this.failure;
    }
    const isOther = signal !== this.#signal;
    if (isOther) signal.addEventListener('abort', this.#cancel, { once: true });
    this.#deadline.start(this.peer.timeouts.releaseMs);
    // Behind an A-RELEASE-RQ nothing more may be sent: responses to the peer's requests go first.
    this.session.afterResponses(() => this.driver.input({ type: 'A-RELEASE request' }));
    await this.ended.or(this.#gone.promise);
    if (isOther) signal.removeEventListener('abort', this.#cancel);
    return this.failure;
  }

  /** Counts it; the trace tells the first of its kind. */
  addBreach(breach: Breach): void {
    if (this.#breaches.add(breach)) this.driver.trace({ type: 'breach', breach });
  }

  /** A-ABORT. The connection closes on its own within ARTIM. */
  abort(failure: AssociationFailure): void {
    this.#end(failure);
    this.driver.input({ type: 'A-ABORT request' });
  }

  /**
   * Resolves when the connection is closed.
   * @param limitMs after so long it is destroyed. By default ARTIM has its time to close it, unless the peer has already let
   *   a deadline pass; a person who cancels meanwhile waits only for a moment
   */
  async gone(limitMs = this.failure?.code === 'timeout' ? SILENT_CLOSE_MAX_MS : CLOSE_MAX_MS): Promise<void> {
    const destroy = (): void => this.driver.destroy();
    let timer = setTimeout(destroy, limitMs);
    const hurry = (): void => {
      clearTimeout(timer);
      timer = setTimeout(destroy, Math.min(limitMs, CANCELLED_RELEASE_MS));
    };
    if (this.#signal.aborted) hurry();
    else this.#signal.addEventListener('abort', hurry, { once: true });
    await this.#gone.promise;
    this.#signal.removeEventListener('abort', hurry);
    clearTimeout(timer);
  }

  async #open(proposal: AssociationProposal): Promise<void> {
    if (this.#signal.aborted) {
      this.#cancel();
      return;
    }
    this.#signal.addEventListener('abort', this.#cancel, { once: true });
    this.#deadline.start(this.peer.timeouts.connectMs);
    this.driver.input({ type: 'A-ASSOCIATE request', rq: associateRq(this.peer, proposal) });
    await this.ended.or(this.#opened.promise);
  }

  get #phase(): Phase {
    return this.#stage === 'open' ? this.session.phase : this.#stage;
  }

  #timedOut(phase: Phase, afterMs: number): void {
    this.driver.trace({ type: 'timeout', phase, afterMs });
    this.abort({ code: 'timeout', phase, afterMs });
  }

  #connected(remoteAddress: Endpoint): void {
    this.#connectedAt = performance.now();
    this.#remoteAddress = remoteAddress;
    this.#stage = 'association';
    this.#deadline.start(this.peer.timeouts.associationMs);
  }

  #indication(indication: Indication): void {
    switch (indication.type) {
      case 'A-ASSOCIATE confirmation (accept)':
        this.#ac = indication.ac;
        this.#deadline.pause();
        this.#stage = 'open';
        this.#opened.resolve(undefined);
        return;
      case 'A-ASSOCIATE confirmation (reject)': {
        const { result, source, reason } = indication.rj;
        this.#end({ code: 'association rejected', result, source, reason });
        return;
      }
      case 'DIMSE message':
        this.session.message(indication.presentationContextId, indication.command, indication.hasDataSet);
        return;
      case 'breach':
        this.addBreach(indication.breach);
        return;
      case 'data set':
        this.session.dataSet(indication.bytes, indication.isLast);
        return;
      case 'A-RELEASE indication':
        // In a release collision our own release goes on. Otherwise the peer leaves before we are done.
        if (this.#stage !== 'release') this.#end({ code: 'released by peer' });
        this.driver.input({ type: 'A-RELEASE response' });
        return;
      case 'A-RELEASE confirmation':
        this.#end(undefined);
        return;
      case 'A-ABORT indication': {
        const { source, reason } = indication;
        this.#end({ code: 'association aborted', phase: this.#phase, source, reason });
        return;
      }
      case 'A-P-ABORT indication':
        // Without an error the connection has ended, and `#closed` is told why.
        if (indication.error !== undefined) this.#protocolError(indication.error.message);
        return;
      case 'A-ASSOCIATE indication':
        return;
    }
  }

  #protocolError(detail: string): void {
    const looksLike = this.#stage === 'association' ? foreignProtocol(this.#firstBytes ?? new Uint8Array()) : undefined;
    this.#end({
      code: 'protocol error',
      phase: this.#phase,
      detail,
      ...(looksLike === undefined ? {} : { looksLike }),
    });
  }

  #closed(error: SystemErrorInfo | undefined): void {
    const withError = error === undefined ? {} : { error };
    if (this.#connectedAt === undefined) {
      const unknown: SystemErrorInfo = { code: 'UNKNOWN', message: 'the connection was closed before it was made' };
      this.#end({ code: 'connection failed', error: error ?? unknown });
    } else {
      this.#end({ code: 'connection lost', phase: this.#phase, ...withError });
    }
    this.#gone.resolve(undefined);
  }

  #end(failure: AssociationFailure | undefined): void {
    this.#deadline.stop();
    this.#signal.removeEventListener('abort', this.#cancel);
    this.session.end(failure);
  }
}
