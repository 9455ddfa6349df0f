// The blocks of a send's C-STORE messages differ in two elements only: the Message ID and the SOP Instance UID. The text
// between them is made once for an association and kept. Without this file a send of 5,000 small files at level debug
// takes 8 % more processor time and 3 % more time (medians of 7 runs in turn).

import type { Command, CStoreRq, CStoreRsp } from '../protocol/dimse/command.ts';
import { dimseBlock, instanceLine, type MessageInContext, messageIdLine, respondedToLine } from './dimse-text.ts';
import { uidText } from './names.ts';

/** A block without its two elements, and for which message it was made. */
interface Form {
  readonly message: MessageInContext;
  readonly beforeId: string;
  readonly beforeInstance: string;
  readonly end: string;
}

/** Of one association. */
export class MessageBlocks {
  readonly #forms = new Map<Command['type'], Form>();

  /** As `dimseBlock`. */
  block(message: MessageInContext): string {
    const { command } = message;
    if (!isCommon(command)) return dimseBlock(message);
    let form = this.#forms.get(command.type);
    if (form === undefined || !isAlike(form.message, message)) {
      form = formOf(message, command);
      this.#forms.set(command.type, form);
    }
    const id = command.type === 'C-STORE-RQ' ? command.MessageID : command.MessageIDBeingRespondedTo;
    return `${form.beforeId}${id}${form.beforeInstance}${uidText(command.AffectedSOPInstanceUID)}${form.end}`;
  }
}

type CommonCommand = (CStoreRq | CStoreRsp) & { readonly AffectedSOPInstanceUID: string };

/** A request of ours, and the answer that is hoped for. */
function isCommon(command: Command): command is CommonCommand {
  switch (command.type) {
    case 'C-STORE-RQ':
      return (command.MoveOriginatorApplicationEntityTitle ?? command.MoveOriginatorMessageID) === undefined;
    case 'C-STORE-RSP': {
      const { Status, AffectedSOPInstanceUID, ErrorComment, OffendingElement, ErrorID } = command;
      const isPlain = (ErrorComment ?? OffendingElement ?? ErrorID) === undefined;
      return Status === 0 && AffectedSOPInstanceUID !== undefined && isPlain;
    }
    default:
      return false;
  }
}

/** But for their two elements, of two common messages of the same type. */
function isAlike(one: MessageInContext, other: MessageInContext): boolean {
  return (
    one.next === other.next &&
    one.context === other.context &&
    one.presentationContextId === other.presentationContextId &&
    one.hasDataSet === other.hasDataSet &&
    one.direction === other.direction &&
    isAlikeCommand(one.command as CommonCommand, other.command as CommonCommand)
  );
}

function isAlikeCommand(one: CommonCommand, other: CommonCommand): boolean {
  if (one.AffectedSOPClassUID !== other.AffectedSOPClassUID) return false;
  return one.type === 'C-STORE-RSP' || other.type === 'C-STORE-RSP' || one.Priority === other.Priority;
}

const ANY_UID = '1.2';

function formOf(message: MessageInContext, command: CommonCommand): Form {
  const isRequest = command.type === 'C-STORE-RQ';
  const without = isRequest
    ? { ...command, MessageID: 0, AffectedSOPInstanceUID: ANY_UID }
    : { ...command, MessageIDBeingRespondedTo: 0, AffectedSOPInstanceUID: ANY_UID };
  const { next } = message;
  const text = dimseBlock({ ...message, command: without });
  const idLine = isRequest ? messageIdLine(0, next) : respondedToLine(0, next);
  const idAt = text.indexOf(idLine) + idLine.length - 1;
  const instance = instanceLine(ANY_UID, next);
  const instanceEnd = text.indexOf(instance, idAt) + instance.length;
  return {
    message,
    beforeId: text.slice(0, idAt),
    beforeInstance: text.slice(idAt + 1, instanceEnd - ANY_UID.length),
    end: text.slice(instanceEnd),
  };
}
