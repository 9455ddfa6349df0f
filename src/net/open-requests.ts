// The requests of ours on one association that are not answered. PS3.7 9.3.1.1 and D.3.3.3: several may be open.
//
// A peer could go on answering and leave out one request for ever. A fair peer needs at most `responseMs` for each request
// that was open when this one went out. After that time the next answer to another request shows that this one was passed
// over, and counts as a timeout.

import type { Command, SendableCommand } from '../protocol/dimse/command.ts';
import type { AssociationFailure } from './failure.ts';

/** A response to a request of ours, or why none came. */
export type Answer =
  | {
      readonly type: 'message';
      readonly command: Command;
      readonly hasDataSet: boolean;
      /** Only of `request`: the whole data set, where there is one. */
      readonly dataSet?: Uint8Array;
      /** The other requests that were open when it came, in the order in which they went out. */
      readonly beside: readonly RequestCommand[];
    }
  | { readonly type: 'failure'; readonly failure: AssociationFailure };

/** A command that asks for an answer. */
export type RequestCommand = Extract<SendableCommand, { readonly MessageID: number }>;

const MESSAGE_ID_MAX = 65_535;

interface NewEntry {
  readonly command: RequestCommand;
  readonly settle: (answer: Answer) => void;
  /** Its answer comes with the whole data set. */
  readonly isCollected: boolean;
  readonly pending: ((answer: Answer) => void) | undefined;
}

/** From before the first byte of the request goes out until it is answered. */
export interface OpenEntry extends NewEntry {
  /** Performance-clock time after which an answer to another request shows that this one was passed over. */
  overdueAt: number;
  /** How long that is, in milliseconds. */
  overdueAfterMs: number;
  isAwaited: boolean;
}

export class OpenRequests {
  readonly #responseMs: number;
  /** In the order in which they went out. */
  readonly #open = new Map<number, OpenEntry>();
  #lastMessageId = 0;
  #awaited = 0;

  constructor(responseMs: number) {
    this.#responseMs = responseMs;
  }

  get size(): number {
    return this.#open.size;
  }

  /** How many are out and not answered. */
  get awaited(): number {
    return this.#awaited;
  }

  get oldest(): OpenEntry | undefined {
    return this.#open.values().next().value;
  }

  /**
   * A Message ID that no open request has: 1, 2, 3 ... 65535, 1 ... (PS3.7 9.3.1.1).
   * @throws RangeError when every ID is open
   */
  messageId(): number {
    if (this.#open.size >= MESSAGE_ID_MAX) throw new RangeError('every Message ID is open');
    do {
      this.#lastMessageId = (this.#lastMessageId % MESSAGE_ID_MAX) + 1;
    } while (this.#open.has(this.#lastMessageId));
    return this.#lastMessageId;
  }

  has(messageId: number): boolean {
    return this.#open.has(messageId);
  }

  get(messageId: number): OpenEntry | undefined {
    return this.#open.get(messageId);
  }

  add(request: NewEntry): OpenEntry {
    const { command, settle, isCollected, pending } = request;
    const awaited = { overdueAt: Number.POSITIVE_INFINITY, overdueAfterMs: 0, isAwaited: false };
    const entry = { command, settle, isCollected, pending, ...awaited };
    this.#open.set(command.MessageID, entry);
    return entry;
  }

  /** Its last byte is out. It may have been answered before. */
  await(entry: OpenEntry): void {
    if (this.#open.get(entry.command.MessageID) !== entry) return;
    entry.isAwaited = true;
    this.#awaited += 1;
    entry.overdueAfterMs = this.#responseMs * this.#awaited;
    entry.overdueAt = performance.now() + entry.overdueAfterMs;
  }

  /** It is answered. */
  close(entry: OpenEntry): void {
    this.#open.delete(entry.command.MessageID);
    if (entry.isAwaited) this.#awaited -= 1;
  }

  /** All of them: there will be no answers. */
  takeAll(): OpenEntry[] {
    const entries = [...this.#open.values()];
    this.#open.clear();
    return entries;
  }

  /** The commands of the others, in the order in which they went out. */
  beside(entry: OpenEntry): RequestCommand[] {
    // Without a window there are none.
    if (this.#open.size === 1 && this.oldest === entry) return [];
    return [...this.#open.values()].filter((other) => other !== entry).map(({ command }) => command);
  }

  /** An answer has come. How long the oldest request has been waited for, if it was passed over. In milliseconds. */
  get passedOverMs(): number | undefined {
    const { oldest } = this;
    return oldest !== undefined && performance.now() > oldest.overdueAt ? oldest.overdueAfterMs : undefined;
  }
}
