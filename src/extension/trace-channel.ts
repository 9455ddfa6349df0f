// The output channel: the one place where people read what went over the wire. The editor's own log level rules it
// ("Set Log Level..."), also while a send runs. The channel is a file on disk that outlives the window, so nothing of
// a data set is ever in it, and paths are relative.

import * as vscode from 'vscode';
import type { TraceSink } from '../net/trace-record.ts';
import type { TextTrace } from '../trace/text.ts';
import { entryText, LogBatch, type LogLevel } from './log-batch.ts';

export const CHANNEL_NAME = 'Send to PACS';

/** From the level that hides everything to the one that hides nothing. */
const LEVELS: readonly (LogLevel | 'off')[] = ['off', 'error', 'warn', 'info', 'debug', 'trace'];

/** The trace of one deed. */
export interface TraceSession {
  readonly sink: TraceSink;
  /** Nothing is held back any more: it goes out with the next batch. */
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
  readonly #batch: LogBatch;
  #trace: TextTrace | undefined;
  #isDisposed = false;

  constructor() {
    this.#batch = new LogBatch({
      drain: () => this.#trace?.drain(),
      shows: (level) => LEVELS.indexOf(level) <= LEVELS.indexOf(this.#level),
      write: (entry) => {
        // What still runs when the window has gone has nowhere to write to; that must not stop it.
        if (!this.#isDisposed) this.#channel[entry.level](entryText(entry, new Date()));
      },
    });
  }

  get #level(): LogLevel | 'off' {
    return levelOf(this.#channel.logLevel);
  }

  /** One trace for all associations of the window, so that lines of several at a time carry their numbers. */
  async begin(): Promise<TraceSession> {
    const { TextTrace } = await import('../trace/text.ts');
    this.#trace ??= new TextTrace({ level: () => this.#level, write: (lines) => this.#batch.add(lines) });
    const trace = this.#trace;
    return {
      sink: (record) => {
        trace.record(record);
        this.#batch.wake();
      },
      end: () => trace.flush(),
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
    this.#channel.dispose();
  }
}
