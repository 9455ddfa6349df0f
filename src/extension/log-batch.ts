// Between the trace and the output channel. Each call of the channel is a write to disk and, when it is visible, a
// message to the window; a fast send makes thousands of lines a second. So lines wait a moment and go out together:
// neighbours of one level as one entry, and when even that is too much, more of them as one.

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

export interface LogEntry {
  readonly level: LogLevel;
  readonly lines: readonly string[];
}

const IMPORTANCE: Readonly<Record<LogLevel, number>> = { error: 4, warn: 3, info: 2, debug: 1, trace: 0 };

/**
 * Joins neighbours of one level; where more than `entriesMax` remain, joins the rest into the last under its most
 * important level, so that nothing that was to be seen is hidden.
 */
export function joinLines(lines: readonly LogLine[], entriesMax: number): readonly LogEntry[] {
  const entries: { level: LogLevel; lines: string[] }[] = [];
  for (const line of lines) {
    const last = entries.at(-1);
    if (last === undefined || (last.level !== line.level && entries.length < entriesMax)) {
      entries.push({ level: line.level, lines: [line.text] });
    } else {
      last.lines.push(line.text);
      if (IMPORTANCE[line.level] > IMPORTANCE[last.level]) last.level = line.level;
    }
  }
  return entries;
}

/** The lines of one event, such as the fields of a PDU, as one text. */
export function blocksOf(lines: readonly (LogLine & { readonly timeMs: number })[]): readonly LogLine[] {
  const blocks: { level: LogLevel; text: string; timeMs: number }[] = [];
  for (const { level, text, timeMs } of lines) {
    const last = blocks.at(-1);
    if (last !== undefined && last.level === level && last.timeMs === timeMs) last.text += `\n${text}`;
    else blocks.push({ level, text, timeMs });
  }
  return blocks;
}

/** What the channel is given: it puts the time and the level before the first line, so the others get theirs here. */
export function entryText({ level, lines }: LogEntry, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const head = `${date} ${time}.${String(now.getMilliseconds()).padStart(3, '0')} [${level === 'warn' ? 'warning' : level}] `;
  return lines.map((line, index) => (index === 0 ? line : head + line)).join('\n');
}

export const FLUSH_MS = 100;
/** Entries that may go out at once after a quiet time, and how many a second from then on. */
const BURST = 40;
const PER_SECOND = 10;
/** More lines than this wait for nothing: memory is bounded. */
const LINES_MAX = 5000;

export interface LogBatchOptions {
  /** Called before a batch goes out: the moment to `add` what is still elsewhere. */
  readonly drain: () => void;
  readonly write: (entry: LogEntry) => void;
  readonly nowMs: () => number;
}

export class LogBatch {
  readonly #options: LogBatchOptions;
  #lines: LogLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #allowance = BURST;
  #allowanceAtMs: number;

  constructor(options: LogBatchOptions) {
    this.#options = options;
    this.#allowanceAtMs = options.nowMs();
  }

  add(lines: readonly LogLine[]): void {
    for (const line of lines) this.#lines.push(line);
    if (this.#lines.length >= LINES_MAX) this.#write();
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
    if (this.#lines.length === 0) return;
    const now = this.#options.nowMs();
    const refill = ((now - this.#allowanceAtMs) / 1000) * PER_SECOND;
    this.#allowance = Math.min(BURST, this.#allowance + Math.max(0, refill));
    this.#allowanceAtMs = now;
    const entries = joinLines(this.#lines, Math.max(1, Math.floor(this.#allowance)));
    this.#lines = [];
    this.#allowance = Math.max(0, this.#allowance - entries.length);
    for (const entry of entries) this.#options.write(entry);
  }
}
