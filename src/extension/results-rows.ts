// The rows of the page of results, made in columns for its messages, and its problems: the files that ended alike are one.

import {
  OUTCOME_NAMES,
  type OutcomeName,
  type Problem,
  RESULTS_VERSION,
  type RowsMessage,
} from '../messages/results.ts';
import { PROBLEMS_MAX } from '../protocol/limits.ts';
import { type ReasonTitle, reasonTitle } from '../report/reason-title.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { CommonTexts, PackedNumbers } from '../send/packed.ts';
import { contextResultText } from '../trace/code-text.ts';
import { contextOf, type ExplainContext, explainInCommon, type PeerInWords } from '../trace/explain.ts';
import { shortNameOf } from '../trace/names.ts';
import { quoted, SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatCount } from '../trace/units.ts';
import { mayHelp, RETRYABLE } from './retryable.ts';

const OTHER_REASONS: ReasonTitle = { title: 'Other reasons', code: '' };

/** Texts by number, and those that no message had yet. */
class Texts {
  readonly #common = new CommonTexts();
  #fresh: string[] = [];
  #count = 0;

  numberOf(text: string): number {
    const number = this.#common.numberOf(text);
    if (number === this.#count) {
      this.#count += 1;
      this.#fresh.push(text);
    }
    return number;
  }

  take(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}

interface GrowingProblem extends Omit<Problem, 'count' | 'action' | 'label'> {
  count: number;
  readonly mayHelp: boolean;
}

interface Pending {
  readonly names: string[];
  readonly columns: Record<(typeof COLUMNS)[number], number[]>;
}

const COLUMNS = [
  ...(['outcome', 'status', 'folder', 'sopClass', 'syntax', 'syntaxOnWire', 'reason', 'problem'] as const),
  ...(['startedMs', 'elapsedMs', 'bytes'] as const),
] as const;

const nothingPending = (): Pending => ({
  names: [],
  columns: Object.fromEntries(COLUMNS.map((name) => [name, [] as number[]])) as unknown as Pending['columns'],
});

export interface RowsOptions {
  readonly peer: PeerInWords;
  /** How a path is shown. */
  readonly shown: (path: string) => string;
  /** The folder that all shown paths begin with; '' = none. */
  readonly root: string;
  /** Unix time in milliseconds. */
  readonly startedAtMs: number;
}

export class ResultRows {
  readonly #options: RowsOptions;
  readonly #context: ExplainContext;
  readonly #folders = new Texts();
  readonly #classes = new Texts();
  readonly #syntaxes = new Texts();
  readonly #reasons = new Texts();
  readonly #classNames = new Map<string, number>();
  readonly #syntaxNames = new Map<string, number>();
  readonly #problems = new Map<string, { readonly number: number; readonly problem: GrowingProblem }>();
  /** Of each row, in the job. */
  readonly #indexes = new PackedNumbers(Uint32Array);
  readonly #problemOf = new PackedNumbers(Uint32Array);
  #pending = nothingPending();
  #length = 0;
  #sent = 0;

  constructor(options: RowsOptions) {
    this.#options = options;
    this.#context = contextOf(options.peer, 'editor');
  }

  get length(): number {
    return this.#length;
  }

  get pending(): number {
    return this.#pending.names.length;
  }

  /** In the job; undefined: there is no such row. */
  indexOf(row: number): number | undefined {
    return row < this.#length ? this.#indexes.at(row) : undefined;
  }

  /** Indexes in the job of all files of some problems, by their numbers. */
  *indexesOf(problems: ReadonlySet<number>): Generator<number> {
    for (let row = 0; row < this.#length; row++) if (problems.has(this.#problemOf.at(row))) yield this.#indexes.at(row);
  }

  /** @returns folder (without the root) and name, as they are shown */
  placeOf(path: string): { readonly folder: string; readonly name: string } {
    const { shown, root } = this.#options;
    const whole = sanitize(shown(path), SHOWN_MAX.path) || '(no name)';
    const within = root !== '' && whole.startsWith(`${root}/`) ? whole.slice(root.length + 1) : whole;
    const at = within.lastIndexOf('/');
    return { folder: at < 0 ? '' : within.slice(0, at), name: within.slice(at + 1) };
  }

  /** @param index in the job */
  add(index: number, file: FileOutcome): void {
    const { folder, name } = this.placeOf(file.path);
    const title = reasonTitle(file);
    const problem = title === undefined ? 0 : this.#problemNumber(file, title);
    const { columns, names } = this.#pending;
    names.push(name);
    columns.outcome.push(OUTCOME_NAMES.indexOf(file.outcome));
    columns.status.push(file.status === undefined ? 0 : file.status + 1);
    columns.folder.push(this.#folders.numberOf(folder));
    columns.sopClass.push(numbered(this.#classNames, this.#classes, file.sopClassUID));
    columns.syntax.push(numbered(this.#syntaxNames, this.#syntaxes, file.transferSyntaxUID));
    const onWire = file.transferSyntaxOnWire === file.transferSyntaxUID ? undefined : file.transferSyntaxOnWire;
    columns.syntaxOnWire.push(numbered(this.#syntaxNames, this.#syntaxes, onWire));
    columns.reason.push(title === undefined ? 0 : this.#reasons.numberOf(title.title) + 1);
    columns.problem.push(problem);
    columns.startedMs.push(
      file.startedAtMs === undefined ? Number.NaN : Math.max(0, file.startedAtMs - this.#options.startedAtMs),
    );
    columns.elapsedMs.push(file.elapsedMs ?? Number.NaN);
    columns.bytes.push(file.bytesSent);
    this.#indexes.set(this.#length, index);
    this.#problemOf.set(this.#length, problem);
    this.#length += 1;
  }

  #problemNumber(file: FileOutcome, title: ReasonTitle): number {
    const keyOf = (words: ReasonTitle): string => `${file.outcome}\n${words.code}\n${words.title}`;
    const known = this.#problems.get(keyOf(title));
    if (known !== undefined) {
      known.problem.count += 1;
      return known.number;
    }
    if (this.#problems.size >= PROBLEMS_MAX && title !== OTHER_REASONS) return this.#problemNumber(file, OTHER_REASONS);
    const words = title === OTHER_REASONS ? undefined : explainInCommon(file, this.#context);
    const advice = [words?.cause, words?.action].filter((part) => part !== undefined).join(' ');
    const problem: GrowingProblem = {
      outcome: file.outcome,
      count: 1,
      ...title,
      said: title === OTHER_REASONS ? '' : this.#saidOf(file),
      advice: advice === '' ? (words?.what ?? '') : advice,
      mayHelp: mayHelp(file),
    };
    const number = this.#problems.size + 1;
    this.#problems.set(keyOf(title), { number, problem });
    return number;
  }

  /** The peer's own words. */
  #saidOf({ reason }: FileOutcome): string {
    const peer = sanitize(this.#options.peer.name, SHOWN_MAX.peerName);
    if (reason?.code === 'status' && reason.errorComment !== undefined)
      return `${peer}: ${quoted(reason.errorComment).replace(/^"(.*)"$/, '“$1”')}`;
    if (reason?.code !== 'presentation context refused') return '';
    return `${peer}: ${contextResultText(reason.refused[0]?.result)}`;
  }

  /** In the order of their numbers, from 1. @param canAct something can be done about them: the send has ended */
  problems(canAct: boolean): Problem[] {
    return [...this.#problems.values()].map(({ problem: { mayHelp, ...problem } }): Problem => {
      if (!canAct) return problem;
      if (problem.outcome === 'held back') return { ...problem, action: 'review', label: 'Decide…' };
      if (!mayHelp) return problem;
      const label = `Retry ${formatCount(problem.count)} ${problem.count === 1 ? 'File' : 'Files'}`;
      return { ...problem, action: 'retry', label };
    });
  }

  /** Those that another try can be made with, by number; `mayHelp`: it may be stored then. */
  retryable(): { readonly number: number; readonly problem: Problem; readonly mayHelp: boolean }[] {
    return [...this.#problems.values()]
      .filter(({ problem: { outcome } }) => RETRYABLE.has(outcome))
      .map(({ number, problem: { mayHelp, ...problem } }) => ({ number, problem, mayHelp }));
  }

  /** @returns undefined: nothing was added since */
  take(): RowsMessage | undefined {
    const { names, columns } = this.#pending;
    if (names.length === 0) return undefined;
    const from = this.#sent;
    this.#sent += names.length;
    this.#pending = nothingPending();
    return {
      type: 'rows',
      version: RESULTS_VERSION,
      from,
      folders: this.#folders.take(),
      classes: this.#classes.take(),
      syntaxes: this.#syntaxes.take(),
      reasons: this.#reasons.take(),
      names: names.join('\n'),
      outcome: Uint8Array.from(columns.outcome),
      status: Uint32Array.from(columns.status),
      folder: Uint32Array.from(columns.folder),
      sopClass: Uint16Array.from(columns.sopClass),
      syntax: Uint16Array.from(columns.syntax),
      syntaxOnWire: Uint16Array.from(columns.syntaxOnWire),
      reason: Uint16Array.from(columns.reason),
      problem: Uint16Array.from(columns.problem),
      startedMs: Float32Array.from(columns.startedMs),
      elapsedMs: Float32Array.from(columns.elapsedMs),
      bytes: Float64Array.from(columns.bytes),
    };
  }
}

/** From 1; 0 = there is none. A hostile folder may have more kinds than fit: the others have no name. */
function numbered(known: Map<string, number>, texts: Texts, uid: string | undefined): number {
  if (uid === undefined) return 0;
  let number = known.get(uid);
  if (number === undefined) {
    if (known.size >= 65_000) return 0;
    number = texts.numberOf(shortNameOf(uid)) + 1;
    known.set(uid, number);
  }
  return number;
}

/** Every outcome has its number: does not compile where the lists differ. */
const _outcomes: OutcomeName extends FileOutcome['outcome']
  ? FileOutcome['outcome'] extends OutcomeName
    ? true
    : never
  : never = true;
void _outcomes;
