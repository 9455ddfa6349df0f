// Batches trace lines for the output channel. Each call of the channel writes to disk and, if the channel is visible, sends
// a message to the window, while a fast send makes tens of thousands of lines a second. So lines of about 125 ms become
// one entry, in which each line keeps its level and its time.

import { LOG_WAITING_MAX } from '../protocol/limits.ts';
import { formatDay, formatExactClock, plural } from '../trace/units.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogLine {
  readonly level: LogLevel;
  /** One line or several. */
  readonly text: string;
  /** When it happened; Unix time in milliseconds. */
  readonly timeMs: number;
}

/** One call of the channel: lines of any level, logged at the level of the first. Never empty. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly lines: readonly LogLine[];
}

/** '2026-11-27 20:49:56.123 [info] ', local, as the channel writes it. */
function headOf({ level, timeMs }: LogLine): string {
  return `${formatDay(timeMs)} ${formatExactClock(timeMs)} [${level === 'warn' ? 'warning' : level}] `;
}

/**
 * The text for the channel. The channel writes the time of this very moment before it, which is that of no line; so only the
 * number of lines stands there ('-- 14 lines'), and below it each line with its own time.
 */
export function entryText({ lines }: LogEntry): string {
  return [`-- ${plural(lines.length, 'line')}`, ...lines.map((line) => headOf(line) + line.text)].join('\n');
}

/** Eight entries a second: at most ten, including those that Show Trace flushes. */
export const FLUSH_MS = 125;

export interface LogBatchOptions {
  /** Called before a batch is written, to `add` the lines that are still buffered elsewhere. */
  readonly drain: () => void;
  /** Whether the channel shows lines of this level now. Other lines are dropped. */
  readonly shows: (level: LogLevel) => boolean;
  readonly write: (entry: LogEntry) => void;
}

export class LogBatch {
  readonly #options: LogBatchOptions;
  #lines: LogLine[] = [];
  #length = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LogBatchOptions) {
    this.#options = options;
  }

  add(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#length += line.text.length;
    }
    if (this.#length >= LOG_WAITING_MAX) this.#write();
    else if (this.#lines.length > 0) this.wake();
  }

  /** Schedules a batch. */
  wake(): void {
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Writes all lines that wait, now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.drain();
    this.#write();
    // Draining adds lines, which set the timer again.
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #write(): void {
    const lines = this.#lines.filter(({ level }) => this.#options.shows(level));
    this.#lines = [];
    this.#length = 0;
    const [first] = lines;
    if (first !== undefined) this.#options.write({ level: first.level, lines });
  }
}
