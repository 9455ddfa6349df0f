// The items and sub-items of the A-ASSOCIATE PDUs: a type, a reserved byte, a 16-bit length, a value.
// PS3.8 9.3.2.1-9.3.2.3, 9.3.3.1-9.3.3.3; PS3.7 D.3.3.

import type { ByteReader, ByteWriter } from '../bytes.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from '../errors.ts';
import { ITEMS_PER_PDU_MAX } from '../limits.ts';
import { isUID, withoutTrailingPadding } from './values.ts';

export const APPLICATION_CONTEXT_ITEM = 0x10;
export const PROPOSED_PRESENTATION_CONTEXT_ITEM = 0x20;
export const PRESENTATION_CONTEXT_RESULT_ITEM = 0x21;
export const ABSTRACT_SYNTAX_SUB_ITEM = 0x30;
export const TRANSFER_SYNTAX_SUB_ITEM = 0x40;
export const USER_INFORMATION_ITEM = 0x50;

export interface Item {
  readonly type: number;
  /** Ends where the item ends. */
  readonly value: ByteReader;
  /** For error messages: 'item 21H'. */
  readonly name: string;
}

/** How many more items a PDU may have. */
export interface ItemBudget {
  left: number;
}

export const itemBudget = (): ItemBudget => ({ left: ITEMS_PER_PDU_MAX });

/** All items up to the end of `reader`, also those of unknown type. A length that crosses that end is an error. */
export function* readItems(reader: ByteReader, budget: ItemBudget): Generator<Item> {
  while (reader.remaining > 0) {
    if (budget.left === 0) throw malformed(`more than ${ITEMS_PER_PDU_MAX} items in a PDU`);
    budget.left -= 1;
    const type = reader.uint8('item type');
    const name = `item ${hexByte(type)}`;
    reader.skip(1, `${name} header`);
    const length = reader.uint16(`${name} length`);
    yield { type, name, value: reader.sub(length, name) };
  }
}

/** The rest of `value` as a UID. */
export function readUID(value: ByteReader, what: string): string {
  return withoutTrailingPadding(value.latin1(value.remaining, what));
}

export function writeItem(writer: ByteWriter, type: number, writeValue: () => void): void {
  writer.uint8(type);
  writer.uint8(0);
  writer.prefixed16(writeValue);
}

export function writeUIDItem(writer: ByteWriter, type: number, uid: string): void {
  writeItem(writer, type, () => writeUID(writer, uid));
}

/** Without padding, PS3.8 Annex F. */
export function writeUID(writer: ByteWriter, uid: string): void {
  if (!isUID(uid)) throw new RangeError(`${JSON.stringify(uid)} is not a UID`);
  writer.latin1(uid);
}

export function malformed(detail: string): ProtocolError {
  return new ProtocolError(INVALID_PDU_PARAMETER_VALUE, detail);
}

/** A type as the standard writes it: '21H'. */
export function hexByte(value: number): string {
  return `${value.toString(16).toUpperCase().padStart(2, '0')}H`;
}
