// The command sets as a table: which elements each message has. PS3.7 9.3 (C-services), 10.3 (N-services), Annex C
// (what a response may add to its status), Annex E (the elements of group 0000).
//
// Everything about command sets follows from here: the types (command.ts), reading and writing (command-set.ts), and the
// text of the trace (trace/dimse-text.ts). A new message is a new entry of COMMANDS, with new rows in ELEMENTS where it has
// elements that no other message has. The order of a message's elements is that of its text; on the wire they are sorted.
//
// Three elements that every message has are not listed, since they are not the message's own to choose: Command Group Length
// (0000,0000), Command Field (0000,0100) and Command Data Set Type (0000,0800).

/** UI, AE and LO are text; US is a 16-bit number; AT is a list of tags as 0xGGGGEEEE. */
export type CommandVr = 'UI' | 'AE' | 'LO' | 'US' | 'AT';

export interface CommandElement {
  /** Element number in group 0000. */
  readonly element: number;
  readonly vr: CommandVr;
  readonly name: string;
  /** The only numbers that are allowed. */
  readonly values?: readonly number[];
}

/** Error Comment (0000,0902) is LO (PS3.5 Table 6.2-1). */
export const ERROR_COMMENT_LENGTH_MAX = 64;

/** By DICOM keyword. Text is as received and not sanitised. */
export const ELEMENTS = {
  AffectedSOPClassUID: { element: 0x0002, vr: 'UI', name: 'Affected SOP Class UID' },
  RequestedSOPClassUID: { element: 0x0003, vr: 'UI', name: 'Requested SOP Class UID' },
  MessageID: { element: 0x0110, vr: 'US', name: 'Message ID' },
  MessageIDBeingRespondedTo: { element: 0x0120, vr: 'US', name: 'Message ID Being Responded To' },
  /** 0 MEDIUM, 1 HIGH, 2 LOW. */
  Priority: { element: 0x0700, vr: 'US', name: 'Priority', values: [0, 1, 2] },
  Status: { element: 0x0900, vr: 'US', name: 'Status' },
  OffendingElement: { element: 0x0901, vr: 'AT', name: 'Offending Element' },
  ErrorComment: { element: 0x0902, vr: 'LO', name: 'Error Comment' },
  ErrorID: { element: 0x0903, vr: 'US', name: 'Error ID' },
  AffectedSOPInstanceUID: { element: 0x1000, vr: 'UI', name: 'Affected SOP Instance UID' },
  RequestedSOPInstanceUID: { element: 0x1001, vr: 'UI', name: 'Requested SOP Instance UID' },
  EventTypeID: { element: 0x1002, vr: 'US', name: 'Event Type ID' },
  ActionTypeID: { element: 0x1008, vr: 'US', name: 'Action Type ID' },
  MoveOriginatorApplicationEntityTitle: {
    element: 0x1030,
    vr: 'AE',
    name: 'Move Originator Application Entity Title',
  },
  MoveOriginatorMessageID: { element: 0x1031, vr: 'US', name: 'Move Originator Message ID' },
} as const satisfies Readonly<Record<string, CommandElement>>;

export type CommandKeyword = keyof typeof ELEMENTS;

/** A received message without a required element is a protocol error. Ours do not compile without one. */
type Requirement = 'required' | 'optional';

export type CommandElements = Readonly<Partial<Record<CommandKeyword, Requirement>>>;

/** Every response has these: its status, and what PS3.7 Annex C adds to it. */
export const RESPONSE_ELEMENTS = {
  Status: 'required',
  ErrorComment: 'optional',
  OffendingElement: 'optional',
  ErrorID: 'optional',
} as const satisfies CommandElements;

export interface CommandRow {
  /** (0000,0100) */
  readonly commandField: number;
  /** 'none': the service defines no data set for this message, whatever its (0000,0800) says. */
  readonly dataSet: 'required' | 'optional' | 'none';
  readonly elements: CommandElements;
}

export const COMMANDS = {
  /** PS3.7 Table 9.3-1 */
  'C-STORE-RQ': {
    commandField: 0x0001,
    dataSet: 'required',
    elements: {
      MessageID: 'required',
      AffectedSOPClassUID: 'required',
      AffectedSOPInstanceUID: 'required',
      MoveOriginatorApplicationEntityTitle: 'optional',
      MoveOriginatorMessageID: 'optional',
      Priority: 'required',
    },
  },
  /** PS3.7 Table 9.3-2 */
  'C-STORE-RSP': {
    commandField: 0x8001,
    dataSet: 'none',
    elements: {
      MessageIDBeingRespondedTo: 'required',
      AffectedSOPClassUID: 'optional',
      AffectedSOPInstanceUID: 'optional',
      ...RESPONSE_ELEMENTS,
    },
  },
  /** PS3.7 Table 9.3-12 */
  'C-ECHO-RQ': {
    commandField: 0x0030,
    dataSet: 'none',
    elements: { MessageID: 'required', AffectedSOPClassUID: 'required' },
  },
  /** PS3.7 Table 9.3-13 */
  'C-ECHO-RSP': {
    commandField: 0x8030,
    dataSet: 'none',
    elements: { MessageIDBeingRespondedTo: 'required', AffectedSOPClassUID: 'optional', ...RESPONSE_ELEMENTS },
  },
  /** PS3.7 Table 10.3-1 */
  'N-EVENT-REPORT-RQ': {
    commandField: 0x0100,
    dataSet: 'optional',
    elements: {
      MessageID: 'required',
      AffectedSOPClassUID: 'required',
      AffectedSOPInstanceUID: 'required',
      EventTypeID: 'required',
    },
  },
  /** PS3.7 Table 10.3-2. The event type comes back with an event reply only. */
  'N-EVENT-REPORT-RSP': {
    commandField: 0x8100,
    dataSet: 'optional',
    elements: {
      MessageIDBeingRespondedTo: 'required',
      AffectedSOPClassUID: 'optional',
      AffectedSOPInstanceUID: 'optional',
      EventTypeID: 'optional',
      ...RESPONSE_ELEMENTS,
    },
  },
  /** PS3.7 Table 10.3-7 */
  'N-ACTION-RQ': {
    commandField: 0x0130,
    dataSet: 'optional',
    elements: {
      MessageID: 'required',
      RequestedSOPClassUID: 'required',
      RequestedSOPInstanceUID: 'required',
      ActionTypeID: 'required',
    },
  },
  /** PS3.7 Table 10.3-8. The action type comes back with an action reply only. */
  'N-ACTION-RSP': {
    commandField: 0x8130,
    dataSet: 'optional',
    elements: {
      MessageIDBeingRespondedTo: 'required',
      AffectedSOPClassUID: 'optional',
      AffectedSOPInstanceUID: 'optional',
      ActionTypeID: 'optional',
      ...RESPONSE_ELEMENTS,
    },
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandType = keyof typeof COMMANDS;

/** 'C-STORE', 'N-ACTION', ... */
export type DimseService = CommandType extends infer T ? (T extends `${infer S}-RQ` ? S : never) : never;

/** Whether such a message may have a data set. Of messages that are not in the table nobody knows. */
export function mayHaveDataSet(type: CommandType | 'other'): boolean {
  return type === 'other' || COMMANDS[type].dataSet !== 'none';
}

/** PS3.7 E.1: the highest bit of the Command Field. */
export const isResponseField = (commandField: number): boolean => commandField >= 0x8000;

/** What is kept of a message that is not in the table, so that it can be named and answered. */
export const OTHER_COMMAND_ELEMENTS = {
  MessageID: 'optional',
  MessageIDBeingRespondedTo: 'optional',
  AffectedSOPClassUID: 'optional',
  Status: 'optional',
} as const satisfies CommandElements;
