// The instances that are still to be sent, shared by all channels that are open at the same time.

import type { List } from './list.ts';
import type { Reason } from './outcome.ts';
import type { PlannedInstance } from './plan.ts';
import type { InstanceKind } from './scanned-files.ts';

/** An instance on its way, with what its earlier tries have left. */
export interface Pending extends PlannedInstance {
  tries: number;
  /** In some try every byte went out and no answer came. */
  mayBeStored: boolean;
  /** Bytes of the data set that went out in the present try. */
  bytesSent: number;
  /** Why the channel of its last try was lost. */
  lostBy: Reason | undefined;
}

/** Damaged files often stand side by side: where to look for another instance after the first, second, ... loss. */
const ELSEWHERE = [1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8, 3 / 8, 7 / 8];
/** So many places, spread over the whole queue, are looked at for an instance of another kind. */
const OTHER_KIND_LOOKS = 1_024;

export class InstanceQueue {
  readonly #instances: List<PlannedInstance>;
  /** Looked at, and not taken. */
  readonly #seen: PlannedInstance[] = [];
  /** Everything before it was looked at. */
  #next = 0;
  /** Positions from there on that were taken out of turn. */
  readonly #outOfTurn = new Set<number>();
  /** Taken and put back without a try: they go first. */
  readonly #first: Pending[] = [];
  /** Lost on their way: they go last. */
  readonly #last: Pending[] = [];
  /** How many were lost, and the kind of the last one if the next instance is taken from elsewhere because of it. */
  #lost = 0;
  #lostKind: InstanceKind | undefined;

  constructor(instances: List<PlannedInstance>) {
    this.#instances = instances;
  }

  get size(): number {
    return this.#first.length + this.#untried + this.#last.length;
  }

  /** How many were taken so far for the first time. */
  get taken(): number {
    return this.#instances.length - this.#untried;
  }

  get #untried(): number {
    return this.#seen.length + this.#instances.length - this.#next - this.#outOfTurn.size;
  }

  take(): Pending | undefined {
    const lostKind = this.#lostKind;
    const isElsewhere = lostKind !== undefined;
    const elsewhere = isElsewhere ? this.#takeElsewhere(lostKind) : undefined;
    this.#lostKind = undefined;
    if (elsewhere !== undefined) return untried(elsewhere);
    const putBack = this.#first.pop();
    if (putBack !== undefined) return putBack;
    const instance = this.#seen.shift() ?? this.#look();
    return instance === undefined ? this.#takeLost(isElsewhere) : untried(instance);
  }

  /** The next ones, without taking them. */
  upcoming(count: number): readonly PlannedInstance[] {
    while (this.#seen.length < count) {
      const instance = this.#look();
      if (instance === undefined) break;
      this.#seen.push(instance);
    }
    return this.#seen.slice(0, count);
  }

  /**
   * For an instance that was taken and not tried: it goes first. One that an earlier channel has lost goes behind all that
   * were not lost.
   */
  putBack(pending: Pending): void {
    if (pending.tries > 0) this.#last.unshift(pending);
    else this.#first.push(pending);
  }

  /** Retry last: this instance may have caused the loss of its channel. */
  putLast(pending: Pending): void {
    this.#last.push(pending);
  }

  /**
   * An instance of this kind was lost. Its neighbours may have what it has, so the next one to be taken comes from
   * elsewhere in the queue, and is of another kind if there is one.
   */
  lookElsewhere(kind: InstanceKind): void {
    this.#lost += 1;
    this.#lostKind = kind;
  }

  /** Takes what is left. */
  *drain(): Generator<Pending, void, undefined> {
    for (let pending = this.take(); pending !== undefined; pending = this.take()) yield pending;
  }

  /** Takes what is left of one kind. */
  *drainKind(kind: InstanceKind): Generator<Pending, void, undefined> {
    const isOther = (one: PlannedInstance): boolean => one.kind !== kind;
    for (const list of [this.#first, this.#last]) {
      const taken = list.filter((one) => !isOther(one));
      list.splice(0, list.length, ...list.filter(isOther));
      yield* taken;
    }
    for (const instance of this.#seen.splice(0)) {
      if (isOther(instance)) this.#seen.push(instance);
      else yield untried(instance);
    }
    for (let position = this.#next; position < this.#instances.length; position += 1) {
      if (this.#outOfTurn.has(position)) continue;
      const instance = this.#instances.at(position);
      if (instance === undefined || isOther(instance)) continue;
      this.#outOfTurn.add(position);
      yield untried(instance);
    }
  }

  #look(): PlannedInstance | undefined {
    while (this.#outOfTurn.delete(this.#next)) this.#next += 1;
    const instance = this.#instances.at(this.#next);
    if (instance !== undefined) this.#next += 1;
    return instance;
  }

  /** One of those that were lost: of several that were lost together, the others may be good. */
  #takeLost(isElsewhere: boolean): Pending | undefined {
    return isElsewhere ? this.#last.splice(this.#elsewhereOf(this.#last.length), 1)[0] : this.#last.shift();
  }

  #elsewhereOf(count: number): number {
    return Math.floor(count * (ELSEWHERE[(this.#lost - 1) % ELSEWHERE.length] as number));
  }

  /** An instance from the middle, a quarter, ... of those without a try, of another kind if there is one; undefined: none. */
  #takeElsewhere(lostKind: InstanceKind): PlannedInstance | undefined {
    const left = this.#seen.length + this.#instances.length - this.#next;
    const from = this.#elsewhereOf(left);
    const stride = Math.max(1, Math.floor(left / OTHER_KIND_LOOKS));
    for (let step = 0; step < left; step += stride) {
      const place = (from + step) % left;
      const kind = this.#atPlace(place)?.kind;
      if (kind !== undefined && kind !== lostKind) return this.#takePlace(place);
    }
    for (let step = 0; step < left; step += 1) {
      const place = (from + step) % left;
      if (this.#atPlace(place) !== undefined) return this.#takePlace(place);
    }
    return undefined;
  }

  /** Of those without a try, those that were looked at first; undefined: taken out of turn. */
  #atPlace(place: number): PlannedInstance | undefined {
    const seen = this.#seen.length;
    if (place < seen) return this.#seen[place];
    const position = this.#next + place - seen;
    return this.#outOfTurn.has(position) ? undefined : this.#instances.at(position);
  }

  #takePlace(place: number): PlannedInstance | undefined {
    const seen = this.#seen.length;
    if (place < seen) return this.#seen.splice(place, 1)[0];
    const position = this.#next + place - seen;
    this.#outOfTurn.add(position);
    return this.#instances.at(position);
  }
}

export function untried({ index, file, kind }: PlannedInstance): Pending {
  return { index, file, kind, tries: 0, mayBeStored: false, bytesSent: 0, lostBy: undefined };
}
