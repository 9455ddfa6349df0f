// What a peer can repeat is counted, not repeated. In each second the first lines of a kind are shown; of what follows, one
// line tells how often it came. So a peer that sends thousands of requests, or connects thousands of times, fills neither the
// disk nor the terminal, whatever is shown of each.
//
// Always shown is what a person asked for: the messages of the files of a send, and of those that the receiver stores.

import type { TraceRecord } from '../net/trace-record.ts';
import { REPEATED_LINES_MAX, REPEATED_TEXT_MAX, REPEATS_WINDOW_MS } from '../protocol/limits.ts';
import { dimseLevel } from './dimse-text.ts';
import { jobLevel, type LeveledText, transportLine } from './event-lines.ts';
import { formatCount } from './units.ts';

type Event = TraceRecord['event'];
type Level = LeveledText['level'];

const SEVERITY: readonly Level[] = ['error', 'warn', 'info', 'debug'];

/** The level of the first line of an event. */
export function levelOf(event: Exclude<Event, { type: 'P-DATA-TF' }>): Level {
  switch (event.type) {
    case 'PDU':
      return 'info';
    case 'DIMSE message':
      return dimseLevel(event.command, event.direction);
    case 'transition':
      return 'debug';
    case 'protocol error':
      return 'error';
    case 'file begins':
    case 'file ends':
    case 'instance received':
    case 'instance mismatch':
    case 'instance not written':
      return jobLevel(event);
    default:
      return transportLine(event).level;
  }
}

/** What lines are called that are counted; undefined: always shown. There are few kinds, whatever a peer sends. */
function kindOf(event: Event): string | undefined {
  switch (event.type) {
    case 'file begins':
    case 'file ends':
    case 'instance received':
      return undefined;
    case 'PDU':
      return `${event.pdu.type} ${event.direction}`;
    case 'DIMSE message':
      return `${event.command.type === 'other' ? 'other message' : event.command.type} ${event.direction}`;
    case 'unexpected message':
      return `unexpected ${event.command.type === 'other' ? 'message' : event.command.type}`;
    default:
      return event.type;
  }
}

/** Of one association: messages of the peer that belong to one of ours. */
export class ExpectedMessages {
  #count = 0;

  /** Whether this message is one that a file or a request of ours is about. */
  includes(event: Extract<Event, { type: 'DIMSE message' }>): boolean {
    const { command, direction } = event;
    if (direction === 'sent') {
      const isOurs = command.type.endsWith('-RQ') || (command.type === 'C-STORE-RSP' && command.Status === 0);
      if (isOurs) this.#count += 1;
      return isOurs;
    }
    if (this.#count === 0 || !(command.type === 'C-STORE-RQ' || command.type.endsWith('-RSP'))) return false;
    this.#count -= 1;
    return true;
  }
}

export class Repetitions {
  #beganMs = Number.NEGATIVE_INFINITY;
  #length = 0;
  readonly #shown = new Map<string, number>();
  readonly #hidden = new Map<string, number>();
  #level: Level = 'debug';

  /** Whether the second is over in which lines were hidden, or none has begun. */
  isOver(timeMs: number): boolean {
    return timeMs >= this.#beganMs + REPEATS_WINDOW_MS || timeMs < this.#beganMs;
  }

  /** Begins a new second. Returns the line about what was hidden in the last one. */
  begin(timeMs: number): LeveledText | undefined {
    this.#beganMs = timeMs;
    this.#length = 0;
    this.#shown.clear();
    if (this.#hidden.size === 0) return undefined;
    const counts = [...this.#hidden].map(([kind, count]) => `${formatCount(count)} × ${kind}`).join(', ');
    const line = { level: this.#level, text: `Not shown, because it repeats: ${counts}` };
    this.#hidden.clear();
    this.#level = 'debug';
    return line;
  }

  /**
   * Whether the lines of an event are shown.
   * @param scope what repetitions are counted of: an association that we requested, or all that peers requested
   */
  admits(event: Exclude<Event, { type: 'P-DATA-TF' }>, scope: string): boolean {
    const kind = kindOf(event);
    if (kind === undefined) return true;
    const detail = event.type === 'transition' ? `${event.from} ${event.event}` : '';
    const key = `${scope} ${kind} ${detail}`;
    const count = (this.#shown.get(key) ?? 0) + 1;
    this.#shown.set(key, count);
    if (count <= REPEATED_LINES_MAX && this.#length <= REPEATED_TEXT_MAX) return true;
    this.#hidden.set(kind, (this.#hidden.get(kind) ?? 0) + 1);
    const level = levelOf(event);
    if (SEVERITY.indexOf(level) < SEVERITY.indexOf(this.#level)) this.#level = level;
    return false;
  }

  /** Characters were shown of what may be repeated. */
  wrote(length: number): void {
    this.#length += length;
  }
}
