// The rows of the view Sends, made from the list of sends when VS Code asks for them. An element is a string: the id of a
// send; below it 'id/problem/…', 'id/files', 'id/files/2', 'id/files/2/17', 'id/associations', 'id/associations/0'.

import * as vscode from 'vscode';
import type { SendResult } from '../send/job.ts';
import { type FileOutcome, OUTCOMES, type Outcome, type OutcomeCounts } from '../send/outcome.ts';
import { isSendId, type SendId } from '../send/send-id.ts';
import { briefly } from '../trace/brief.ts';
import { contextOf, explainFile, sentence } from '../trace/explain.ts';
import { formatCount, formatDuration, plural } from '../trace/units.ts';
import { addressWords } from './peers.ts';
import { nameWords, plainWords } from './plain-words.ts';
import { shownPaths } from './results.ts';
import { retryableIn } from './retryable.ts';
import { noCounts, type Send } from './send-entries.ts';
import {
  isInterrupted,
  isResumable,
  isRunning,
  isSameDay,
  labelWords,
  OUTCOME_SIGNS,
  type Sign,
  signOf,
  spokenWords,
  stateWords,
  timeWords,
  tooltipWords,
  urgentWords,
} from './send-words.ts';
import type { Sends } from './sends.ts';

/** Files in a row that folds out: VS Code draws 1,000 rows in 30 ms, and stands still for seconds at 100,000. */
const TREE_PAGE = 1000;
/** So many ended sends stay in sight, however old. */
const RECENT_MIN = 5;
const EARLIER = 'earlier';
const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** Within a page the first ones come first. */
const ORDER: readonly Outcome[] = [
  'failed',
  'unknown',
  'held back',
  'stored with warning',
  'cancelled',
  'skipped',
  'stored',
];
const rankOf = ({ outcome }: FileOutcome): number => ORDER.indexOf(outcome);

/** Problems of a send with the same few words are one row. */
interface ProblemRow {
  readonly outcome: Outcome;
  readonly short: string;
  readonly count: number;
  readonly text: string;
}

/** What is worked out once for a result. */
interface Pages {
  readonly shown: (path: string) => string;
  /** Of each page. */
  readonly counts: readonly OutcomeCounts[];
}

export class SendsTree {
  readonly #sends: Sends;
  readonly #pages = new WeakMap<SendResult, Pages>();

  constructor(sends: Sends) {
    this.#sends = sends;
  }

  async children(element: string | undefined): Promise<string[]> {
    if (element === undefined) return this.#topLevel();
    if (element === EARLIER) return this.#earlier().map(({ id }) => id);
    const { id, kind, rest } = partsOf(element);
    const send = id === undefined ? undefined : this.#sends.find(id);
    if (send === undefined || id === undefined) return [];
    if (kind === undefined) return this.#ofSend(send);
    const result = await this.#sends.resultOf(id);
    if (result === undefined) return [];
    if (kind === 'associations') return result.associations.map((_, index) => `${element}/${index}`);
    if (kind !== 'files') return [];
    const pages = Math.ceil(result.outcomes.length / TREE_PAGE);
    if (rest[0] === undefined && pages > 1) return Array.from({ length: pages }, (_, page) => `${element}/${page}`);
    const page = Number(rest[0] ?? 0);
    return filesOfPage(result, page).map(({ index }) => `${id}/files/${page}/${index}`);
  }

  async item(element: string): Promise<vscode.TreeItem> {
    if (element === EARLIER) return this.#earlierItem();
    const { id, kind, rest } = partsOf(element);
    const send = id === undefined ? undefined : this.#sends.find(id);
    if (send === undefined || id === undefined) return new vscode.TreeItem('', None);
    if (kind === undefined) return this.#sendItem(send);
    const item =
      kind === 'problem' ? this.#problemItem(send, rest.join('/')) : await this.#detailItem(send, kind, rest);
    item.id = element;
    return item;
  }

  /** Whether a change of the send moves rows; else only the words of its row change. */
  shapeOf(id: SendId): string {
    const send = this.#sends.find(id);
    if (send === undefined) return '';
    return [send.state, send.hasResults, send.owed, hasRows(send)].join();
  }

  #ended(): readonly Send[] {
    return this.#sends.list().filter((send) => !isRunning(send) && !isInterrupted(send));
  }

  /** Running ones, then interrupted ones, then those of today, but at least a few. */
  #topLevel(): string[] {
    const all = this.#sends.list();
    const earlier = new Set(this.#earlier());
    const first = [...all.filter(isRunning), ...all.filter(isInterrupted)];
    const recent = this.#ended().filter((send) => !earlier.has(send));
    return [...first.map(({ id }) => id), ...recent.map(({ id }) => id), ...(earlier.size > 0 ? [EARLIER] : [])];
  }

  #earlier(): readonly Send[] {
    const nowMs = Date.now();
    return this.#ended().filter(({ startedAtMs }, place) => place >= RECENT_MIN && !isSameDay(startedAtMs, nowMs));
  }

  #earlierItem(): vscode.TreeItem {
    const item = new vscode.TreeItem('Earlier', Collapsed);
    item.id = EARLIER;
    item.description = `${plural(this.#earlier().length, 'send')} in 30 days`;
    item.iconPath = new vscode.ThemeIcon('history');
    item.contextValue = EARLIER;
    return item;
  }

  #sendItem(send: Send): vscode.TreeItem {
    const item = new vscode.TreeItem(plainWords(labelWords(send)), hasRows(send) ? Collapsed : None);
    item.id = send.id;
    item.description = plainWords(stateWords(send, Date.now()));
    item.iconPath = iconOf(signOf(send));
    item.tooltip = tooltipWords(send, addressWords(send.peer));
    item.accessibilityInformation = { label: spokenWords(send) };
    item.contextValue = [
      'send',
      ...(isRunning(send) ? ['running'] : ['ended']),
      ...(isResumable(send) ? ['resumable'] : []),
      ...(send.state === 'done' && send.hasResults && retryableIn(send.counts) > 0 ? ['retryable'] : []),
      ...(send.hasResults ? ['results'] : []),
      ...(send.hasResults && send.counts['held back'] > 0 ? ['heldBack'] : []),
    ].join(' ');
    if (send.hasResults || send.state === 'sending') item.command = showResults(send);
    return item;
  }

  #ofSend(send: Send): string[] {
    const problems = problemRows(send).map(({ outcome, short }) => `${send.id}/problem/${outcome}/${short}`);
    return send.hasResults ? [...problems, `${send.id}/files`, `${send.id}/associations`] : problems;
  }

  #problemItem(send: Send, name: string): vscode.TreeItem {
    const row = problemRows(send).find(({ outcome, short }) => `${outcome}/${short}` === name);
    const item = new vscode.TreeItem(
      row === undefined ? '' : plainWords(`${formatCount(row.count)} · ${nameWords(row.short)}`),
    );
    item.contextValue = 'problem';
    if (row === undefined) return item;
    item.iconPath = iconOf(OUTCOME_SIGNS[row.outcome]);
    item.tooltip = row.text;
    item.accessibilityInformation = { label: `${plural(row.count, 'file')} ${row.outcome}: ${nameWords(row.short)}` };
    item.command = showResults(send);
    return item;
  }

  async #detailItem(send: Send, kind: string, [page, index]: readonly string[]): Promise<vscode.TreeItem> {
    const result = await this.#sends.resultOf(send.id);
    if (result === undefined) return new vscode.TreeItem('The results are not kept any more');
    if (kind === 'associations')
      return page === undefined ? associationsItem(result) : associationItem(result, Number(page));
    if (page === undefined) return filesItem(result);
    if (index === undefined) return pageItem(this.#pagesOf(send, result), Number(page), result.outcomes.length);
    const file = result.outcomes.at(Number(index));
    return file === undefined ? new vscode.TreeItem('') : this.#fileItem(send, result, file);
  }

  #fileItem(send: Send, result: SendResult, file: FileOutcome): vscode.TreeItem {
    const shown = this.#pagesOf(send, result).shown(file.path);
    const end = shown.lastIndexOf('/');
    const name = nameWords(shown.slice(end + 1));
    const why = file.reason === undefined ? '' : briefly(file.reason);
    const folder = nameWords(shown.slice(0, Math.max(end, 0)));
    const item = new vscode.TreeItem(plainWords(name));
    item.description = plainWords([why, folder].filter((part) => part !== '').join(' · '));
    item.iconPath = iconOf(OUTCOME_SIGNS[file.outcome]);
    item.contextValue = 'file';
    item.accessibilityInformation = {
      label: [name, file.outcome, why, folder].filter((part) => part !== '').join(', '),
    };
    const words = explainFile(file, {
      ...contextOf(send.peer, 'editor'),
      displayPath: this.#pagesOf(send, result).shown,
    });
    item.tooltip = [nameWords(shown), ...(words === undefined ? [] : [sentence(words)])].join('\n');
    item.command = showResults(send);
    return item;
  }

  #pagesOf(send: Send, result: SendResult): Pages {
    const known = this.#pages.get(result);
    if (known !== undefined) return known;
    const pages = { shown: shownPaths(send, result), counts: countsOfPages(result) };
    this.#pages.set(result, pages);
    return pages;
  }
}

/** The id of the send that an element belongs to; undefined: it is none of ours. */
export function sendIdIn(element: unknown): SendId | undefined {
  return typeof element === 'string' ? partsOf(element).id : undefined;
}

function partsOf(element: string): { id: SendId | undefined; kind: string | undefined; rest: readonly string[] } {
  const [id = '', kind, ...rest] = element.split('/');
  return { id: isSendId(id) ? id : undefined, kind, rest };
}

const iconOf = ({ icon, color }: Sign): vscode.ThemeIcon =>
  new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));

/** Problems, or results. */
const hasRows = ({ hasResults, counts, state }: Send): boolean =>
  hasResults || (state === 'sending' && OUTCOMES.some((outcome) => outcome !== 'stored' && counts[outcome] > 0));

const showResults = ({ id }: Send): vscode.Command => ({
  command: 'sendToPacs.showResults',
  title: 'Show Results',
  arguments: [id],
});

function problemRows({ problems }: Send): ProblemRow[] {
  const rows = new Map<string, ProblemRow>();
  for (const { outcome, text, count, brief } of problems) {
    // Of a send that an earlier version kept there is no brief reason.
    const reason = brief === '' ? firstSentence(text) : brief;
    const short = outcome === 'held back' ? `Held back: ${reason}` : reason;
    const key = `${outcome}/${short}`;
    rows.set(key, { outcome, short, text, count: count + (rows.get(key)?.count ?? 0) });
  }
  return [...rows.values()];
}

const firstSentence = (text: string): string => /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;

/** The files of a page, those that a person should look at first. */
function filesOfPage({ outcomes }: SendResult, page: number): { readonly index: number; readonly rank: number }[] {
  const files: { index: number; rank: number }[] = [];
  const end = Math.min((page + 1) * TREE_PAGE, outcomes.length);
  for (let index = page * TREE_PAGE; index < end; index += 1) {
    const file = outcomes.at(index);
    if (file !== undefined) files.push({ index, rank: rankOf(file) });
  }
  return files.sort((a, b) => a.rank - b.rank || a.index - b.index);
}

function countsOfPages({ outcomes }: SendResult): OutcomeCounts[] {
  const pages: Record<Outcome, number>[] = [];
  let index = 0;
  for (const { outcome } of outcomes) {
    const page = Math.floor(index / TREE_PAGE);
    index += 1;
    const counts = pages[page] ?? noCounts();
    pages[page] = counts;
    counts[outcome] += 1;
  }
  return pages;
}

function filesItem({ outcomes }: SendResult): vscode.TreeItem {
  const item = new vscode.TreeItem('Files', Collapsed);
  item.description = formatCount(outcomes.length);
  item.iconPath = new vscode.ThemeIcon('files');
  item.contextValue = 'files';
  return item;
}

function pageItem({ counts }: Pages, page: number, files: number): vscode.TreeItem {
  const first = page * TREE_PAGE + 1;
  const last = Math.min((page + 1) * TREE_PAGE, files);
  const item = new vscode.TreeItem(`${formatCount(first)} – ${formatCount(last)}`, Collapsed);
  const found = counts[page] === undefined ? [] : urgentWords(counts[page]);
  item.description = found.join(' · ');
  item.contextValue = 'page';
  const states = found.length === 0 ? 'none failed' : found.join(', ');
  item.accessibilityInformation = { label: `Files ${formatCount(first)} to ${formatCount(last)}, ${states}` };
  return item;
}

function associationsItem({ associations }: SendResult): vscode.TreeItem {
  const item = new vscode.TreeItem('Associations', associations.length === 0 ? None : Collapsed);
  item.description = formatCount(associations.length);
  item.iconPath = new vscode.ThemeIcon('arrow-swap');
  item.contextValue = 'associations';
  return item;
}

function associationItem({ associations }: SendResult, index: number): vscode.TreeItem {
  const association = associations[index];
  if (association === undefined) return new vscode.TreeItem('');
  const { startedAtMs, endedAtMs, contexts, failure } = association;
  const item = new vscode.TreeItem(`Association ${association.association}`);
  const end = failure === undefined ? 'released' : briefly(failure);
  const accepted = contexts.filter(({ result }) => result === 0).length;
  const duration = formatDuration(Math.max(0, Math.round(endedAtMs - startedAtMs)));
  item.description = plainWords(
    `${end} · ${duration} · ${accepted} of ${plural(contexts.length, 'context')} accepted · ${timeWords(startedAtMs, Date.now())}`,
  );
  item.iconPath = iconOf(OUTCOME_SIGNS[failure === undefined ? 'stored' : 'failed']);
  item.contextValue = 'association';
  return item;
}
