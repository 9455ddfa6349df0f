// Puts messages together from PDVs. PS3.8 Annex E (message control header), PS3.7 6.3.1 and Annex F.
//
// A message is a command set and, if that says so, a data set. Each comes in one or more fragments. All fragments of a message
// have the same presentation context, and no other message comes in between (PS3.8 Annex E.1). The fragments of a command set
// are collected, up to a limit. Those of a data set are passed on one by one, since it may be larger than memory.
//
//   idle ──command──► command ──last, none announced──► idle
//                        └─────last, announced──► data set ──last──► idle
//
// Some peers announce a data set in messages that have none by the table, such as C-STORE-RSP. What comes behind such a message
// decides: a command set begins the next message, and a data set is passed on although nobody waits for it.

import { ByteWriter } from '../bytes.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError, UNEXPECTED_PDU_PARAMETER } from '../errors.ts';
import { ANSWER_DATA_SET_MAX, COMMAND_SET_MAX } from '../limits.ts';
import type { PresentationDataValue } from '../ul/pdu.ts';
import type { Breach } from './breach.ts';
import type { Command } from './command.ts';
import { decodeCommandSet } from './command-set.ts';
import { mayHaveDataSet } from './command-table.ts';

export type AssembledEvent =
  | {
      readonly type: 'command';
      readonly presentationContextId: number;
      readonly command: Command;
      /** A data set is part of the message, and follows. */
      readonly hasDataSet: boolean;
      /** What the peer says of that. */
      readonly isDataSetAnnounced: boolean;
      /** Absent: none. */
      readonly breaches?: readonly Breach[];
    }
  /** `bytes` are a view of the fragment that came in. */
  | {
      readonly type: 'data set';
      readonly presentationContextId: number;
      readonly bytes: Uint8Array;
      readonly isLast: boolean;
      /** The first of a data set that its message cannot have. */
      readonly breach?: Breach;
    };

type Due =
  | { readonly part: 'message' }
  | { readonly part: 'command'; readonly presentationContextId: number }
  | { readonly part: 'data set'; readonly presentationContextId: number }
  /** The next message, or a data set that the last one has announced and cannot have. */
  | { readonly part: 'message or data set'; readonly presentationContextId: number }
  /** The rest of such a data set. `length`: of what came, in bytes. */
  | { readonly part: 'needless data set'; readonly presentationContextId: number; readonly length: number };

/** The messages that one association receives. Useless after a ProtocolError. */
export class MessageAssembler {
  readonly #commandSetMax: number;
  #due: Due = { part: 'message' };
  /** The fragments of a command set so far, copied into one buffer: a peer may send one for each byte. */
  #fragments: ByteWriter | undefined;

  /** @param commandSetMax the longest command set that is accepted, in bytes */
  constructor(commandSetMax: number = COMMAND_SET_MAX) {
    this.#commandSetMax = commandSetMax;
  }

  /**
   * @returns undefined while a command set is incomplete
   * @throws ProtocolError reason 5 for a fragment that must not come now, reason 6 for a malformed command set
   */
  receive(pdv: PresentationDataValue): AssembledEvent | undefined {
    const due = this.#due;
    const mayBeginMessage = due.part === 'message' || (due.part === 'message or data set' && pdv.isCommand);
    if (!mayBeginMessage && pdv.presentationContextId !== due.presentationContextId) {
      throw new ProtocolError(
        UNEXPECTED_PDU_PARAMETER,
        `PDV on presentation context ${pdv.presentationContextId} inside a message on ${due.presentationContextId} (PS3.8 Annex E.1)`,
      );
    }
    if (pdv.isCommand) {
      if (due.part === 'data set' || due.part === 'needless data set') {
        throw new ProtocolError(UNEXPECTED_PDU_PARAMETER, 'command fragment where a data set is due (PS3.7 6.3.1)');
      }
      return this.#receiveCommand(pdv);
    }
    if (due.part === 'command') {
      throw new ProtocolError(
        UNEXPECTED_PDU_PARAMETER,
        'data set fragment before the end of its command set (PS3.7 6.3.1)',
      );
    }
    if (due.part === 'message') {
      throw new ProtocolError(
        UNEXPECTED_PDU_PARAMETER,
        'data set fragment that no command set announced (PS3.7 6.3.1)',
      );
    }
    const { presentationContextId, data, isLastFragment } = pdv;
    if (due.part !== 'data set') this.#needless(due.part === 'needless data set' ? due.length : 0, pdv);
    if (isLastFragment) this.#due = { part: 'message' };
    return {
      type: 'data set',
      presentationContextId,
      bytes: data,
      isLast: isLastFragment,
      ...(due.part === 'message or data set' && { breach: { code: 'data set sent' } }),
    };
  }

  #needless(before: number, { presentationContextId, data }: PresentationDataValue): void {
    const length = before + data.length;
    if (length > ANSWER_DATA_SET_MAX) {
      const limit = `${ANSWER_DATA_SET_MAX} bytes, which is our limit`;
      throw new ProtocolError(
        INVALID_PDU_PARAMETER_VALUE,
        `data set behind a message that has none (PS3.7 9.3), of more than ${limit}`,
      );
    }
    this.#due = { part: 'needless data set', presentationContextId, length };
  }

  #receiveCommand(pdv: PresentationDataValue): AssembledEvent | undefined {
    const { presentationContextId } = pdv;
    const length = (this.#fragments?.length ?? 0) + pdv.data.length;
    if (length > this.#commandSetMax) {
      throw new ProtocolError(
        INVALID_PDU_PARAMETER_VALUE,
        `command set of more than ${this.#commandSetMax} bytes, which is our limit`,
      );
    }
    if (!pdv.isLastFragment) {
      this.#due = { part: 'command', presentationContextId };
      this.#fragments ??= new ByteWriter();
      this.#fragments.bytes(pdv.data);
      return undefined;
    }
    this.#fragments?.bytes(pdv.data);
    const {
      command,
      hasDataSet: isDataSetAnnounced,
      breaches,
    } = decodeCommandSet(this.#fragments?.finish() ?? pdv.data);
    this.#fragments = undefined;
    const hasDataSet = isDataSetAnnounced && mayHaveDataSet(command.type);
    if (hasDataSet) this.#due = { part: 'data set', presentationContextId };
    else this.#due = isDataSetAnnounced ? { part: 'message or data set', presentationContextId } : { part: 'message' };
    const told =
      isDataSetAnnounced && !hasDataSet ? [...(breaches ?? []), { code: 'data set announced' } as const] : breaches;
    return {
      type: 'command',
      presentationContextId,
      command,
      hasDataSet,
      isDataSetAnnounced,
      ...(told !== undefined && { breaches: told }),
    };
  }
}
