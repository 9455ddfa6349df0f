// Why a data set could not be turned into another transfer syntax.

/**
 * The data set is not encoded as its transfer syntax says, or cannot be re-encoded without guessing. The pieces that were
 * yielded before are a truncated data set: the sender must not complete the message.
 */
export class DataSetConversionError extends Error {
  override readonly name = 'DataSetConversionError';
  /**
   * Bytes from the start of the data set (for a deflated one: of the inflated data set) to the element that is at
   * fault, or to where the data ended.
   */
  readonly offset: number;
  /** One line, without the offset: the element, what is wrong with it, and the clause. Never contains a value. */
  readonly detail: string;

  constructor(offset: number, detail: string, options?: ErrorOptions) {
    super(`${detail} (at byte ${offset} of the data set)`, options);
    this.offset = offset;
    this.detail = detail;
  }
}

/** For messages. */
export function lengthName(length: number | undefined): string {
  return length === undefined ? 'undefined' : String(length);
}
