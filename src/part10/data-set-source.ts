// The bytes of a data set as they go onto the wire, in pieces, with one place that decides where they come from.

export interface DataSetChunk {
  /** Valid until the next chunk is asked for: the buffer is used again. */
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** A data set in one transfer syntax, to be read once, from the front. */
export interface DataSetSource {
  readonly transferSyntaxUID: string;
  /** Bytes on the wire, where known beforehand (not when converting). */
  readonly length: number | undefined;
  /**
   * Pieces of at most `chunkLength` bytes (even), exactly one of them with `isLast`. All but the last have an even length.
   * Throws DataSetReadError where the file can no longer be read as it was when it was scanned.
   */
  chunks(chunkLength: number): AsyncGenerator<DataSetChunk, void, undefined>;
}
