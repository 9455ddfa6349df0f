// The output channel: the one place where people read what went over the wire. The editor's own log level rules it
// ("Set Log Level..."), also while a send runs. The channel is a file on disk that outlives the window, so nothing of
// a data set is ever in it, and paths are relative.

import * as vscode from 'vscode';
import type { TraceSink } from '../net/trace-record.ts';
import type { TextTrace } from '../trace/text.ts';
import { blocksOf, entryText, LogBatch, type LogLevel } from './log-batch.ts';

export const CHANNEL_NAME = 'Send to PACS';

/** The trace of one deed. */
export interface TraceSession {
  readonly sink: TraceSink;
  /** Writes what is still held back. */
  end(): void;
}

function levelOf(level: vscode.LogLevel): LogLevel | 'off' {
  switch (level) {
    case vscode.LogLevel.Trace:
      return 'trace';
    case vscode.LogLevel.Debug:
      return 'debug';
    case vscode.LogLevel.Info:
      return 'info';
    case vscode.LogLevel.Warning:
      return 'warn';
    case vscode.LogLevel.Error:
      return 'error';
    case vscode.LogLevel.Off:
      return 'off';
  }
}

export class TraceChannel implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel(CHANNEL_NAME, { log: true });
  readonly #subscription: vscode.Disposable;
  readonly #batch: LogBatch;
  #trace: TextTrace | undefined;
  #level: LogLevel | 'off';
  #isDisposed = false;

  constructor() {
    this.#level = levelOf(this.#channel.logLevel);
    this.#batch = new LogBatch({
      drain: () => this.#trace?.drain(),
      write: (entry) => {
        // What still runs when the window has gone has nowhere to write to; that must not stop it.
        if (!this.#isDisposed) this.#channel[entry.level](entryText(entry, new Date()));
      },
      nowMs: () => performance.now(),
    });
    this.#subscription = this.#channel.onDidChangeLogLevel((level) => {
      // Lines made under the old level go out under it.
      this.#batch.flush();
      this.#level = levelOf(level);
    });
  }

  /** One trace for all associations of the window, so that lines of several at a time carry their numbers. */
  async begin(): Promise<TraceSession> {
    const { TextTrace } = await import('../trace/text.ts');
    this.#trace ??= new TextTrace({ level: () => this.#level, write: (lines) => this.#batch.add(blocksOf(lines)) });
    const trace = this.#trace;
    return {
      sink: (record) => {
        trace.record(record);
        this.#batch.wake();
      },
      end: () => {
        trace.flush();
        this.#batch.flush();
      },
    };
  }

  /** What the extension itself has to say, in order with the trace. */
  note(level: LogLevel, text: string): void {
    this.#trace?.drain();
    this.#batch.add([{ level, text }]);
  }

  show(): void {
    this.#batch.flush();
    this.#channel.show(true);
  }

  dispose(): void {
    this.#batch.flush();
    this.#isDisposed = true;
    this.#subscription.dispose();
    this.#channel.dispose();
  }
}
