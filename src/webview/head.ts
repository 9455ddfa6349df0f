// The upper part of the page: verdict, bar of outcomes, what is wrong.

import { type Action, type HeadMessage, OUTCOME_NAMES, type Problem } from '../messages/results.ts';
import { element, fill, isolated } from './elements.ts';
import { countText } from './figures.ts';
import { type Shape, sign } from './signs.ts';

const CARDS = 4;
const SHAPES: Partial<Record<Action, Shape>> = { cancel: 'stop', retry: 'retry', resume: 'resume', review: 'review' };
/** Outcomes in the bar; what is missing to all files is the rest of it. */
const BAR = ['stored', 'stored with warning', 'failed', 'held back', 'unknown'] as const;

export const EXPORTS: readonly (readonly [Action, string, string])[] = [
  ['copy ticket', 'Copy as Ticket', 'Markdown'],
  ['open document', 'Open as Markdown Document', ''],
  ['export csv', 'Save as CSV…', ''],
  ['export json', 'Save as JSON…', ''],
  ['export junit', 'Save as JUnit XML…', ''],
  ['copy command', 'Copy as Command', 'send-to-pacs'],
  ['copy storescu', 'Copy as Command', 'storescu'],
  ['show trace', 'Show Trace', ''],
];

export interface HeadListeners {
  readonly act: (action: Action, problem?: number) => void;
  readonly showProblem: (problem: Problem) => void;
}

export class Head {
  readonly verdict = element('section', { class: 'verdict', 'aria-label': 'Verdict', 'data-region': '' });
  readonly problems = element('section', { class: 'problems', 'aria-label': 'Problems', 'data-region': '' });
  readonly bar = element('div', { class: 'bar' });
  readonly #status = element('p', { role: 'status', class: 'unseen' });
  readonly #title = element('h1');
  readonly #facts = element('p', { class: 'facts' });
  readonly #buttons = element('div', { class: 'buttons' });
  readonly #menu = element('div', { class: 'menu', role: 'menu', 'aria-label': 'Export' });
  readonly #menuButton: HTMLElement;
  readonly #listeners: HeadListeners;
  #areAllShown = false;
  #last: HeadMessage | undefined;
  /** What the parts were made from: a part that stays the same keeps its elements, and with them the focus. */
  readonly #made = new Map<string, string>();

  constructor(listeners: HeadListeners) {
    this.#listeners = listeners;
    this.#menuButton = element(
      'button',
      {
        class: 'button',
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
        onclick: () => this.#openMenu(this.#menu.hidden === true),
        onkeydown: (event: KeyboardEvent) => {
          if (event.key === 'ArrowDown') this.#openMenu(true);
        },
      },
      sign('export'),
      'Export',
      sign('down'),
    );
    this.#menu.hidden = true;
    this.#menu.append(
      ...EXPORTS.map(([action, label, hint]) =>
        element(
          'button',
          { role: 'menuitem', tabindex: -1, onclick: () => this.#choose(action) },
          label,
          element('span', { class: 'low' }, hint),
        ),
      ),
    );
    this.#menu.addEventListener('keydown', (event) => this.#menuKey(event));
    this.#menu.addEventListener('focusout', ({ relatedTarget }) => {
      if (!this.#menu.contains(relatedTarget as Node | null) && relatedTarget !== this.#menuButton)
        this.#openMenu(false);
    });
    this.verdict.append(this.#title, this.#buttons, this.#facts, this.#status);
  }

  show(head: HeadMessage): void {
    this.#last = head;
    this.#remake('title', [head.sign, head.verdict], () =>
      fill(this.#title, sign(head.sign, head.sign), element('span', {}, head.verdict)),
    );
    this.#remake('facts', head.facts, () =>
      fill(this.#facts, ...head.facts.map((fact) => element('span', {}, isolated(fact)))),
    );
    this.#remake('buttons', head.buttons, () => {
      const buttons = head.buttons.map(({ action, label }, at) => {
        const shape = SHAPES[action];
        const kind = at === 0 && action !== 'cancel' ? 'button primary' : 'button';
        return element(
          'button',
          { class: kind, onclick: () => this.#listeners.act(action) },
          shape === undefined ? undefined : sign(shape),
          label,
        );
      });
      fill(this.#buttons, ...buttons, this.#menuButton, this.#menu);
    });
    // Said aloud when it has ended, not at each file.
    if (!head.isRunning) this.#remake('status', head.verdict, () => fill(this.#status, head.verdict));
    this.#remake('bar', [head.counts, head.files], () => this.#fillBar(head));
    this.#remake('problems', [head.problems, head.silence, this.#areAllShown], () => this.#fillProblems(head));
  }

  #remake(part: string, of: unknown, make: () => void): void {
    const facts = JSON.stringify(of);
    if (this.#made.get(part) === facts) return;
    this.#made.set(part, facts);
    make();
  }

  #fillBar({ counts, files, isRunning }: HeadMessage): void {
    const done = counts.reduce((sum, count) => sum + count, 0);
    const counted = BAR.map((name) => [name, counts[OUTCOME_NAMES.indexOf(name)] ?? 0] as const);
    const rest = Math.max(files, done) - counted.reduce((sum, [, count]) => sum + count, 0);
    const parts = counted
      .filter(([, count]) => count > 0)
      .map(([name, count]) => {
        const part = element('i', { class: `is-${name.replaceAll(' ', '-')}` });
        part.style.flexGrow = String(count);
        return part;
      });
    if (rest > 0) {
      const part = element('i', { class: 'rest' });
      part.style.flexGrow = String(rest);
      parts.push(part);
    }
    fill(this.bar, ...parts);
    this.bar.hidden = !isRunning && counted[0]?.[1] === done;
    if (isRunning) {
      const percent = files === 0 ? 0 : Math.floor((100 * done) / files);
      for (const [name, value] of Object.entries({
        role: 'progressbar',
        'aria-label': 'Files done',
        'aria-valuenow': percent,
      }))
        this.bar.setAttribute(name, String(value));
    } else {
      for (const name of ['role', 'aria-label', 'aria-valuenow']) this.bar.removeAttribute(name);
    }
  }

  #fillProblems(head: HeadMessage): void {
    const real = head.problems.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'stored with warning');
    const sorted = real.toSorted((a, b) => b.count - a.count);
    const shown = this.#areAllShown ? sorted : sorted.slice(0, CARDS);
    const also = head.problems.filter(({ outcome }) => outcome === 'stored with warning');
    const hidden = sorted.length - shown.length;
    const more = element(
      'button',
      {
        class: 'link more',
        onclick: () => {
          this.#areAllShown = true;
          if (this.#last !== undefined) this.show(this.#last);
        },
      },
      `Show ${countText(hidden)} more ${hidden === 1 ? 'problem' : 'problems'}`,
    );
    fill(
      this.problems,
      head.silence === undefined
        ? undefined
        : element(
            'p',
            { class: 'note', role: 'status' },
            sign('clock', 'stored with warning'),
            element('span', { class: 'grow' }, isolated(head.silence)),
            element('button', { class: 'link', onclick: () => this.#listeners.act('show trace') }, 'Show Trace'),
          ),
      shown.length === 0
        ? undefined
        : element(
            'ul',
            { class: 'cards' },
            ...shown.map((problem) => this.#card(problem, head.problems.indexOf(problem) + 1)),
          ),
      hidden > 0 ? more : undefined,
      ...also.map((problem) => this.#line(problem)),
    );
    this.problems.hidden = this.problems.childElementCount === 0;
  }

  #card(problem: Problem, number: number): HTMLElement {
    const { outcome, count, code, title, said, advice, action, label } = problem;
    const files = element(
      'button',
      { class: 'link', onclick: () => this.#listeners.showProblem(problem) },
      'Show Files',
    );
    const button =
      action === undefined
        ? undefined
        : element('button', { class: 'button small', onclick: () => this.#listeners.act(action, number) }, label ?? '');
    return element(
      'li',
      { class: 'card' },
      element(
        'div',
        { class: 'top' },
        sign(outcome, outcome),
        element('b', {}, `${countText(count)} ${outcome}`),
        element('span', { class: 'code' }, code),
      ),
      element('h2', {}, isolated(title)),
      said === '' ? undefined : element('p', { class: 'said', title: said }, isolated(said)),
      advice === '' ? undefined : element('p', { class: 'advice' }, isolated(advice)),
      element('div', { class: 'go' }, button, files),
    );
  }

  #line(problem: Problem): HTMLElement {
    const { outcome, count, code, title } = problem;
    const text = `${countText(count)} stored with warning ${code} ${title}.`;
    return element(
      'p',
      { class: 'also' },
      sign(outcome, outcome),
      element('span', {}, isolated(text)),
      element('button', { class: 'link', onclick: () => this.#listeners.showProblem(problem) }, 'Show Files'),
    );
  }

  #openMenu(isOpen: boolean): void {
    this.#menu.hidden = !isOpen;
    this.#menuButton.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) (this.#menu.firstElementChild as HTMLElement).focus();
  }

  #choose(action: Action): void {
    this.#menuButton.focus();
    this.#openMenu(false);
    this.#listeners.act(action);
  }

  #menuKey(event: KeyboardEvent): void {
    const items = [...this.#menu.children] as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const steps: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    const to = steps[event.key];
    if (to !== undefined) items.at(to % items.length)?.focus();
    else if (event.key === 'Escape') {
      this.#menuButton.focus();
      this.#openMenu(false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
