// DIMSE messages as blocks of text. PS3.7 9.3.1, 9.3.5, Annexes C and E, in the wording of `storescu -d`. Beyond that
// log: what carries the request (presentation context), what a status means, and the peer's own words about it.

import type { Command, Priority, ResponseElements } from '../protocol/dimse/command.ts';
import { echoStatus, type StatusMeaning, storeStatus } from '../protocol/dimse/status.ts';
import type { Direction } from '../protocol/trace-event.ts';
import { aeTitle, nameOf } from './names.ts';
import { rule } from './pdu-text.ts';
import { quoted, sanitize } from './sanitize.ts';
import { formatTag, hexWord } from './units.ts';

/** What is known of a presentation context when a message uses it. */
export interface ContextInUse {
  readonly abstractSyntax: string;
  /** Both syntaxes by name, kept as every message tells them. */
  readonly names: string;
}

export function contextInUse(abstractSyntax: string, transferSyntax: string): ContextInUse {
  return { abstractSyntax, names: `${nameOf(abstractSyntax)}, ${nameOf(transferSyntax)}` };
}

const OFFENDING_ELEMENTS_MAX = 16;
/** PS3.5 6.2: Error Comment is an LO, 64 characters. */
const COMMENT_MAX = 64;

const PRIORITIES: Readonly<Record<Priority, string>> = { 0: 'Medium', 1: 'High', 2: 'Low' };

type Response = Extract<Command, ResponseElements>;

const meaningOf = ({ type, Status }: Response): StatusMeaning =>
  type === 'C-ECHO-RSP' ? echoStatus(Status) : storeStatus(Status);

const CATEGORIES = { success: 'Success', warning: 'Warning', failure: 'Failure' };

/** '0xA700 - Failure'. */
const statusText = (response: Response): string =>
  response.Status === 0
    ? '0x0000 - Success'
    : `0x${hexWord(response.Status)} - ${CATEGORIES[meaningOf(response).category]}`;

/** The standard's meaning without the class in front of it: 'Out of Resources', not 'Refused: Out of Resources'. */
export const bareMeaning = (meaning: string): string => meaning.replace(/^(Refused|Error|Warning): /, '');

/** '(0010,0020), (0010,0030)'. */
export function tagsText(tags: readonly number[]): string {
  const shown = tags.slice(0, OFFENDING_ELEMENTS_MAX).map(formatTag).join(', ');
  const more = tags.length - OFFENDING_ELEMENTS_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** What stands behind the status: ': Out of Resources, "Cannot write to file"', or nothing for a plain success. */
function statusDetail(response: Response): string {
  const { Status, ErrorComment, OffendingElement } = response;
  const parts = Status === 0 ? [] : [bareMeaning(meaningOf(response).meaning)];
  if (ErrorComment !== undefined && sanitize(ErrorComment, COMMENT_MAX) !== '') {
    parts.push(quoted(ErrorComment, COMMENT_MAX));
  }
  if (OffendingElement !== undefined && OffendingElement.length > 0) parts.push(tagsText(OffendingElement));
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

const contextText = (id: number, context: ContextInUse | undefined): string =>
  context === undefined ? String(id) : `${id} (${context.names})`;

// Blocks grow by `+=`: a message is told for each file, and lists of lines would cost more than its text.

function responseLines(response: Response, next: string): string {
  const { Status, ErrorComment, OffendingElement, ErrorID } = response;
  let lines = `${next}Status                        : ${statusText(response)}`;
  if (Status !== 0) lines += `${next}Status Meaning                : ${meaningOf(response).meaning}`;
  if (ErrorComment !== undefined)
    lines += `${next}Error Comment                 : ${sanitize(ErrorComment, COMMENT_MAX)}`;
  if (OffendingElement !== undefined) lines += `${next}Offending Element             : ${tagsText(OffendingElement)}`;
  if (ErrorID !== undefined) lines += `${next}Error ID                      : ${ErrorID}`;
  return lines;
}

const MESSAGE_TYPES: Readonly<Record<Exclude<Command['type'], 'other'>, string>> = {
  'C-STORE-RQ': 'C-STORE RQ',
  'C-STORE-RSP': 'C-STORE RSP',
  'C-ECHO-RQ': 'C-ECHO RQ',
  'C-ECHO-RSP': 'C-ECHO RSP',
};

/** What a message is called: 'C-STORE RQ', or the number of a command that we do not speak. */
export function messageTypeText(command: Command): string {
  return command.type === 'other' ? `Command Field 0x${hexWord(command.CommandField)}` : MESSAGE_TYPES[command.type];
}

export const messageIdLine = (id: number, next: string): string => `${next}Message ID                    : ${id}`;
export const respondedToLine = (id: number, next: string): string => `${next}Message ID Being Responded To : ${id}`;
const classLine = (uid: string, next: string): string => `${next}Affected SOP Class UID        : ${nameOf(uid)}`;
export const instanceLine = (uid: string, next: string): string =>
  `${next}Affected SOP Instance UID     : ${sanitize(uid)}`;

function commandLines(command: Command, hasDataSet: boolean, next: string): string {
  const dataSet = `${next}Data Set                      : ${hasDataSet ? 'Present' : 'None'}`;
  let lines = '';
  switch (command.type) {
    case 'C-STORE-RQ':
      lines += messageIdLine(command.MessageID, next);
      lines += classLine(command.AffectedSOPClassUID, next);
      lines += instanceLine(command.AffectedSOPInstanceUID, next);
      if (command.MoveOriginatorApplicationEntityTitle !== undefined)
        lines += `${next}Move Originator               : ${aeTitle(command.MoveOriginatorApplicationEntityTitle)}`;
      lines += dataSet;
      return `${lines}${next}Priority                      : ${PRIORITIES[command.Priority] ?? command.Priority}`;
    case 'C-STORE-RSP':
      lines += respondedToLine(command.MessageIDBeingRespondedTo, next);
      if (command.AffectedSOPClassUID !== undefined) lines += classLine(command.AffectedSOPClassUID, next);
      if (command.AffectedSOPInstanceUID !== undefined) lines += instanceLine(command.AffectedSOPInstanceUID, next);
      lines += responseLines(command, next);
      return hasDataSet ? lines + dataSet : lines;
    case 'C-ECHO-RQ':
      return messageIdLine(command.MessageID, next) + dataSet;
    case 'C-ECHO-RSP':
      lines += respondedToLine(command.MessageIDBeingRespondedTo, next) + responseLines(command, next);
      return hasDataSet ? lines + dataSet : lines;
    case 'other':
      if (command.MessageID !== undefined) lines += messageIdLine(command.MessageID, next);
      if (command.MessageIDBeingRespondedTo !== undefined)
        lines += respondedToLine(command.MessageIDBeingRespondedTo, next);
      if (command.AffectedSOPClassUID !== undefined) lines += classLine(command.AffectedSOPClassUID, next);
      if (command.Status !== undefined) lines += `${next}Status                        : 0x${hexWord(command.Status)}`;
      return lines + dataSet;
  }
}

const HEADS: Readonly<Record<Direction, string>> = {
  sent: rule('OUTGOING DIMSE MESSAGE'),
  received: rule('INCOMING DIMSE MESSAGE'),
};
const END = rule('END DIMSE MESSAGE');

/** A message as a block tells it. */
export interface MessageInContext {
  readonly command: Command;
  readonly direction: Direction;
  readonly presentationContextId: number;
  readonly context: ContextInUse | undefined;
  readonly hasDataSet: boolean;
  /** Between one line and the next: a line break and what lines begin with. */
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

const isResponse = (command: Command): command is Response =>
  command.type === 'C-STORE-RSP' || command.type === 'C-ECHO-RSP';

/** At which level a message has its line; a status that is no success makes it louder. */
export function dimseLevel(command: Command, direction: Direction): 'error' | 'warn' | 'info' {
  if (isResponse(command)) {
    const { category } = meaningOf(command);
    return category === 'success' ? 'info' : category === 'warning' ? 'warn' : 'error';
  }
  return command.type === 'other' && direction === 'received' ? 'warn' : 'info';
}

/** That line. */
export function dimseText(command: Command, direction: Direction): string {
  const verb = direction === 'sent' ? 'Sending' : 'Received';
  if (isResponse(command)) {
    const what = command.type === 'C-STORE-RSP' ? 'Store' : 'Echo';
    return `${verb} ${what} Response (Status: ${statusText(command)})${statusDetail(command)}`;
  }
  if (command.type === 'C-STORE-RQ') {
    const name = SHORT_NAMES[command.AffectedSOPClassUID] ?? nameOf(command.AffectedSOPClassUID);
    return `${verb} Store Request: MsgID ${command.MessageID}, (${name})`;
  }
  if (command.type === 'C-ECHO-RQ') return `${verb} Echo Request: MsgID ${command.MessageID}`;
  return `${verb} ${messageTypeText(command)}`;
}
