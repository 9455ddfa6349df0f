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
  readonly transferSyntax: string | undefined;
}

const LABEL_WIDTH = 30;
const OFFENDING_ELEMENTS_MAX = 16;
/** PS3.5 6.2: Error Comment is an LO, 64 characters. */
const COMMENT_MAX = 64;

const line = (label: string, value: string | number): string => `${label.padEnd(LABEL_WIDTH)}: ${value}`;

const PRIORITIES: Readonly<Record<Priority, string>> = { 0: 'Medium', 1: 'High', 2: 'Low' };

type Response = Extract<Command, ResponseElements>;

const meaningOf = ({ type, Status }: Response): StatusMeaning =>
  type === 'C-ECHO-RSP' ? echoStatus(Status) : storeStatus(Status);

const CATEGORIES = { success: 'Success', warning: 'Warning', failure: 'Failure' };

/** '0xA700 - Failure'. */
const statusText = (response: Response): string =>
  `0x${hexWord(response.Status)} - ${CATEGORIES[meaningOf(response).category]}`;

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

function contextText(id: number, context: ContextInUse | undefined): string {
  if (context === undefined) return String(id);
  const { abstractSyntax, transferSyntax } = context;
  return `${id} (${nameOf(abstractSyntax)}${transferSyntax === undefined ? '' : `, ${nameOf(transferSyntax)}`})`;
}

const optional = <T>(value: T | undefined, make: (value: T) => string): string[] =>
  value === undefined ? [] : [make(value)];

function responseLines(response: Response): string[] {
  return [
    line('Status', statusText(response)),
    ...(response.Status === 0 ? [] : [line('Status Meaning', meaningOf(response).meaning)]),
    ...optional(response.ErrorComment, (comment) => line('Error Comment', sanitize(comment, COMMENT_MAX))),
    ...optional(response.OffendingElement, (tags) => line('Offending Element', tagsText(tags))),
    ...optional(response.ErrorID, (id) => line('Error ID', id)),
  ];
}

/** What a message is called: 'C-STORE RQ', or the number of a command that we do not speak. */
export function messageTypeText(command: Command): string {
  if (command.type === 'other') return `Command Field 0x${hexWord(command.CommandField)}`;
  return command.type.replace(/-(RQ|RSP)$/, ' $1');
}

function commandLines(command: Command, context: string, hasDataSet: boolean): string[] {
  const dataSet = line('Data Set', hasDataSet ? 'Present' : 'None');
  const contextLine = line('Presentation Context ID', context);
  switch (command.type) {
    case 'C-STORE-RQ':
      return [
        contextLine,
        line('Message ID', command.MessageID),
        line('Affected SOP Class UID', nameOf(command.AffectedSOPClassUID)),
        line('Affected SOP Instance UID', sanitize(command.AffectedSOPInstanceUID)),
        ...optional(command.MoveOriginatorApplicationEntityTitle, (title) => line('Move Originator', aeTitle(title))),
        dataSet,
        line('Priority', PRIORITIES[command.Priority] ?? command.Priority),
      ];
    case 'C-STORE-RSP':
      return [
        contextLine,
        line('Message ID Being Responded To', command.MessageIDBeingRespondedTo),
        ...optional(command.AffectedSOPClassUID, (uid) => line('Affected SOP Class UID', nameOf(uid))),
        ...optional(command.AffectedSOPInstanceUID, (uid) => line('Affected SOP Instance UID', sanitize(uid))),
        ...responseLines(command),
        ...(hasDataSet ? [dataSet] : []),
      ];
    case 'C-ECHO-RQ':
      return [contextLine, line('Message ID', command.MessageID), dataSet];
    case 'C-ECHO-RSP':
      return [
        contextLine,
        line('Message ID Being Responded To', command.MessageIDBeingRespondedTo),
        ...responseLines(command),
        ...(hasDataSet ? [dataSet] : []),
      ];
    case 'other':
      return [
        contextLine,
        ...optional(command.MessageID, (id) => line('Message ID', id)),
        ...optional(command.MessageIDBeingRespondedTo, (id) => line('Message ID Being Responded To', id)),
        ...optional(command.AffectedSOPClassUID, (uid) => line('Affected SOP Class UID', nameOf(uid))),
        ...optional(command.Status, (status) => line('Status', `0x${hexWord(status)}`)),
        dataSet,
      ];
  }
}

/** What the level 'debug' shows of a message. */
export function dimseBlock(
  command: Command,
  direction: Direction,
  presentationContextId: number,
  context: ContextInUse | undefined,
  hasDataSet: boolean,
): string[] {
  return [
    rule(`${direction === 'sent' ? 'OUTGOING' : 'INCOMING'} DIMSE MESSAGE`),
    line('Message Type', messageTypeText(command)),
    ...commandLines(command, contextText(presentationContextId, context), hasDataSet),
    rule('END DIMSE MESSAGE'),
  ];
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.2': 'CT',
  '1.2.840.10008.5.1.4.1.1.4': 'MR',
};

const isResponse = (command: Command): command is Response =>
  command.type === 'C-STORE-RSP' || command.type === 'C-ECHO-RSP';

/** What every level from 'info' on shows of a message; a status that is no success makes it louder. */
export function dimseLine(command: Command, direction: Direction): { level: 'error' | 'warn' | 'info'; text: string } {
  const verb = direction === 'sent' ? 'Sending' : 'Received';
  if (isResponse(command)) {
    const what = command.type === 'C-STORE-RSP' ? 'Store' : 'Echo';
    const { category } = meaningOf(command);
    return {
      level: category === 'success' ? 'info' : category === 'warning' ? 'warn' : 'error',
      text: `${verb} ${what} Response (Status: ${statusText(command)})${statusDetail(command)}`,
    };
  }
  if (command.type === 'C-STORE-RQ') {
    const name = SHORT_NAMES[command.AffectedSOPClassUID] ?? nameOf(command.AffectedSOPClassUID);
    return { level: 'info', text: `${verb} Store Request: MsgID ${command.MessageID}, (${name})` };
  }
  if (command.type === 'C-ECHO-RQ') {
    return { level: 'info', text: `${verb} Echo Request: MsgID ${command.MessageID}` };
  }
  return { level: direction === 'sent' ? 'info' : 'warn', text: `${verb} ${messageTypeText(command)}` };
}
