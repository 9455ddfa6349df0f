// The command set on the wire: group 0000, always Implicit VR Little Endian. PS3.7 6.3.1, Annex E.
//
//   group (2, LE)  element (2, LE)  length (4, LE)  value (length)
//
// Which elements a message has is said by the table (command-table.ts). For speed, each message's rows are sorted once, when this
// file is loaded: this code runs for every file that is sent.
//
// What we write is exact: group length first, ascending tags, even lengths. What we read is judged by its structure: an element
// that crosses the end, a number of the wrong width, or a message without a required element is a ProtocolError. Two things are
// forgiven. The group length may be wrong or absent, since the last fragment already says where the command set ends. Elements
// may come in any order. Empty elements count as absent.
// Of a response more is forgiven, because its file is at the peer and only the answer is malformed: what leaves its meaning
// beyond doubt is a breach that is told (breach.ts).

import { withoutAETitlePadding } from '../ae-title.ts';
import { latin1 } from '../bytes.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from '../errors.ts';
import { withoutTrailingPadding } from '../ul/values.ts';
import { type Breach, commandElementText, hex4 } from './breach.ts';
import type { Command, SendableCommand } from './command.ts';
import {
  COMMANDS,
  type CommandElement,
  type CommandElements,
  type CommandKeyword,
  type CommandType,
  type CommandVr,
  ELEMENTS,
  isResponseField,
  mayHaveDataSet,
  OTHER_COMMAND_ELEMENTS,
} from './command-table.ts';

const COMMAND_GROUP_LENGTH = 0x0000;
const COMMAND_FIELD = 0x0100;
const COMMAND_DATA_SET_TYPE = 0x0800;

/** (0000,0800): every other value than 0101H means that a data set follows (PS3.7 Table E.1-1). */
const NO_DATA_SET = 0x0101;
const DATA_SET_PRESENT = 0x0001;

const ELEMENT_HEADER_LENGTH = 8;
/** Command Group Length: an element of 4 bytes. */
const GROUP_LENGTH_ELEMENT_LENGTH = ELEMENT_HEADER_LENGTH + 4;
const NUL = 0x00;
const SPACE = 0x20;
const QUESTION_MARK = 0x3f;

type CommandValue = number | string | readonly number[];
type Values = Readonly<Partial<Record<CommandKeyword, CommandValue>>>;

interface LayoutRow extends CommandElement {
  readonly keyword: CommandKeyword;
  readonly isRequired: boolean;
}

/** The elements of one message by ascending tag. */
interface Layout {
  readonly type: Command['type'];
  readonly commandField: number;
  readonly rows: readonly LayoutRow[];
}

function layout(type: Command['type'], commandField: number, elements: CommandElements): Layout {
  const rows = (Object.keys(elements) as CommandKeyword[]).map((keyword) => ({
    ...ELEMENTS[keyword],
    keyword,
    isRequired: elements[keyword] === 'required',
  }));
  return { type, commandField, rows: rows.sort((a, b) => a.element - b.element) };
}

const LAYOUTS = Object.fromEntries(
  (Object.keys(COMMANDS) as CommandType[]).map((type) => [
    type,
    layout(type, COMMANDS[type].commandField, COMMANDS[type].elements),
  ]),
) as Readonly<Record<CommandType, Layout>>;
const LAYOUTS_BY_FIELD: ReadonlyMap<number, Layout> = new Map(
  Object.values(LAYOUTS).map((message) => [message.commandField, message]),
);
const OTHER = layout('other', 0, OTHER_COMMAND_ELEMENTS);

// --- encode ---

/**
 * @param hasDataSet whether a data set follows: (0000,0800) is 0001H or 0101H
 * @throws RangeError a number that does not fit its element; never for peer input
 */
export function encodeCommandSet(command: SendableCommand, hasDataSet: boolean): Uint8Array {
  const { commandField, rows } = LAYOUTS[command.type];
  const values = command as Values;
  // Command Field and Command Data Set Type.
  let groupLength = 2 * (ELEMENT_HEADER_LENGTH + 2);
  for (const row of rows) {
    const value = values[row.keyword];
    if (value !== undefined) groupLength += ELEMENT_HEADER_LENGTH + encodedLength(value);
  }
  const bytes = new Uint8Array(GROUP_LENGTH_ELEMENT_LENGTH + groupLength);
  putHeader(bytes, 0, COMMAND_GROUP_LENGTH, 4);
  putUint16(bytes, ELEMENT_HEADER_LENGTH, groupLength);
  putUint16(bytes, ELEMENT_HEADER_LENGTH + 2, groupLength >>> 16);
  let at = GROUP_LENGTH_ELEMENT_LENGTH;
  let last = 0;
  for (const row of rows) {
    if (last < COMMAND_FIELD && row.element > COMMAND_FIELD)
      at = putUint16Element(bytes, at, COMMAND_FIELD, commandField);
    if (last < COMMAND_DATA_SET_TYPE && row.element > COMMAND_DATA_SET_TYPE) at = putDataSetType(bytes, at, hasDataSet);
    last = row.element;
    const value = values[row.keyword];
    if (value !== undefined) at = putElement(bytes, at, row, value);
  }
  if (last < COMMAND_DATA_SET_TYPE) putDataSetType(bytes, at, hasDataSet);
  return bytes;
}

/** Of a value, in bytes, even. */
function encodedLength(value: CommandValue): number {
  if (typeof value === 'number') return 2;
  return typeof value === 'string' ? value.length + (value.length & 1) : value.length * 4;
}

/** @returns where the next element begins; so for the others below */
function putElement(bytes: Uint8Array, at: number, { element, vr }: LayoutRow, value: CommandValue): number {
  if (typeof value === 'number') return putUint16Element(bytes, at, element, value);
  const length = encodedLength(value);
  putHeader(bytes, at, element, length);
  const start = at + ELEMENT_HEADER_LENGTH;
  if (typeof value === 'string') putText(bytes, start, value, vr === 'UI' ? NUL : SPACE);
  else putTags(bytes, start, value);
  return start + length;
}

function putUint16Element(bytes: Uint8Array, at: number, element: number, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new RangeError(`(0000,${hex4(element)}) does not fit 16 bits: ${value}`);
  }
  putHeader(bytes, at, element, 2);
  putUint16(bytes, at + ELEMENT_HEADER_LENGTH, value);
  return at + ELEMENT_HEADER_LENGTH + 2;
}

function putDataSetType(bytes: Uint8Array, at: number, hasDataSet: boolean): number {
  return putUint16Element(bytes, at, COMMAND_DATA_SET_TYPE, hasDataSet ? DATA_SET_PRESENT : NO_DATA_SET);
}

/** The array is new, so the group (0000) is there already. */
function putHeader(bytes: Uint8Array, at: number, element: number, length: number): void {
  putUint16(bytes, at + 2, element);
  putUint16(bytes, at + 4, length);
  putUint16(bytes, at + 6, length >>> 16);
}

function putUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

function putText(bytes: Uint8Array, at: number, text: string, padding: number): void {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Characters beyond Latin-1 have no place in a command set (PS3.5 6.1.2.3).
    bytes[at + index] = code > 0xff ? QUESTION_MARK : code;
  }
  if (text.length % 2 === 1) bytes[at + text.length] = padding;
}

function putTags(bytes: Uint8Array, at: number, tags: readonly number[]): void {
  tags.forEach((tag, index) => {
    putUint16(bytes, at + index * 4, tag >>> 16);
    putUint16(bytes, at + index * 4 + 2, tag);
  });
}

// --- decode ---

export interface DecodedCommandSet {
  readonly command: Command;
  /** Whether the peer says that a data set follows. */
  readonly hasDataSet: boolean;
  /** Of a response; absent: none. */
  readonly breaches?: readonly Breach[];
}

/**
 * @param bytes one whole command set, all fragments joined; nothing of it is kept
 * @throws ProtocolError reason 6
 */
export function decodeCommandSet(bytes: Uint8Array): DecodedCommandSet {
  const elements = new Elements(bytes);
  const { breaches } = elements;
  const commandField = elements.uint16(COMMAND_FIELD);
  if (commandField === undefined) throw elements.absence(COMMAND_FIELD, 'message without Command Field (0000,0100)');
  const message = LAYOUTS_BY_FIELD.get(commandField) ?? OTHER;
  const command: Record<string, unknown> = { type: message.type };
  if (message.type === 'other') command['CommandField'] = commandField;
  for (const row of message.rows) {
    const value = elements.value(row.element, row.vr);
    if (value === undefined) {
      if (!row.isRequired) continue;
      throw elements.absence(row.element, `${message.type} without ${commandElementText(row.element)}`);
    }
    if (row.values !== undefined && !row.values.includes(value as number)) {
      throw invalid(`${commandElementText(row.element)} of ${String(value)}`);
    }
    command[row.keyword] = value;
  }
  const dataSetType = elements.uint16(COMMAND_DATA_SET_TYPE);
  const isResponse = isResponseField(commandField);
  if (dataSetType === undefined) {
    const name = message.type === 'other' ? `message ${hex4(commandField)}H` : message.type;
    const absence = `${name} without Command Data Set Type (0000,0800)`;
    if (!isResponse || mayHaveDataSet(message.type)) throw elements.absence(COMMAND_DATA_SET_TYPE, absence);
    if (!elements.has(COMMAND_DATA_SET_TYPE)) breaches.push({ code: 'no Command Data Set Type' });
  }
  const [breach] = breaches;
  if (breach !== undefined && !isResponse) throw invalid(breachText(breach));
  return {
    // The elements are those of this type's entry in the table, after which `Command` is typed.
    command: command as unknown as Command,
    hasDataSet: dataSetType !== undefined && dataSetType !== NO_DATA_SET,
    ...(breach !== undefined && { breaches }),
  };
}

function breachText(breach: Breach): string {
  switch (breach.code) {
    case 'foreign element':
      return `element (${hex4(breach.tag >>> 16)},${hex4(breach.tag & 0xffff)}) is not of group 0000 (PS3.7 6.3.1)`;
    case 'wrong length':
      return `${commandElementText(breach.element)} of ${breach.length} bytes (PS3.7 E.1)`;
    default:
      return breach.code;
  }
}

/** The elements of one command set, found by their number; `undefined` = absent, empty, or of a length that says nothing. */
class Elements {
  /** So far: what has a wrong length is told when it is read. */
  readonly breaches: Breach[] = [];
  readonly #bytes: Uint8Array;
  readonly #numbers: number[] = [];
  /** Where each value begins and ends. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    let last = -1;
    let isAscending = true;
    for (let at = 0; at < bytes.length; ) {
      const left = bytes.length - at;
      if (left < ELEMENT_HEADER_LENGTH) throw this.#damage(`${left} bytes after the last element (PS3.7 6.3.1)`);
      const group = uint16(bytes, at);
      const element = uint16(bytes, at + 2);
      const length = uint16(bytes, at + 4) + uint16(bytes, at + 6) * 0x10000;
      if (group !== 0) this.#addForeign(group * 0x10000 + element);
      if (length > left - ELEMENT_HEADER_LENGTH) {
        throw this.#damage(
          `(${hex4(group)},${hex4(element)}) claims ${length} bytes, ${left - ELEMENT_HEADER_LENGTH} are left`,
        );
      }
      const start = at + ELEMENT_HEADER_LENGTH;
      at = start + length;
      if (group !== 0) continue;
      if (element === COMMAND_GROUP_LENGTH && length !== 4) this.#addLength(element, length);
      isAscending &&= element > last;
      last = element;
      this.#numbers.push(element);
      this.#starts.push(start);
      this.#ends.push(at);
    }
    if (!isAscending) this.#refuseDuplicates();
  }

  /** An element is there, with a value. */
  has(element: number): boolean {
    return this.#lengthAt(this.#numbers.indexOf(element)) > 0;
  }

  /** Why an element that is needed has no value. */
  absence(element: number, otherwise: string): ProtocolError {
    const cause = this.breaches.find((breach) => breach.code === 'wrong length' && breach.element === element);
    return cause === undefined ? this.#damage(otherwise) : invalid(breachText(cause));
  }

  /** Bytes of another group are likely no command set at all. */
  #damage(detail: string): ProtocolError {
    const foreign = this.breaches.find(({ code }) => code === 'foreign element');
    return invalid(foreign === undefined ? detail : breachText(foreign));
  }

  #addForeign(tag: number): void {
    // One is told of a message.
    if (!this.breaches.some(({ code }) => code === 'foreign element'))
      this.breaches.push({ code: 'foreign element', tag });
  }

  #addLength(element: number, length: number): void {
    this.breaches.push({ code: 'wrong length', element, length });
  }

  #refuseDuplicates(): void {
    const seen = new Set<number>();
    for (const element of this.#numbers) {
      if (seen.has(element)) throw invalid(`(0000,${hex4(element)}) occurs twice`);
      seen.add(element);
    }
  }

  value(element: number, vr: CommandVr): CommandValue | undefined {
    switch (vr) {
      case 'US':
        return this.uint16(element);
      case 'AT':
        return this.#tags(element);
      case 'AE':
        // Leading spaces of an AE do not count either (PS3.5 6.2).
        return withoutAETitlePadding(this.#text(element)) || undefined;
      case 'UI':
      case 'LO':
        return withoutTrailingPadding(this.#text(element)) || undefined;
    }
  }

  uint16(element: number): number | undefined {
    const index = this.#numbers.indexOf(element);
    const length = this.#lengthAt(index);
    if (length === 0) return undefined;
    const start = this.#starts[index]!;
    if (length !== 2) {
      this.#addLength(element, length);
      // A UL whose high half is zero. An odd length may lack one half of the number, and a longer one has several.
      if (length !== 4 || uint16(this.#bytes, start + 2) !== 0) return undefined;
    }
    return uint16(this.#bytes, start);
  }

  #lengthAt(index: number): number {
    return index < 0 ? 0 : this.#ends[index]! - this.#starts[index]!;
  }

  /** Byte by byte as Latin-1. */
  #text(element: number): string {
    const index = this.#numbers.indexOf(element);
    return index < 0 ? '' : latin1(this.#bytes.subarray(this.#starts[index], this.#ends[index]));
  }

  #tags(element: number): readonly number[] | undefined {
    const index = this.#numbers.indexOf(element);
    const length = this.#lengthAt(index);
    if (length === 0) return undefined;
    if (length % 4 !== 0) {
      this.#addLength(element, length);
      return undefined;
    }
    const tags: number[] = [];
    for (let at = this.#starts[index]!; at < this.#ends[index]!; at += 4) {
      tags.push(uint16(this.#bytes, at) * 0x10000 + uint16(this.#bytes, at + 2));
    }
    return tags;
  }
}

/** Command sets are little endian (PS3.7 6.3.1). */
export function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(INVALID_PDU_PARAMETER_VALUE, `command set: ${message}`);
}
