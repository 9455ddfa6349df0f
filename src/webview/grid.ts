// The list of files. Only the rows that are in view exist as elements, so a hundred thousand take as much as fifty.

import { OUTCOME_NAMES, type OutcomeName } from '../messages/results.ts';
import { element, fill, isolated } from './elements.ts';
import { durationText } from './figures.ts';
import type { RowTable } from './row-table.ts';
import { sign } from './signs.ts';

/** Pixels, as in results.css. */
const ROW = 22;
const HEAD = 26;
/** Rows drawn above and below those in view. */
const SPARE = 6;

const HEADINGS = ['Outcome', 'File', 'Class', 'Syntax', 'Status', 'Reason', 'Time'] as const;
const CLASSES = ['outcome', 'file', 'class', 'syntax', 'status', 'reason', 'time'] as const;

export interface GridListeners {
  /** Another row has the focus; undefined: none is left. */
  readonly chosen: (row: number | undefined) => void;
  readonly opened: () => void;
  readonly cleared: () => void;
  readonly copied: (row: number) => void;
}

export class Grid {
  readonly root: HTMLElement;
  readonly #body: HTMLElement;
  readonly #fileHeading: HTMLElement;
  readonly #table: () => RowTable;
  readonly #listeners: GridListeners;
  #view: Uint32Array = new Uint32Array(0);
  /** Place in the view. */
  #at = 0;
  #frame = 0;

  constructor(table: () => RowTable, listeners: GridListeners) {
    this.#table = table;
    this.#listeners = listeners;
    this.#fileHeading = element('span', { class: 'c file', role: 'columnheader' }, 'File');
    const headings = HEADINGS.map((text, at) =>
      text === 'File' ? this.#fileHeading : element('span', { class: `c ${CLASSES[at]}`, role: 'columnheader' }, text),
    );
    this.#body = element('div', { role: 'rowgroup', class: 'rows' });
    this.root = element(
      'div',
      {
        class: 'grid',
        role: 'grid',
        tabindex: 0,
        'aria-label': 'Files',
        'aria-colcount': HEADINGS.length,
        'data-region': '',
        onscroll: () => this.#drawSoon(),
        onclick: (event: MouseEvent) => this.#click(event),
        ondblclick: () => this.#listeners.opened(),
        onkeydown: (event: KeyboardEvent) => this.#key(event),
      },
      element(
        'div',
        { role: 'rowgroup', class: 'heads' },
        element('div', { class: 'head', role: 'row', 'aria-rowindex': 1 }, ...headings),
      ),
      this.#body,
    );
  }

  /** The row with the focus. */
  get row(): number | undefined {
    return this.#view[this.#at];
  }

  set rootFolder(name: string) {
    fill(this.#fileHeading, name === '' ? 'File' : 'File in ', name === '' ? undefined : isolated(name));
  }

  /** @param view row numbers. @param keeps the row that has the focus keeps it if it is still there */
  show(view: Uint32Array, keeps: boolean): void {
    const row = this.row;
    this.#view = view;
    const kept = keeps && row !== undefined ? view.indexOf(row) : -1;
    if (kept >= 0) {
      // The rows above became more: what a person looks at stays where it is.
      if (this.root.scrollTop > 0) this.root.scrollTop += (kept - this.#at) * ROW;
      this.#at = kept;
    } else {
      this.#at = 0;
      this.root.scrollTop = 0;
    }
    this.root.setAttribute('aria-rowcount', String(view.length + 1));
    this.#body.style.height = `${Math.max(view.length, 3) * ROW}px`;
    this.draw();
    if (this.row !== row) this.#listeners.chosen(this.row);
  }

  draw(): void {
    const { scrollTop, clientHeight } = this.root;
    const first = Math.max(0, Math.floor((scrollTop - HEAD) / ROW) - SPARE);
    const last = Math.min(this.#view.length, first + Math.ceil(clientHeight / ROW) + 2 * SPARE);
    const rows: HTMLElement[] = [];
    for (let place = first; place < last; place++) rows.push(this.#rowAt(place));
    // A screen reader stays on the row with the focus wherever the list is scrolled to.
    if (this.#view.length > 0 && (this.#at < first || this.#at >= last)) rows.push(this.#rowAt(this.#at));
    if (this.#view.length === 0) rows.push(this.#nothing());
    fill(this.#body, ...rows);
    if (this.#view.length === 0) this.root.removeAttribute('aria-activedescendant');
    else this.root.setAttribute('aria-activedescendant', `row-${this.#at}`);
  }

  #drawSoon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
    });
  }

  #rowAt(place: number): HTMLElement {
    const table = this.#table();
    const row = this.#view[place] ?? 0;
    const outcome = OUTCOME_NAMES[table.outcome.at(row)] as OutcomeName;
    const [folder, name] = [table.folderOf(row), table.nameOf(row)];
    const syntax = table.syntaxes[table.syntax.at(row)] ?? '';
    const onWire = table.syntaxes[table.syntaxOnWire.at(row)] ?? '';
    const reason = table.reasons[table.reason.at(row)] ?? '';
    const cells: (Node | string)[][] = [
      [sign(outcome, outcome), outcome === 'stored with warning' ? 'with warning' : outcome],
      [isolated(folder === '' ? '' : `${folder}/`, { class: 'dir' }), isolated(name, { class: 'name' })],
      [table.classes[table.sopClass.at(row)] ?? ''],
      [syntax, ...(onWire === '' ? [] : [element('span', { class: 'low' }, ' → '), onWire])],
      [table.statusOf(row)],
      [isolated(reason)],
      [durationText(table.elapsedMs.at(row))],
    ];
    const made = element(
      'div',
      {
        class: 'row',
        role: 'row',
        id: `row-${place}`,
        'aria-rowindex': place + 2,
        'aria-selected': String(place === this.#at),
      },
      ...cells.map((cell, at) => element('span', { class: `c ${CLASSES[at]}`, role: 'gridcell' }, ...cell)),
    );
    made.style.top = `${place * ROW}px`;
    (made.children[1] as HTMLElement).title = folder === '' ? name : `${folder}/${name}`;
    (made.children[5] as HTMLElement).title = reason;
    return made;
  }

  #nothing(): HTMLElement {
    const clear = element('button', { class: 'link', onclick: () => this.#listeners.cleared() }, 'Clear the Filter');
    const cell = element('span', { class: 'c none', role: 'gridcell' }, 'No file matches. ', clear);
    return element('div', { class: 'row', role: 'row', 'aria-rowindex': 2 }, cell);
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest('.row[id]');
    if (row !== null) this.#focus(Number(row.id.slice('row-'.length)));
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((this.root.clientHeight - HEAD) / ROW) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#view.length,
      End: this.#view.length,
    };
    const step = steps[event.key];
    const { row } = this;
    if (step !== undefined) this.#focus(this.#at + step);
    else if (event.key === 'Enter') this.#listeners.opened();
    else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && row !== undefined) this.#listeners.copied(row);
    else return;
    event.preventDefault();
  }

  #focus(place: number): void {
    this.#at = Math.max(0, Math.min(this.#view.length - 1, place));
    const top = this.#at * ROW;
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + ROW + HEAD > scrollTop + clientHeight) this.root.scrollTop = top + ROW + HEAD - clientHeight;
    this.draw();
    this.#listeners.chosen(this.row);
  }
}
