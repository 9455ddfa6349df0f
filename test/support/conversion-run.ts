// Runs the converter core on whole data sets, in pieces that a test chooses.

import type { Encoding } from '../../src/part10/convert/convertible-syntaxes.ts';
import { DataSetConverter } from '../../src/part10/convert/data-set-converter.ts';
import { sampleDictionary } from './conversion-sample.ts';
import { BIG, EXPLICIT, IMPLICIT, type NaiveEncoding } from './naive-data-set.ts';

export const NAMES: ReadonlyMap<NaiveEncoding, string> = new Map([
  [IMPLICIT, 'implicit LE'],
  [EXPLICIT, 'explicit LE'],
  [BIG, 'explicit BE'],
]);
export const DIRECTIONS = [IMPLICIT, EXPLICIT, BIG].flatMap((from) =>
  [IMPLICIT, EXPLICIT, BIG].filter((to) => to !== from).map((to) => ({ from, to })),
);

function encoding({ explicit, big }: NaiveEncoding): Encoding {
  return { explicitVR: explicit, littleEndian: !big };
}

export interface Direction {
  readonly from: NaiveEncoding;
  readonly to: NaiveEncoding;
}

export function converter({ from, to }: Direction, length?: number): DataSetConverter {
  return new DataSetConverter({
    from: encoding(from),
    to: encoding(to),
    dictionary: sampleDictionary,
    ...(length === undefined ? {} : { length }),
  });
}

/** Pushes pieces that end at `cuts`, each in the same buffer, as a source that reuses its buffer does. */
export function convert(
  bytes: Uint8Array,
  direction: Direction,
  cuts: readonly number[] = [],
): Uint8Array<ArrayBuffer> {
  const running = converter(direction);
  const taken: Uint8Array[] = [];
  const buffer = new Uint8Array(bytes.length);
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b).concat(bytes.length)) {
    const piece = buffer.subarray(0, cut - at);
    piece.set(bytes.subarray(at, cut));
    running.push(piece);
    taken.push(Uint8Array.from(running.take()));
    at = cut;
  }
  running.end();
  return new Uint8Array(Buffer.concat(taken));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
