// The command set: group 0000, always Implicit VR Little Endian. PS3.7 6.3.1, 9.3.1, 9.3.5, Annex E.
//
//   element  group (2, LE)  element (2, LE)  length (4, LE)  value (length)
//
// What we write is exact: group length first, ascending tags, even lengths. What we read is judged by structure: an element
// that does not fit, a number of the wrong width, a message without what makes it that message is a ProtocolError. The value
// of the group length is not looked at and its absence is forgiven: the end of the last fragment already says where the
// command ends, and peers that miscount exist. Empty elements count as absent.

import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from '../errors.ts';
import type { Command, OtherCommand, Priority, ResponseElements } from './command.ts';
import { COMMAND_FIELDS } from './command.ts';

/** Element numbers in group 0000. */
const COMMAND_GROUP_LENGTH = 0x0000;
const AFFECTED_SOP_CLASS_UID = 0x0002;
const COMMAND_FIELD = 0x0100;
const MESSAGE_ID = 0x0110;
const MESSAGE_ID_BEING_RESPONDED_TO = 0x0120;
const PRIORITY = 0x0700;
const COMMAND_DATA_SET_TYPE = 0x0800;
const STATUS = 0x0900;
const OFFENDING_ELEMENT = 0x0901;
const ERROR_COMMENT = 0x0902;
const ERROR_ID = 0x0903;
const AFFECTED_SOP_INSTANCE_UID = 0x1000;
const MOVE_ORIGINATOR_APPLICATION_ENTITY_TITLE = 0x1030;
const MOVE_ORIGINATOR_MESSAGE_ID = 0x1031;

/** (0000,0800): every other value than 0101H means that a data set follows (PS3.7 Table E.1-1). */
const NO_DATA_SET = 0x0101;
const DATA_SET_PRESENT = 0x0001;

const ELEMENT_HEADER_LENGTH = 8;
/** (0000,0000) is one UL. */
const GROUP_LENGTH_LENGTH = 4;
const NUL = 0x00;
const SPACE = 0x20;
const QUESTION_MARK = 0x3f;

// --- encode ---

/** `length` is that of the value, in bytes, even. */
interface Element {
  readonly element: number;
  readonly length: number;
  readonly value: number | string | readonly number[];
  /** Of text, where its length is odd. */
  readonly padding?: number;
}

function us(element: number, value: number): Element {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new RangeError(`(0000,${hex4(element)}) does not fit 16 bits: ${value}`);
  }
  return { element, length: 2, value };
}

function text(element: number, value: string, padding: number): Element {
  return { element, length: value.length + (value.length % 2), value, padding };
}

function at(element: number, tags: readonly number[]): Element {
  return { element, length: tags.length * 4, value: tags };
}

function writeValue({ value, padding = NUL }: Element, bytes: Uint8Array, view: DataView, offset: number): void {
  if (typeof value === 'number') {
    view.setUint16(offset, value, true);
  } else if (typeof value === 'string') {
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      // Characters beyond Latin-1 have no place in a command set (PS3.5 6.1.2.3).
      bytes[offset + index] = code > 0xff ? QUESTION_MARK : code;
    }
    if (value.length % 2 === 1) bytes[offset + value.length] = padding;
  } else {
    value.forEach((tag, index) => {
      view.setUint16(offset + index * 4, tag >>> 16, true);
      view.setUint16(offset + index * 4 + 2, tag & 0xffff, true);
    });
  }
}

function responseElements(command: ResponseElements): Element[] {
  const elements = [us(MESSAGE_ID_BEING_RESPONDED_TO, command.MessageIDBeingRespondedTo), us(STATUS, command.Status)];
  if (command.OffendingElement !== undefined) elements.push(at(OFFENDING_ELEMENT, command.OffendingElement));
  if (command.ErrorComment !== undefined) elements.push(text(ERROR_COMMENT, command.ErrorComment, SPACE));
  if (command.ErrorID !== undefined) elements.push(us(ERROR_ID, command.ErrorID));
  return elements;
}

function messageElements(command: Exclude<Command, OtherCommand>): Element[] {
  const elements: Element[] = [];
  if (command.AffectedSOPClassUID !== undefined) {
    elements.push(text(AFFECTED_SOP_CLASS_UID, command.AffectedSOPClassUID, NUL));
  }
  switch (command.type) {
    case 'C-ECHO-RQ':
      elements.push(us(MESSAGE_ID, command.MessageID));
      break;
    case 'C-ECHO-RSP':
      elements.push(...responseElements(command));
      break;
    case 'C-STORE-RQ':
      elements.push(us(MESSAGE_ID, command.MessageID), us(PRIORITY, command.Priority));
      elements.push(text(AFFECTED_SOP_INSTANCE_UID, command.AffectedSOPInstanceUID, NUL));
      if (command.MoveOriginatorApplicationEntityTitle !== undefined) {
        const title = command.MoveOriginatorApplicationEntityTitle;
        elements.push(text(MOVE_ORIGINATOR_APPLICATION_ENTITY_TITLE, title, SPACE));
      }
      if (command.MoveOriginatorMessageID !== undefined) {
        elements.push(us(MOVE_ORIGINATOR_MESSAGE_ID, command.MoveOriginatorMessageID));
      }
      break;
    case 'C-STORE-RSP':
      elements.push(...responseElements(command));
      if (command.AffectedSOPInstanceUID !== undefined) {
        elements.push(text(AFFECTED_SOP_INSTANCE_UID, command.AffectedSOPInstanceUID, NUL));
      }
      break;
  }
  return elements;
}

/**
 * @param hasDataSet whether a data set follows: (0000,0800) is 0001H or 0101H
 * @throws RangeError a number that does not fit its element; never for peer input
 */
export function encodeCommandSet(command: Exclude<Command, OtherCommand>, hasDataSet: boolean): Uint8Array {
  const elements = [
    us(COMMAND_FIELD, COMMAND_FIELDS[command.type]),
    us(COMMAND_DATA_SET_TYPE, hasDataSet ? DATA_SET_PRESENT : NO_DATA_SET),
    ...messageElements(command),
  ].sort((a, b) => a.element - b.element);
  let groupLength = 0;
  for (const { length } of elements) groupLength += ELEMENT_HEADER_LENGTH + length;

  const bytes = new Uint8Array(ELEMENT_HEADER_LENGTH + GROUP_LENGTH_LENGTH + groupLength);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, COMMAND_GROUP_LENGTH, true);
  view.setUint32(4, GROUP_LENGTH_LENGTH, true);
  view.setUint32(ELEMENT_HEADER_LENGTH, groupLength, true);
  let offset = ELEMENT_HEADER_LENGTH + GROUP_LENGTH_LENGTH;
  for (const element of elements) {
    view.setUint16(offset + 2, element.element, true);
    view.setUint32(offset + 4, element.length, true);
    writeValue(element, bytes, view, offset + ELEMENT_HEADER_LENGTH);
    offset += ELEMENT_HEADER_LENGTH + element.length;
  }
  return bytes;
}

// --- decode ---

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(INVALID_PDU_PARAMETER_VALUE, `command set: ${message}`);
}

/** The values of a command set by element number, as views of `bytes`. Structure only. */
function readElements(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements = new Map<number, Uint8Array>();
  let offset = 0;
  while (offset < bytes.length) {
    const left = bytes.length - offset;
    if (left < ELEMENT_HEADER_LENGTH) throw invalid(`${left} bytes after the last element (PS3.7 6.3.1)`);
    const group = view.getUint16(offset, true);
    const element = view.getUint16(offset + 2, true);
    const length = view.getUint32(offset + 4, true);
    if (group !== 0) throw invalid(`element (${hex4(group)},${hex4(element)}) is not of group 0000 (PS3.7 6.3.1)`);
    if (length > left - ELEMENT_HEADER_LENGTH) {
      throw invalid(`(0000,${hex4(element)}) claims ${length} bytes, ${left - ELEMENT_HEADER_LENGTH} are left`);
    }
    if (elements.has(element)) throw invalid(`(0000,${hex4(element)}) occurs twice`);
    const start = offset + ELEMENT_HEADER_LENGTH;
    elements.set(element, bytes.subarray(start, start + length));
    offset = start + length;
  }
  return elements;
}

/** Typed access to the elements of one command set; `undefined` = absent or empty. */
class Elements {
  readonly #values: ReadonlyMap<number, Uint8Array>;

  constructor(bytes: Uint8Array) {
    this.#values = readElements(bytes);
    const groupLength = this.#values.get(COMMAND_GROUP_LENGTH);
    if (groupLength !== undefined && groupLength.length !== 4) {
      throw invalid(`Command Group Length (0000,0000) of ${groupLength.length} bytes instead of 4`);
    }
  }

  #value(element: number): Uint8Array | undefined {
    const value = this.#values.get(element);
    return value?.length === 0 ? undefined : value;
  }

  us(element: number): number | undefined {
    const value = this.#value(element);
    if (value === undefined) return undefined;
    if (value.length !== 2) throw invalid(`(0000,${hex4(element)}) is US, but ${value.length} bytes long`);
    return (value[0] ?? 0) | ((value[1] ?? 0) << 8);
  }

  /** Byte by byte as Latin-1, without the trailing padding. */
  text(element: number): string | undefined {
    const value = this.#value(element);
    if (value === undefined) return undefined;
    let end = value.length;
    while (end > 0 && (value[end - 1] === NUL || value[end - 1] === SPACE)) end -= 1;
    let result = '';
    for (const byte of value.subarray(0, end)) result += String.fromCharCode(byte);
    return result === '' ? undefined : result;
  }

  at(element: number): readonly number[] | undefined {
    const value = this.#value(element);
    if (value === undefined) return undefined;
    if (value.length % 4 !== 0) {
      throw invalid(`(0000,${hex4(element)}) is AT, but ${value.length} bytes are not a multiple of 4`);
    }
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const tags: number[] = [];
    for (let offset = 0; offset < value.length; offset += 4) {
      tags.push(view.getUint16(offset, true) * 0x10000 + view.getUint16(offset + 2, true));
    }
    return tags;
  }
}

function required<T>(value: T | undefined, message: string, keyword: string): T {
  if (value === undefined) throw invalid(`${message} without ${keyword}`);
  return value;
}

function readResponse(elements: Elements, message: string): ResponseElements {
  const ErrorComment = elements.text(ERROR_COMMENT);
  const OffendingElement = elements.at(OFFENDING_ELEMENT);
  const ErrorID = elements.us(ERROR_ID);
  const messageId = elements.us(MESSAGE_ID_BEING_RESPONDED_TO);
  return {
    MessageIDBeingRespondedTo: required(messageId, message, 'Message ID Being Responded To (0000,0120)'),
    Status: required(elements.us(STATUS), message, 'Status (0000,0900)'),
    ...(ErrorComment !== undefined && { ErrorComment }),
    ...(OffendingElement !== undefined && { OffendingElement }),
    ...(ErrorID !== undefined && { ErrorID }),
  };
}

function readPriority(elements: Elements): Priority {
  const priority = required(elements.us(PRIORITY), 'C-STORE-RQ', 'Priority (0000,0700)');
  if (priority !== 0 && priority !== 1 && priority !== 2) throw invalid(`Priority (0000,0700) of ${priority}`);
  return priority;
}

function readCommand(elements: Elements): Command {
  const CommandField = required(elements.us(COMMAND_FIELD), 'message', 'Command Field (0000,0100)');
  const AffectedSOPClassUID = elements.text(AFFECTED_SOP_CLASS_UID);
  const MessageID = elements.us(MESSAGE_ID);
  const sopClass = (message: string): string =>
    required(AffectedSOPClassUID, message, 'Affected SOP Class UID (0000,0002)');
  const messageId = (message: string): number => required(MessageID, message, 'Message ID (0000,0110)');

  switch (CommandField) {
    case COMMAND_FIELDS['C-ECHO-RQ']:
      return { type: 'C-ECHO-RQ', MessageID: messageId('C-ECHO-RQ'), AffectedSOPClassUID: sopClass('C-ECHO-RQ') };
    case COMMAND_FIELDS['C-ECHO-RSP']:
      return {
        type: 'C-ECHO-RSP',
        ...readResponse(elements, 'C-ECHO-RSP'),
        ...(AffectedSOPClassUID !== undefined && { AffectedSOPClassUID }),
      };
    case COMMAND_FIELDS['C-STORE-RQ']: {
      const instance = elements.text(AFFECTED_SOP_INSTANCE_UID);
      // PS3.5 6.2: leading spaces of an AE are as insignificant as trailing ones.
      const originator = elements.text(MOVE_ORIGINATOR_APPLICATION_ENTITY_TITLE)?.replace(/^ +/, '');
      const originatorMessageId = elements.us(MOVE_ORIGINATOR_MESSAGE_ID);
      return {
        type: 'C-STORE-RQ',
        MessageID: messageId('C-STORE-RQ'),
        AffectedSOPClassUID: sopClass('C-STORE-RQ'),
        AffectedSOPInstanceUID: required(instance, 'C-STORE-RQ', 'Affected SOP Instance UID (0000,1000)'),
        Priority: readPriority(elements),
        ...(originator !== undefined && { MoveOriginatorApplicationEntityTitle: originator }),
        ...(originatorMessageId !== undefined && { MoveOriginatorMessageID: originatorMessageId }),
      };
    }
    case COMMAND_FIELDS['C-STORE-RSP']: {
      const AffectedSOPInstanceUID = elements.text(AFFECTED_SOP_INSTANCE_UID);
      return {
        type: 'C-STORE-RSP',
        ...readResponse(elements, 'C-STORE-RSP'),
        ...(AffectedSOPClassUID !== undefined && { AffectedSOPClassUID }),
        ...(AffectedSOPInstanceUID !== undefined && { AffectedSOPInstanceUID }),
      };
    }
    default: {
      const MessageIDBeingRespondedTo = elements.us(MESSAGE_ID_BEING_RESPONDED_TO);
      const Status = elements.us(STATUS);
      return {
        type: 'other',
        CommandField,
        ...(MessageID !== undefined && { MessageID }),
        ...(MessageIDBeingRespondedTo !== undefined && { MessageIDBeingRespondedTo }),
        ...(Status !== undefined && { Status }),
        ...(AffectedSOPClassUID !== undefined && { AffectedSOPClassUID }),
      };
    }
  }
}

export interface DecodedCommandSet {
  readonly command: Command;
  /** Whether the peer says that a data set follows. */
  readonly hasDataSet: boolean;
}

/**
 * @param bytes one whole command set, all fragments joined; nothing of it is kept
 * @throws ProtocolError reason 6
 */
export function decodeCommandSet(bytes: Uint8Array): DecodedCommandSet {
  const elements = new Elements(bytes);
  const command = readCommand(elements);
  const dataSetType = elements.us(COMMAND_DATA_SET_TYPE);
  const message = command.type === 'other' ? `message ${hex4(command.CommandField)}H` : command.type;
  return {
    command,
    hasDataSet: required(dataSetType, message, 'Command Data Set Type (0000,0800)') !== NO_DATA_SET,
  };
}
