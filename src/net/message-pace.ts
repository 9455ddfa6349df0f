// The deadline of a message that arrives: from its first byte to its last it must not stop and not trickle. A limit for the
// whole message would cut honest senders of large instances, a limit of silence would let a byte now and then hold the
// association for ever. So each stretch of time must bring a least number of bytes. PS3.8 leaves this to the implementation.

import { MESSAGE_STRETCH_LENGTH, MESSAGE_STRETCH_MS } from '../protocol/limits.ts';
import { Deadline } from './deadline.ts';

export class MessagePace {
  readonly #deadline: Deadline;
  #isUnderWay = false;
  #length = 0;
  #isExcused = false;

  /**
   * @param isOurs whether at this moment the peer waits for us
   * @param tooSlow called once; the message should be given up
   */
  constructor(isOurs: () => boolean, tooSlow: () => void) {
    this.#deadline = new Deadline(() => {
      if (this.#length >= MESSAGE_STRETCH_LENGTH || this.#isExcused || isOurs()) this.#begin();
      else tooSlow();
    });
  }

  /** Bytes have arrived: of the message that is under way, or of a new one. */
  took(length: number): void {
    if (!this.#isUnderWay) this.#begin();
    this.#length += length;
  }

  /** The peer waits for us: this stretch does not count. */
  excuse(): void {
    this.#isExcused = true;
  }

  /** The message is complete. */
  complete(): void {
    this.#isUnderWay = false;
    this.#deadline.pause();
  }

  stop(): void {
    this.#deadline.stop();
  }

  #begin(): void {
    this.#isUnderWay = true;
    this.#length = 0;
    this.#isExcused = false;
    this.#deadline.start(MESSAGE_STRETCH_MS);
  }
}
