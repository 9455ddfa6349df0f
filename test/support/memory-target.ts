// A target of sends that is no network at all: it reads data sets as any target does and keeps them in memory. It
// answers when the event loop gets round to it, and can do wrong on request.

import { createHash } from 'node:crypto';
import { Deferred } from '../../src/net/deferred.ts';
import { DataSetConversionError } from '../../src/part10/convert/conversion-error.ts';
import { DataSetReadError } from '../../src/part10/read/data-set-source.ts';
import { DataSetSources } from '../../src/send/conversion.ts';
import type { Reason } from '../../src/send/outcome.ts';
import type { InstanceKind } from '../../src/send/scanned-files.ts';
import type {
  Arrangement,
  ChannelFailure,
  ChannelNeeds,
  Opened,
  OutgoingInstance,
  Prepared,
  PreparedInstance,
  Settled,
  StoreChannel,
  StoreResult,
  StoreTarget,
  Transmission,
} from '../../src/send/store-target.ts';

export interface MemoryTargetOptions {
  /** How many instances may be on their way through one channel. */
  readonly window?: number;
  /** No answer until one channel has as many instances on their way as its window allows. */
  readonly fillsWindow?: boolean;
  /** Kinds that go through a channel of their own, one by one. */
  readonly isApart?: (kind: InstanceKind) => boolean;
  /** Why a kind is not taken at all. */
  readonly refusalOf?: (kind: InstanceKind) => Reason | undefined;
  /** Why the channel with this number, from 1, is not opened. */
  readonly openingFails?: (channel: number) => ChannelFailure | undefined;
  /** What becomes of an instance, by its UID; by default it is stored. */
  readonly answer?: (sopInstanceUID: string, channel: number) => 'stored' | 'failed' | ChannelFailure;
}

const SUNK: Reason = { code: 'status', status: 0xa700 };
const CANCELLED: ChannelFailure = {
  reason: { code: 'cancelled', phase: 'response' },
  culprit: 'person',
  isTransient: 'never',
  isByPeer: false,
};
const ABANDONED: ChannelFailure = {
  reason: { code: 'abandoned', phase: 'write' },
  culprit: 'local',
  isTransient: 'always',
  isByPeer: false,
};

export class MemoryTarget implements StoreTarget {
  readonly associations = [];
  readonly options: MemoryTargetOptions;
  readonly sources = new DataSetSources();
  /** SHA-256 of each data set that is stored, by SOP Instance UID. */
  readonly stored = new Map<string, string>();
  /** Outcomes that channels were told, by SOP Instance UID. */
  readonly settled = new Map<string, string>();
  readonly windowFilled = new Deferred<void>();
  channels = 0;
  openNow = 0;
  openMost = 0;
  onTheirWayMost = 0;
  isClosed = false;

  constructor(options: MemoryTargetOptions = {}) {
    this.options = options;
  }

  arrange(kinds: readonly InstanceKind[]): Arrangement<ChannelNeeds> {
    const refused = new Map<InstanceKind, Reason>();
    const together: InstanceKind[] = [];
    const channels: ChannelNeeds[] = [];
    for (const kind of kinds) {
      const reason = this.options.refusalOf?.(kind);
      if (reason !== undefined) refused.set(kind, reason);
      else if (this.options.isApart?.(kind) === true) channels.push({ kinds: [kind] });
      else together.push(kind);
    }
    if (together.length > 0) channels.unshift({ kinds: together });
    return { channels, refused };
  }

  async open(_needs: ChannelNeeds, signal: AbortSignal): Promise<Opened> {
    const number = ++this.channels;
    await turn();
    if (signal.aborted) return { type: 'failure', failure: CANCELLED };
    const failure = this.options.openingFails?.(number);
    if (failure !== undefined) return { type: 'failure', failure };
    this.openNow += 1;
    this.openMost = Math.max(this.openMost, this.openNow);
    return { type: 'open', channel: new MemoryChannel(this, number, signal) };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.sources.close();
  }
}

class MemoryChannel implements StoreChannel {
  readonly window: number;
  readonly target: MemoryTarget;
  readonly number: number;
  readonly signal: AbortSignal;
  failure: ChannelFailure | undefined;
  onTheirWay = 0;

  constructor(target: MemoryTarget, number: number, signal: AbortSignal) {
    this.target = target;
    this.number = number;
    this.signal = signal;
    this.window = target.options.window ?? 1;
  }

  get hasEnded(): boolean {
    return this.failure !== undefined;
  }

  expect(): number {
    return 0;
  }

  prepare({ file }: OutgoingInstance): Prepared {
    return { type: 'prepared', instance: new MemoryStore(this, file) };
  }

  async end(): Promise<ChannelFailure | undefined> {
    await turn();
    this.target.openNow -= 1;
    return this.failure;
  }

  abandon(): void {
    this.failure ??= ABANDONED;
  }
}

class MemoryStore implements PreparedInstance {
  readonly transferSyntaxUID: string;
  readonly #channel: MemoryChannel;
  readonly #file: OutgoingInstance['file'];

  constructor(channel: MemoryChannel, file: OutgoingInstance['file']) {
    this.#channel = channel;
    this.#file = file;
    this.transferSyntaxUID = file.header.transferSyntaxUID;
  }

  async store(sent: (bytes: number) => void): Promise<Transmission> {
    const { target } = this.#channel;
    const hash = createHash('sha256');
    let bytesSent = 0;
    try {
      for await (const { bytes } of target.sources.ownSourceOf(this.#file).chunks(4096)) {
        hash.update(bytes);
        bytesSent += bytes.length;
        sent(bytes.length);
      }
    } catch (error) {
      if (!(error instanceof DataSetReadError || error instanceof DataSetConversionError)) throw error;
      if (bytesSent > 0) this.#channel.failure ??= ABANDONED;
      const reason: Reason = error instanceof DataSetReadError ? error.reason : SUNK;
      return { type: 'ended', result: { type: 'unreadable', reason, bytesSent } };
    }
    this.#channel.onTheirWay += 1;
    if (this.#channel.onTheirWay === this.#channel.window) target.windowFilled.resolve(undefined);
    target.onTheirWayMost = Math.max(target.onTheirWayMost, this.#channel.onTheirWay);
    return { type: 'sent', result: this.#answer(hash.digest('hex'), bytesSent) };
  }

  async #answer(digest: string, bytesSent: number): Promise<StoreResult> {
    await turn();
    const channel = this.#channel;
    const { stored, options, windowFilled } = channel.target;
    if (options.fillsWindow === true) await windowFilled.promise;
    const { sopInstanceUID } = this.#file.header;
    channel.onTheirWay -= 1;
    if (channel.signal.aborted) channel.failure ??= CANCELLED;
    const answer = channel.failure ?? options.answer?.(sopInstanceUID, channel.number) ?? 'stored';
    if (typeof answer === 'object') {
      channel.failure = answer;
      return { type: 'lost', failure: answer, mayBeStored: true, bytesSent };
    }
    if (answer === 'failed') return { type: 'answer', outcome: 'failed', reason: SUNK, bytesSent };
    stored.set(sopInstanceUID, digest);
    return { type: 'answer', outcome: 'stored', bytesSent };
  }

  abandon(): void {}

  settled({ outcome }: Settled): void {
    this.#channel.target.settled.set(this.#file.header.sopInstanceUID, outcome);
  }
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
