// One item, shown only while files are sent or the built-in receiver runs. Reads the list of sends.

import * as vscode from 'vscode';
import type { Subscription } from './emitter.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Send } from './send-entries.ts';
import type { Sends } from './sends.ts';

function sendingWords({ progress, files, peer }: Send): string {
  return plainWords(`${progress?.filesDone ?? 0}/${progress?.filesTotal ?? files} to ${nameWords(peer.name)}`);
}

export class StatusBar implements vscode.Disposable {
  readonly #sends: Sends;
  readonly #subscription: Subscription;
  #item: vscode.StatusBarItem | undefined;
  #receiver: { readonly text: string; readonly tooltip: string } | undefined;

  constructor(sends: Sends) {
    this.#sends = sends;
    this.#subscription = sends.onDidChange(() => this.#update());
  }

  receiving(state: { readonly text: string; readonly tooltip: string } | undefined): void {
    this.#receiver = state;
    this.#update();
  }

  #update(): void {
    const sends = this.#sends.list().filter(({ state }) => state === 'sending');
    if (sends.length === 0 && this.#receiver === undefined) {
      this.#item?.dispose();
      this.#item = undefined;
      return;
    }
    if (this.#item === undefined) {
      this.#item = vscode.window.createStatusBarItem('sendToPacs.status', vscode.StatusBarAlignment.Left, 0);
      this.#item.name = 'Send to PACS';
      this.#item.show();
    }
    const first = sends[0];
    const sending =
      first === undefined ? undefined : sends.length === 1 ? sendingWords(first) : `${sends.length} sends`;
    const parts = [
      ...(sending === undefined ? [] : [`$(sync~spin) ${sending}`]),
      ...(this.#receiver === undefined ? [] : [`$(inbox) ${this.#receiver.text}`]),
    ];
    this.#item.text = parts.join('  ');
    this.#item.tooltip = this.#receiver?.tooltip ?? 'Sending. Click to see the trace.';
    this.#item.command = this.#receiver === undefined ? 'sendToPacs.showTrace' : 'sendToPacs.startReceiver';
    this.#item.accessibilityInformation = {
      label: [
        ...(sending === undefined ? [] : [`Sending ${sending}`]),
        ...(this.#receiver === undefined ? [] : [`Receiver ${this.#receiver.text}`]),
      ].join(', '),
      role: 'button',
    };
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item?.dispose();
    this.#item = undefined;
  }
}
