// Between the trace and the output channel. Each call of the channel is a write to disk and, when it is visible, a
// message to the window; a fast send makes tens of thousands of lines a second. So lines wait a moment and go out as one
// entry, in which each keeps its own level.

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogLine {
  readonly level: LogLevel;
  /** One line, or a block of them. */
  readonly text: string;
}

/** One call of the channel: lines of any level, told under that of the first. Never empty. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly lines: readonly LogLine[];
}

/** What the channel is given: it puts the time and the level before the first line, so the others get theirs here. */
export function entryText({ lines }: LogEntry, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const moment = `${date} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}`;
  const head = (level: LogLevel): string => `${moment} [${level === 'warn' ? 'warning' : level}] `;
  return lines.map(({ level, text }, index) => (index === 0 ? text : head(level) + text)).join('\n');
}

/** Eight entries a second: with those of a person who asks to see the trace, still no more than ten. */
export const FLUSH_MS = 125;
/** More than this, in characters, waits for nothing: memory is bounded. */
const WAITING_MAX = 4_000_000;

export interface LogBatchOptions {
  /** Called before a batch goes out: the moment to `add` what is still elsewhere. */
  readonly drain: () => void;
  /** Whether the channel shows lines of this level now; those that it does not are left out. */
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
    if (this.#length >= WAITING_MAX) this.#write();
    else if (this.#lines.length > 0) this.wake();
  }

  /** Has a batch go out soon. */
  wake(): void {
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Writes what waits, now. */
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
