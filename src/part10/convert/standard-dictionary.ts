// The data dictionary for re-encoding implicit VR: dcmjs's, corrected where it differs from PS3.6. A wrong VR would damage
// data: a sequence read as text would hide its items, and a conversion to big endian would swap the wrong bytes.

import { loadDictionary } from '../dcmjs-adapter.ts';
import type { Dictionary } from './vr-lookup.ts';

/** PS3.6 clause 6, where dcmjs 0.52 has another VR or none. */
export const CORRECTED: ReadonlyMap<number, string> = new Map([
  [0x00060001, 'SQ'], // Current Frame Functional Groups Sequence
  [0x00660040, 'OL'], // Long Primitive Point Index List
  [0x00660041, 'OL'], // Long Triangle Point Index List
  [0x00660042, 'OL'], // Long Edge Point Index List
  [0x00660043, 'OL'], // Long Vertex Point Index List
  [0x006862f0, 'SQ'], // View Orientation Modifier Code Sequence
  [0x0070150c, 'UL'], // Number of Volumetric Curve Points
  [0x00760034, 'SQ'], // Component Type Code Sequence
]);

/** Loads dcmjs on the first call. */
export async function loadStandardDictionary(): Promise<Dictionary> {
  const dictionary = await loadDictionary();
  return { vrOf: (tag) => CORRECTED.get(tag) ?? dictionary.vrOf(tag) };
}
