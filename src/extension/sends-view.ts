// The view Sends as it is from the start: its badge, and which of its rows have changed. What is in the rows is loaded when
// VS Code first shows them (sends-tree.ts).

import * as vscode from 'vscode';
import type { SendId } from '../send/send-id.ts';
import type { Subscription } from './emitter.ts';
import type { Sends } from './sends.ts';
import type { SendsTree } from './sends-tree.ts';

/** A row whose numbers change is drawn this often at most, in milliseconds: a screen reader reads it again each time. */
const ROW_MS = 1000;
const BADGE_NONE = { value: 0, tooltip: '' };

export class SendsView implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #sends: Sends;
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<string>;
  readonly #subscriptions: readonly (Subscription | vscode.Disposable)[];
  /** Sends whose rows have other words than VS Code shows. */
  readonly #due = new Set<SendId>();
  readonly #shapes = new Map<SendId, string>();
  #tree: Promise<SendsTree> | undefined;
  #loaded: SendsTree | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;

  /** @param journals their folder: one that is there may be of an interrupted send */
  constructor(sends: Sends, journals: vscode.Uri) {
    this.#sends = sends;
    this.#view = vscode.window.createTreeView('sendToPacs.sends', { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      sends.onDidChange((ids) => this.#hear(ids)),
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#becomeVisible();
      }),
      this.#view,
      this.#changed,
    ];
    void this.#lookForInterrupted(journals);
  }

  /** The send of the row that has the focus in the view. */
  get selected(): string | undefined {
    return this.#view.selection[0];
  }

  async getChildren(element?: string): Promise<string[]> {
    const tree = await this.#load();
    const children = await tree.children(element);
    if (element === undefined) for (const { id } of this.#sends.list()) this.#shapes.set(id, tree.shapeOf(id));
    return children;
  }

  async getTreeItem(element: string): Promise<vscode.TreeItem> {
    return (await this.#load()).item(element);
  }

  /** After a reload nothing is known but what is on disk: the badge says what was interrupted, without a message. */
  async #lookForInterrupted(journals: vscode.Uri): Promise<void> {
    const found = await vscode.workspace.fs.readDirectory(journals).then(
      (entries) => entries.length > 0,
      () => false,
    );
    if (found) await this.#sends.refresh();
  }

  /** Another window may have sent since the view was last seen. */
  #becomeVisible(): void {
    if (this.#loaded === undefined) return;
    void this.#sends.refresh();
    if (this.#isStale) this.#drawAll();
  }

  #load(): Promise<SendsTree> {
    this.#tree ??= (async () => {
      const { SendsTree } = await import('./sends-tree.ts');
      await this.#sends.refresh();
      this.#loaded = new SendsTree(this.#sends);
      return this.#loaded;
    })();
    return this.#tree;
  }

  #hear(ids: ReadonlySet<SendId>): void {
    this.#showBadge();
    const tree = this.#loaded;
    if (tree === undefined) return;
    if (!this.#view.visible) {
      this.#isStale = true;
      return;
    }
    const isMoved = [...ids].some((id) => this.#shapes.get(id) !== (tree.shapeOf(id) || undefined));
    if (isMoved) {
      this.#drawAll();
      return;
    }
    for (const id of ids) this.#due.add(id);
    this.#timer ??= setTimeout(() => this.#drawDue(), ROW_MS);
  }

  #drawAll(): void {
    this.#isStale = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due.clear();
    this.#shapes.clear();
    for (const { id } of this.#sends.list()) this.#shapes.set(id, this.#loaded?.shapeOf(id) ?? '');
    this.#changed.fire(undefined);
  }

  #drawDue(): void {
    this.#timer = undefined;
    const due = [...this.#due];
    this.#due.clear();
    if (!this.#view.visible) {
      this.#isStale = true;
      return;
    }
    for (const id of due) this.#changed.fire(id);
  }

  /** What runs, and what was interrupted and can go on. */
  #showBadge(): void {
    const sends = this.#sends.list();
    const running = sends.filter(({ state }) => state === 'sending').length;
    const interrupted = sends.filter(({ state, owed = 0 }) => state === 'interrupted' && owed > 0).length;
    const parts = [
      ...(running > 0 ? [`${running} running`] : []),
      ...(interrupted > 0 ? [`${interrupted} interrupted`] : []),
    ];
    const tooltip = parts.join(', ');
    const shown = this.#view.badge ?? BADGE_NONE;
    if (shown.tooltip === tooltip) return;
    this.#view.badge = parts.length === 0 ? undefined : { value: running + interrupted, tooltip };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
