// Where the terminal's text goes: the trace to stderr, results to stdout, and a progress line that never gets into either.
// A write costs as much as the text of a whole message, so lines of the trace wait a moment for each other: as bytes, for
// pieces of text that live so long cost the collector as much as making them. They wait for nothing else: what is said
// besides comes behind them, and the process does not end before they are written.

import { isatty } from 'node:tty';
import type { TraceSink } from '../net/trace-record.ts';
import { TextTrace } from '../trace/text.ts';
import type { PrintLevel } from './options.ts';
import { PipeWriter } from './pipe-writer.ts';

export type LineLevel = Exclude<PrintLevel, 'critical'>;

export interface Line {
  readonly level: LineLevel;
  readonly text: string;
}

/** As storescu marks its lines. */
export const MARKS: Readonly<Record<LineLevel, string>> = {
  error: 'E: ',
  warn: 'W: ',
  info: 'I: ',
  debug: 'D: ',
  trace: 'T: ',
};

const RANKS: Readonly<Record<PrintLevel, number>> = { critical: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 };

/** Too short to be noticed; a fast send makes some hundred lines in it. Only a `kill -9` loses them. */
const WAITING_MS = 10;
/** Characters: so many become bytes at once. */
const JOINED_MIN = 4_096;
/** Bytes that wait at most. */
const WAITING_MAX = 65_536;
/** Of UTF-8, for a UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 3;

export interface OutputOptions {
  readonly level: PrintLevel;
  readonly quiet: boolean;
}

export class Output {
  readonly #level: number;
  readonly #quiet: boolean;
  readonly #showsProgress: boolean;
  readonly #streams = new PipeWriter();
  #isProgressShown = false;
  /** What is not in `#waiting` yet. */
  #joined = '';
  readonly #waiting = Buffer.allocUnsafeSlow(WAITING_MAX);
  #waitingLength = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #lastWords: (() => void)[] = [];
  readonly #processEnds = (): void => {
    for (const speak of this.#lastWords) speak();
    this.flush();
    this.#streams.finish();
  };

  constructor({ level, quiet }: OutputOptions) {
    this.#quiet = quiet;
    this.#level = quiet ? RANKS.critical : RANKS[level];
    // Above warnings the trace itself shows the progress.
    this.#showsProgress = isatty(2) && !quiet && this.#level <= RANKS.warn;
    process.on('exit', this.#processEnds);
    process.on('uncaughtExceptionMonitor', this.#processEnds);
  }

  /**
   * Lines that begin with their marks, of TextTrace: what others wrote is sanitised in them already, and to look at each
   * character again would cost as much as making them. Those less important than the level asked for are left out, others
   * written soon.
   */
  trace(lines: readonly Line[]): void {
    for (const { level, text } of lines) {
      if (RANKS[level] > this.#level) continue;
      this.#joined += text;
      this.#joined += '\n';
    }
    if (this.#joined.length >= JOINED_MIN) this.#encode();
    if (this.#joined !== '' || this.#waitingLength > 0) this.#timer ??= setTimeout(() => this.flush(), WAITING_MS);
  }

  #encode(): void {
    const text = this.#joined;
    this.#joined = '';
    const lengthMax = BYTES_PER_UNIT_MAX * text.length;
    if (this.#waitingLength + lengthMax > WAITING_MAX) this.#writeWaiting();
    if (lengthMax <= WAITING_MAX) {
      this.#waitingLength += this.#waiting.write(text, this.#waitingLength);
      return;
    }
    this.clearProgress();
    this.#write('stderr', text);
  }

  #write(name: 'stdout' | 'stderr', text: string): void {
    this.#streams.write(name, Buffer.from(text));
  }

  line(level: LineLevel, text: string): void {
    this.trace([{ level, text: MARKS[level] + printableLines(text).replaceAll('\n', `\n${MARKS[level]}`) }]);
    this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#encode();
    this.#writeWaiting();
  }

  #writeWaiting(): void {
    if (this.#waitingLength === 0) return;
    const text = this.#waiting.subarray(0, this.#waitingLength);
    this.#waitingLength = 0;
    this.clearProgress();
    this.#streams.write('stderr', text);
  }

  /** @param speak called when the process ends before `end`: the moment for `trace` of what is still elsewhere */
  atProcessEnd(speak: () => void): void {
    this.#lastWords.push(speak);
  }

  /** Writes what waits and removes the progress line. Call once, whatever happened. */
  end(): void {
    for (const speak of this.#lastWords) speak();
    this.flush();
    this.clearProgress();
    process.off('exit', this.#processEnds);
    process.off('uncaughtExceptionMonitor', this.#processEnds);
  }

  /** One or more lines of result on stdout; nothing when quiet. */
  result(text: string): void {
    if (this.#quiet) return;
    this.flush();
    this.clearProgress();
    this.#write('stdout', `${printableLines(text)}\n`);
  }

  /** Replaces the progress line on a terminal; elsewhere nothing. */
  progress(text: string): void {
    if (!this.#showsProgress) return;
    this.flush();
    const width = (process.stderr.columns || 80) - 1;
    const shown = printable(text);
    this.#write('stderr', `\r\x1b[K${shown.length > width ? `${shown.slice(0, width - 1)}…` : shown}`);
    this.#isProgressShown = true;
  }

  clearProgress(): void {
    if (!this.#isProgressShown) return;
    this.#write('stderr', '\r\x1b[K');
    this.#isProgressShown = false;
  }
}

export interface TraceOutput {
  readonly sink: TraceSink;
  /** Prints what is still being folded. Call at the end. */
  readonly flush: () => void;
}

/** Prints the trace of the network on stderr. */
export function traceTo(output: Output, level: PrintLevel): TraceOutput {
  const shown = level === 'critical' ? 'off' : level;
  const trace = new TextTrace({ level: () => shown, mark: (of) => MARKS[of], write: (lines) => output.trace(lines) });
  const flush = (): void => trace.flush();
  output.atProcessEnd(flush);
  return { sink: (record) => trace.record(record), flush };
}

export interface LostOutput {
  /** The first error of each stream; a reader that went away is none, as that is what it wanted. */
  readonly errors: ReadonlyMap<'stdout' | 'stderr', Error>;
}

/**
 * Neither a reader that goes away (`| head`) nor a full disk behind a redirection must end a send half-way. Call once,
 * before anything is written.
 */
export function surviveLostOutput(): LostOutput {
  const errors = new Map<'stdout' | 'stderr', Error>();
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !errors.has(name)) errors.set(name, error);
    });
  }
  return { errors };
}

// oxlint-disable no-control-regex -- control characters are what is looked for
const UNSEEN = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const UNSEEN_IN_LINES = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
// oxlint-enable no-control-regex

/**
 * File names and peers' words must not steer the terminal (ECMA-48 control functions, C0 and C1) nor turn the text around
 * (Unicode UAX #9) or hide some of it. Joiners stay, as some scripts and emoji need them.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/** The same for text of several lines. */
const printableLines = (text: string): string => text.replace(UNSEEN_IN_LINES, escaped);

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
