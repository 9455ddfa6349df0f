// Which compressed transfer syntaxes can be decoded, and what decoding one of them means. PS3.5 8.2, A.4, Annex G. Of the
// retired JPEG processes, PS3.5 2004 has those with Huffman codes that are not hierarchical.
//
// Decoding loses nothing: a lossy syntax lost its information when the image was compressed. 'lossy' says that the decoded
// samples are not the acquired ones, and that another decoder may differ by one in some of them.

/** The family of code streams; 'JPEG' is all of ISO/IEC 10918-1, lossless included. */
export type Codec = 'RLE' | 'Deflate' | 'JPEG' | 'JPEG-LS' | 'JPEG 2000' | 'HTJ2K';
export type Decompression = 'lossless' | 'lossy';

export interface CompressedSyntax {
  readonly codec: Codec;
  readonly decompression: Decompression;
  /**
   * A lossy syntax that may also carry reversible streams (JPEG-LS with NEAR = 0, reversible JPEG 2000): a data set that
   * says "not lossy" may well be right.
   */
  readonly maybeReversible: boolean;
  /** Its streams have several scans: a decoder holds all coefficients of the image. */
  readonly isProgressive: boolean;
}

type Row = readonly [uid: string, codec: Codec, decompression: Decompression, maybeReversible?: true];

const ROWS: readonly Row[] = [
  ['1.2.840.10008.1.2.5', 'RLE', 'lossless'],
  ['1.2.840.10008.1.2.8.1', 'Deflate', 'lossless'],
  ['1.2.840.10008.1.2.4.50', 'JPEG', 'lossy'],
  ['1.2.840.10008.1.2.4.51', 'JPEG', 'lossy'],
  ['1.2.840.10008.1.2.4.53', 'JPEG', 'lossy'],
  ['1.2.840.10008.1.2.4.55', 'JPEG', 'lossy'],
  ['1.2.840.10008.1.2.4.57', 'JPEG', 'lossless'],
  ['1.2.840.10008.1.2.4.70', 'JPEG', 'lossless'],
  ['1.2.840.10008.1.2.4.80', 'JPEG-LS', 'lossless'],
  ['1.2.840.10008.1.2.4.81', 'JPEG-LS', 'lossy', true],
  ['1.2.840.10008.1.2.4.90', 'JPEG 2000', 'lossless'],
  ['1.2.840.10008.1.2.4.91', 'JPEG 2000', 'lossy', true],
  ['1.2.840.10008.1.2.4.201', 'HTJ2K', 'lossless'],
  ['1.2.840.10008.1.2.4.202', 'HTJ2K', 'lossless'],
  ['1.2.840.10008.1.2.4.203', 'HTJ2K', 'lossy', true],
];

const PROGRESSIVE: readonly string[] = ['1.2.840.10008.1.2.4.53', '1.2.840.10008.1.2.4.55'];

const SYNTAXES: ReadonlyMap<string, CompressedSyntax> = new Map(
  ROWS.map(([uid, codec, decompression, maybeReversible = false]) => [
    uid,
    { codec, decompression, maybeReversible, isProgressive: PROGRESSIVE.includes(uid) },
  ]),
);

/** Undefined where there is no decoder: video, JPEG XL, arithmetic codes and hierarchies of JPEG, uncompressed and private syntaxes. */
export function compressedSyntax(transferSyntaxUID: string): CompressedSyntax | undefined {
  return SYNTAXES.get(transferSyntaxUID);
}

/** What it means to decode a transfer syntax; undefined where it cannot be decoded. Goes by the syntax, not the stream. */
export function decompressionOf(transferSyntaxUID: string): Decompression | undefined {
  return SYNTAXES.get(transferSyntaxUID)?.decompression;
}
