// Output of the command line: the trace goes to stderr, results go to stdout, and a progress line is shown on terminals.
//
// Lines of the trace are batched for 10 ms, because one write costs as much as formatting a message. They are kept as
// bytes: strings that live that long would burden the garbage collector. Any other output flushes the batch first, so the
// order is kept, and the process does not end before the batch is written.

import { isatty } from 'node:tty';
import type { TraceSink } from '../net/trace-record.ts';
import { printable } from '../text/printable.ts';
import { TextTrace } from '../trace/text.ts';
import type { PrintLevel } from './options.ts';
import { PipeWriter } from './pipe-writer.ts';

export type LineLevel = Exclude<PrintLevel, 'critical'>;

export interface Line {
  readonly level: LineLevel;
  readonly text: string;
}

/** What lines begin with, as in pynetdicom's storescu. */
const MARKS: Readonly<Record<LineLevel, string>> = {
  error: 'E: ',
  warn: 'W: ',
  info: 'I: ',
  debug: 'D: ',
  trace: 'T: ',
};

const RANKS: Readonly<Record<PrintLevel, number>> = { critical: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 };

/** Too short to be noticed; a fast send prints hundreds of lines in it. Only `kill -9` loses them. */
const BATCH_MS = 10;
/** Characters that are encoded together. */
const JOINED_MIN = 4_096;
/** Bytes; a longer batch is written at once. */
const BATCH_MAX = 65_536;
/** UTF-8 bytes for a UTF-16 unit. */
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
  /** Text that is not encoded into `#batch` yet. */
  #joined = '';
  readonly #batch = Buffer.allocUnsafeSlow(BATCH_MAX);
  #batchLength = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #beforeExit: (() => void)[] = [];
  readonly #processEnds = (): void => {
    for (const listener of this.#beforeExit) listener();
    this.flush();
    this.#streams.finish();
  };

  constructor({ level, quiet }: OutputOptions) {
    this.#quiet = quiet;
    this.#level = quiet ? RANKS.critical : RANKS[level];
    // At level info and below, the trace itself shows the progress.
    this.#showsProgress = isatty(2) && !quiet && this.#level <= RANKS.warn;
    process.on('exit', this.#processEnds);
    process.on('uncaughtExceptionMonitor', this.#processEnds);
  }

  /**
   * Prints lines of the trace soon; leaves out those below the level that was asked for. The lines must begin with their
   * marks and be sanitised already, as those of TextTrace are: a second look at each character would cost as much as
   * formatting them.
   */
  trace(lines: readonly Line[]): void {
    for (const { level, text } of lines) {
      if (RANKS[level] > this.#level) continue;
      this.#joined += text;
      this.#joined += '\n';
    }
    if (this.#joined.length >= JOINED_MIN) this.#encode();
    if (this.#joined !== '' || this.#batchLength > 0) this.#timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  #encode(): void {
    const text = this.#joined;
    this.#joined = '';
    const lengthMax = BYTES_PER_UNIT_MAX * text.length;
    if (this.#batchLength + lengthMax > BATCH_MAX) this.#writeBatch();
    if (lengthMax <= BATCH_MAX) {
      this.#batchLength += this.#batch.write(text, this.#batchLength);
      return;
    }
    this.clearProgress();
    this.#write('stderr', text);
  }

  #write(name: 'stdout' | 'stderr', text: string): void {
    this.#streams.write(name, Buffer.from(text));
  }

  /** Prints lines on stderr. Each argument is one line, whatever is in it: a line break in a name begins none. */
  line(level: LineLevel, ...lines: readonly string[]): void {
    this.trace(lines.map((text) => ({ level, text: MARKS[level] + printable(text) })));
    this.flush();
  }

  /** Writes the batch. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#encode();
    this.#writeBatch();
  }

  #writeBatch(): void {
    if (this.#batchLength === 0) return;
    const text = this.#batch.subarray(0, this.#batchLength);
    this.#batchLength = 0;
    this.clearProgress();
    this.#streams.write('stderr', text);
  }

  /** After Ctrl-C: what nobody reads does not delay the end. */
  hurry(): void {
    this.#streams.hurry();
  }

  /** @param listener called before `end`, or when the process ends earlier: the last chance for `trace` */
  atProcessEnd(listener: () => void): void {
    this.#beforeExit.push(listener);
  }

  /** Writes the batch and removes the progress line. Call once, also after a failure. */
  end(): void {
    for (const listener of this.#beforeExit) listener();
    this.flush();
    this.clearProgress();
    process.off('exit', this.#processEnds);
    process.off('uncaughtExceptionMonitor', this.#processEnds);
  }

  /** The same on stdout; nothing with -q. */
  result(...lines: readonly string[]): void {
    if (this.#quiet) return;
    this.flush();
    this.clearProgress();
    this.#write('stdout', lines.map((text) => `${printable(text)}\n`).join(''));
  }

  /** Replaces the progress line; does nothing where stderr is no terminal. */
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
  /** Prints P-DATA that is still being folded. Call at the end. */
  readonly flush: () => void;
}

/** Prints the trace of the network on stderr. */
export function traceTo(output: Output, level: PrintLevel): TraceOutput {
  const shown = level === 'critical' ? 'off' : level;
  const trace = new TextTrace({ level: () => shown, mark: (of) => MARKS[of], write: (lines) => output.trace(lines) });
  const flush = (): void => trace.flush();
  output.atProcessEnd(flush);
  return { sink: trace.sink, flush };
}

export interface LostOutput {
  /** The first error of each stream. A reader that closed its end (`| head`) is not an error. */
  readonly errors: ReadonlyMap<'stdout' | 'stderr', Error>;
}

/**
 * Keeps a send going when its output is lost: a reader closes its end (`| head`), or the disk behind a redirection is
 * full. Call once, before anything is written.
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
