// The output channel with the trace. VS Code's log level ("Set Log Level...") applies, also while a send runs. VS Code
// keeps the channel as a file that outlives the window, so nothing of a data set is in it, and paths are relative.

import * as vscode from 'vscode';
import { sinkBefore, type TraceSink } from '../net/trace-record.ts';
import { invisiblePattern } from '../text/invisible.ts';
import type { TextTrace } from '../trace/text.ts';
import { entryText, LogBatch, type LogLevel } from './log-batch.ts';

const CHANNEL_NAME = 'Send to PACS';

/** From the level that shows nothing to the one that shows everything. */
const LEVELS: readonly (LogLevel | 'off')[] = ['off', 'error', 'warn', 'info', 'debug', 'trace'];

/** In characters. VS Code begins a new file after some megabytes, and each is to have what was negotiated. */
const REMIND_AFTER = 2_000_000;

/** Words for the screen may isolate a name by invisible characters, which a log should not have. */
const UNSEEN = invisiblePattern('\\n');

/** The trace of one send, verification or receiver. */
export interface TraceSession {
  readonly sink: TraceSink;
  /** Releases lines that are still folded: they go out with the next batch. */
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
        // After the window has closed there is no channel. Work that still runs goes on without it.
        if (!this.#isDisposed) this.#channel[entry.level](entryText(entry));
      },
    });
  }

  get #level(): LogLevel | 'off' {
    return levelOf(this.#channel.logLevel);
  }

  /** One trace for all associations of the window, so that lines have their numbers when several are open. */
  async begin(): Promise<TraceSession> {
    const { TextTrace } = await import('../trace/text.ts');
    this.#trace ??= new TextTrace({
      level: () => this.#level,
      write: (lines) => this.#batch.add(lines),
      isNumbered: true,
      remindAfter: REMIND_AFTER,
    });
    const trace = this.#trace;
    return {
      sink: sinkBefore(trace.sink, (record) => {
        trace.record(record);
        this.#batch.wake();
      }),
      end: () => trace.flush(),
    };
  }

  /** A message of the extension itself, in order with the trace. */
  note(level: LogLevel, text: string): void {
    this.#trace?.drain();
    this.#batch.add([{ level, text: text.replace(UNSEEN, ''), timeMs: Date.now() }]);
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
