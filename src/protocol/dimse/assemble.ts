// Puts messages together from PDVs. PS3.8 Annex E (message control header), PS3.7 6.3.1 and Annex F.
//
// A message is a command set and, if that says so, a data set. Each comes in one or more fragments. All fragments of a message
// have the same presentation context, and no other message comes in between (PS3.8 Annex E.1). The fragments of a command set
// are collected, up to a limit. Those of a data set are passed on one by one, since it may be larger than memory.
//
//   idle ──command──► command ──last, none announced──► idle
//                        └─────last, announced──► data set ──last──► idle

import { ByteWriter } from '../bytes.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError, UNEXPECTED_PDU_PARAMETER } from '../errors.ts';
import { COMMAND_SET_MAX } from '../limits.ts';
import type { PresentationDataValue } from '../ul/pdu.ts';
import type { Command } from './command.ts';
import { decodeCommandSet } from './command-set.ts';

export type AssembledEvent =
  | {
      readonly type: 'command';
      readonly presentationContextId: number;
      readonly command: Command;
      readonly hasDataSet: boolean;
    }
  /** `bytes` are a view of the fragment that came in. */
  | {
      readonly type: 'data set';
      readonly presentationContextId: number;
      readonly bytes: Uint8Array;
      readonly isLast: boolean;
    };

type Due =
  | { readonly part: 'message' }
  | { readonly part: 'command'; readonly presentationContextId: number }
  | { readonly part: 'data set'; readonly presentationContextId: number };

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
    if (due.part !== 'message' && pdv.presentationContextId !== due.presentationContextId) {
      throw new ProtocolError(
        UNEXPECTED_PDU_PARAMETER,
        `PDV on presentation context ${pdv.presentationContextId} inside a message on ${due.presentationContextId} (PS3.8 Annex E.1)`,
      );
    }
    if (pdv.isCommand) {
      if (due.part === 'data set') {
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
    if (pdv.isLastFragment) this.#due = { part: 'message' };
    return {
      type: 'data set',
      presentationContextId: pdv.presentationContextId,
      bytes: pdv.data,
      isLast: pdv.isLastFragment,
    };
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
    const { command, hasDataSet } = decodeCommandSet(this.#fragments?.finish() ?? pdv.data);
    this.#fragments = undefined;
    this.#due = hasDataSet ? { part: 'data set', presentationContextId } : { part: 'message' };
    return { type: 'command', presentationContextId, command, hasDataSet };
  }
}
