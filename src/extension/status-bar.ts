// One item, and only while something goes on: a send, or the built-in receiver.

import * as vscode from 'vscode';
import { plainWords } from './plain-words.ts';

export class StatusBar implements vscode.Disposable {
  #item: vscode.StatusBarItem | undefined;
  readonly #sends = new Map<object, string>();
  #receiver: { readonly text: string; readonly tooltip: string } | undefined;

  /** @param key the send; `text` undefined = it has ended */
  sending(key: object, text: string | undefined): void {
    if (text === undefined) this.#sends.delete(key);
    else this.#sends.set(key, plainWords(text));
    this.#update();
  }

  receiving(state: { readonly text: string; readonly tooltip: string } | undefined): void {
    this.#receiver = state;
    this.#update();
  }

  #update(): void {
    const sends = [...this.#sends.values()];
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
    const sending = first === undefined ? undefined : sends.length === 1 ? first : `${sends.length} sends`;
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
    this.#item?.dispose();
    this.#item = undefined;
  }
}
