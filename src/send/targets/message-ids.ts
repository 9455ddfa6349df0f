// Message IDs of one association. PS3.7 9.3.1.1: 16 bits, and while a request is open no other may have its ID. A send may
// have more files than there are IDs, so they begin again.

const MESSAGE_ID_MAX = 65_535;

export class MessageIds {
  #last: number;
  readonly #open = new Set<number>();

  /** @param last the ID after which to begin, 0 to 65535 */
  constructor(last = 0) {
    this.#last = last;
  }

  /**
   * 1, 2, 3 ... 65535, 1 ...; one that is still open is passed over.
   * @throws RangeError when every ID is open
   */
  take(): number {
    if (this.#open.size >= MESSAGE_ID_MAX) throw new RangeError('every Message ID is open');
    do {
      this.#last = (this.#last % MESSAGE_ID_MAX) + 1;
    } while (this.#open.has(this.#last));
    this.#open.add(this.#last);
    return this.#last;
  }

  /** Its response has come, or never will. */
  close(id: number): void {
    this.#open.delete(id);
  }
}
