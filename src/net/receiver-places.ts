// Who may be connected to the receiver. Places are few, so that a flood does not exhaust the machine, and nobody may hold one
// for nothing: while all are taken, the slowest and idlest leave first.
//
//   unasked ──A-ASSOCIATE-RQ──► associated ──aborted, released──► closing ──► gone
//      └─────────────────rejected, oldest of too many──────────────────┘
//
// - Unasked: no whole A-ASSOCIATE-RQ yet. ARTIM ends the wait (PS3.8 9.1.5). Of too many the oldest of the machine that has
//   the most is closed, as when its ARTIM had expired (AA-2): in this state there is nobody to send a PDU to. So a flood of one
//   machine closes its own connections, and not that of a sender far away whose request is on its way.
// - Associated: of too many, the one is aborted that has been of no use for the longest time. One that has just stored an
//   instance, transfers well, or waits for us never is. If there is no other, a machine that has more places than that of
//   the newcomer gives one on which it has transferred nothing: it may have come back as soon as it was ended. Otherwise the
//   newcomer is rejected as transient (PS3.8 Table 9-21: source 3, reason 2).
// - Closing: the last PDU is out, and the peer has to close the connection. It holds no place.

import {
  CLOSING_MAX,
  PLACE_KEPT_MS,
  RECEIVER_ASSOCIATIONS_MAX,
  TOLD_AGAIN_MS,
  UNASKED_MAX,
} from '../protocol/limits.ts';
import type { RequestorEnd } from './trace-record.ts';

export interface Occupant {
  /** The address of its machine. */
  readonly host: string;
  /** It has stored an instance, or sent `USEFUL_LENGTH`. */
  readonly hasBeenUseful: boolean;
  /** Performance-clock time since which it has been of no use, in milliseconds; undefined: it waits for us. */
  readonly uselessSince: number | undefined;
  /** A-ABORT where there is an association, otherwise the connection closes. Says so with `closing`. */
  end(): void;
  /** Closes the connection, and waits for nothing. */
  destroy(): void;
  /** Puts it into the trace. @param count how many ended for this reason since it was last told, this one included */
  tell(reason: RequestorEnd, count: number): void;
}

export class ReceiverPlaces<T extends Occupant> {
  /** Each in the order of arrival. */
  readonly #unasked = new Set<T>();
  readonly #associated = new Set<T>();
  readonly #closing = new Set<T>();
  /** Those of `#closing` that were associated. */
  readonly #aborted = new Set<T>();
  #admitted = 0;
  readonly #untold = new Map<RequestorEnd, { count: number; toldAt: number }>();

  get all(): readonly T[] {
    return [...this.#unasked, ...this.#associated, ...this.#closing];
  }

  /** Associations that may hold memory, including those whose last PDU is out. */
  get associations(): number {
    return this.#associated.size + this.#aborted.size;
  }

  /** Associations that have been accepted since the start. */
  get admitted(): number {
    return this.#admitted;
  }

  /** A new connection. */
  arrived(newcomer: T): void {
    this.#unasked.add(newcomer);
    if (this.#unasked.size <= UNASKED_MAX) return;
    const { host } = mostPlaces(this.#unasked);
    const oldest = [...this.#unasked].find((occupant) => occupant.host === host);
    if (oldest !== undefined) this.end(oldest, 'no request');
  }

  /** Its A-ASSOCIATE-RQ is whole and acceptable. False: there is no place for it. */
  admit(newcomer: T): boolean {
    // If the disk hangs, what they sent stays in memory.
    if (this.#aborted.size > CLOSING_MAX) return false;
    if (this.#associated.size >= RECEIVER_ASSOCIATIONS_MAX) {
      const useless = this.#mostUseless() ?? this.#oneOfTooMany(newcomer);
      if (useless === undefined) return false;
      this.end(useless, 'place needed');
    }
    this.#unasked.delete(newcomer);
    this.#associated.add(newcomer);
    this.#admitted += 1;
    return true;
  }

  end(occupant: T, reason: RequestorEnd): void {
    this.#tell(occupant, reason);
    occupant.end();
  }

  /** Its last PDU is out, or it is being destroyed. */
  closing(occupant: T): void {
    if (this.#associated.delete(occupant)) this.#aborted.add(occupant);
    else if (!this.#unasked.delete(occupant)) return;
    this.#closing.add(occupant);
    if (this.#closing.size <= CLOSING_MAX) return;
    const [oldest] = this.#closing;
    oldest?.destroy();
  }

  gone(occupant: T): void {
    this.#unasked.delete(occupant);
    this.#associated.delete(occupant);
    this.#closing.delete(occupant);
    this.#aborted.delete(occupant);
  }

  #mostUseless(): T | undefined {
    let found: T | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const occupant of this.#associated) {
      const { uselessSince } = occupant;
      if (uselessSince === undefined || uselessSince >= since) continue;
      found = occupant;
      since = uselessSince;
    }
    if (performance.now() - since < PLACE_KEPT_MS) return undefined;
    return found;
  }

  /** Of the machine that has the most places, one that has transferred nothing yet, for a newcomer of another machine. */
  #oneOfTooMany(newcomer: T): T | undefined {
    const { places, most } = mostPlaces(this.#associated);
    // Otherwise the two would take the place from each other in turn.
    if (most <= (places.get(newcomer.host) ?? 0) + 1) return undefined;
    for (const occupant of this.#associated) {
      const { host, hasBeenUseful, uselessSince } = occupant;
      if (places.get(host) === most && !hasBeenUseful && uselessSince !== undefined) return occupant;
    }
    return undefined;
  }

  /** A peer decides how often this happens: it is counted, not repeated. */
  #tell(occupant: T, reason: RequestorEnd): void {
    const now = performance.now();
    const untold = this.#untold.get(reason) ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY };
    untold.count += 1;
    this.#untold.set(reason, untold);
    if (now - untold.toldAt < TOLD_AGAIN_MS) return;
    occupant.tell(reason, untold.count);
    untold.count = 0;
    untold.toldAt = now;
  }
}

/** How many places each machine has; the most, and a machine that has so many. */
function mostPlaces(occupants: Iterable<Occupant>) {
  const places = new Map<string, number>();
  for (const { host } of occupants) places.set(host, (places.get(host) ?? 0) + 1);
  let host: string | undefined;
  let most = 0;
  for (const [machine, count] of places) if (count > most) [host, most] = [machine, count];
  return { places, host, most };
}
