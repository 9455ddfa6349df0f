// A small storage SCP on this machine, for a first try and for tests: it stores instances and answers C-ECHO. It listens
// on loopback only, and only after a person started it or sent to it. No setting starts it, and only user settings say
// where it writes.

import * as path from 'node:path';
import * as vscode from 'vscode';
import { DEFAULT_CALLING_AE_TITLE, DEFAULT_MAX_PDU_LENGTH, DEFAULT_TIMEOUTS } from '../net/peer.ts';
import type { Receiver } from '../net/store-scp.ts';
import { sinkBefore } from '../net/trace-record.ts';
import { systemErrorInfo } from '../part10/system-error.ts';
import { addressOf } from '../trace/names.ts';
import { answerWords, shortAnswerWords } from '../trace/receiver-words.ts';
import { RECEIVER_NAME } from './peer-names.ts';
import type { ConfiguredPeer } from './peers.ts';
import type { StatusBar } from './status-bar.ts';
import type { TraceChannel, TraceSession } from './trace-channel.ts';

/** The AE title that we show. It accepts any called AE title, so that a misspelt one does not spoil a first try. */
export const RECEIVER_AE_TITLE = 'RECEIVER';
const LOOPBACK = '127.0.0.1';
const STATUS_MS = 250;

interface Running {
  readonly receiver: Receiver;
  readonly trace: TraceSession;
}

export class BuiltInReceiver {
  readonly #storage: vscode.Uri;
  readonly #channel: TraceChannel;
  readonly #statusBar: StatusBar;
  readonly #changed: () => void;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #statusTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed told when it starts or stops, and of its answers */
  constructor(storage: vscode.Uri, channel: TraceChannel, statusBar: StatusBar, changed: () => void) {
    this.#changed = changed;
    this.#storage = storage;
    this.#channel = channel;
    this.#statusBar = statusBar;
  }

  get receiver(): Receiver | undefined {
    return this.#running?.receiver;
  }

  /** Starts it, or returns the one that runs. Rejects with a message if the port or the folder cannot be used. */
  async start(): Promise<Receiver> {
    if (this.#running !== undefined) return this.#running.receiver;
    this.#starting ??= this.#begin();
    try {
      return (await this.#starting).receiver;
    } catch (thrown) {
      const { explainReceiverStart } = await import('../trace/explain-receiver.ts');
      const { sentence } = await import('../trace/explain.ts');
      throw new Error(sentence(explainReceiverStart(systemErrorInfo(thrown), 'editor')), { cause: thrown });
    } finally {
      this.#starting = undefined;
    }
  }

  async #begin(): Promise<Running> {
    const { readReceiverSettings } = await import('./configuration.ts');
    const { port, directory: chosen, mismatch } = readReceiverSettings();
    if (port.problem !== undefined) throw new Error(port.problem.message);
    if (chosen !== '' && !path.isAbsolute(chosen))
      throw new Error('Setting "sendToPacs.receiver.directory" must be an absolute path, or empty for the default.');
    const directory = chosen === '' ? vscode.Uri.joinPath(this.#storage, 'received').fsPath : chosen;
    const { startReceiver } = await import('../net/store-scp.ts');
    const trace = await this.#channel.begin();
    let instances = 0;
    const receiver = await startReceiver({
      host: LOOPBACK,
      port: port.value,
      directory,
      folders: 'study and series',
      mismatch,
      trace: sinkBefore(trace.sink, ({ event, ...record }) => {
        // The name of the file is the SOP Instance UID, which identifies the patient to anybody with access to the
        // archive. The trace shows it from level Debug on, in the request.
        if (event.type === 'instance received') instances += 1;
        const told = event.type === 'instance received' ? { ...event, path: `instance ${instances}` } : event;
        trace.sink({ ...record, event: told });
      }),
      received: () => this.#showStatusSoon(),
      refused: () => this.#showStatusSoon(),
    });
    this.#running = { receiver, trace };
    this.#channel.note('info', `Built-in receiver listens on ${addressOf(receiver)}, AE title ${RECEIVER_AE_TITLE}`);
    this.#showStatus();
    void vscode.commands.executeCommand('setContext', 'sendToPacs.receiving', true);
    return this.#running;
  }

  #showStatusSoon(): void {
    this.#statusTimer ??= setTimeout(() => this.#showStatus(), STATUS_MS);
  }

  #showStatus(): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    this.#changed();
    const receiver = this.#running?.receiver;
    if (receiver === undefined) {
      this.#statusBar.receiving(undefined);
      return;
    }
    this.#statusBar.receiving({
      text: `${RECEIVER_AE_TITLE}:${receiver.port} (${shortAnswerWords(receiver.answers)})`,
      tooltip:
        `Built-in receiver on ${addressOf(receiver)}, AE title ${RECEIVER_AE_TITLE}. ` +
        `${answerWords(receiver.answers)}. Click for its folder or to stop it.`,
    });
  }

  /** Returns false if it did not run. */
  async stop(): Promise<boolean> {
    await this.#starting?.catch(() => undefined);
    const running = this.#running;
    if (running === undefined) return false;
    this.#running = undefined;
    this.#showStatus();
    await running.receiver.stop();
    running.trace.end();
    this.#channel.note('info', `Built-in receiver stopped: ${answerWords(running.receiver.answers)}`);
    void vscode.commands.executeCommand('setContext', 'sendToPacs.receiving', false);
    return true;
  }

  /** The running receiver as a peer. */
  asPeer(receiver: Receiver): ConfiguredPeer {
    return {
      origin: 'built-in',
      overrides: [],
      peer: {
        name: RECEIVER_NAME,
        host: receiver.host,
        port: receiver.port,
        calledAETitle: RECEIVER_AE_TITLE,
        callingAETitle: DEFAULT_CALLING_AE_TITLE,
        maxPduLength: DEFAULT_MAX_PDU_LENGTH,
        timeouts: DEFAULT_TIMEOUTS,
      },
    };
  }
}
