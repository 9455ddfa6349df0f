// The port between what reads a data set and what sends it. A source yields the data set in pieces; where its bytes come from
// (the file thread, the file itself, a converter, a decoder) is its own business.

import type { SystemErrorInfo } from '../system-error.ts';
import { type FragmentRoom, roomyLength } from './fragment-room.ts';

/** Why a file can no longer be sent as it was when it was scanned. */
export type DataSetReadReason =
  | { readonly code: 'file changed'; readonly detail: string }
  | { readonly code: 'read error'; readonly error: SystemErrorInfo };

/** The pieces that came before it are a truncated data set: the message must not be completed. */
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
  /** Defined if `bytes` contains the room that was offered: the number of bytes of the data set in it. */
  readonly dataLength?: number;
}

/** A data set in one transfer syntax, to be read once, from the front. */
export interface DataSetSource {
  readonly transferSyntaxUID: string;
  /** Bytes on the wire, if known beforehand (not when converting). */
  readonly length: number | undefined;
  /**
   * Pieces of at most `chunkLength` bytes (even), exactly one of them with `isLast`. All but the last have an even length.
   * A source may leave `room`, which divides `chunkLength`, before each fragment of a piece, or ignore it.
   * Calling `next` once more after the last piece, or `return`, tells the source that its buffers are free again: nothing reads
   * the bytes of its pieces any more.
   * Throws DataSetReadError if the file can no longer be read as it was when it was scanned.
   */
  chunks(chunkLength: number, room?: FragmentRoom): AsyncGenerator<DataSetChunk, void, undefined>;
}

/**
 * `bytes` in chunks, at least one. The last one is marked if `bytes` ends the data set.
 * @param length of the data in `bytes`, which has `room` between it
 */
export function* chunksWithRoom(
  bytes: Uint8Array,
  length: number,
  chunkLength: number,
  room: FragmentRoom | undefined,
  isEnd: boolean,
): Generator<DataSetChunk, void, undefined> {
  let start = 0;
  for (let at = 0; at === 0 || at < length; at += chunkLength) {
    const dataLength = Math.min(chunkLength, length - at);
    const end = start + roomyLength(dataLength, room);
    const isLast = isEnd && at + chunkLength >= length;
    const piece = bytes.subarray(start, end);
    yield room === undefined ? { bytes: piece, isLast } : { bytes: piece, isLast, dataLength };
    start = end;
  }
}

/** The same of fragments whose room is left out. */
export function* chunksOfFragments(
  fragments: readonly Uint8Array[],
  chunkLength: number,
): Generator<DataSetChunk, void, undefined> {
  if (fragments.length === 0) yield { bytes: new Uint8Array(0), isLast: true };
  for (const [index, fragment] of fragments.entries()) {
    yield* chunksWithRoom(fragment, fragment.length, chunkLength, undefined, index === fragments.length - 1);
  }
}
