// One association of a send, from its request to its end: takes instances from the shared queue, keeps as many on their
// way as the peer allows, and settles each by what the peer says of it.

import { Occurrence } from '../net/deferred.ts';
import type { AssociationFailure } from '../net/failure.ts';
import { RequestedAssociation } from '../net/requested-association.ts';
import { DataSetReading, roomFor, type StoreExchange, transmit } from '../net/store-scu.ts';
import type { TraceSink } from '../net/trace-record.ts';
import { WritePace } from '../net/write-pace.ts';
import { type ContextNeed, contextFor } from '../protocol/acse/propose.ts';
import type { CStoreRq } from '../protocol/dimse/command.ts';
import { storeRequest } from '../protocol/service/storage.ts';
import type { DataSets } from './conversion.ts';
import type { AssociationSummary, SendJob } from './job.ts';
import { MessageIds } from './message-ids.ts';
import type { SendOptions } from './options.ts';
import type { Outcome, Reason, SentFacts } from './outcome.ts';
import type { PlannedAssociation } from './plan.ts';
import type { InstanceQueue, Pending } from './queue.ts';
import { refusalOf } from './refusal.ts';
import { outcomeWithoutAnswer, verdictOf } from './verdict.ts';

/** More than this many requests at a time gain nothing, and a peer that grants "no limit" may still drown. */
export const WINDOW_MAX = 64;
/** After cancelling, the peer has this long to take part in an orderly end. */
export const CANCELLED_RELEASE_MS = 500;

/** So many instances are looked at ahead of their turn. */
const READ_AHEAD = 32;

/** What an association needs of the send that it is part of. */
export interface AssociationHost {
  readonly job: SendJob;
  readonly options: SendOptions;
  readonly dataSets: DataSets;
  readonly trace: TraceSink | undefined;
  readonly signal: AbortSignal;
  /** The peer has accepted the association. */
  opened(): void;
  /** Bytes of an instance's data set that have just gone out. */
  sent(pending: Pending, bytes: number): void;
  /** The peer has answered a request, whatever it said. */
  answered(): void;
  /** The try is void: the instance will be sent again. */
  lost(pending: Pending): void;
  settle(pending: Pending, outcome: Outcome, reason: Reason | undefined, facts: SentFacts): void;
}

export interface AssociationEnd {
  readonly association: RequestedAssociation;
  /** The peer accepted it. */
  readonly wasOpen: boolean;
  /** How many requests were answered. */
  readonly answers: number;
  /** How many instances were on their way when the peer lost it, and had not been lost before. */
  readonly suspects: number;
  /** Undefined: released in good order. */
  readonly failure: AssociationFailure | undefined;
  readonly summary: AssociationSummary;
}

/** An instance whose data set is being read for this association. */
interface Prepared {
  readonly pending: Pending;
  readonly presentationContextId: number;
  readonly transferSyntax: string;
  readonly length: number | undefined;
  readonly reading: DataSetReading;
}

/**
 * @param operationsInvoked how many requests to ask for at a time; 1: the window is not proposed; 0: as many as the peer likes
 */
export async function runAssociation(
  host: AssociationHost,
  planned: PlannedAssociation,
  queue: InstanceQueue,
  operationsInvoked: number,
): Promise<AssociationEnd> {
  const outcome = await RequestedAssociation.request(
    host.job.peer,
    { presentationContexts: planned.contexts, ...(operationsInvoked === 1 ? {} : { operationsInvoked }) },
    host.trace,
    host.signal,
  );
  const { association } = outcome;
  let failure: AssociationFailure | undefined;
  let run: AssociationRun | undefined;
  if (outcome.type === 'open') {
    host.opened();
    run = new AssociationRun(host, association, queue);
    try {
      await run.sendAll();
    } catch (thrown) {
      // A bug of ours: the peer must not wait for the rest of it.
      association.abort({ code: 'abandoned', phase: 'write' });
      throw thrown;
    } finally {
      run.close();
    }
    failure = await end(association, host.signal);
  } else {
    failure = outcome.failure;
  }
  const { answers, suspects } = run ?? { answers: 0, suspects: 0 };
  return {
    association,
    wasOpen: run !== undefined,
    answers,
    suspects,
    failure,
    summary: summaryOf(association, failure),
  };
}

class AssociationRun {
  answers = 0;
  suspects = 0;
  readonly #host: AssociationHost;
  readonly #association: RequestedAssociation;
  readonly #queue: InstanceQueue;
  readonly #contexts = new Map<ContextNeed, ReturnType<typeof contextFor>>();
  readonly #awaited = new Set<Promise<void>>();
  #readAheadUntil = 0;
  readonly #messageIds = new MessageIds();
  readonly #pace = new WritePace();
  /** The end of the association, or the person: no file is waited for any more. */
  readonly #interruption = new Occurrence();
  readonly #interrupt = (): void => this.#interruption.happen();

  constructor(host: AssociationHost, association: RequestedAssociation, queue: InstanceQueue) {
    this.#host = host;
    this.#association = association;
    this.#queue = queue;
    association.ended.wait(this.#interrupt);
    host.signal.addEventListener('abort', this.#interrupt, { once: true });
    if (host.signal.aborted) this.#interrupt();
  }

  close(): void {
    this.#host.signal.removeEventListener('abort', this.#interrupt);
  }

  /** Until the queue is empty, the association has ended, or the person has cancelled. */
  async sendAll(): Promise<void> {
    const { maxFragment } = this.#association;
    if (maxFragment === undefined) {
      const maximumLength = this.#association.ac?.userInformation.maximumLength ?? 0;
      for (const pending of this.#queue.drain()) {
        const reason: Reason = { code: 'unusable maximum length', maximumLength };
        this.#host.settle(pending, outcomeWithoutAnswer(pending), reason, { bytesSent: 0 });
      }
      return;
    }
    const window = Math.min(this.#association.operationsInvoked, WINDOW_MAX);
    let next: Prepared | undefined;
    for (;;) {
      const prepared = next ?? this.#prepare(maxFragment);
      next = undefined;
      if (prepared === undefined) break;
      if (this.#association.hasEnded || this.#host.signal.aborted) {
        this.#queue.putBack(prepared.pending);
        prepared.reading.abandon();
        break;
      }
      await this.#send(prepared);
      // The disk works on the next instance while the answer to this one is on its way.
      if (this.#awaited.size > 0) next = this.#prepare(maxFragment);
      while (this.#awaited.size >= window) await Promise.race(this.#awaited);
    }
    await Promise.all(this.#awaited);
  }

  /** The next instance that the peer takes; those that it does not take are settled on the way. */
  #prepare(maxFragment: number): Prepared | undefined {
    for (;;) {
      this.#readAhead(maxFragment);
      const pending = this.#queue.take();
      if (pending === undefined) return undefined;
      const found = this.#contextFor(pending.need);
      if (found === undefined) {
        const refusal = refusalOf(this.#association.contexts, pending.need);
        this.#host.settle(pending, outcomeWithoutAnswer(pending), refusal, { bytesSent: 0 });
        continue;
      }
      const { transferSyntax } = found;
      const source = this.#host.dataSets.sourceOf(pending.file, transferSyntax);
      return {
        pending,
        presentationContextId: found.context.presentationContextId,
        transferSyntax,
        length: source.length,
        reading: new DataSetReading(source, this.#pace.chunkLength(maxFragment), maxFragment),
      };
    }
  }

  /** What comes next is read in batches, each while the one before is sent. */
  #readAhead(maxFragment: number): void {
    const taken = this.#queue.taken;
    if (taken < this.#readAheadUntil) return;
    const next = this.#queue.upcoming(READ_AHEAD).filter(({ need }) => this.#contextFor(need) !== undefined);
    const done = this.#host.dataSets.expect(
      next.map(({ file }) => file),
      roomFor(maxFragment),
    );
    this.#readAheadUntil = taken + Math.floor(done / 2);
  }

  #contextFor(need: ContextNeed): ReturnType<typeof contextFor> {
    if (!this.#contexts.has(need)) this.#contexts.set(need, contextFor(this.#association.contexts, need));
    return this.#contexts.get(need);
  }

  /** Resolves when the next instance may follow; the answer is settled when it comes. */
  async #send(prepared: Prepared): Promise<void> {
    const { pending, presentationContextId } = prepared;
    const { path, header } = pending.file;
    const { sopClassUID, sopInstanceUID } = header;
    const messageId = this.#messageIds.take();
    const request = storeRequest({ messageId, sopClassUID, sopInstanceUID, priority: this.#host.options.priority });
    const shown = this.#host.job.displayPath?.(path) ?? path;
    const began = performance.now();
    this.#association.driver.trace({ type: 'file begins', path: shown, messageId, length: prepared.length });
    pending.tries += 1;
    const transmission = await transmit(
      this.#association,
      presentationContextId,
      request,
      prepared.reading,
      (bytes, elapsedMs) => {
        this.#pace.took(bytes, elapsedMs);
        this.#host.sent(pending, bytes);
      },
      this.#interruption,
    );
    if (transmission.type === 'ended') {
      this.#conclude(prepared, request, transmission.exchange, shown, began);
      return;
    }
    const concluded = transmission.exchange.then((exchange) => {
      this.#awaited.delete(concluded);
      this.#conclude(prepared, request, exchange, shown, began);
    });
    this.#awaited.add(concluded);
  }

  #conclude(prepared: Prepared, request: CStoreRq, exchange: StoreExchange, shown: string, began: number): void {
    const { pending, transferSyntax } = prepared;
    this.#messageIds.close(request.MessageID);
    if (exchange.type === 'failure' && exchange.allSent) pending.mayBeStored = true;
    const verdict = verdictOf(exchange, pending, request, transferSyntax);
    if (verdict.type === 'again') {
      this.#host.lost(pending);
      if (this.#association.failure?.code === 'abandoned') {
        pending.tries -= 1;
        this.#queue.putBack(pending);
      } else {
        this.suspects += 1;
        this.#queue.putLast(pending);
      }
      return;
    }
    let outcome: Outcome;
    let reason: Reason | undefined;
    let status: number | undefined;
    if (verdict.type === 'distrust') {
      const { detail } = verdict;
      this.#association.abort({ code: 'protocol error', phase: 'response', detail });
      // It has the whole instance, and what it made of it nobody can tell.
      outcome = 'unknown';
      reason = { code: 'invalid response', detail };
    } else {
      ({ outcome, reason, status } = verdict);
      if (exchange.type === 'answer') {
        this.answers += 1;
        this.#host.answered();
      }
    }
    const { bytesSent } = exchange;
    const elapsedMs = performance.now() - began;
    const facts = { bytesSent, elapsedMs, ...(status === undefined ? {} : { status }) };
    const { bytesSent: bytes, ...traced } = facts;
    // Settled first: whoever keeps a record has it before anybody is told.
    this.#host.settle(pending, outcome, reason, { ...facts, transferSyntaxOnWire: transferSyntax });
    this.#association.driver.trace({ type: 'file ends', path: shown, outcome, bytes, ...traced });
  }
}

/** Leaves in good order where that is still possible. */
async function end(association: RequestedAssociation, signal: AbortSignal): Promise<AssociationFailure | undefined> {
  if (association.hasEnded) return association.failure;
  const limit = signal.aborted ? AbortSignal.timeout(CANCELLED_RELEASE_MS) : signal;
  const failure = await association.release(limit);
  // Everything is answered: how the peer leaves changes nothing for any file.
  return failure?.code === 'cancelled' ? undefined : failure;
}

function summaryOf(association: RequestedAssociation, failure: AssociationFailure | undefined): AssociationSummary {
  const information = association.ac?.userInformation;
  const { implementationClassUID, implementationVersionName, maximumLength } = information ?? {};
  return {
    association: association.number,
    startedAtMs: association.startedAtMs,
    endedAtMs: Date.now(),
    contexts: association.contexts,
    ...(implementationClassUID === undefined ? {} : { peerImplementationClassUID: implementationClassUID }),
    ...(implementationVersionName === undefined ? {} : { peerImplementationVersionName: implementationVersionName }),
    ...(maximumLength === undefined ? {} : { peerMaximumLength: maximumLength }),
    operationsInvoked: association.operationsInvoked,
    ...(failure === undefined ? {} : { failure }),
  };
}
