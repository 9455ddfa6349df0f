// Runs a send: for each association of the plan, one or several open at the same time, fed from one queue; each file is
// settled as exactly one outcome. One bad file never stops the rest; a lost association is opened again for what remains.

import { closeLimitMs } from '../net/close-limit.ts';
import { culpritOf } from '../net/failure.ts';
import type { Peer } from '../net/peer.ts';
import { type AssociationEnd, type AssociationHost, CANCELLED_RELEASE_MS, runAssociation } from './association-run.ts';
import { DataSets } from './conversion.ts';
import { AssociationGrowth } from './growth.ts';
import type { AssociationSummary, SendJob, SendListeners, SendResult } from './job.ts';
import { DEFAULT_SEND_OPTIONS, type SendOptions } from './options.ts';
import type { Outcome, Reason, SentFacts } from './outcome.ts';
import { type PlannedAssociation, planSend, type SendPlan } from './plan.ts';
import { ProgressMeter } from './progress.ts';
import { InstanceQueue, type Pending } from './queue.ts';
import { Losses, pause } from './recovery.ts';
import type { ScannedInstance } from './scanned-file.ts';
import type { ScannedFiles } from './scanned-files.ts';
import { type Comparison, compare } from './screening.ts';
import type { StoredAtDestination } from './stored-instances.ts';
import { sturdyListeners } from './sturdy-listeners.ts';
import { type Ending, Tally } from './tally.ts';
import { outcomeWithoutAnswer } from './verdict.ts';

const NOTHING_SENT: SentFacts = { bytesSent: 0 };

/** Never rejects because of a peer, a file or a listener: the first two end as outcomes, the last is told. */
export async function runSend(job: SendJob, listeners: SendListeners, signal: AbortSignal): Promise<SendResult> {
  const sturdy = sturdyListeners(listeners);
  const run = new SendRun(job, sturdy.listeners, signal);
  let result: SendResult;
  try {
    result = await run.run();
  } finally {
    await run.dataSets.close();
  }
  return sturdy.troubles.length === 0 ? result : { ...result, troubles: sturdy.troubles };
}

/** The result for files of which none can be sent: no association is opened. */
export function nothingToSend(peer: Peer, files: ScannedFiles): SendResult {
  const nowMs = Date.now();
  const tally = new Tally(files, undefined);
  tally.settleSkipped();
  const { counts } = tally;
  const outcomes = tally.finish();
  return {
    peer,
    startedAtMs: nowMs,
    endedAtMs: nowMs,
    outcomes,
    counts,
    bytesSent: 0,
    associations: [],
    cancelled: false,
  };
}

class SendRun implements AssociationHost {
  readonly job: SendJob;
  readonly options: SendOptions;
  readonly dataSets: DataSets;
  readonly trace: SendListeners['trace'];
  readonly signal: AbortSignal;
  readonly #tally: Tally;
  readonly #progress: ProgressMeter;
  readonly #associations: AssociationSummary[] = [];
  readonly #closing: Promise<void>[] = [];
  #bytesSent = 0;
  /** Responses to our requests, whatever their status. */
  #answers = 0;
  /** The peer has accepted an association. */
  #isPeerKnown = false;
  /** 1 after a peer has lost an association on which several requests were open. */
  #operationsInvoked: number;
  readonly #growth: AssociationGrowth;
  /** Opens further associations beside the first, as many as are wanted by now. */
  #openMore: (() => void) | undefined;
  #waiting: InstanceQueue | undefined;
  #digests: ReadonlyMap<number, string> = new Map();
  /** By the index of the file that is sent in their place. */
  readonly #duplicatesOf = new Map<number, { readonly index: number; readonly reason: Reason }[]>();
  #duplicates: SendPlan['duplicates'] = new Map();
  readonly #stored: StoredAtDestination | undefined;

  constructor(job: SendJob, listeners: SendListeners, signal: AbortSignal) {
    this.job = job;
    this.trace = listeners.trace;
    this.signal = signal;
    this.options = { ...DEFAULT_SEND_OPTIONS, ...job.options };
    this.#operationsInvoked = this.options.operationsInvoked;
    this.#stored = job.earlier?.at(job.peer);
    this.dataSets = new DataSets(this.options.fileTimeoutMs);
    this.#growth = new AssociationGrowth(this.options.associations);
    this.#tally = new Tally(job.files, listeners.outcome);
    this.#progress = new ProgressMeter(job.files.load, () => this.#tally.counts, listeners.progress);
  }

  async run(): Promise<SendResult> {
    const startedAtMs = Date.now();
    const { files, peer } = this.job;
    this.#tally.settleSkipped();
    const compared = await compare(this.job, this.signal);
    // Cancelled before the files were compared: nothing can be said of them.
    if (!this.signal.aborted) await this.#runPlan(planSend(this.job, this.options, compared), compared);
    for (let index = 0; index < files.length; index += 1) {
      // Also settles the duplicates of the file, in front of it or behind.
      if (this.#tally.isSettled(index) || this.#duplicates.has(index)) continue;
      this.#settleByIndex(index, 'cancelled', { code: 'cancelled', phase: 'write' });
    }
    await Promise.all(this.#closing);
    this.#progress.finish();
    return {
      peer,
      startedAtMs,
      endedAtMs: Date.now(),
      outcomes: this.#tally.finish(),
      counts: this.#tally.counts,
      bytesSent: this.#bytesSent,
      associations: this.#associations,
      cancelled: this.signal.aborted,
    };
  }

  async #runPlan(plan: SendPlan, compared: Comparison): Promise<void> {
    this.#digests = compared.digests;
    this.#expectDuplicates(plan.duplicates);
    for (const { index, outcome, reason } of plan.unsent) this.#settleByIndex(index, outcome, reason);
    for (const planned of plan.associations) {
      if (this.signal.aborted) break;
      await this.#runPlanned(planned);
    }
  }

  opened(): void {
    this.#isPeerKnown = true;
    this.#openMore?.();
  }

  sent(pending: Pending, bytes: number): void {
    pending.bytesSent += bytes;
    this.#bytesSent += bytes;
    this.#progress.sent(bytes);
  }

  answered(): void {
    this.#answers += 1;
    const throughput = { answers: this.#answers, bytes: this.#bytesSent, waiting: this.#waiting?.size ?? 0 };
    this.#growth.observe(performance.now(), throughput);
    this.#openMore?.();
  }

  lost(pending: Pending): void {
    this.#progress.lost(pending.bytesSent);
    pending.bytesSent = 0;
  }

  settle(pending: Pending, outcome: Outcome, reason: Reason | undefined, facts: SentFacts): void {
    const { index, file, bytesSent } = pending;
    this.#settle(index, file, { outcome, reason, facts }, bytesSent);
  }

  #settle(index: number, file: ScannedInstance, ending: Ending, bytesSent: number): void {
    const { outcome, reason } = ending;
    this.#tally.settle(index, file, ending);
    this.#progress.settled(file.header.dataSetLength, bytesSent);
    const isStored = outcome === 'stored' || outcome === 'stored with warning';
    // Unknown: it may be stored.
    if (isStored || outcome === 'unknown') this.#stored?.add(file, this.#digests.get(index));
    for (const duplicate of this.#duplicatesOf.get(index) ?? []) {
      this.#settleByIndex(
        duplicate.index,
        isStored ? 'skipped' : outcome,
        isStored
          ? duplicate.reason
          : { code: 'same as another file', firstPath: file.path, ...(reason === undefined ? {} : { reason }) },
      );
    }
  }

  /** A duplicate has the outcome of the file that is sent in its place, and is settled after that. */
  #expectDuplicates(duplicates: SendPlan['duplicates']): void {
    this.#duplicates = duplicates;
    for (const [index, { first, reason }] of duplicates) {
      const others = this.#duplicatesOf.get(first);
      if (others === undefined) this.#duplicatesOf.set(first, [{ index, reason }]);
      else others.push({ index, reason });
    }
  }

  /** All instances of one planned association, until each is settled or the person has cancelled. */
  async #runPlanned(planned: PlannedAssociation): Promise<void> {
    const queue = new InstanceQueue(planned.instances);
    const others = new Set<Promise<void>>();
    const losses = new Losses();
    this.#waiting = queue;
    this.#openMore = () => {
      // Another association is worth its negotiation only where each gets a few instances.
      const wanted = Math.min(this.#growth.wanted, Math.floor(queue.size / 2));
      while (others.size + 1 < wanted) {
        const other = this.#runBeside(planned, queue, others).then(() => {
          others.delete(other);
        });
        others.add(other);
      }
    };
    // What another association gives back when it is lost may come after the first has found the queue empty.
    while (queue.size > 0 && !this.signal.aborted) {
      await this.#runUntilDone(planned, queue, others, losses);
      await Promise.all(others);
    }
    // Cancelled. What was once sent whole without an answer may be stored, whatever was meant to happen next.
    for (const pending of queue.drain()) {
      if (pending.mayBeStored) this.settle(pending, 'unknown', { code: 'cancelled', phase: 'response' }, NOTHING_SENT);
    }
  }

  /** One association after the other, as often as it is worth it, until the queue is empty. */
  async #runUntilDone(
    planned: PlannedAssociation,
    queue: InstanceQueue,
    others: ReadonlySet<Promise<void>>,
    losses: Losses,
  ): Promise<void> {
    while (queue.size > 0 && !this.signal.aborted) {
      const answersBefore = this.#answers;
      const { failure, wasOpen, suspects } = await this.#runOne(planned, queue);
      if (failure === undefined || this.signal.aborted || queue.size === 0) continue;
      if (!wasOpen && others.size > 0) {
        // The peer is there and busy with the others: what they leave is tried when they are done.
        await Promise.all(others);
        continue;
      }
      const hasAnswered = this.#answers > answersBefore;
      const step = losses.next({ failure, isPeerKnown: this.#isPeerKnown, hasAnswered, suspects });
      if (step.type === 'again') await pause(step.pauseMs, this.signal);
      else for (const pending of queue.drain()) this.#giveUp(pending, step.reason);
    }
  }

  /** An association beside the first. Refused or lost, it is not opened again at once: the others take what it leaves. */
  async #runBeside(
    planned: PlannedAssociation,
    queue: InstanceQueue,
    others: ReadonlySet<Promise<void>>,
  ): Promise<void> {
    const { failure, answers, suspects } = await this.#runOne(planned, queue);
    // Our own abort and an instance that the peer aborts on say nothing about how many associations it allows.
    const isOfInstance = failure?.code === 'association aborted' && answers > 0 && suspects > 0;
    if (failure === undefined || failure.code === 'abandoned' || isOfInstance) return;
    this.#growth.refused(performance.now(), others.size);
  }

  async #runOne(planned: PlannedAssociation, queue: InstanceQueue): Promise<AssociationEnd> {
    const end = await runAssociation(this, planned, queue, this.#operationsInvoked);
    this.#associations.push(end.summary);
    this.#closing.push(
      end.association.gone(this.signal.aborted ? CANCELLED_RELEASE_MS : closeLimitMs(end.failure?.code)),
    );
    // Some peers grant a window and break on it: from then on one request at a time.
    if (end.failure !== undefined && culpritOf(end.failure) === 'peer' && end.association.operationsInvoked > 1) {
      this.#operationsInvoked = 1;
    }
    return end;
  }

  #giveUp(pending: Pending, reason: Reason): void {
    this.settle(pending, outcomeWithoutAnswer(pending), reason, NOTHING_SENT);
  }

  /** An instance that was never taken. */
  #settleByIndex(index: number, outcome: Outcome, reason: Reason): void {
    const file = this.job.files.instance(index);
    this.#settle(index, file, { outcome, reason, facts: NOTHING_SENT }, 0);
  }
}
