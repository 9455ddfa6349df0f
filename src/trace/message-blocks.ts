// The blocks of a send's messages differ in two elements: the message's number and the instance. What stands between them is
// kept, since joining a dozen lines for each message costs more than everything else that a trace says of a file.

import type { Command, CStoreRq, CStoreRsp } from '../protocol/dimse/command.ts';
import type { Direction } from '../protocol/trace-event.ts';
import { type ContextInUse, dimseBlock, instanceLine, messageIdLine, respondedToLine } from './dimse-text.ts';
import { sanitize } from './sanitize.ts';

/** A block without its two elements, and what it was made for. */
interface Form {
  readonly command: CStoreRq | CStoreRsp;
  readonly direction: Direction;
  readonly presentationContextId: number;
  readonly context: ContextInUse | undefined;
  readonly hasDataSet: boolean;
  readonly next: string;
  readonly beforeId: string;
  readonly beforeInstance: string;
  readonly end: string;
}

/** Of one association. */
export class MessageBlocks {
  readonly #forms = new Map<Command['type'], Form>();

  /** As `dimseBlock`. */
  block(
    command: Command,
    direction: Direction,
    presentationContextId: number,
    context: ContextInUse | undefined,
    hasDataSet: boolean,
    next: string,
  ): string {
    if (!isCommon(command)) return dimseBlock(command, direction, presentationContextId, context, hasDataSet, next);
    let form = this.#forms.get(command.type);
    if (
      form === undefined ||
      form.next !== next ||
      form.context !== context ||
      form.presentationContextId !== presentationContextId ||
      form.hasDataSet !== hasDataSet ||
      form.direction !== direction ||
      !isAlike(form.command, command)
    ) {
      form = formOf(command, direction, presentationContextId, context, hasDataSet, next);
      this.#forms.set(command.type, form);
    }
    const id = command.type === 'C-STORE-RQ' ? command.MessageID : command.MessageIDBeingRespondedTo;
    return `${form.beforeId}${id}${form.beforeInstance}${sanitize(command.AffectedSOPInstanceUID)}${form.end}`;
  }
}

type CommonCommand = (CStoreRq | CStoreRsp) & { readonly AffectedSOPInstanceUID: string };

/** A request of ours, and the answer that is hoped for. */
function isCommon(command: Command): command is CommonCommand {
  switch (command.type) {
    case 'C-STORE-RQ':
      return command.MoveOriginatorApplicationEntityTitle === undefined;
    case 'C-STORE-RSP': {
      const { Status, AffectedSOPInstanceUID, ErrorComment, OffendingElement, ErrorID } = command;
      return (
        Status === 0 &&
        AffectedSOPInstanceUID !== undefined &&
        (ErrorComment ?? OffendingElement ?? ErrorID) === undefined
      );
    }
    default:
      return false;
  }
}

function isAlike(one: CStoreRq | CStoreRsp, other: CStoreRq | CStoreRsp): boolean {
  if (one.AffectedSOPClassUID !== other.AffectedSOPClassUID) return false;
  return one.type === 'C-STORE-RSP' || other.type === 'C-STORE-RSP' || one.Priority === other.Priority;
}

function formOf(
  command: CommonCommand,
  direction: Direction,
  presentationContextId: number,
  context: ContextInUse | undefined,
  hasDataSet: boolean,
  next: string,
): Form {
  const without =
    command.type === 'C-STORE-RQ'
      ? { ...command, MessageID: 0, AffectedSOPInstanceUID: '' }
      : { ...command, MessageIDBeingRespondedTo: 0, AffectedSOPInstanceUID: '' };
  const text = dimseBlock(without, direction, presentationContextId, context, hasDataSet, next);
  const idLine = command.type === 'C-STORE-RQ' ? messageIdLine(0, next) : respondedToLine(0, next);
  const idAt = text.indexOf(idLine) + idLine.length - 1;
  const instance = instanceLine('', next);
  const instanceAt = text.indexOf(instance, idAt) + instance.length;
  return {
    command,
    direction,
    presentationContextId,
    context,
    hasDataSet,
    next,
    beforeId: text.slice(0, idAt),
    beforeInstance: text.slice(idAt + 1, instanceAt),
    end: text.slice(instanceAt),
  };
}
