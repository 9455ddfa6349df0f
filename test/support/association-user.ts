// A user of an association without I/O: it answers indications as the store SCU and the built-in receiver do, and counts what it
// is asked to write. For tests that feed bytes of any kind.

import { answerAssociation } from '../../src/protocol/acse/accept.ts';
import type { Association } from '../../src/protocol/association.ts';
import type { CStoreRq } from '../../src/protocol/dimse/command.ts';
import type { AssociationInput, Effect, Indication } from '../../src/protocol/effects.ts';
import { storeRequest, storeResponse } from '../../src/protocol/service/storage.ts';
import { echoResponse } from '../../src/protocol/service/verification.ts';
import { CT } from './association-pair.ts';

const POLICY = {
  accepts: (_abstractSyntax: string, transferSyntaxes: readonly string[]) => {
    const [transferSyntax] = transferSyntaxes;
    return transferSyntax === undefined ? ({ result: 4 } as const) : ({ result: 0, transferSyntax } as const);
  },
  maximumLength: 16_384,
  implementationClassUID: '1.2.3',
  implementationVersionName: 'TEST',
};

export class AssociationUser {
  readonly association: Association;
  /** All that the association asked for, in order. */
  readonly effects: Effect[] = [];
  /** A-ABORT PDUs that it wrote. */
  aborts = 0;
  #request: CStoreRq | undefined;

  constructor(association: Association) {
    this.association = association;
  }

  give(input: AssociationInput): void {
    const effects = this.association.handle(input);
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.type === 'write' && effect.chunks[0]?.[0] === 0x07) this.aborts += 1;
      if (effect.type === 'indication') this.#answer(effect.indication);
    }
  }

  #answer(indication: Indication): void {
    switch (indication.type) {
      case 'A-ASSOCIATE indication':
        this.give({ type: 'A-ASSOCIATE response', answer: answerAssociation(indication.rq, POLICY) });
        return;
      case 'A-ASSOCIATE confirmation (accept)':
        this.#store();
        return;
      case 'DIMSE message': {
        const { command, presentationContextId, hasDataSet } = indication;
        if (command.type === 'C-STORE-RSP') this.give({ type: 'A-RELEASE request' });
        else if (command.type === 'C-ECHO-RQ') {
          this.give({
            type: 'DIMSE request',
            presentationContextId,
            command: echoResponse(command, 0),
            hasDataSet: false,
          });
        } else if (command.type === 'C-STORE-RQ' && hasDataSet) this.#request = command;
        else this.give({ type: 'A-ABORT request' });
        return;
      }
      case 'data set': {
        if (!indication.isLast || this.#request === undefined) return;
        const { presentationContextId } = indication;
        const command = storeResponse(this.#request, 0);
        this.#request = undefined;
        this.give({ type: 'DIMSE request', presentationContextId, command, hasDataSet: false });
        return;
      }
      case 'A-RELEASE indication':
        this.give({ type: 'A-RELEASE response' });
        return;
      default:
        return;
    }
  }

  #store(): void {
    const context = this.association.contexts.find(
      ({ acceptedTransferSyntax }) => acceptedTransferSyntax !== undefined,
    );
    if (context === undefined || this.association.maxFragment === undefined) {
      this.give({ type: 'A-RELEASE request' });
      return;
    }
    const { presentationContextId } = context;
    const command = storeRequest({ messageId: 1, sopClassUID: CT, sopInstanceUID: '1.2.3', priority: 0 });
    this.give({ type: 'DIMSE request', presentationContextId, command, hasDataSet: true });
    this.give({ type: 'data set', presentationContextId, bytes: new Uint8Array(200), isLast: true });
  }
}
