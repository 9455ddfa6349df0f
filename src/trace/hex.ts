// Bytes as a person reads them: offset, hex, ASCII. Sixteen to a line; masked bytes are stars in both columns.

import { formatCount } from './units.ts';

/** Half-open: [first, afterLast). */
export type ByteRange = readonly [number, number];

export const HEX_BYTES_MAX = 512;

const PER_LINE = 16;
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));

/**
 * @param total how many bytes there were, where `bytes` are only the first of them
 * @param masked ranges of `bytes` that are not to be seen
 */
export function hexDump(bytes: Uint8Array, total = bytes.length, masked: readonly ByteRange[] = []): string[] {
  const lines: string[] = [];
  const end = Math.min(bytes.length, HEX_BYTES_MAX);
  const isMasked = (offset: number): boolean => masked.some(([from, to]) => offset >= from && offset < to);
  for (let start = 0; start < end; start += PER_LINE) {
    let hex = '';
    let ascii = '';
    for (let column = 0; column < PER_LINE; column += 1) {
      const offset = start + column;
      if (column === PER_LINE / 2) hex += ' ';
      const byte = offset < end ? bytes[offset] : undefined;
      if (byte === undefined) {
        hex += '   ';
      } else if (isMasked(offset)) {
        hex += ' **';
        ascii += '*';
      } else {
        hex += ` ${DIGITS[byte]}`;
        ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
      }
    }
    lines.push(`  ${start.toString(16).toUpperCase().padStart(4, '0')} ${hex}  ${ascii}`);
  }
  if (total > end) lines.push(`  ... ${formatCount(total - end)} more ${total - end === 1 ? 'byte' : 'bytes'}`);
  return lines;
}

/** '01 0A FF' without the spaces, at most `max` bytes. */
export function hexString(bytes: Uint8Array, max = HEX_BYTES_MAX, masked: readonly ByteRange[] = []): string {
  let text = '';
  const end = Math.min(bytes.length, max);
  for (let offset = 0; offset < end; offset += 1) {
    text += masked.some(([from, to]) => offset >= from && offset < to) ? '**' : DIGITS[bytes[offset] ?? 0];
  }
  return text;
}
