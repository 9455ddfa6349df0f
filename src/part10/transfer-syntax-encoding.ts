// How a transfer syntax encodes a data set around its pixels. PS3.5 Annex A: three encodings, and Explicit VR Little Endian
// for every encapsulated syntax (A.4), also for those that the registry does not know yet.

import { TRANSFER_SYNTAXES } from '../protocol/transfer-syntaxes.ts';
import type { Encoding } from './element-walk.ts';

const REGISTRY = new Map(TRANSFER_SYNTAXES.map((syntax) => [syntax.uid, syntax]));

const UID_OF: Readonly<Record<Encoding, string>> = {
  'Implicit VR Little Endian': '1.2.840.10008.1.2',
  'Explicit VR Little Endian': '1.2.840.10008.1.2.1',
  'Explicit VR Big Endian': '1.2.840.10008.1.2.2',
};

/** The whole data set is one deflate stream (PS3.5 A.5). */
export function isDeflated(transferSyntaxUID: string): boolean {
  return REGISTRY.get(transferSyntaxUID)?.deflated === true;
}

/** Whether pixel data is encapsulated (PS3.5 A.4); undefined where nobody knows. */
export function isEncapsulated(transferSyntaxUID: string): boolean | undefined {
  return REGISTRY.get(transferSyntaxUID)?.encapsulated;
}

/** Not one of DICOM's own: its owner defines the encoding. */
export function isPrivate(transferSyntaxUID: string): boolean {
  return !transferSyntaxUID.startsWith('1.2.840.10008.');
}

/** For a deflated syntax, the encoding of what it inflates to. */
export function encodingOf(transferSyntaxUID: string): Encoding {
  const syntax = REGISTRY.get(transferSyntaxUID);
  if (syntax?.explicitVR === false) return 'Implicit VR Little Endian';
  return syntax?.byteOrder === 'big' ? 'Explicit VR Big Endian' : 'Explicit VR Little Endian';
}

/** The uncompressed syntax of an encoding. */
export function transferSyntaxOf(encoding: Encoding): string {
  return UID_OF[encoding];
}
