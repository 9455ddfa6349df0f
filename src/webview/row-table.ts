// The rows of the page, as numbers in columns. Texts that many files share are kept once; the names of files are kept as the
// long texts in which they came, with where each begins. Needs no browser.

import type { RowsMessage } from '../messages/results.ts';

interface Names {
  readonly from: number;
  readonly text: string;
  /** For a search that does not tell capitals. */
  readonly lower: string;
  /** Where the name of each row begins, and where the one after the last would. */
  readonly begins: Uint32Array;
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** An array that grows by doubling. */
class Column<T extends Numbers> {
  #values: T;
  readonly #kind: new (
    length: number,
  ) => T;

  constructor(kind: new (length: number) => T) {
    this.#kind = kind;
    this.#values = new kind(0);
  }

  at(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(from: number, values: Numbers): void {
    const end = from + values.length;
    if (end > this.#values.length) {
      const grown = new this.#kind(Math.max(end, 2 * this.#values.length));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(values, from);
  }
}

export class RowTable {
  readonly folders: string[] = [];
  /** From number 1, as the two that follow; 0 is none. */
  readonly classes: string[] = [''];
  readonly syntaxes: string[] = [''];
  readonly reasons: string[] = [''];
  readonly outcome = new Column(Uint8Array);
  readonly status = new Column(Uint32Array);
  readonly folder = new Column(Uint32Array);
  readonly sopClass = new Column(Uint16Array);
  readonly syntax = new Column(Uint16Array);
  readonly syntaxOnWire = new Column(Uint16Array);
  readonly reason = new Column(Uint16Array);
  readonly problem = new Column(Uint16Array);
  readonly startedMs = new Column(Float32Array);
  readonly elapsedMs = new Column(Float32Array);
  readonly bytes = new Column(Float64Array);
  readonly names: Names[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @returns false: rows are missing before these */
  add(message: RowsMessage): boolean {
    const { from, names } = message;
    if (from !== this.#length) return false;
    const { length } = message.outcome;
    this.folders.push(...message.folders);
    this.classes.push(...message.classes);
    this.syntaxes.push(...message.syntaxes);
    this.reasons.push(...message.reasons);
    this.outcome.set(from, message.outcome);
    this.status.set(from, message.status);
    this.folder.set(from, message.folder);
    this.sopClass.set(from, message.sopClass);
    this.syntax.set(from, message.syntax);
    this.syntaxOnWire.set(from, message.syntaxOnWire);
    this.reason.set(from, message.reason);
    this.problem.set(from, message.problem);
    this.startedMs.set(from, message.startedMs);
    this.elapsedMs.set(from, message.elapsedMs);
    this.bytes.set(from, message.bytes);
    const begins = new Uint32Array(length + 1);
    let at = 0;
    for (let row = 0; row < length; row++) {
      begins[row] = at;
      const end = names.indexOf('\n', at);
      at = end < 0 ? names.length + 1 : end + 1;
    }
    begins[length] = at;
    const lower = names.toLowerCase();
    // In a few languages the small letters of a name are more than its capitals: then their places are others.
    this.names.push({ from, text: names, lower: lower.length === names.length ? lower : names, begins });
    this.#length += length;
    return true;
  }

  nameOf(row: number): string {
    let low = 0;
    let high = this.names.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.names[middle] as Names).from <= row) low = middle;
      else high = middle - 1;
    }
    const names = this.names[low];
    if (names === undefined) return '';
    const at = row - names.from;
    return names.text.slice(names.begins[at], (names.begins[at + 1] ?? 0) - 1);
  }

  folderOf(row: number): string {
    return this.folders[this.folder.at(row)] ?? '';
  }

  /** 'A900'; '' = no answer. */
  statusOf(row: number): string {
    const status = this.status.at(row);
    return status === 0 ? '' : statusText(status);
  }
}

/** @param status plus 1 */
export function statusText(status: number): string {
  return (status - 1).toString(16).toUpperCase().padStart(4, '0');
}
