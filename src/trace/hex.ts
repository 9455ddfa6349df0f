// A hex dump: offset, hexadecimal, ASCII, sixteen bytes to a line. Hidden bytes are stars in both columns.

import { HEX_BYTES_MAX } from '../protocol/limits.ts';
import type { RedactedPart } from '../protocol/ul/redact.ts';
import { formatCount } from './units.ts';

const PER_LINE = 16;
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
const HIDDEN = -1;

/** @param total length of the whole, of which `parts` may be only the beginning, in bytes */
export function hexDump(parts: readonly RedactedPart[], total: number): string[] {
  const lines: string[] = [];
  const bytes = flat(parts);
  for (let start = 0; start < bytes.length; start += PER_LINE) {
    let hex = '';
    let ascii = '';
    for (let column = 0; column < PER_LINE; column += 1) {
      const byte = bytes[start + column];
      if (column === PER_LINE / 2) hex += ' ';
      if (byte === undefined) {
        hex += '   ';
      } else if (byte === HIDDEN) {
        hex += ' **';
        ascii += '*';
      } else {
        hex += ` ${DIGITS[byte]}`;
        ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
      }
    }
    lines.push(`  ${start.toString(16).toUpperCase().padStart(4, '0')} ${hex}  ${ascii}`);
  }
  const more = total - bytes.length;
  if (more > 0) lines.push(`  ... ${formatCount(more)} more ${more === 1 ? 'byte' : 'bytes'}`);
  return lines;
}

/** The first HEX_BYTES_MAX bytes; HIDDEN instead of each that is hidden. */
function flat(parts: readonly RedactedPart[]): number[] {
  const bytes: number[] = [];
  for (const part of parts) {
    const room = HEX_BYTES_MAX - bytes.length;
    if (part.type === 'bytes') for (const byte of part.bytes.subarray(0, room)) bytes.push(byte);
    else for (let index = 0; index < Math.min(part.length, room); index += 1) bytes.push(HIDDEN);
  }
  return bytes;
}
