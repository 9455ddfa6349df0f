// Which instances of a send go through which channels of its target, which are held back, and which cannot be sent.

import type { SendJob } from './job.ts';
import { LazyList, type List } from './list.ts';
import type { Reason } from './outcome.ts';
import { PackedNumbers } from './packed.ts';
import type { PreflightPolicy } from './preflight-policy.ts';
import type { InstanceKind, ScannedFiles } from './scanned-files.ts';
import { type Comparison, type Screened, Screening } from './screening.ts';
import type { ChannelNeeds, OutgoingInstance, StoreTarget } from './store-target.ts';

export interface PlannedInstance extends OutgoingInstance {
  /** In the job's files. */
  readonly index: number;
}

/** The instances that go through channels of one sort. */
export interface PlannedChannel<Needs extends ChannelNeeds> {
  readonly needs: Needs;
  /** In the order of the job. */
  readonly instances: List<PlannedInstance>;
}

/** An instance that is not sent. */
export interface Unsent {
  /** In the job's files. */
  readonly index: number;
  readonly outcome: 'held back' | 'failed';
  readonly reason: Reason;
}

export interface SendPlan<Needs extends ChannelNeeds = ChannelNeeds> {
  readonly channels: readonly PlannedChannel<Needs>[];
  readonly unsent: readonly Unsent[];
  /** Instances whose data set is sent from another file, by their index: they are sent only if that is not stored. */
  readonly duplicates: ReadonlyMap<number, Duplicate>;
}

export type Duplicate = Extract<Screened, { readonly type: 'duplicate' }>;

/** The same arguments give the same plan. */
export function planSend<Needs extends ChannelNeeds>(
  { files, decided }: Pick<SendJob, 'files' | 'decided'>,
  target: Pick<StoreTarget<Needs>, 'arrange'>,
  policy?: Partial<PreflightPolicy>,
  compared?: Comparison,
): SendPlan<Needs> {
  const kinds = new Set<InstanceKind>();
  const unsent: Unsent[] = [];
  const duplicates = new Map<number, Duplicate>();
  const all = new PlannedInstances(files);
  const screening = new Screening(files, policy, compared, decided);
  for (let index = 0; index < files.length; index += 1) {
    if (files.skipped.has(index)) continue;
    const screened = screening.screen(index);
    if (screened?.type === 'duplicate') duplicates.set(index, screened);
    else if (screened !== undefined) unsent.push({ index, outcome: screened.type, reason: screened.reason });
    else {
      kinds.add(files.kindOf(index));
      all.push(index);
    }
  }
  const { channels, refused } = target.arrange([...kinds]);
  for (const { index, kind } of refused.size === 0 ? [] : all) {
    const reason = refused.get(kind);
    if (reason !== undefined) unsent.push({ index, outcome: 'failed', reason });
  }
  return {
    channels: channels.map((needs) => {
      const carried = new Set(needs.kinds);
      return { needs, instances: carried.size === kinds.size ? all : all.where((kind) => carried.has(kind)) };
    }),
    unsent,
    duplicates,
  };
}

class PlannedInstances extends LazyList<PlannedInstance> {
  #length = 0;
  readonly #files: ScannedFiles;
  readonly #index = new PackedNumbers(Uint32Array);

  constructor(files: ScannedFiles) {
    super();
    this.#files = files;
  }

  get length(): number {
    return this.#length;
  }

  /** @param index of an instance that can be sent */
  push(index: number): void {
    this.#index.set(this.#length, index);
    this.#length += 1;
  }

  where(belongs: (kind: InstanceKind) => boolean): PlannedInstances {
    const some = new PlannedInstances(this.#files);
    for (let at = 0; at < this.#length; at += 1) {
      const index = this.#index.at(at);
      if (belongs(this.#files.kindOf(index))) some.push(index);
    }
    return some;
  }

  protected make(at: number): PlannedInstance {
    const index = this.#index.at(at);
    return { index, file: this.#files.instance(index), kind: this.#files.kindOf(index) };
  }
}
