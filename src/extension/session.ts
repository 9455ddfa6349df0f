// What lives as long as the extension does: the list of sends, the output channel, the built-in receiver, and whatever
// runs and can be cancelled. Every command gets it; there is no other state.

import * as vscode from 'vscode';
import type { SendId } from '../send/send-id.ts';
import type { StoredInstances } from '../send/stored-instances.ts';
import { bugText } from '../trace/bug-text.ts';
import { BuiltInReceiver } from './built-in-receiver.ts';
import { Emitter } from './emitter.ts';
import { Journals } from './journals.ts';
import { Results } from './results.ts';
import { Sends } from './sends.ts';
import { SendsView } from './sends-view.ts';
import { StatusBar } from './status-bar.ts';
import { TraceChannel } from './trace-channel.ts';
import { WireLogs } from './wire-log.ts';

/** VS Code gives an extension about 5 s to shut down; this leaves room for the others. */
const SHUTDOWN_MS = 2500;

export class Session implements vscode.Disposable {
  readonly context: vscode.ExtensionContext;
  readonly channel = new TraceChannel();
  readonly sends: Sends;
  readonly results: Results;
  readonly wires = new WireLogs();
  /** Sends whose results a person has in view: nothing of them needs a notification. */
  readonly inView = new Set<SendId>();
  readonly statusBar: StatusBar;
  readonly sendsView: SendsView;
  readonly receiver: BuiltInReceiver;
  readonly journals: Journals;
  /** What is known of a peer besides the settings has changed: a verification, or what the receiver has answered. */
  readonly peersChanged = new Emitter<void>((error) => this.channel.note('warn', bugText(error)));
  /** Keys of the peers that are being verified (verifications.ts). */
  readonly verifying = new Set<string>();
  /** The peer that is selected in the view Peers. The view sets it. */
  selectedPeer: () => string | undefined = () => undefined;
  readonly #running = new Map<AbortController, Promise<unknown>>();
  readonly #told = new Set<string>();
  #stored: StoredInstances | undefined;

  constructor(context: vscode.ExtensionContext) {
    const storage = context.globalStorageUri;
    this.context = context;
    this.sends = new Sends({ storage: storage.fsPath, note: (text) => this.channel.note('warn', text) });
    this.results = new Results(this.sends);
    this.statusBar = new StatusBar(this.sends);
    this.sendsView = new SendsView(this.sends, vscode.Uri.joinPath(storage, 'journals'));
    this.receiver = new BuiltInReceiver(storage, this.channel, this.statusBar, () => this.peersChanged.fire());
    this.journals = new Journals(storage, (text) => this.channel.note('warn', text));
  }

  /** What the sends of this window have stored: a later send does not replace it by another file. */
  async storedInstances(): Promise<StoredInstances> {
    const { StoredInstances } = await import('../send/stored-instances.ts');
    this.#stored ??= new StoredInstances();
    return this.#stored;
  }

  /** Forgets a send altogether: its journal and its results. */
  async forgetSendOf(journalId: SendId): Promise<void> {
    await this.journals.forget(journalId);
    await this.sends.refresh();
    const sends = this.sends.list().filter((send) => send.journalId === journalId);
    for (const { id } of sends) await this.sends.forget(id);
  }

  /**
   * Runs something that can be cancelled: by the person through `token`, by `controller`, or by the extension shutting
   * down. The signal aborts within the same turn.
   */
  async run<T>(
    token: vscode.CancellationToken,
    work: (signal: AbortSignal) => Promise<T>,
    controller = new AbortController(),
  ): Promise<T> {
    const subscription = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    const promise = work(controller.signal);
    this.#running.set(controller, promise);
    try {
      return await promise;
    } finally {
      this.#running.delete(controller);
      subscription.dispose();
    }
  }

  /** True the first time for this text: a problem in the settings is told once, not at every click. */
  isNews(text: string): boolean {
    if (this.#told.has(text)) return false;
    this.#told.add(text);
    return true;
  }

  /**
   * Cancels what runs and stops the receiver. Resolves when all of it has ended and the results are on disk, or when time
   * is up. Sends can be resumed later from their journals.
   */
  async shutDown(): Promise<void> {
    this.sends.goDown();
    for (const controller of this.#running.keys()) controller.abort();
    const ended = Promise.allSettled([...this.#running.values(), this.receiver.stop()]).then(() =>
      this.sends.written(),
    );
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SHUTDOWN_MS);
    });
    await Promise.race([ended, late]);
    clearTimeout(timer);
    this.sends.interrupt();
    this.dispose();
  }

  dispose(): void {
    this.statusBar.dispose();
    this.sendsView.dispose();
    this.channel.dispose();
  }
}
