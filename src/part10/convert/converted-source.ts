// A data set source that gives another source's data set in another uncompressed transfer syntax, while it streams:
// inflate, re-encode, deflate, cut into pieces; each stage only where it is needed, and none holds more than a few
// pieces. Between explicit LE and deflated nothing is parsed: the bytes are the same inside.

import { DEFLATED_EXPLICIT_VR_LE } from '../../protocol/uids.ts';
import type { DataSetChunk, DataSetSource } from '../read/data-set-source.ts';
import { canConvert, encodingOf } from './convertible-syntaxes.ts';
import { DataSetConverter, type DataSetConverterOptions } from './data-set-converter.ts';
import { deflated, inflated } from './deflate-streams.ts';
import { loadStandardDictionary } from './standard-dictionary.ts';
import type { Dictionary } from './vr-lookup.ts';

/** What is asked of the source at once, where the caller's own pieces are smaller. */
const READ_LENGTH = 0x40000;

/**
 * `source` as a data set in the transfer syntax `to`; its length is not known beforehand. To be read once, as `source`
 * is. `chunks` throws what `source` throws, and DataSetConversionError where the data set is malformed; then the pieces
 * so far are a truncated data set.
 * @param loadDictionary called only from implicit to explicit VR
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
    const needsDictionary = !encodings.from.explicitVR;
    bytes = reencoded(bytes, {
      from: encodings.from,
      to: encodings.to,
      ...(needsDictionary ? { dictionary: await loadDictionary() } : {}),
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
  for await (const bytes of input) {
    converter.push(bytes);
    yield converter.take();
  }
  converter.end();
}

/**
 * `input` in pieces of `length` bytes, each valid until the next. A full piece waits until there is more to come, so that
 * the one that is marked last is never empty unless all are.
 */
export async function* cut(
  input: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<DataSetChunk, void, undefined> {
  const piece = new Uint8Array(length);
  let filled = 0;
  for await (const bytes of input) {
    let at = 0;
    while (at < bytes.length) {
      if (filled === length) {
        yield { bytes: piece, isLast: false };
        filled = 0;
      }
      const count = Math.min(length - filled, bytes.length - at);
      piece.set(bytes.subarray(at, at + count), filled);
      filled += count;
      at += count;
    }
  }
  yield { bytes: piece.subarray(0, filled), isLast: true };
}
