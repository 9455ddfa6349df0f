// Runs a send: for each sort of channel that the target has arranged, one or several open at the same time, fed from
// one queue; each file is settled as exactly one outcome. One bad file never stops the rest; a lost channel is opened
// again for what remains.

import type { Peer } from '../net/peer.ts';
import { type ChannelEnd, type ChannelHost, outcomeWithoutAnswer, runChannel, TRIES_MAX } from './channel-run.ts';
import { Duplicates } from './duplicates.ts';
import { ChannelGrowth } from './growth.ts';
import { guardedListeners } from './guarded-listeners.ts';
import type { SendJob, SendListeners, SendResult } from './job.ts';
import { DEFAULT_SEND_OPTIONS, type SendOptions } from './options.ts';
import type { Outcome, Reason, SentFacts } from './outcome.ts';
import { type PlannedChannel, planSend, type SendPlan } from './plan.ts';
import { DEFAULT_PREFLIGHT_POLICY } from './preflight-policy.ts';
import { ProgressMeter } from './progress.ts';
import { InstanceQueue, type Pending, untried } from './queue.ts';
import { Losses, pause } from './recovery.ts';
import type { ScannedInstance } from './scanned-file.ts';
import { growthOf, type InstanceKind, type ScannedFiles } from './scanned-files.ts';
import { compare, conflictsWith, duplicateOf, NOTHING_COMPARED, storedConflict } from './screening.ts';
import type { ChannelNeeds, StoreTarget } from './store-target.ts';
import type { StoredAtDestination, StoredInstance } from './stored-instances.ts';
import { type Ending, Tally } from './tally.ts';
import { DicomTarget } from './targets/dicom-target.ts';

const NOTHING_SENT: SentFacts = { bytesSent: 0 };

/** Sends to the job's peer. Never rejects because of a peer, a file or a listener: these are told in the result. */
export async function runSend(job: SendJob, listeners: SendListeners, signal: AbortSignal): Promise<SendResult> {
  const guarded = guardedListeners(listeners);
  const options = { ...DEFAULT_SEND_OPTIONS, ...job.options };
  const target = new DicomTarget(job, options, guarded.listeners);
  const result = await runSendTo(target, job, guarded.listeners, signal);
  return guarded.troubles.length === 0 ? result : { ...result, troubles: guarded.troubles };
}

/**
 * Sends to any target, and closes it.
 * @param listeners what they throw, this throws
 */
export async function runSendTo<Needs extends ChannelNeeds>(
  target: StoreTarget<Needs>,
  job: SendJob,
  listeners: SendListeners,
  signal: AbortSignal,
): Promise<SendResult> {
  return new SendRun(target, job, listeners, signal).run();
}

/** The result when none of the files can be sent: no association is opened. */
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

class SendRun<Needs extends ChannelNeeds> implements ChannelHost {
  readonly signal: AbortSignal;
  readonly #target: StoreTarget<Needs>;
  readonly #job: SendJob;
  readonly #options: SendOptions;
  readonly #tally: Tally;
  readonly #progress: ProgressMeter;
  readonly #growth: ChannelGrowth;
  readonly #stored: StoredAtDestination | undefined;
  #bytesSent = 0;
  /** Kinds of which instances are decompressed, and how much others would have grown that were settled before. */
  readonly #growing = new Set<InstanceKind>();
  readonly #growthSettled = new Map<InstanceKind, number>();
  #answers = 0;
  /** The target has opened a channel. */
  #isPeerKnown = false;
  /** Opens further channels beside the first, as many as are wanted by now. */
  #openMore: (() => void) | undefined;
  #waiting: InstanceQueue | undefined;
  #losses = new Losses();
  #compared = NOTHING_COMPARED;
  /** Instances that are on their way, by index; to be called when they have their outcome. */
  readonly #begun = new Map<number, () => void>();
  #duplicates = new Duplicates();

  constructor(target: StoreTarget<Needs>, job: SendJob, listeners: SendListeners, signal: AbortSignal) {
    this.signal = signal;
    this.#target = target;
    this.#job = job;
    this.#options = { ...DEFAULT_SEND_OPTIONS, ...job.options };
    this.#stored = job.earlier?.at(job.peer);
    this.#growth = new ChannelGrowth(this.#options.associations);
    this.#tally = new Tally(job.files, listeners.outcome);
    listeners.began?.(this.#tally);
    this.#progress = new ProgressMeter(job.files.load, () => this.#tally.counts, listeners.progress);
  }

  async run(): Promise<SendResult> {
    const startedAtMs = Date.now();
    try {
      await this.#sendAll();
    } finally {
      await this.#target.close();
      for (const ended of this.#begun.values()) ended();
    }
    this.#progress.finish();
    return {
      peer: this.#job.peer,
      startedAtMs,
      endedAtMs: Date.now(),
      outcomes: this.#tally.finish(),
      counts: this.#tally.counts,
      bytesSent: this.#bytesSent,
      associations: this.#target.associations,
      cancelled: this.signal.aborted,
    };
  }

  opened(): void {
    this.#isPeerKnown = true;
    this.#openMore?.();
  }

  claim({ index, file }: Pending): Promise<Reason | undefined> | undefined {
    if (this.#stored === undefined) return undefined;
    const first = this.#stored.find(file.header.sopInstanceUID);
    if (first === undefined || this.#mayReplace(index, file, first)) {
      this.#begin(index, file, this.#stored);
      return undefined;
    }
    return this.#claimBeside(index, file, first, this.#stored);
  }

  begun({ kind }: Pending, transferSyntaxUID: string): void {
    if (transferSyntaxUID === kind.transferSyntaxUID || this.#growing.has(kind)) return;
    // All others of its kind will be decompressed, too.
    this.#growing.add(kind);
    this.#progress.grown((this.#job.files.growth.get(kind) ?? 0) - (this.#growthSettled.get(kind) ?? 0));
  }

  sent(pending: Pending, bytes: number): void {
    pending.bytesSent += bytes;
    this.#bytesSent += bytes;
    this.#progress.sent(bytes);
  }

  answered({ kind }: Pending): void {
    this.#answers += 1;
    this.#losses.answered(kind);
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

  #mayReplace(index: number, file: ScannedInstance, first: StoredInstance): boolean {
    const { preflight } = this.#options;
    const policy = preflight?.['conflicting instance'] ?? DEFAULT_PREFLIGHT_POLICY['conflicting instance'];
    if (policy === 'send' || this.#job.decided?.has(file.path) === true) return true;
    return first.path === file.path || first.path === this.#compared.same.get(index);
  }

  /** Another send has stored `first` since this one compared its files, or is about to. */
  async #claimBeside(
    index: number,
    file: ScannedInstance,
    first: StoredInstance,
    stored: StoredAtDestination,
  ): Promise<Reason | undefined> {
    const { fileTimeoutMs } = this.#options;
    const digest = this.#compared.digests.get(index);
    const isOther = await conflictsWith(file, digest, first, this.signal, fileTimeoutMs);
    // Cancelled: it does not go out anyway, and is not compared to the end.
    if (isOther && !this.signal.aborted) return { code: 'pre-flight', finding: storedConflict(file, first.path) };
    this.#begin(index, file, stored);
    return undefined;
  }

  #begin(index: number, file: ScannedInstance, stored: StoredAtDestination): void {
    this.#begun.get(index)?.();
    this.#begun.set(index, stored.begin(file, this.#compared.digests.get(index)));
  }

  async #sendAll(): Promise<void> {
    const { files } = this.#job;
    this.#tally.settleSkipped();
    const compared = await compare(this.#job, this.signal);
    // Cancelled before the files were compared: nothing can be said of them.
    if (!this.signal.aborted) {
      this.#compared = compared;
      await this.#runPlan(planSend(this.#job, this.#target, this.#options.preflight, compared));
    }
    for (let index = 0; index < files.length; index += 1) {
      if (this.#tally.isSettled(index) || this.#duplicates.has(index)) continue;
      this.#settleByIndex(index, 'cancelled', { code: 'cancelled', phase: 'write' });
    }
  }

  async #runPlan(plan: SendPlan<Needs>): Promise<void> {
    this.#duplicates = new Duplicates(plan.duplicates);
    for (const { index, outcome, reason } of plan.unsent) this.#settleByIndex(index, outcome, reason);
    for (const planned of plan.channels) {
      if (this.signal.aborted) break;
      await this.#runPlanned(planned);
    }
  }

  /** All instances of one sort of channel, until each is settled or the person has cancelled. */
  async #runPlanned({ needs, instances }: PlannedChannel<Needs>): Promise<void> {
    const queue = new InstanceQueue(instances);
    const others = new Set<Promise<void>>();
    this.#losses = new Losses();
    this.#waiting = queue;
    this.#openMore = () => {
      // Another channel pays only where each gets a few instances.
      const wanted = Math.min(this.#growth.wanted, Math.floor(queue.size / 2));
      while (others.size + 1 < wanted) {
        const other = this.#runBeside(needs, queue, others).then(() => {
          others.delete(other);
        });
        others.add(other);
        // A bug in it fails the send where the others are awaited, not before.
        other.catch(() => undefined);
      }
    };
    // A channel beside the first may put instances back after the first has found the queue empty.
    while (queue.size > 0 && !this.signal.aborted) {
      await this.#runUntilDone(needs, queue, others);
      await Promise.all(others);
    }
    // Cancelled: an instance that once went out whole without an answer may be stored.
    for (const pending of queue.drain()) {
      if (pending.mayBeStored) this.settle(pending, 'unknown', { code: 'cancelled', phase: 'response' }, NOTHING_SENT);
    }
  }

  /** One channel after the other, as often as it is worth it, until the queue is empty. */
  async #runUntilDone(needs: Needs, queue: InstanceQueue, others: ReadonlySet<Promise<void>>): Promise<void> {
    while (queue.size > 0 && !this.signal.aborted) {
      const answersBefore = this.#answers;
      const { failure, wasOpen, suspects, isRepeated, unreadable } = await this.#runOne(needs, queue);
      if (failure === undefined || this.signal.aborted || queue.size === 0) continue;
      if (!wasOpen && others.size > 0) {
        // The peer is busy with the other channels: try again when they have ended.
        await Promise.all(others);
        continue;
      }
      const hasAnswered = this.#answers > answersBefore;
      const lost = { failure, isPeerKnown: this.#isPeerKnown, hasAnswered, suspects, isRepeated, unreadable };
      const step = this.#losses.next(lost);
      if (step.type === 'again') {
        await pause(step.pauseMs, this.signal);
        continue;
      }
      for (const pending of step.kind === undefined ? queue.drain() : queue.drainKind(step.kind)) {
        // What happened to it says more than what happened to others.
        this.settle(pending, outcomeWithoutAnswer(pending), pending.lostBy ?? step.reason, NOTHING_SENT);
      }
    }
  }

  /** A channel beside the first. Refused or lost, it is not opened again at once: the others take what it leaves. */
  async #runBeside(needs: Needs, queue: InstanceQueue, others: ReadonlySet<Promise<void>>): Promise<void> {
    const { failure, answers, suspects, unreadable } = await this.#runOne(needs, queue);
    if (failure === undefined) return;
    // A file that we cannot read and an instance that the peer ends the channel for say nothing about how many it
    // allows.
    const isOfFile = failure.culprit === 'local' && unreadable > 0;
    const isOfInstance = failure.isByPeer && answers > 0 && suspects.size > 0;
    if (!isOfFile && !isOfInstance) this.#growth.refused(performance.now(), others.size);
  }

  #runOne(needs: Needs, queue: InstanceQueue): Promise<ChannelEnd> {
    return runChannel(this, this.#target, needs, queue);
  }

  #settle(index: number, file: ScannedInstance, ending: Ending, bytesSent: number): void {
    const { outcome } = ending;
    this.#tally.settle(index, file, ending);
    this.#progress.settled(file.header.dataSetLength + this.#growthOf(index, file), bytesSent);
    const isStored = outcome === 'stored' || outcome === 'stored with warning';
    // Unknown: it may be stored.
    if (isStored || outcome === 'unknown') this.#stored?.add(file, this.#compared.digests.get(index));
    this.#begun.get(index)?.();
    this.#begun.delete(index);
    if (isStored) {
      for (const duplicate of this.#duplicates.take(index)) {
        this.#settleByIndex(duplicate, 'skipped', duplicateOf(this.#job.files.instance(duplicate), file.path));
      }
    } else this.#settleDuplicates(index, file.path, ending);
  }

  /**
   * The file is not stored. If it failed or was held back, the next with the same bytes is sent. It may be stored
   * ('unknown'), or nothing more is sent: then those end as this one.
   */
  #settleDuplicates(index: number, firstPath: string, { outcome, reason }: Ending): void {
    const queue = this.#waiting;
    if (queue !== undefined && !this.signal.aborted && (outcome === 'failed' || outcome === 'held back')) {
      const promoted = this.#duplicates.promote(index);
      if (promoted === undefined) return;
      const { files } = this.#job;
      const instance = { index: promoted, file: files.instance(promoted), kind: files.kindOf(promoted) };
      // Where not the file was at fault, these very bytes have had a try.
      const isUntried = reason?.code === 'file changed' || reason?.code === 'read error';
      queue.putLast({ ...untried(instance), tries: isUntried ? 0 : TRIES_MAX - 1 });
      return;
    }
    const why = reason === undefined ? {} : { reason };
    for (const duplicate of this.#duplicates.take(index)) {
      this.#settleByIndex(duplicate, outcome, { code: 'same as another file', firstPath, ...why });
    }
  }

  /** By how much it counts for more than its file. */
  #growthOf(index: number, { header }: ScannedInstance): number {
    const growth = growthOf(header);
    const kind = this.#job.files.kindOf(index);
    if (growth === 0 || this.#growing.has(kind)) return growth;
    this.#growthSettled.set(kind, (this.#growthSettled.get(kind) ?? 0) + growth);
    return 0;
  }

  /** Settles an instance that was never sent. */
  #settleByIndex(index: number, outcome: Outcome, reason: Reason): void {
    this.#settle(index, this.#job.files.instance(index), { outcome, reason, facts: NOTHING_SENT }, 0);
  }
}
