// The bytes of a data set as they go onto the wire, in pieces, with one place that decides where they come from.

import type { SystemErrorInfo } from '../system-error.ts';
import type { FragmentRoom } from './fragment-room.ts';

/** Why a file can no longer be sent as it was when it was scanned. */
export type DataSetReadReason =
  | { readonly code: 'file changed'; readonly detail: string }
  | { readonly code: 'read error'; readonly error: SystemErrorInfo };

/** What was yielded before it is not to be completed: the rest would not belong to it. */
export class DataSetReadError extends Error {
  override readonly name = 'DataSetReadError';
  readonly reason: DataSetReadReason;

  constructor(reason: DataSetReadReason) {
    super(reason.code === 'file changed' ? reason.detail : reason.error.message);
    this.reason = reason;
  }
}

export interface DataSetChunk {
  /** Valid until the next chunk is asked for: the buffer is used again. */
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
  /** Defined where `bytes` has the room that was offered: so many of them are of the data set. */
  readonly dataLength?: number;
}

/** A data set in one transfer syntax, to be read once, from the front. */
export interface DataSetSource {
  readonly transferSyntaxUID: string;
  /** Bytes on the wire, where known beforehand (not when converting). */
  readonly length: number | undefined;
  /**
   * Pieces of at most `chunkLength` bytes (even), exactly one of them with `isLast`. All but the last have an even length.
   * `room`, which divides `chunkLength`, may be left in them, from their first byte on; a source need not.
   * To call `next` after the last says that its bytes are not needed any more either.
   * Throws DataSetReadError where the file can no longer be read as it was when it was scanned.
   */
  chunks(chunkLength: number, room?: FragmentRoom): AsyncGenerator<DataSetChunk, void, undefined>;
}
