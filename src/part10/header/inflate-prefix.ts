// Inflates the first bytes of a deflated data set (PS3.5 A.5, RFC 1951), up to a limit: a megabyte can inflate to a gigabyte.

import { constants, inflateRawSync } from 'node:zlib';

export interface InflatedPrefix {
  readonly bytes: Uint8Array;
  /**
   * - input: everything that was given is inflated.
   * - limit: there is more, and it is not wanted.
   * - corrupt: behind these bytes stands no deflate stream.
   */
  readonly endedBy: 'input' | 'limit' | 'corrupt';
}

/** Inflates as much of `deflated` as gives at most `limit` bytes. */
export function inflatePrefix(deflated: Uint8Array, limit: number): InflatedPrefix {
  const whole = attempt(deflated, limit);
  if (whole instanceof Uint8Array) return { bytes: whole, endedBy: 'input' };
  // zlib returns all or nothing: bisect for the longest part of the input whose output still fits.
  let fits = 0;
  let fails = deflated.length;
  let endedBy: 'limit' | 'corrupt' = whole;
  let bytes: Uint8Array = new Uint8Array(0);
  while (fails - fits > 1) {
    const middle = (fits + fails) >>> 1;
    const inflated = attempt(deflated.subarray(0, middle), limit);
    if (inflated instanceof Uint8Array) {
      fits = middle;
      bytes = inflated;
    } else {
      fails = middle;
      endedBy = inflated;
    }
  }
  return { bytes, endedBy };
}

function attempt(deflated: Uint8Array, limit: number): Uint8Array | 'limit' | 'corrupt' {
  try {
    return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'limit' : 'corrupt';
  }
}
