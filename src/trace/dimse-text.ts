// DIMSE messages as text: one line, or a block of lines with every element. PS3.7 clauses 9 and 10, Annexes C and E.
//
// The lines of a block follow from the rows of the message in protocol/dimse/command-table.ts, in the order and the wording of
// `storescu -d`. Beyond that log a block has the presentation context that carries the message, what a status means, and the
// peer's own words about it.

import type { Command, Priority, ResponseElements, SendableCommand } from '../protocol/dimse/command.ts';
import {
  COMMANDS,
  type CommandElements,
  type CommandKeyword,
  type CommandType,
  type CommandVr,
  type DimseService,
  ELEMENTS,
  OTHER_COMMAND_ELEMENTS,
} from '../protocol/dimse/command-table.ts';
import { type StatusMeaning, statusMeaning } from '../protocol/dimse/status.ts';
import { OFFENDING_ELEMENTS_MAX } from '../protocol/limits.ts';
import type { Direction } from '../protocol/trace-event.ts';
import { aeTitle, nameOf, uidText } from './names.ts';
import { rule } from './pdu-text.ts';
import { quoted, SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatTag, hexWord } from './units.ts';

/** What is known of a presentation context when a message uses it. */
export interface ContextInUse {
  readonly abstractSyntax: string;
  /** Both syntaxes by name. Every message shows them, so they are looked up once. */
  readonly names: string;
}

export function contextInUse(abstractSyntax: string, transferSyntax: string): ContextInUse {
  return { abstractSyntax, names: `${nameOf(abstractSyntax)}, ${nameOf(transferSyntax)}` };
}

const PRIORITIES: Readonly<Record<Priority, string>> = { 0: 'Medium', 1: 'High', 2: 'Low' };

type Response = Extract<SendableCommand, ResponseElements>;

const meaningOf = ({ type, Status }: Response): StatusMeaning => statusMeaning(TEXTS[type].service, Status);

const CATEGORIES = { success: 'Success', warning: 'Warning', failure: 'Failure' };

/** '0xA700 - Failure'. */
const statusText = (response: Response): string =>
  response.Status === 0
    ? '0x0000 - Success'
    : `0x${hexWord(response.Status)} - ${CATEGORIES[meaningOf(response).category]}`;

/** The meaning without its class: 'Out of Resources' instead of 'Refused: Out of Resources'. */
export const bareMeaning = (meaning: string): string => meaning.replace(/^(Refused|Error|Warning): /, '');

/** '(0010,0020), (0010,0030)'. */
export function tagsText(tags: readonly number[]): string {
  const shown = tags.slice(0, OFFENDING_ELEMENTS_MAX).map(formatTag).join(', ');
  const more = tags.length - OFFENDING_ELEMENTS_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** What follows the status: ': Out of Resources, "Cannot write to file"'. Empty for a plain success. */
function statusDetail(response: Response): string {
  const { Status, ErrorComment, OffendingElement } = response;
  const parts = Status === 0 ? [] : [bareMeaning(meaningOf(response).meaning)];
  if (ErrorComment !== undefined && sanitize(ErrorComment, SHOWN_MAX.errorComment) !== '') {
    parts.push(quoted(ErrorComment, SHOWN_MAX.errorComment));
  }
  if (OffendingElement !== undefined && OffendingElement.length > 0) parts.push(tagsText(OffendingElement));
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

const contextText = (id: number, context: ContextInUse | undefined): string =>
  context === undefined ? String(id) : `${id} (${context.names})`;

/** 'C-STORE RQ', or the number of a message that is not in the table. */
export function messageTypeText(command: Command): string {
  if (command.type === 'other') return `Command Field 0x${hexWord(command.CommandField)}`;
  return TEXTS[command.type].messageType;
}

const LABEL_WIDTH = 29;
const label = (name: string): string => `${name.padEnd(LABEL_WIDTH)} : `;

/** Names that are too long for the column. */
const SHORT_LABELS: Readonly<Partial<Record<CommandKeyword, string>>> = {
  MoveOriginatorApplicationEntityTitle: 'Move Originator',
};

type Values = Readonly<Partial<Record<CommandKeyword, unknown>>>;

const BY_VR: Readonly<Record<CommandVr, (value: never) => string>> = {
  UI: uidText,
  AE: aeTitle,
  LO: (text: string) => sanitize(text, SHOWN_MAX.errorComment),
  US: String,
  AT: tagsText,
};
/** Elements that are shown otherwise than their VR says. */
const BY_KEYWORD: Readonly<Partial<Record<CommandKeyword, (value: never) => string>>> = {
  AffectedSOPClassUID: nameOf,
  RequestedSOPClassUID: nameOf,
  Priority: (priority: Priority) => PRIORITIES[priority] ?? String(priority),
  Status: (status: number) => `0x${hexWord(status)}`,
};

/** How a row of the table becomes a line. */
interface TextRow {
  readonly keyword: CommandKeyword;
  readonly label: string;
  readonly text: (value: unknown) => string;
}

interface MessageText {
  readonly service: DimseService;
  /** What the one-line text calls it: 'Store Request'. */
  readonly title: string;
  readonly messageType: string;
  /** Rows above and below the line about the data set. */
  readonly above: readonly TextRow[];
  readonly below: readonly TextRow[];
  readonly tellsOfNoDataSet: boolean;
}

/** Services for which `storescu -v` has a word of its own. */
const SERVICE_WORDS: Readonly<Partial<Record<DimseService, string>>> = { 'C-STORE': 'Store', 'C-ECHO': 'Echo' };

function messageText(type: Command['type'], elements: CommandElements): MessageText {
  // An echo is always of the Verification SOP Class.
  const isTold = (keyword: string): boolean => !(type.startsWith('C-ECHO') && keyword === 'AffectedSOPClassUID');
  const rows = (Object.keys(elements) as CommandKeyword[]).filter(isTold).map((keyword) => ({
    keyword,
    label: label(SHORT_LABELS[keyword] ?? ELEMENTS[keyword].name),
    text: (BY_KEYWORD[keyword] ?? BY_VR[ELEMENTS[keyword].vr]) as (value: unknown) => string,
  }));
  const isResponse = type.endsWith('-RSP');
  const service = type.replace(/-R(Q|SP)$/, '') as DimseService;
  return {
    service,
    title: `${SERVICE_WORDS[service] ?? service} ${isResponse ? 'Response' : 'Request'}`,
    messageType: type.replace(/-(RQ|RSP)$/, ' $1'),
    above: rows.filter(({ keyword }) => keyword !== 'Priority'),
    below: rows.filter(({ keyword }) => keyword === 'Priority'),
    tellsOfNoDataSet: !isResponse,
  };
}

const TEXTS = Object.fromEntries([
  ...(Object.keys(COMMANDS) as CommandType[]).map(
    (type) => [type, messageText(type, COMMANDS[type].elements)] as const,
  ),
  ['other', messageText('other', OTHER_COMMAND_ELEMENTS)],
]) as Readonly<Record<Command['type'], MessageText>>;

// Text grows by `+=`, because there is a block for each message: joining lists of lines takes longer.

function rowLines(rows: readonly TextRow[], command: Command, next: string): string {
  const values = command as Values;
  let lines = '';
  for (const { keyword, label: name, text } of rows) {
    const value = values[keyword];
    if (value === undefined) continue;
    if (keyword === 'Status' && isResponse(command)) {
      lines += `${next}${name}${statusText(command)}`;
      if (command.Status !== 0) lines += `${next}${STATUS_MEANING}${meaningOf(command).meaning}`;
    } else {
      lines += `${next}${name}${text(value)}`;
    }
  }
  return lines;
}

const STATUS_MEANING = label('Status Meaning');
const DATA_SET = label('Data Set');

const lineOf = (keyword: CommandKeyword, value: string | number, next: string): string =>
  `${next}${label(ELEMENTS[keyword].name)}${value}`;
export const messageIdLine = (id: number, next: string): string => lineOf('MessageID', id, next);
export const respondedToLine = (id: number, next: string): string => lineOf('MessageIDBeingRespondedTo', id, next);
/** @param uid as it is shown */
export const instanceLine = (uid: string, next: string): string => lineOf('AffectedSOPInstanceUID', uid, next);

function commandLines(command: Command, hasDataSet: boolean, next: string): string {
  const { above, below, tellsOfNoDataSet } = TEXTS[command.type];
  let lines = rowLines(above, command, next);
  if (hasDataSet || tellsOfNoDataSet) lines += `${next}${DATA_SET}${hasDataSet ? 'Present' : 'None'}`;
  return below.length === 0 ? lines : lines + rowLines(below, command, next);
}

const HEADS: Readonly<Record<Direction, string>> = {
  sent: rule('OUTGOING DIMSE MESSAGE'),
  received: rule('INCOMING DIMSE MESSAGE'),
};
const END = rule('END DIMSE MESSAGE');

/** All that a block shows of a message. */
export interface MessageInContext {
  readonly command: Command;
  readonly direction: Direction;
  readonly presentationContextId: number;
  readonly context: ContextInUse | undefined;
  readonly hasDataSet: boolean;
  /** What separates lines: a line break and what each line begins with. */
  readonly next: string;
}

/** What the level 'debug' shows of a message, a line for each of its elements. */
export function dimseBlock(message: MessageInContext): string {
  const { command, direction, presentationContextId, context, hasDataSet, next } = message;
  let block = `${HEADS[direction]}${next}Message Type                  : ${messageTypeText(command)}`;
  block += `${next}Presentation Context ID       : ${contextText(presentationContextId, context)}`;
  return `${block}${commandLines(command, hasDataSet, next)}${next}${END}`;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.2': 'CT',
  '1.2.840.10008.5.1.4.1.1.4': 'MR',
};

const isResponse = (command: Command): command is Response => command.type !== 'other' && 'Status' in command;

/** The level of a message's line: higher for a warning or a failure. */
export function dimseLevel(command: Command, direction: Direction): 'error' | 'warn' | 'info' {
  if (isResponse(command)) {
    const { category } = meaningOf(command);
    return category === 'success' ? 'info' : category === 'warning' ? 'warn' : 'error';
  }
  return command.type === 'other' && direction === 'received' ? 'warn' : 'info';
}

/** The line of a message: 'Received Store Response (Status: 0x0000 - Success)'. */
export function dimseText(command: Command, direction: Direction): string {
  const verb = direction === 'sent' ? 'Sending' : 'Received';
  if (command.type === 'other') return `${verb} ${messageTypeText(command)}`;
  const { title } = TEXTS[command.type];
  if (isResponse(command)) return `${verb} ${title} (Status: ${statusText(command)})${statusDetail(command)}`;
  const request = `${verb} ${title}: MsgID ${command.MessageID}`;
  if (command.type === 'C-ECHO-RQ') return request;
  const uid = 'RequestedSOPClassUID' in command ? command.RequestedSOPClassUID : command.AffectedSOPClassUID;
  return `${request}, (${SHORT_NAMES[uid] ?? nameOf(uid)})`;
}
