// Writes command sets byte by byte. It shares no code with src and checks nothing.

import { Buffer } from 'node:buffer';

/** One element of Implicit VR Little Endian; `length` may lie. */
export function commandElement(element: number, value: Uint8Array | string, length?: number, group = 0): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value);
  const header = Buffer.alloc(8);
  header.writeUInt16LE(group, 0);
  header.writeUInt16LE(element, 2);
  header.writeUInt32LE(length ?? bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

export function us(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value & 0xff, value >> 8]));
}

export function ul(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** With a right group length in front; `groupLength` may lie. */
export function commandSet(elements: readonly Uint8Array[], groupLength?: number): Buffer {
  const body = Buffer.concat(elements);
  return Buffer.concat([commandElement(0x0000, ul(groupLength ?? body.length)), body]);
}

/** The elements of a whole C-STORE-RSP, by element number, to take some away or replace some. */
export function storeResponseElements(): Map<number, Buffer> {
  return new Map([
    [0x0002, commandElement(0x0002, '1.2.840.10008.5.1.4.1.1.2\0')],
    [0x0100, commandElement(0x0100, us(0x8001))],
    [0x0120, commandElement(0x0120, us(7))],
    [0x0800, commandElement(0x0800, us(0x0101))],
    [0x0900, commandElement(0x0900, us(0xa700))],
    [0x0901, commandElement(0x0901, us(0x0010, 0x0020, 0x7fe0, 0x0010))],
    [0x0902, commandElement(0x0902, 'disk is full')],
    [0x1000, commandElement(0x1000, '1.2.3\0')],
  ]);
}

/** The elements of a whole C-STORE-RQ, by element number. */
export function storeRequestElements(): Map<number, Buffer> {
  return new Map([
    [0x0002, commandElement(0x0002, '1.2.840.10008.5.1.4.1.1.2\0')],
    [0x0100, commandElement(0x0100, us(0x0001))],
    [0x0110, commandElement(0x0110, us(7))],
    [0x0700, commandElement(0x0700, us(0))],
    [0x0800, commandElement(0x0800, us(0x0001))],
    [0x1000, commandElement(0x1000, '1.2.3\0')],
  ]);
}

/** A C-ECHO-RQ with Message ID 1. */
export function echoRequestSet(): Buffer {
  return commandSet([
    commandElement(0x0002, '1.2.840.10008.1.1\0'),
    commandElement(0x0100, us(0x0030)),
    commandElement(0x0110, us(1)),
    commandElement(0x0800, us(0x0101)),
  ]);
}
