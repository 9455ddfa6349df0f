// Converts a data set to another uncompressed transfer syntax while it streams: inflate, re-encode, deflate, cut into pieces.
// Each stage runs only if it is needed, and holds a few pieces at most. Between Explicit VR Little Endian and its deflated
// form nothing is parsed, because the bytes inside are the same.

import { DEFLATED_EXPLICIT_VR_LE } from '../../protocol/uids.ts';
import type { DataSetChunk, DataSetSource } from '../read/data-set-source.ts';
import { canConvert, encodingOf } from './convertible-syntaxes.ts';
import { DataSetConverter, type DataSetConverterOptions } from './data-set-converter.ts';
import { deflated, inflated } from './deflate-streams.ts';
import { Pace } from './pace.ts';
import { loadStandardDictionary } from './standard-dictionary.ts';
import type { Dictionary } from './vr-lookup.ts';

/** How much is asked of the source at once, unless the caller's own pieces are larger. In bytes. */
const READ_LENGTH = 0x40000;
/** How much is converted in one go: nothing but elements without a value takes about a millisecond. In bytes. */
const STEP_LENGTH = 0x8000;
/** What is cut into pieces has a buffer of this length at first. In bytes. */
const FIRST_PIECE = 0x4000;

/**
 * `source` in the transfer syntax `to`. Its length is not known beforehand, and it can be read once, as `source` can.
 * `chunks` throws what `source` throws, and DataSetConversionError if the data set is malformed. The pieces before that
 * are a truncated data set.
 * @param loadDictionary called only where elements are re-encoded
 * @throws RangeError unless `canConvert(source.transferSyntaxUID, to)`
 */
export function convertedSource(
  source: DataSetSource,
  to: string,
  loadDictionary: () => Promise<Dictionary> = loadStandardDictionary,
): DataSetSource {
  if (!canConvert(source.transferSyntaxUID, to)) {
    throw new RangeError(`No conversion from transfer syntax ${source.transferSyntaxUID} to ${to}`);
  }
  return {
    transferSyntaxUID: to,
    length: undefined,
    chunks: (chunkLength) => convertedChunks(source, to, chunkLength, loadDictionary),
  };
}

async function* convertedChunks(
  source: DataSetSource,
  to: string,
  chunkLength: number,
  loadDictionary: () => Promise<Dictionary>,
): AsyncGenerator<DataSetChunk, void, undefined> {
  if (!Number.isSafeInteger(chunkLength) || chunkLength < 2) throw new RangeError(`No chunk length: ${chunkLength}`);
  const from = source.transferSyntaxUID;
  const isDeflated = from === DEFLATED_EXPLICIT_VR_LE;
  const encodings = { from: encodingOf(from), to: encodingOf(to) };
  let bytes = bytesOf(source, Math.max(chunkLength - (chunkLength % 2), READ_LENGTH));
  if (isDeflated) bytes = inflated(bytes);
  if (encodings.from !== undefined && encodings.to !== undefined && encodings.from !== encodings.to) {
    bytes = reencoded(bytes, {
      from: encodings.from,
      to: encodings.to,
      dictionary: await loadDictionary(),
      ...(isDeflated || source.length === undefined ? {} : { length: source.length }),
    });
  }
  if (to === DEFLATED_EXPLICIT_VR_LE) bytes = deflated(bytes);
  yield* cut(bytes, chunkLength - (chunkLength % 2));
}

async function* bytesOf(source: DataSetSource, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source.chunks(length)) yield chunk.bytes;
}

async function* reencoded(
  input: AsyncIterable<Uint8Array>,
  options: DataSetConverterOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const converter = new DataSetConverter(options);
  const pace = new Pace();
  for await (const bytes of input) {
    for (let at = 0; at < bytes.length; at += STEP_LENGTH) {
      converter.push(bytes.subarray(at, at + STEP_LENGTH));
      yield converter.take();
      const turn = pace.step();
      if (turn !== undefined) await turn;
    }
  }
  converter.end();
}

/**
 * `input` in pieces of `length` bytes, each valid until the next. A full piece is held back until more bytes come, so that
 * the last piece is empty only if `input` is.
 */
export async function* cut(
  input: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<DataSetChunk, void, undefined> {
  // It grows with what comes: pieces are up to a megabyte long, many data sets a few kilobytes.
  let piece = new Uint8Array(Math.min(length, FIRST_PIECE));
  let filled = 0;
  for await (const bytes of input) {
    let at = 0;
    while (at < bytes.length) {
      if (filled === length) {
        yield { bytes: piece, isLast: false };
        filled = 0;
      }
      const count = Math.min(length - filled, bytes.length - at);
      if (filled + count > piece.length) {
        const longer = new Uint8Array(Math.min(length, Math.max(filled + count, 4 * piece.length)));
        longer.set(piece.subarray(0, filled));
        piece = longer;
      }
      piece.set(bytes.subarray(at, at + count), filled);
      filled += count;
      at += count;
    }
  }
  yield { bytes: piece.subarray(0, filled), isLast: true };
}
