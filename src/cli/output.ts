// Where the terminal's text goes: the trace to stderr, results to stdout, and a progress line that never gets into either.

import type { PrintLevel } from './network-options.ts';

export type LineLevel = Exclude<PrintLevel, 'critical'>;

export interface Line {
  readonly level: LineLevel;
  readonly text: string;
}

/** As storescu marks its lines. */
const LETTERS: Readonly<Record<LineLevel, string>> = { error: 'E', warn: 'W', info: 'I', debug: 'D', trace: 'T' };

const ORDER: readonly PrintLevel[] = ['critical', 'error', 'warn', 'info', 'debug', 'trace'];

export interface OutputOptions {
  readonly level: PrintLevel;
  readonly quiet: boolean;
}

export class Output {
  readonly #level: number;
  readonly #quiet: boolean;
  readonly #showsProgress: boolean;
  #isProgressShown = false;

  constructor({ level, quiet }: OutputOptions) {
    this.#quiet = quiet;
    this.#level = quiet ? 0 : ORDER.indexOf(level);
    // Above warnings the trace itself shows the progress.
    this.#showsProgress = process.stderr.isTTY && !quiet && this.#level <= ORDER.indexOf('warn');
  }

  /** Lines that are less important than the level asked for are left out. */
  trace(lines: readonly Line[]): void {
    const text = lines
      .filter(({ level }) => ORDER.indexOf(level) <= this.#level)
      .map((line) =>
        line.text
          .split('\n')
          .map((part) => `${LETTERS[line.level]}: ${printable(part)}\n`)
          .join(''),
      )
      .join('');
    if (text !== '') this.#toStderr(text);
  }

  line(level: LineLevel, text: string): void {
    this.trace([{ level, text }]);
  }

  /** One or more lines of result on stdout; nothing when quiet. */
  result(text: string): void {
    if (this.#quiet) return;
    this.clearProgress();
    process.stdout.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }

  /** Replaces the progress line on a terminal; elsewhere nothing. */
  progress(text: string): void {
    if (!this.#showsProgress) return;
    const width = (process.stderr.columns || 80) - 1;
    const shown = printable(text);
    process.stderr.write(`\r\x1b[K${shown.length > width ? `${shown.slice(0, width - 1)}…` : shown}`);
    this.#isProgressShown = true;
  }

  clearProgress(): void {
    if (!this.#isProgressShown) return;
    process.stderr.write('\r\x1b[K');
    this.#isProgressShown = false;
  }

  #toStderr(text: string): void {
    this.clearProgress();
    process.stderr.write(text);
  }
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

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSEEN = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * File names and peers' words must not steer the terminal (ECMA-48 control functions, C0 and C1) nor turn the text around
 * (Unicode UAX #9) or hide some of it. Joiners stay, as some scripts and emoji need them.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
