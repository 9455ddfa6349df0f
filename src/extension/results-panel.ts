// One tab with the results of one send: makes the page, sends it what it shows, and does what a person asks for there. A send
// that runs is shown live. The page keeps nothing: hidden, restored or reloaded, it asks again and gets everything.

import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { fromPage, RESULTS_VERSION, ROWS_MAX, type ToPage } from '../messages/results.ts';
import type { List } from '../send/list.ts';
import type { FileOutcome } from '../send/outcome.ts';
import type { SendId } from '../send/send-id.ts';
import { contextOf } from '../trace/explain.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { displayPathOf } from './display-path.ts';
import { plainWords } from './plain-words.ts';
import { shownPaths } from './results.ts';
import { doInResults } from './results-actions.ts';
import { detailsOf } from './results-details.ts';
import { headOfEnded, headOfRunning } from './results-head.ts';
import { ResultRows } from './results-rows.ts';
import type { Send } from './send-entries.ts';
import { labelWords } from './send-words.ts';
import type { Session } from './session.ts';

const RESULTS_VIEW = 'sendToPacs.results';

/** Rows that are made in one turn of the event loop. */
const ROWS_A_TURN = 2_000;
/** A peer that has not answered for so long is said to be silent. */
const SILENCE_MS = 3_000;

const open = new Map<SendId, ResultsPanel>();

/** Shows the tab of this send; there is one of each. */
export function showResultsPanel(session: Session, send: Send): void {
  const known = open.get(send.id);
  if (known !== undefined) {
    known.reveal();
    return;
  }
  const panel = vscode.window.createWebviewPanel(RESULTS_VIEW, titleOf(send), vscode.ViewColumn.Active);
  open.set(send.id, new ResultsPanel(session, send.id, panel));
}

/** A tab that VS Code restores after a reload. @param state what the page has kept: the id of its send */
export async function restoreResultsPanel(session: Session, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
  const id = typeof state === 'object' && state !== null ? (state as { send?: unknown }).send : undefined;
  const send = await session.results.sendOf(id);
  if (send === undefined || open.has(send.id)) {
    panel.dispose();
    return;
  }
  panel.title = titleOf(send);
  open.set(send.id, new ResultsPanel(session, send.id, panel));
}

function titleOf(send: Send): string {
  return plainWords(`Results: ${labelWords(send)}`);
}

/** All that the page may load is our script, by its nonce, and our style sheet. It has no way to any network. */
function pageHtml(webview: vscode.Webview, dist: vscode.Uri, id: SendId): string {
  const nonce = randomBytes(16).toString('base64url');
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Results</title>
<link rel="stylesheet" href="${address('webview-results.css')}">
</head>
<body data-send="${id}">
<script nonce="${nonce}" src="${address('webview-results.js')}"></script>
</body>
</html>`;
}

class ResultsPanel {
  readonly #session: Session;
  readonly #id: SendId;
  readonly #panel: vscode.WebviewPanel;
  readonly #subscriptions: { dispose(): unknown }[] = [];
  #rows: ResultRows | undefined;
  /** Files that the rows are of, by their index in the job. */
  #files: Pick<List<FileOutcome>, 'at'> | undefined;
  /** Counts how often the page began anew: work for an earlier page stops. */
  #era = 0;
  #isEnded = false;
  /** Once all rows of an ended send are there: its head, as things are now. */
  #tellAgain: (() => void) | undefined;
  #changedAtMs = Date.now();
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(session: Session, id: SendId, panel: vscode.WebviewPanel) {
    this.#session = session;
    this.#id = id;
    this.#panel = panel;
    const dist = vscode.Uri.joinPath(session.context.extensionUri, 'dist');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.#subscriptions.push(
      webview.onDidReceiveMessage((message: unknown) => this.#take(message)),
      panel.onDidDispose(() => this.#dispose()),
      panel.onDidChangeViewState(() => this.#markInView()),
      session.sends.onDidChange((ids) => {
        if (ids.has(id)) this.#changed();
      }),
    );
    webview.html = pageHtml(webview, dist, id);
    this.#markInView();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  #markInView(): void {
    const { inView } = this.#session;
    if (this.#panel.visible) inView.add(this.#id);
    else inView.delete(this.#id);
  }

  #dispose(): void {
    open.delete(this.#id);
    this.#session.inView.delete(this.#id);
    this.#era += 1;
    clearInterval(this.#clock);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #post(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }

  #note(text: string): void {
    this.#session.channel.note('warn', text);
  }

  #take(received: unknown): void {
    const message = fromPage(received);
    if (message === undefined) {
      this.#note('The page of results sent a message that is not known. It was not taken.');
      return;
    }
    switch (message.type) {
      case 'ready':
        void this.#begin();
        return;
      case 'dropped':
        this.#note('The page of results got a message that it does not know. Close its tab, then open it again.');
        return;
      case 'details':
        this.#tellDetails(message.row);
        return;
      case 'do': {
        const send = this.#session.sends.find(this.#id);
        const rows = this.#rows;
        if (send === undefined || rows === undefined) return;
        const files = { rows, at: (index: number) => this.#files?.at(index) };
        doInResults(this.#session, send, files, message).catch((thrown: unknown) => {
          this.#session.channel.note('error', `What was asked for in the results failed: ${String(thrown)}`);
        });
      }
    }
  }

  async #begin(): Promise<void> {
    this.#era += 1;
    const era = this.#era;
    this.#tellAgain = undefined;
    clearInterval(this.#clock);
    const { sends } = this.#session;
    const send = sends.find(this.#id);
    if (send?.state === 'sending') {
      this.#isEnded = false;
      this.#rows = this.#newRows(send, displayPathOf(send.roots, send.selection));
      this.#changedAtMs = Date.now();
      this.#clock = setInterval(() => this.#tellRunning(send), 1000);
      this.#changed();
      return;
    }
    if (send?.state === 'scanning' || send?.state === 'asking') return;
    const result = send === undefined ? undefined : await sends.resultOf(send.id);
    if (era !== this.#era) return;
    if (send === undefined || result === undefined) {
      this.#post({ type: 'gone', version: RESULTS_VERSION });
      return;
    }
    this.#isEnded = true;
    const rows = this.#newRows(send, shownPaths(send, result));
    this.#rows = rows;
    this.#files = result.outcomes;
    const total = result.outcomes.length;
    const head = (): void => {
      const now = sends.find(send.id) ?? send;
      this.#post(headOfEnded(now, result, { problems: rows.problems(true), root: rootOf(send), rows: total }));
    };
    if (total > ROWS_A_TURN) head();
    let index = 0;
    for (const file of result.outcomes) {
      rows.add(index, file);
      index += 1;
      // The first screenful early, then in larger messages.
      if (index === ROWS_A_TURN || rows.pending >= ROWS_MAX) this.#flush(rows);
      if (index % ROWS_A_TURN === 0) {
        await setImmediate();
        if (era !== this.#era) return;
      }
    }
    this.#flush(rows);
    head();
    this.#tellAgain = head;
    // Whether the rest can be resumed is in the journals.
    if (send.state !== 'done') await sends.refresh();
  }

  #newRows(send: Send, shown: (path: string) => string): ResultRows {
    return new ResultRows({ peer: send.peer, shown, root: rootOf(send), startedAtMs: send.startedAtMs });
  }

  #flush(rows: ResultRows): void {
    const message = rows.take();
    if (message !== undefined) this.#post(message);
  }

  /** The list of sends calls at most four times a second. */
  #changed(): void {
    const rows = this.#rows;
    if (this.#isEnded) {
      this.#tellAgain?.();
      return;
    }
    const send = this.#session.sends.find(this.#id);
    if (send?.state === 'scanning' || send?.state === 'asking') return;
    if (send?.state !== 'sending' || rows === undefined) {
      // It has ended: in the order of the job, with all that is known. Or it begins.
      void this.#begin();
      return;
    }
    const { settled, outcomes } = send;
    if (settled === undefined || outcomes === undefined) return;
    this.#files = outcomes;
    const end = Math.min(settled.length, rows.length + ROWS_MAX);
    if (end > rows.length) this.#changedAtMs = Date.now();
    for (let place = rows.length; place < end; place++) {
      const index = settled.at(place) ?? 0;
      const file = outcomes.at(index);
      // It is being settled at this moment: the next change has it.
      if (file === undefined) break;
      rows.add(index, file);
    }
    this.#flush(rows);
    this.#tellRunning(send);
  }

  #tellRunning(send: Send): void {
    const rows = this.#rows;
    if (rows === undefined || send.state !== 'sending') return;
    const silentMs = Date.now() - this.#changedAtMs;
    this.#post(
      headOfRunning(send, {
        problems: rows.problems(false),
        root: rootOf(send),
        rows: rows.length,
        ...(silentMs >= SILENCE_MS ? { silentMs } : {}),
      }),
    );
  }

  #tellDetails(row: number): void {
    const send = this.#session.sends.find(this.#id);
    const index = this.#rows?.indexOf(row);
    const file = index === undefined ? undefined : this.#files?.at(index);
    if (send === undefined || index === undefined || file === undefined || this.#rows === undefined) return;
    const log = this.#session.wires.of(this.#id);
    const wire = log?.at(index) ?? (log === undefined && file.bytesSent > 0 ? 'not kept' : undefined);
    const { folder, name } = this.#rows.placeOf(file.path);
    const root = rootOf(send);
    const whole = [root, folder].filter((part) => part !== '').join('/');
    this.#post(detailsOf(file, { row, name, folder: whole, context: contextOf(send.peer, 'editor'), wire }));
  }
}

/** What all shown paths begin with: the one folder that was selected. */
function rootOf({ roots, selection }: Send): string {
  const [only, ...others] = selection;
  if (only === undefined || others.length > 0) return '';
  return sanitize(displayPathOf(roots, selection)(only), SHOWN_MAX.path);
}
