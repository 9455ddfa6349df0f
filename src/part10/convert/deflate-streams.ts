// The raw deflate stream (RFC 1951, no zlib header) that PS3.5 A.5 wraps around a whole data set. Back-pressure on the
// inflater: a data set that inflates a thousandfold passes in bounded memory.

import type { Transform } from 'node:stream';
import { createDeflateRaw, createInflateRaw } from 'node:zlib';
import { DataSetConversionError } from './conversion-error.ts';

/** Each chunk is a task of Node's thread pool: with a quarter of this, inflating costs a fifth more than zlib alone. In bytes. */
const CHUNK_SIZE = 0x40000;

/**
 * What `input` inflates to. A padding byte behind the deflated data is ignored (PS3.5 A.5).
 * Throws DataSetConversionError where the data is no raw deflate stream or a truncated one; what `input` throws passes.
 */
export async function* inflated(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let count = 0;
  try {
    for await (const bytes of through(input, createInflateRaw({ chunkSize: CHUNK_SIZE }))) {
      count += bytes.length;
      yield bytes;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw new DataSetConversionError(count, `the data cannot be inflated further (PS3.5 A.5): ${error.message}`, {
      cause: error,
    });
  }
}

/** `input` deflated, with a zero byte behind it where its length would be odd (PS3.5 A.5). */
export async function* deflated(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let isOdd = false;
  for await (const bytes of through(input, createDeflateRaw({ chunkSize: CHUNK_SIZE }))) {
    if (bytes.length % 2 !== 0) isOdd = !isOdd;
    yield bytes;
  }
  if (isOdd) yield new Uint8Array(1);
}

// No pipe(): it would read ahead, but each piece of input is valid only until the next one is asked for. So one piece is
// written, and the next is asked for when the stream has consumed it.
async function* through(
  input: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array, void, undefined> {
  const fed = feed(input, transform);
  try {
    for await (const bytes of transform as AsyncIterable<Uint8Array>) yield bytes;
  } finally {
    transform.destroy();
    await fed;
  }
}

async function feed(input: AsyncIterable<Uint8Array>, transform: Transform): Promise<void> {
  try {
    for await (const bytes of input) {
      if (!(await consumed(transform, bytes))) return;
    }
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** False if the stream takes no more bytes: it has failed or ended, or its reader has left. */
function consumed(transform: Transform, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    // A stream that is destroyed while it waits for its reader never answers the write.
    const closed = (): void => resolve(false);
    transform.once('close', closed);
    transform.write(bytes, (error) => {
      transform.off('close', closed);
      resolve(error === null || error === undefined);
    });
  });
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
