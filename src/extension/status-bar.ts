// One item, shown only while files are sent or the built-in receiver runs. Reads the list of sends.

import * as vscode from 'vscode';
import { formatCount } from '../trace/units.ts';
import type { Subscription } from './emitter.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Send } from './send-entries.ts';
import { remainingWords } from './send-words.ts';
import type { Sends } from './sends.ts';

/** 'ORTHANC 1,204/3,000 · 31 s' */
function sendingWords({ progress, files, peer }: Send): string {
  const done = `${formatCount(progress?.filesDone ?? 0)}/${formatCount(progress?.filesTotal ?? files)}`;
  const left = remainingWords(progress);
  return plainWords(`${nameWords(peer.name)} ${done}${left === undefined ? '' : ` · ${left}`}`);
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
    this.#item.tooltip =
      first === undefined ? this.#receiver?.tooltip : 'Sending. Click to cancel it or to see how it goes.';
    this.#item.command = first === undefined ? 'sendToPacs.startReceiver' : 'sendToPacs.showRunningSends';
    this.#item.accessibilityInformation = {
      label: [
        ...(sending === undefined ? [] : [`Sending to ${sending}`]),
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
