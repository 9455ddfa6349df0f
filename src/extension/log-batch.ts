// Batches trace lines for the output channel. Each call of the channel writes to disk and, if the channel is visible, sends
// a message to the window, while a fast send makes tens of thousands of lines a second. So lines of about 125 ms become
// one entry, in which each line keeps its level.

import { LOG_WAITING_MAX } from '../protocol/limits.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogLine {
  readonly level: LogLevel;
  /** One line or several. */
  readonly text: string;
}

/** One call of the channel: lines of any level, logged at the level of the first. Never empty. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly lines: readonly LogLine[];
}

/** The text for the channel. The channel prefixes the first line with time and level; the other lines get both here. */
export function entryText({ lines }: LogEntry, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const moment = `${date} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}`;
  const head = (level: LogLevel): string => `${moment} [${level === 'warn' ? 'warning' : level}] `;
  return lines.map(({ level, text }, index) => (index === 0 ? text : head(level) + text)).join('\n');
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
