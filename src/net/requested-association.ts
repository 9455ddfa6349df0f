// An association as its requestor uses it: open, exchange messages, release. Each phase has its deadline, each may be
// cancelled, and each ends in a value that says what happened. PS3.8 clause 7, PS3.7 clause 8.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import type { CEchoRq, Command, CStoreRq } from '../protocol/dimse/command.ts';
import type { Indication } from '../protocol/effects.ts';
import type { AAssociateAc } from '../protocol/ul/pdu.ts';
import { AssociationDriver } from './association-driver.ts';
import { type AssociationProposal, associateRq, operationsInvokedOf } from './association-proposal.ts';
import type { Connector } from './connection.ts';
import { Deferred, Occurrence } from './deferred.ts';
import type { AssociationFailure, Phase } from './failure.ts';
import { foreignProtocol } from './foreign-protocol.ts';
import type { Peer } from './peer.ts';
import { tcpConnector } from './tcp.ts';
import type { TraceSink } from './trace-record.ts';

export type RequestOutcome =
  | { readonly type: 'open'; readonly association: RequestedAssociation }
  | { readonly type: 'failure'; readonly association: RequestedAssociation; readonly failure: AssociationFailure };

/** The answer to a request, or why none came. */
export type Answer =
  | { readonly type: 'message'; readonly command: Command; readonly hasDataSet: boolean }
  | { readonly type: 'failure'; readonly failure: AssociationFailure };

/** Node's timers hold 31 bits; a longer deadline is none. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export class RequestedAssociation {
  readonly peer: Peer;
  readonly startedAtMs = Date.now();
  readonly #driver: AssociationDriver;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #ended = new Occurrence();
  readonly #gone = new Deferred<void>();
  readonly #connection = new Deferred<void>();
  readonly #opened = new Deferred<void>();
  readonly #proposedOperations: number | undefined;
  readonly #signal: AbortSignal;
  readonly #cancel = (): void => {
    if (this.#phasesOpen > 0) this.abort({ code: 'cancelled', phase: this.#phase });
  };
  #phase: Phase = 'connect';
  #phasesOpen = 0;
  #hasEnded = false;
  #failure: AssociationFailure | undefined;
  #ac: AAssociateAc | undefined;
  #firstBytes: Uint8Array | undefined;
  #connectedAt: number | undefined;
  #remoteAddress: string | undefined;

  private constructor(
    peer: Peer,
    proposal: AssociationProposal,
    trace: TraceSink | undefined,
    signal: AbortSignal,
    connector: Connector,
  ) {
    this.peer = peer;
    this.#signal = signal;
    signal.addEventListener('abort', this.#cancel, { once: true });
    this.#proposedOperations = proposal.operationsInvoked;
    this.#driver = new AssociationDriver(
      { role: 'requestor', maxPduLength: peer.maxPduLength },
      { connector, endpoint: { host: peer.host, port: peer.port } },
      {
        connected: (_local, remote) => this.#connected(remote),
        received: (bytes) => {
          this.#firstBytes ??= bytes.slice(0, 16);
        },
        indication: (indication) => this.#indication(indication),
        closed: (error) => this.#closed(error),
      },
      trace,
    );
  }

  /**
   * Connects and negotiates. Never rejects.
   * @param signal cancels whatever phase the association is in, for as long as it is there
   * @param connector makes the connection; TCP by default
   */
  static async request(
    peer: Peer,
    proposal: AssociationProposal,
    trace: TraceSink | undefined,
    signal: AbortSignal,
    connector: Connector = tcpConnector,
  ): Promise<RequestOutcome> {
    const association = new RequestedAssociation(peer, proposal, trace, signal, connector);
    const { connectMs, associationMs } = peer.timeouts;
    const failure =
      (await association.#during('connect', connectMs, signal, async () => {
        association.#driver.input({ type: 'A-ASSOCIATE request', rq: associateRq(peer, proposal) });
        await association.#connection.promise;
      })) ?? (await association.#during('association', associationMs, signal, () => association.#opened.promise));
    return failure === undefined ? { type: 'open', association } : { type: 'failure', association, failure };
  }

  /** The number under which it appears in the trace. */
  get number(): number {
    return this.#driver.number;
  }

  get driver(): AssociationDriver {
    return this.#driver;
  }

  get contexts(): readonly NegotiatedContext[] {
    return this.#driver.association.contexts;
  }

  /** In bytes; undefined: the peer's maximum length leaves no room. */
  get maxFragment(): number | undefined {
    return this.#driver.association.maxFragment;
  }

  /** The peer's A-ASSOCIATE-AC, once it came. */
  get ac(): AAssociateAc | undefined {
    return this.#ac;
  }

  /** Performance-clock time of the TCP connection, in milliseconds. */
  get connectedAt(): number | undefined {
    return this.#connectedAt;
  }

  get remoteAddress(): string | undefined {
    return this.#remoteAddress;
  }

  /** How many requests may be open at a time; Infinity: no limit. */
  get operationsInvoked(): number {
    return operationsInvokedOf(this.#proposedOperations, this.#ac);
  }

  /** Why it ended, if it ended badly. */
  get failure(): AssociationFailure | undefined {
    return this.#failure;
  }

  /** Its end, well or badly. */
  get ended(): Occurrence {
    return this.#ended;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** To be registered before the request goes out: a peer may answer before it has the whole data set. */
  expectAnswer(request: CStoreRq | CEchoRq): Promise<Answer> {
    return new Promise((resolve) => {
      if (this.#failure !== undefined) resolve({ type: 'failure', failure: this.#failure });
      else this.#answers.set(request.MessageID, resolve);
    });
  }

  /** Waits until all that was written is taken by the system. Returns the failure, if the association ended. */
  async flushed(signal: AbortSignal): Promise<AssociationFailure | undefined> {
    if (!this.#driver.hasPendingWrites) return this.#failure;
    return this.#during('write', this.peer.timeouts.writeStallMs, signal, () => this.#driver.flushed());
  }

  /** Waits for an answer that `expectAnswer` promised. */
  async answered(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    await this.#during('response', this.peer.timeouts.responseMs, signal, async () => {
      await answer;
    });
    // An answer that came counts, even where the association ended in the same moment; if none came, the end of the
    // association has settled it.
    return answer;
  }

  /** A-RELEASE, and the connection closed. Returns what went wrong, if anything. */
  async release(signal: AbortSignal): Promise<AssociationFailure | undefined> {
    if (this.#hasEnded) return this.#failure;
    const failure = await this.#during('release', this.peer.timeouts.releaseMs, signal, async () => {
      this.#driver.input({ type: 'A-RELEASE request' });
      await this.#ended.or(this.#gone.promise);
    });
    return failure;
  }

  /** A-ABORT. The connection closes on its own within ARTIM. */
  abort(failure: AssociationFailure): void {
    this.#end(failure);
    this.#driver.input({ type: 'A-ABORT request' });
  }

  /** Resolves when the connection is closed, after at most `limitMs`: then it is destroyed. */
  async gone(limitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#driver.destroy(), limitMs);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  /**
   * Runs one phase: until `work` is done, the association ends, its deadline passes or the person cancels. A write
   * phase's deadline begins again whenever the system takes some bytes.
   */
  async #during(
    phase: Phase,
    limitMs: number,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<AssociationFailure | undefined> {
    if (this.#failure !== undefined) return this.#failure;
    this.#phase = phase;
    if (signal.aborted) {
      this.abort({ code: 'cancelled', phase });
      return this.#failure;
    }
    // A listener for each phase of each of many thousand files would cost more than the phases.
    const isOther = signal !== this.#signal;
    if (isOther) signal.addEventListener('abort', this.#cancel, { once: true });
    const deadline = this.#startDeadline(phase, limitMs);
    this.#phasesOpen += 1;
    try {
      await this.#ended.or(work());
    } finally {
      this.#phasesOpen -= 1;
      deadline.stop();
      if (isOther) signal.removeEventListener('abort', this.#cancel);
    }
    return this.#failure;
  }

  #startDeadline(phase: Phase, limitMs: number): { stop(): void } {
    let timer: NodeJS.Timeout | undefined;
    let turn: NodeJS.Immediate | undefined;
    const start = (remainingMs: number): void => {
      if (remainingMs <= TIMER_MAX_MS) timer = setTimeout(hearFirst, remainingMs);
    };
    // After a sleep of the machine, timers are due before anything is read: what has come by then did not come late. One
    // turn of the loop reads it; that a connection has ended is told at the end of that turn, after immediates.
    const hearFirst = (): void => {
      turn = setImmediate(() => {
        turn = setImmediate(expire);
      });
    };
    const expire = (): void => {
      const waited = phase === 'write' ? performance.now() - this.#driver.lastProgress : limitMs;
      // A timer may fire a fraction of a millisecond early; only a whole stall counts.
      if (waited < limitMs - 1) {
        start(limitMs - waited);
        return;
      }
      this.#driver.trace({ type: 'timeout', phase, afterMs: limitMs });
      this.abort({ code: 'timeout', phase, afterMs: limitMs });
    };
    start(limitMs);
    return {
      stop: () => {
        clearTimeout(timer);
        clearImmediate(turn);
      },
    };
  }

  #connected(remoteAddress: string): void {
    this.#connectedAt = performance.now();
    this.#remoteAddress = remoteAddress;
    this.#phase = 'association';
    this.#connection.resolve(undefined);
  }

  #indication(indication: Indication): void {
    switch (indication.type) {
      case 'A-ASSOCIATE confirmation (accept)':
        this.#ac = indication.ac;
        this.#opened.resolve(undefined);
        return;
      case 'A-ASSOCIATE confirmation (reject)': {
        const { result, source, reason } = indication.rj;
        this.#end({ code: 'association rejected', result, source, reason });
        return;
      }
      case 'DIMSE message':
        this.#message(indication.command, indication.hasDataSet);
        return;
      case 'A-RELEASE indication':
        // In a release collision our own release goes on; otherwise the peer leaves us in the middle.
        if (this.#phase !== 'release') this.#end({ code: 'released by peer' });
        this.#driver.input({ type: 'A-RELEASE response' });
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
        // Without an error the connection went away: `#closed` knows why.
        if (indication.error !== undefined) this.#protocolError(indication.error.message);
        return;
      case 'A-ASSOCIATE indication':
      case 'data set':
        return;
    }
  }

  #message(command: Command, hasDataSet: boolean): void {
    const id = 'MessageIDBeingRespondedTo' in command ? command.MessageIDBeingRespondedTo : undefined;
    // Where one request is open, a response that names none of ours can only be meant for it; its judge will see it.
    // Where several are open, nobody can tell whose it is.
    const isOurs = id !== undefined && this.#answers.has(id);
    if (!isOurs && this.#answers.size > 1) {
      const detail = `a response to message ${id ?? 'unknown'} while ${this.#answers.size} other requests are open`;
      this.abort({ code: 'protocol error', phase: 'response', detail });
      return;
    }
    const key = isOurs ? id : this.#answers.keys().next().value;
    if (key === undefined) {
      this.#driver.trace({ type: 'unexpected message', command });
      return;
    }
    const resolve = this.#answers.get(key);
    this.#answers.delete(key);
    resolve?.({ type: 'message', command, hasDataSet });
  }

  #protocolError(detail: string): void {
    const looksLike = this.#phase === 'association' ? foreignProtocol(this.#firstBytes ?? new Uint8Array()) : undefined;
    this.#end({
      code: 'protocol error',
      phase: this.#phase,
      detail,
      ...(looksLike === undefined ? {} : { looksLike }),
    });
  }

  #closed(error: SystemErrorInfo | undefined): void {
    this.#signal.removeEventListener('abort', this.#cancel);
    const withError = error === undefined ? {} : { error };
    if (this.#connectedAt === undefined) {
      const unknown: SystemErrorInfo = { code: 'UNKNOWN', message: 'the connection was closed before it was made' };
      this.#end({ code: 'connection failed', error: error ?? unknown });
    } else {
      this.#end({ code: 'connection lost', phase: this.#phase, ...withError });
    }
    this.#gone.resolve(undefined);
  }

  /** The first end counts; what follows from it does not change it. */
  #end(failure: AssociationFailure | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#failure = failure;
    this.#ended.happen();
    if (failure === undefined) return;
    for (const resolve of this.#answers.values()) resolve({ type: 'failure', failure });
    this.#answers.clear();
  }
}
