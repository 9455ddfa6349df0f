// The preamble and the file meta information group in front of a data set that is written to a file. PS3.10 7.1.

import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../../protocol/implementation.ts';

export interface FileMeta {
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly transferSyntaxUID: string;
  /** Of the AE that sent the instance. */
  readonly sourceAETitle: string;
}

const PREAMBLE_LENGTH = 128;

/** Preamble, prefix and group 0002 in Explicit VR Little Endian (PS3.10 Table 7.1-1). The data set follows at once. */
export function encodeFileMeta(meta: FileMeta): Uint8Array {
  const elements = Buffer.concat([
    // File Meta Information Version: OB has a length of 32 bits behind two reserved bytes.
    Buffer.from([0x02, 0x00, 0x01, 0x00, 0x4f, 0x42, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01]),
    shortElement(0x0002, 'UI', meta.sopClassUID, 0x00),
    shortElement(0x0003, 'UI', meta.sopInstanceUID, 0x00),
    shortElement(0x0010, 'UI', meta.transferSyntaxUID, 0x00),
    shortElement(0x0012, 'UI', IMPLEMENTATION_CLASS_UID, 0x00),
    shortElement(0x0013, 'SH', IMPLEMENTATION_VERSION_NAME, 0x20),
    shortElement(0x0016, 'AE', meta.sourceAETitle, 0x20),
  ]);
  const groupLength = Buffer.from([0x02, 0x00, 0x00, 0x00, 0x55, 0x4c, 0x04, 0x00, 0, 0, 0, 0]);
  groupLength.writeUInt32LE(elements.length, 8);
  return Buffer.concat([Buffer.alloc(PREAMBLE_LENGTH), Buffer.from('DICM', 'latin1'), groupLength, elements]);
}

function shortElement(element: number, vr: string, text: string, padding: number): Buffer {
  const value = Buffer.from(text, 'latin1');
  const padded = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from([padding])]);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}
