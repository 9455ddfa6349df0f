// The view Peers. What is in it is loaded when VS Code first shows it.

import * as vscode from 'vscode';
import type { PeersTree } from './peers-tree.ts';
import type { Session } from './session.ts';

/** The elements of the tree are strings: the name of a peer, or what `peers-tree.ts` makes of it. */
class PeersView implements vscode.TreeDataProvider<string> {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #tree: PeersTree | undefined;
  /** Set when the view is there. */
  isVisible: () => boolean = () => false;

  constructor(session: Session) {
    this.#session = session;
  }

  getTreeItem(element: string): vscode.TreeItem {
    return this.#tree?.item(element) ?? new vscode.TreeItem(element);
  }

  async getChildren(element?: string): Promise<string[]> {
    if (this.#tree === undefined) {
      const { PeersTree } = await import('./peers-tree.ts');
      this.#tree ??= new PeersTree(
        this.#session,
        () => this.#changed.fire(undefined),
        () => this.isVisible(),
      );
    }
    return this.#tree.children(element);
  }

  getParent(element: string): string | undefined {
    return this.#tree?.parent(element);
  }

  dispose(): void {
    this.#tree?.dispose();
    this.#changed.dispose();
  }
}

export function openPeersView(session: Session): vscode.Disposable[] {
  const peers = new PeersView(session);
  const peersView = vscode.window.createTreeView('sendToPacs.peers', { treeDataProvider: peers });
  peers.isVisible = () => peersView.visible;
  session.selectedPeer = () => {
    const [element] = peersView.selection;
    return element === undefined ? undefined : (peers.getParent(element) ?? element);
  };
  return [peersView, peers];
}
