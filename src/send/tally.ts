// The outcomes of a send: exactly one for each file. They are packed: most files were stored as they are, and need
// little beside what the scan has found.

import type { OutcomesSoFar, SendListeners } from './job.ts';
import { LazyList } from './list.ts';
import {
  type FileOutcome,
  type FileOutcomes,
  OUTCOMES,
  type Outcome,
  type OutcomeCounts,
  type Reason,
  type SentFacts,
} from './outcome.ts';
import { CommonTexts, PackedNumbers } from './packed.ts';
import type { ScannedFile } from './scanned-file.ts';
import type { ScannedFiles } from './scanned-files.ts';

/** How a file ended. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason | undefined;
  readonly facts: SentFacts;
}

export class Tally implements OutcomesSoFar {
  readonly #files: ScannedFiles;
  readonly #endings = new Endings();
  readonly #counts: Record<Outcome, number>;
  readonly #listener: SendListeners['outcome'];

  constructor(files: ScannedFiles, listener: SendListeners['outcome']) {
    this.#files = files;
    this.#counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
    this.#listener = listener;
  }

  get counts(): OutcomeCounts {
    return { ...this.#counts };
  }

  get length(): number {
    return this.#files.length;
  }

  isSettled(index: number): boolean {
    return this.#endings.has(index);
  }

  at(index: number): FileOutcome | undefined {
    const file = this.isSettled(index) ? this.#files.at(index) : undefined;
    return file === undefined ? undefined : outcomeOf(file, this.#endings.at(index));
  }

  /**
   * Write-ahead: the listener puts the outcome on record before it counts.
   * @param index in the job's files
   * @param file that file
   */
  settle(index: number, file: ScannedFile, ending: Ending): void {
    if (this.isSettled(index)) throw new Error(`file ${index} has an outcome already`);
    this.#listener?.(index, outcomeOf(file, ending));
    this.#endings.set(index, ending);
    this.#counts[ending.outcome] += 1;
  }

  /** Settles the files that hold nothing to send. */
  settleSkipped(): void {
    for (const [index, file] of this.#files.skipped) {
      this.settle(index, file, { outcome: 'skipped', reason: file.problem, facts: { bytesSent: 0 } });
    }
  }

  /** All outcomes, in the order of the files. */
  finish(): FileOutcomes {
    for (let index = 0; index < this.#files.length; index += 1) {
      if (!this.isSettled(index)) throw new Error(`file ${index} has no outcome`);
    }
    return new SettledOutcomes(this.#files, this.#endings);
  }
}

class SettledOutcomes extends LazyList<FileOutcome> implements FileOutcomes {
  readonly #files: ScannedFiles;
  readonly #endings: Endings;

  constructor(files: ScannedFiles, endings: Endings) {
    super();
    this.#files = files;
    this.#endings = endings;
  }

  get length(): number {
    return this.#files.length;
  }

  get notable(): Iterable<FileOutcome> {
    return this.#notable();
  }

  get notablePlaces(): Iterable<number> {
    return this.#notablePlaces();
  }

  *#notable(): Generator<FileOutcome, void, undefined> {
    for (const index of this.#notablePlaces()) yield this.make(index);
  }

  *#notablePlaces(): Generator<number, void, undefined> {
    for (let index = 0; index < this.length; index += 1) if (!this.#isPlain(index)) yield index;
  }

  /** Stored, with nothing wrong, in its own transfer syntax, from within the selection. */
  #isPlain(index: number): boolean {
    if (!this.#endings.isStored(index) || this.#files.findingsOf(index).length > 0) return false;
    if (this.#files.leadsTo(index) !== undefined) return false;
    return this.#endings.syntaxOnWireOf(index) === this.#files.kindOf(index).transferSyntaxUID;
  }

  protected make(index: number): FileOutcome {
    return outcomeOf(this.#files.at(index) as ScannedFile, this.#endings.at(index));
  }
}

/** By index. */
class Endings {
  /** In OUTCOMES, from 1. */
  readonly #outcome = new PackedNumbers(Uint32Array);
  readonly #bytesSent = new PackedNumbers(Float64Array);
  /** NaN: not measured. */
  readonly #elapsedMs = new PackedNumbers(Float64Array);
  /** NaN: never tried. */
  readonly #startedAtMs = new PackedNumbers(Float64Array);
  /** From 1, as those below: 0 = none. */
  readonly #status = new PackedNumbers(Uint32Array);
  readonly #syntaxOnWire = new PackedNumbers(Uint32Array);
  readonly #syntaxes = new CommonTexts();
  readonly #reasons = new Map<number, Reason>();

  has(index: number): boolean {
    return this.#outcome.at(index) > 0;
  }

  isStored(index: number): boolean {
    return OUTCOMES[this.#outcome.at(index) - 1] === 'stored';
  }

  syntaxOnWireOf(index: number): string | undefined {
    const number = this.#syntaxOnWire.at(index);
    return number === 0 ? undefined : this.#syntaxes.at(number - 1);
  }

  set(index: number, { outcome, reason, facts }: Ending): void {
    const { bytesSent, startedAtMs, elapsedMs, status, transferSyntaxOnWire: syntax } = facts;
    this.#outcome.set(index, OUTCOMES.indexOf(outcome) + 1);
    this.#bytesSent.set(index, bytesSent);
    this.#startedAtMs.set(index, startedAtMs ?? Number.NaN);
    this.#elapsedMs.set(index, elapsedMs ?? Number.NaN);
    this.#status.set(index, status === undefined ? 0 : status + 1);
    this.#syntaxOnWire.set(index, syntax === undefined ? 0 : this.#syntaxes.numberOf(syntax) + 1);
    if (reason !== undefined) this.#reasons.set(index, reason);
  }

  at(index: number): Ending {
    const startedAtMs = this.#startedAtMs.at(index);
    const elapsedMs = this.#elapsedMs.at(index);
    const status = this.#status.at(index);
    const transferSyntaxOnWire = this.syntaxOnWireOf(index);
    return {
      outcome: OUTCOMES[this.#outcome.at(index) - 1] as Outcome,
      reason: this.#reasons.get(index),
      facts: {
        bytesSent: this.#bytesSent.at(index),
        ...(Number.isNaN(startedAtMs) ? {} : { startedAtMs }),
        ...(Number.isNaN(elapsedMs) ? {} : { elapsedMs }),
        ...(status === 0 ? {} : { status: status - 1 }),
        ...(transferSyntaxOnWire === undefined ? {} : { transferSyntaxOnWire }),
      },
    };
  }
}

function outcomeOf(file: ScannedFile, { outcome, reason, facts }: Ending): FileOutcome {
  const { path } = file;
  const why = reason === undefined ? {} : { reason };
  if (file.type === 'skipped') return { path, outcome, ...facts, ...why };
  const { sopClassUID, sopInstanceUID, transferSyntaxUID } = file.header;
  const findings = file.findings.length === 0 ? {} : { findings: file.findings };
  const linked = file.leadsTo === undefined ? {} : { leadsTo: file.leadsTo };
  return { path, outcome, sopClassUID, sopInstanceUID, transferSyntaxUID, ...facts, ...why, ...linked, ...findings };
}
