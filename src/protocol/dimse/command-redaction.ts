// A command set as anybody may see it. PS3.7 6.3.1, Annex E.
//
// A PDV says in one bit whether it holds a command set or a data set, and a defective peer gets that bit wrong. So only a
// fragment that is a whole command set is shown: elements of group 0000 to its last byte, with a Command Field that we know.
// Of its elements, those that the table has for the message are shown if their value is what it should be; of the others
// the header only.

import { latin1 } from '../bytes.ts';
import { isHarmlessAETitleField, isHarmlessUIDField } from '../harmless.ts';
import { uint16 } from './command-set.ts';
import {
  COMMANDS,
  type CommandElement,
  type CommandKeyword,
  ELEMENTS,
  ERROR_COMMENT_LENGTH_MAX,
  OTHER_COMMAND_ELEMENTS,
} from './command-table.ts';

/** From `from` to before `to`, in bytes from the start of the command set. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const HEADER_LENGTH = 8;
const GROUP_LENGTH = 0x0000;
const COMMAND_FIELD = 0x0100;
const DATA_SET_TYPE = 0x0800;

type Rows = ReadonlyMap<number, CommandElement>;

const rowsOf = (elements: object): Rows =>
  new Map((Object.keys(elements) as CommandKeyword[]).map((keyword) => [ELEMENTS[keyword].element, ELEMENTS[keyword]]));

const ROWS: ReadonlyMap<number, Rows> = new Map(
  Object.values(COMMANDS).map(({ commandField, elements }) => [commandField, rowsOf(elements)]),
);
const OTHER_ROWS = rowsOf(OTHER_COMMAND_ELEMENTS);

interface Element {
  readonly number: number;
  /** Of its value. */
  readonly from: number;
  readonly to: number;
}

/**
 * @param bytes one fragment of a command set
 * @returns the values that nobody may see, in their order; undefined: it is no whole command set, so nothing may be seen
 */
export function hiddenInCommand(bytes: Uint8Array): readonly ByteRange[] | undefined {
  const elements = elementsOf(bytes);
  if (elements === undefined) return undefined;
  const field = elements.find(({ number }) => number === COMMAND_FIELD);
  if (field === undefined || field.to - field.from !== 2) return undefined;
  const rows = ROWS.get(uint16(bytes, field.from)) ?? OTHER_ROWS;
  return elements.filter((element) => element.to > element.from && !isHarmless(bytes, element, rows));
}

function elementsOf(bytes: Uint8Array): Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const from = at + HEADER_LENGTH;
    if (from > bytes.length || uint16(bytes, at) !== 0) return undefined;
    const to = from + uint16(bytes, at + 4) + uint16(bytes, at + 6) * 0x10000;
    if (to > bytes.length) return undefined;
    elements.push({ number: uint16(bytes, at + 2), from, to });
    at = to;
  }
  return elements;
}

function isHarmless(bytes: Uint8Array, { number, from, to }: Element, rows: Rows): boolean {
  const length = to - from;
  if (number === GROUP_LENGTH) return length === 4;
  if (number === COMMAND_FIELD || number === DATA_SET_TYPE) return length === 2;
  const row = rows.get(number);
  if (row === undefined) return false;
  // Longer than any of these may be, so it is not read.
  if (row.vr !== 'AT' && length > ERROR_COMMENT_LENGTH_MAX + 1) return false;
  switch (row.vr) {
    case 'US':
      return length === 2 && (row.values === undefined || row.values.includes(uint16(bytes, from)));
    case 'UI':
      return isHarmlessUIDField(bytes, from, to);
    case 'AE':
      return isHarmlessAETitleField(latin1(bytes.subarray(from, to)));
    case 'LO':
      // The peer's own words, which the line of the message shows as well.
      return length <= ERROR_COMMENT_LENGTH_MAX;
    case 'AT':
      // Tags are in the lines of the message, as numbers. As bytes they could be read as text.
      return false;
  }
}
