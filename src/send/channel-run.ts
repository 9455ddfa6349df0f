// One channel of a send, from its opening to its end: takes instances from the shared queue, keeps as many on their way
// as the channel allows, and settles each by what the target says of it.

import type { Outcome, Reason, SentFacts } from './outcome.ts';
import type { InstanceQueue, Pending } from './queue.ts';
import type { InstanceKind } from './scanned-files.ts';
import type {
  ChannelFailure,
  ChannelNeeds,
  PreparedInstance,
  StoreChannel,
  StoreResult,
  StoreTarget,
} from './store-target.ts';

/**
 * An instance on its way when its channel is lost goes last through the next one; lost again, it is not sent a third
 * time.
 */
export const TRIES_MAX = 2;
/** How many instances a channel is told of ahead of their turn. */
const READ_AHEAD = 32;

/** What a channel's run tells the send that it is part of. */
export interface ChannelHost {
  readonly signal: AbortSignal;
  /** The target has opened the channel. */
  opened(): void;
  /**
   * Called before an instance goes out.
   * @returns why it must not: what was stored meanwhile; undefined: it may
   */
  claim(pending: Pending): Promise<Reason | undefined> | undefined;
  /** An instance goes out in this transfer syntax, its own or another one. */
  begun(pending: Pending, transferSyntaxUID: string): void;
  /** Bytes of an instance's data set that have just gone out. */
  sent(pending: Pending, bytes: number): void;
  /** The target has answered to this instance, whatever it said. */
  answered(pending: Pending): void;
  /** The instance will be sent again: bytes of this try no longer count. */
  lost(pending: Pending): void;
  settle(pending: Pending, outcome: Outcome, reason: Reason | undefined, facts: SentFacts): void;
}

export interface ChannelEnd {
  readonly wasOpen: boolean;
  /** Undefined: it ended in good order. */
  readonly failure: ChannelFailure | undefined;
  /** How many instances were answered. */
  readonly answers: number;
  /** Kinds of the instances that were on their way when the peer lost it. */
  readonly suspects: ReadonlySet<InstanceKind>;
  /** There were such instances, and each had been lost before. */
  readonly isRepeated: boolean;
  /** How many files could not be read to their end. */
  readonly unreadable: number;
}

const NOT_OPENED = {
  wasOpen: false,
  answers: 0,
  suspects: new Set<InstanceKind>(),
  isRepeated: false,
  unreadable: 0,
};

export async function runChannel<Needs extends ChannelNeeds>(
  host: ChannelHost,
  target: StoreTarget<Needs>,
  needs: Needs,
  queue: InstanceQueue,
): Promise<ChannelEnd> {
  const opened = await target.open(needs, host.signal);
  if (opened.type === 'failure') return { ...NOT_OPENED, failure: opened.failure };
  const { channel } = opened;
  host.opened();
  const run = new ChannelRun(host, channel, queue);
  try {
    await run.storeAll();
  } catch (thrown) {
    channel.abandon();
    throw thrown;
  } finally {
    run.failure = await channel.end(host.signal);
  }
  return run;
}

/**
 * The outcome of an instance without an answer. If it went out whole in any try it may be stored, even if a later try
 * failed.
 */
export function outcomeWithoutAnswer(pending: Pending, otherwise: 'failed' | 'cancelled' = 'failed'): Outcome {
  return pending.mayBeStored ? 'unknown' : otherwise;
}

/** Two clocks: one tells when, the other how long, whatever happens to the first. */
interface Beginning {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly monotonicMs: number;
}

interface Ready {
  readonly pending: Pending;
  readonly prepared: PreparedInstance;
}

class ChannelRun implements ChannelEnd {
  readonly wasOpen = true;
  failure: ChannelFailure | undefined;
  answers = 0;
  readonly suspects = new Set<InstanceKind>();
  unreadable = 0;
  #hasLostFirstTry = false;
  readonly #host: ChannelHost;
  readonly #channel: StoreChannel;
  readonly #queue: InstanceQueue;
  readonly #awaited = new Set<Promise<void>>();
  #readAheadUntil = 0;

  constructor(host: ChannelHost, channel: StoreChannel, queue: InstanceQueue) {
    this.#host = host;
    this.#channel = channel;
    this.#queue = queue;
  }

  get isRepeated(): boolean {
    return this.suspects.size > 0 && !this.#hasLostFirstTry;
  }

  /** Until the queue is empty, the channel has ended, or the person has cancelled. */
  async storeAll(): Promise<void> {
    let prepared: Ready | undefined;
    for (;;) {
      const ready = prepared ?? this.#prepare();
      prepared = undefined;
      if (ready === undefined) {
        if (this.#awaited.size === 0) break;
        // An answer may put another file into the queue: one with the same bytes as a file that is not stored.
        await Promise.race(this.#awaited);
        continue;
      }
      // One of those that were on their way when a channel was lost is the cause. Alone, it takes no other one along.
      const isSuspect = ready.pending.tries > 0;
      if (isSuspect) await Promise.all(this.#awaited);
      // Nearly always there is nothing to wait for.
      const claim = this.#host.claim(ready.pending);
      const reason = claim === undefined ? undefined : await claim;
      if (reason !== undefined) {
        ready.prepared.abandon();
        this.#host.settle(ready.pending, 'held back', reason, { bytesSent: 0 });
        continue;
      }
      if (this.#channel.hasEnded || this.#host.signal.aborted) {
        this.#queue.putBack(ready.pending);
        ready.prepared.abandon();
        break;
      }
      await this.#store(ready);
      // Read the next instance while the answer to this one is on its way.
      if (this.#awaited.size > 0) prepared = this.#prepare();
      const window = isSuspect ? 1 : this.#channel.window;
      while (this.#awaited.size >= window) await Promise.race(this.#awaited);
    }
    await Promise.all(this.#awaited);
  }

  /** The next instance that the target takes; those that it does not take are settled on the way. */
  #prepare(): Ready | undefined {
    for (;;) {
      this.#readAhead();
      const pending = this.#queue.take();
      if (pending === undefined) return undefined;
      const prepared = this.#channel.prepare(pending);
      if (prepared.type === 'prepared') return { pending, prepared: prepared.instance };
      this.#host.settle(pending, outcomeWithoutAnswer(pending), prepared.reason, { bytesSent: 0 });
    }
  }

  /** Reads the next files in batches, each while the batch before is sent. */
  #readAhead(): void {
    const taken = this.#queue.taken;
    if (taken < this.#readAheadUntil) return;
    const done = this.#channel.expect(this.#queue.upcoming(READ_AHEAD));
    this.#readAheadUntil = taken + Math.floor(done / 2);
  }

  /** Resolves when the next instance may follow; this one is settled when its answer comes. */
  async #store(ready: Ready): Promise<void> {
    const { pending, prepared } = ready;
    const began = { atMs: Date.now(), monotonicMs: performance.now() };
    pending.tries += 1;
    this.#host.begun(pending, prepared.transferSyntaxUID);
    const transmission = await prepared.store((bytes) => this.#host.sent(pending, bytes));
    if (transmission.type === 'ended') {
      this.#conclude(ready, transmission.result, began);
      return;
    }
    const concluded = transmission.result.then((result) => {
      this.#awaited.delete(concluded);
      this.#conclude(ready, result, began);
    });
    this.#awaited.add(concluded);
    // It fails where it is awaited, not before.
    concluded.catch(() => undefined);
  }

  #conclude(ready: Ready, result: StoreResult, began: Beginning): void {
    const { pending } = ready;
    switch (result.type) {
      case 'answer':
        this.answers += 1;
        this.#host.answered(pending);
        this.#settle(ready, result.outcome, result.reason, result, began);
        return;
      case 'invalid answer':
        // The peer has the whole instance, and nobody can tell what it made of it. Another instance may get a valid answer.
        this.#suspect(pending);
        this.#settle(ready, 'unknown', result.reason, result, began);
        return;
      case 'unreadable':
        this.unreadable += 1;
        this.#settle(ready, outcomeWithoutAnswer(pending), result.reason, result, began);
        return;
      case 'lost':
        this.#concludeLost(ready, result, began);
    }
  }

  #concludeLost(ready: Ready, result: StoreResult & { readonly type: 'lost' }, began: Beginning): void {
    const { pending } = ready;
    const { reason, culprit } = result.failure;
    if (result.mayBeStored) pending.mayBeStored = true;
    if (culprit === 'local') {
      // We ended the channel because of another file, or this machine failed: this try does not count.
      pending.tries -= 1;
      this.#host.lost(pending);
      this.#queue.putBack(pending);
      return;
    }
    if (culprit === 'peer') {
      this.#suspect(pending);
      pending.lostBy = reason;
    }
    if (culprit === 'peer' && pending.tries < TRIES_MAX) {
      this.#host.lost(pending);
      this.#queue.putLast(pending);
    } else {
      const otherwise = culprit === 'person' ? 'cancelled' : 'failed';
      this.#settle(ready, outcomeWithoutAnswer(pending, otherwise), reason, result, began);
    }
  }

  #suspect({ kind, tries }: Pending): void {
    this.suspects.add(kind);
    if (tries < TRIES_MAX) this.#hasLostFirstTry = true;
    this.#queue.lookElsewhere(kind);
  }

  #settle(
    { pending, prepared }: Ready,
    outcome: Outcome,
    reason: Reason | undefined,
    { bytesSent, status }: { readonly bytesSent: number; readonly status?: number },
    began: Beginning,
  ): void {
    const elapsedMs = performance.now() - began.monotonicMs;
    const facts = { bytesSent, startedAtMs: began.atMs, elapsedMs, ...(status === undefined ? {} : { status }) };
    const onWire = bytesSent === 0 ? {} : { transferSyntaxOnWire: prepared.transferSyntaxUID };
    // Write-ahead: journal before trace.
    this.#host.settle(pending, outcome, reason, { ...facts, ...onWire });
    prepared.settled({ outcome, ...facts });
  }
}
