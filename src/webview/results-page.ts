// The page of results: takes the messages of the extension, shows them, and tells what the person asks for. It keeps nothing
// but what it was told and where the person is.

import {
  type Action,
  type DetailsMessage,
  type FromPage,
  type HeadMessage,
  OUTCOME_NAMES,
  type OutcomeName,
  type Problem,
  RESULTS_VERSION,
  toPage,
} from '../messages/results.ts';
import { element, fill, isolated } from './elements.ts';
import { countText, filesText } from './figures.ts';
import { Grid } from './grid.ts';
import { Head } from './head.ts';
import { drawPlots } from './plots.ts';
import { filterRows } from './row-filter.ts';
import { RowTable } from './row-table.ts';
import { sign } from './signs.ts';
import { type Timing, timingOf } from './timing.ts';

interface VSCode {
  postMessage(message: FromPage): void;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VSCode;

/** Outcomes of which a person wants to see the files first, where there are any. */
const URGENT: Readonly<Record<'failed' | 'cancelled', readonly OutcomeName[]>> = {
  failed: ['failed', 'held back', 'unknown'],
  cancelled: ['unknown', 'cancelled'],
};
/** Redrawing while rows come: milliseconds between two. */
const REDRAW_MS = 250;
const TALL = 780;
const WIDE = 760;

const vscode = acquireVsCodeApi();
const version = RESULTS_VERSION;

let table = new RowTable();
let head: HeadMessage | undefined;
let timing: Timing | undefined;
let isTimingOpen: boolean | undefined;
/** The person has chosen: what is shown does not change by itself. */
let hasChosen = false;
const outcomes = new Set<number>();
let redraw: ReturnType<typeof setTimeout> | undefined;

const act = (action: Action, about: { row?: number; problem?: number } = {}): void =>
  vscode.postMessage({ type: 'do', version, action, ...about });

const heading = new Head({
  act: (action, problem) => act(action, problem === undefined ? {} : { problem }),
  showProblem: (problem) => showFilesOf(problem),
});
const grid = new Grid(() => table, {
  chosen: (row) => {
    if (row === undefined) fill(details);
    else vscode.postMessage({ type: 'details', version, row });
  },
  opened: () => details.focus(),
  cleared: () => {
    outcomes.clear();
    query.value = '';
    filter();
    query.focus();
  },
  copied: (row) => act('copy path', { row }),
});
const details = element('aside', { class: 'details', tabindex: -1, 'aria-label': 'Details', 'data-region': '' });
const story = element('span');
const fold = element('button', { class: 'tool', 'aria-expanded': 'false', onclick: () => openTiming(!isTimingOpen) });
const slow = element('button', { class: 'link', onclick: () => showSlow() });
const plots = element('div', { class: 'plots', role: 'img' });
const timingPart = element(
  'section',
  { class: 'timing', 'aria-label': 'Timing', 'data-region': '' },
  element('div', { class: 'story' }, fold, element('b', {}, 'Timing'), story, slow),
  plots,
);
const chips = element('div', { class: 'chips', role: 'toolbar', 'aria-label': 'Outcome', 'data-region': '' });
const query = element('input', {
  type: 'search',
  'aria-label': 'Filter',
  placeholder: 'Filter, e.g. status:A900 slow:1s',
  title: 'Words of path, reason and class; status:, reason:, class:, syntax:, folder: and slow: look in one column.',
  spellcheck: 'false',
  oninput: () => filter(),
});
const found = element('span', { class: 'found', role: 'status' });
const field = element('label', { class: 'field', 'data-region': '' }, sign('filter'), query);
const page = element(
  'main',
  { class: 'page' },
  heading.verdict,
  heading.bar,
  heading.problems,
  timingPart,
  element('div', { class: 'filters' }, chips, field, found),
  element('div', { class: 'split' }, grid.root, details),
);
timingPart.hidden = true;
document.body.append(page);

function filter(keeps = false): void {
  const view = filterRows(table, { outcomes, query: query.value }, head?.isRunning === true);
  grid.show(view, keeps);
  const total = head?.isRunning === true ? head.files : table.length;
  fill(found, view.length === total ? filesText(total) : `${countText(view.length)} of ${filesText(total)}`);
  showChips();
}

function showChips(): void {
  const { counts = [], isRunning = false, files = 0 } = head ?? {};
  const focused = [...chips.children].indexOf(document.activeElement as Element);
  const done = counts.reduce((sum, count) => sum + count, 0);
  const made: HTMLElement[] = [];
  for (const [number, name] of OUTCOME_NAMES.entries()) {
    const count = counts[number] ?? 0;
    if (count === 0 && !outcomes.has(number)) continue;
    const label = `${name === 'stored with warning' ? 'with warning' : name} ${countText(count)}`;
    const pressed = String(outcomes.has(number));
    const toggle = (): void => {
      hasChosen = true;
      if (!outcomes.delete(number)) outcomes.add(number);
      filter();
    };
    const attributes = { class: 'chip', 'aria-pressed': pressed, tabindex: -1, onclick: toggle };
    made.push(element('button', attributes, sign(name, name), label));
  }
  if (isRunning && files > done)
    made.push(
      element('span', { class: 'chip waiting' }, sign('sending', 'sending'), `to go ${countText(files - done)}`),
    );
  (made[Math.max(0, focused)] ?? made[0])?.setAttribute('tabindex', '0');
  // One outcome needs no choice.
  fill(chips, ...made);
  chips.hidden = table.length <= 1;
  if (focused >= 0) (chips.children[focused] as HTMLElement | undefined)?.focus();
}

chips.addEventListener('keydown', (event) => {
  const step = ({ ArrowRight: 1, ArrowLeft: -1 } as Readonly<Record<string, number>>)[event.key];
  if (step === undefined) return;
  const all = [...chips.querySelectorAll('button')];
  all[(all.indexOf(document.activeElement as HTMLButtonElement) + step + all.length) % all.length]?.focus();
  event.preventDefault();
});

function showFilesOf({ outcome, code, title }: Problem): void {
  hasChosen = true;
  outcomes.clear();
  outcomes.add(OUTCOME_NAMES.indexOf(outcome));
  query.value = /^[0-9A-F]{4}$/.test(code) ? `status:${code}` : `reason:"${title.replaceAll('"', ' ')}"`;
  filter();
  grid.root.focus();
}

function showSlow(): void {
  if (timing?.silence === undefined) return;
  hasChosen = true;
  outcomes.clear();
  const seconds = Math.floor((timing.silence.toMs - timing.silence.fromMs) / 1000);
  query.value = `slow:${Math.max(1, seconds)}s`;
  filter();
  grid.root.focus();
}

function openTiming(isOpen: boolean): void {
  isTimingOpen = isOpen;
  fold.setAttribute('aria-expanded', String(isOpen));
  fold.setAttribute('aria-label', isOpen ? 'Fold Timing' : 'Unfold Timing');
  fill(fold, sign(isOpen ? 'down' : 'right'));
  plots.hidden = !isOpen;
  if (isOpen && timing !== undefined) drawPlots(plots, table, timing);
}

function showTiming(): void {
  if (head === undefined) return;
  timing = timingOf(table, head.peer);
  timingPart.hidden = timing.rows.length < 2;
  if (timingPart.hidden) return;
  fill(story, timing.story === '' ? '' : isolated(timing.story));
  const files = timing.silence?.files ?? 0;
  fill(slow, files === 0 ? '' : files === 1 ? 'Show the Slow File' : `Show the ${countText(files)} Slow Files`);
  slow.hidden = files === 0;
  openTiming(isTimingOpen ?? (timing.story !== '' && innerHeight >= TALL && innerWidth > WIDE));
}

function showDetails({ row, name, folder, parts }: DetailsMessage): void {
  if (row !== grid.row) return;
  const tools = (['reveal', 'copy path'] as const).map((action) => {
    const label = action === 'reveal' ? 'Reveal in Explorer' : 'Copy Path';
    const attributes = { class: 'tool', title: label, 'aria-label': label, onclick: () => act(action, { row }) };
    return element('button', attributes, sign(action === 'reveal' ? 'folder' : 'copy'));
  });
  const lines = parts.flatMap(({ heading: title, lines }) => {
    const isWire = lines.some(({ direction }) => direction !== undefined);
    const list = element('dl', { class: isWire ? 'wire' : 'pairs' });
    for (const { text, sign: shape, label = '', direction } of lines) {
      const arrow = direction === 'to the peer' ? '→ ' : direction === 'from the peer' ? '← ' : '';
      const mark = shape === undefined || shape === 'note' ? undefined : sign(shape, shape);
      if (isWire || label !== '') list.append(element('dt', {}, label));
      const kind = isWire || label !== '' ? '' : 'whole';
      if (kind !== '') list.append(element('dt', { class: 'unseen' }, title));
      list.append(element('dd', { class: kind }, mark, element('span', {}, arrow, isolated(text))));
    }
    return [element('h3', {}, title), list];
  });
  const title = element('h2', {}, isolated(name, { class: 'cut', title: name }), ...tools);
  fill(details, title, element('p', { class: 'low cut' }, isolated(folder)), ...lines);
}

/** After failures on what is not stored, after a cancel on what is left; if all is well, on everything. */
function chooseFirst({ counts, isRunning, sign: shape }: HeadMessage): void {
  if (hasChosen || isRunning) return;
  outcomes.clear();
  const wanted = shape === 'cancelled' ? URGENT.cancelled : URGENT.failed;
  for (const name of wanted) {
    const number = OUTCOME_NAMES.indexOf(name);
    if ((counts[number] ?? 0) > 0) outcomes.add(number);
  }
}

function draw(): void {
  redraw = undefined;
  if (head === undefined) return;
  heading.show(head);
  grid.rootFolder = head.root;
  const isWhole = table.length >= head.rows;
  if (isWhole) chooseFirst(head);
  filter(true);
  if (isWhole || head.isRunning) showTiming();
}

addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = toPage(data);
  if (message === undefined) {
    vscode.postMessage({ type: 'dropped', version });
    return;
  }
  switch (message.type) {
    case 'head':
      head = message;
      if (!message.isRunning && redraw !== undefined) {
        clearTimeout(redraw);
        redraw = undefined;
      }
      break;
    case 'rows':
      if (message.from === 0) table = new RowTable();
      if (!table.add(message)) {
        vscode.postMessage({ type: 'ready', version });
        return;
      }
      break;
    case 'details':
      showDetails(message);
      return;
    case 'gone':
      fill(page, element('p', { class: 'gone' }, 'The results of this send are not kept any more.'));
      return;
  }
  // The first picture at once, the others a few times a second.
  const isFirst = head !== undefined && page.dataset['drawn'] === undefined;
  if (isFirst) {
    page.dataset['drawn'] = '';
    draw();
  } else {
    redraw ??= setTimeout(draw, head?.isRunning === true ? REDRAW_MS : 30);
  }
});

/**
 * F6 goes from part to part; from the last one to the rest of the window. Escape goes a step back. The editor listens at the
 * window, too, and acts on these keys itself: so what is done here is taken before it.
 */
addEventListener(
  'keydown',
  (event) => {
    const isField = document.activeElement === query;
    if (event.key === 'F6') {
      if (goOn(event.shiftKey ? -1 : 1)) stop(event);
    } else if ((event.key === '/' && !isField) || (event.key === 'f' && (event.ctrlKey || event.metaKey))) {
      query.focus();
      stop(event);
    } else if (isField && (event.key === 'Enter' || event.key === 'ArrowDown')) {
      grid.root.focus();
      stop(event);
    } else if (event.key === 'Escape' && isField) {
      if (query.value === '') grid.root.focus();
      query.value = '';
      filter();
      stop(event);
    } else if (event.key === 'Escape' && details.contains(document.activeElement)) {
      grid.root.focus();
      stop(event);
    }
  },
  true,
);

function stop(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function goOn(step: 1 | -1): boolean {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (one) => one.offsetParent !== null,
  );
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[now < 0 ? (step > 0 ? 0 : regions.length - 1) : now + step];
  if (next === undefined) return false;
  const inside = next.querySelector<HTMLElement>('button:not([tabindex="-1"]), input');
  (next.tabIndex >= 0 || inside === null || next === details ? next : inside).focus();
  return true;
}

let width = innerWidth;
addEventListener('resize', () => {
  grid.draw();
  if (innerWidth !== width && isTimingOpen === true && timing !== undefined) drawPlots(plots, table, timing);
  width = innerWidth;
});

vscode.setState({ send: document.body.dataset['send'] });
vscode.postMessage({ type: 'ready', version });
