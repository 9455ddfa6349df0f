// What lives as long as the extension does: the channel, the last results, the receiver, whatever runs. Commands get it
// handed in; there is no other state.

import type * as vscode from 'vscode';
import { BuiltInReceiver } from './built-in-receiver.ts';
import { Journals } from './journals.ts';
import { Results } from './results.ts';
import { StatusBar } from './status-bar.ts';
import { TraceChannel } from './trace-channel.ts';

/** The window does not wait longer for an extension that goes down. */
const SHUTDOWN_MS = 2500;

export class Session implements vscode.Disposable {
  readonly context: vscode.ExtensionContext;
  readonly channel = new TraceChannel();
  readonly results = new Results();
  readonly statusBar = new StatusBar();
  readonly receiver: BuiltInReceiver;
  readonly journals: Journals;
  readonly #running = new Map<AbortController, Promise<unknown>>();
  readonly #told = new Set<string>();

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.receiver = new BuiltInReceiver(context.globalStorageUri, this.channel, this.statusBar);
    this.journals = new Journals(context.globalStorageUri, (text) => this.channel.note('warn', text));
  }

  /**
   * Runs something that can be cancelled, by the person through `token` or by the extension going down.
   * The signal aborts within the same turn.
   */
  async run<T>(token: vscode.CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
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
   * Cancels what runs, stops the receiver; resolves when all of it has ended, or when there is no more time. Sends can be
   * resumed later from their journals.
   */
  async shutDown(): Promise<void> {
    this.journals.goDown();
    for (const controller of this.#running.keys()) controller.abort();
    const ended = Promise.allSettled([...this.#running.values(), this.receiver.stop()]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SHUTDOWN_MS);
    });
    await Promise.race([ended, late]);
    clearTimeout(timer);
    this.journals.interrupt();
    this.dispose();
  }

  dispose(): void {
    this.statusBar.dispose();
    this.channel.dispose();
  }
}
