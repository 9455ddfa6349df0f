// The uncompressed transfer syntaxes differ in three ways only: whether a VR is written (PS3.5 7.1.2, 7.1.3), the byte
// order (PS3.5 7.3), and whether the whole is deflated (PS3.5 A.5). Any of them can be converted to any other
// without interpreting pixels. PS3.5 Annex A.1, A.2, A.3 (retired, PS3.5 2016b), A.5.

import { DEFLATED_EXPLICIT_VR_LE, EXPLICIT_VR_BE, EXPLICIT_VR_LE, IMPLICIT_VR_LE } from '../../protocol/uids.ts';

/** How the elements of a data set are laid out, once it is inflated. */
export interface Encoding {
  readonly explicitVR: boolean;
  readonly littleEndian: boolean;
}

export const IMPLICIT_LITTLE: Encoding = { explicitVR: false, littleEndian: true };
const EXPLICIT_LITTLE: Encoding = { explicitVR: true, littleEndian: true };
const EXPLICIT_BIG: Encoding = { explicitVR: true, littleEndian: false };

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  [EXPLICIT_VR_LE, EXPLICIT_LITTLE],
  [IMPLICIT_VR_LE, IMPLICIT_LITTLE],
  [EXPLICIT_VR_BE, EXPLICIT_BIG],
  [DEFLATED_EXPLICIT_VR_LE, EXPLICIT_LITTLE],
]);

// Explicit LE first: it loses nothing. Implicit LE is what every peer must take (PS3.5 10.1) but forgets VRs. Big endian
// is retired. Deflated is never worth a fallback context: a peer that takes it takes explicit LE.
const PREFERENCE: readonly string[] = [EXPLICIT_VR_LE, IMPLICIT_VR_LE, EXPLICIT_VR_BE];

/** The layout of a data set in an uncompressed transfer syntax; undefined for any other UID. */
export function encodingOf(transferSyntaxUID: string): Encoding | undefined {
  return ENCODINGS.get(transferSyntaxUID);
}

/** Whether a data set in `from` can be re-encoded as `to`, another transfer syntax: both must be uncompressed. */
export function canConvert(from: string, to: string): boolean {
  return from !== to && ENCODINGS.has(from) && ENCODINGS.has(to);
}

/** What to propose beside `from`, best first. Empty where `from` is not one of the four. */
export function uncompressedAlternatives(from: string): readonly string[] {
  return PREFERENCE.filter((to) => canConvert(from, to));
}
