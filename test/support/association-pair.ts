// A requestor and an acceptor connected without I/O: what one writes the other receives, in pieces that the test chooses.
// Every effect is recorded in order.

import { Association } from '../../src/protocol/association.ts';
import type { AssociationInput, Effect, Indication } from '../../src/protocol/effects.ts';
import type { ProtocolTraceEvent } from '../../src/protocol/trace-event.ts';
import type { AAssociateAc, AAssociateRq, ProposedPresentationContext } from '../../src/protocol/ul/pdu.ts';

export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';

export function rqFor(contexts: readonly ProposedPresentationContext[], maximumLength = 16_384): AAssociateRq {
  return {
    type: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAETitle: 'SCP',
    callingAETitle: 'SCU',
    applicationContextName: '1.2.840.10008.3.1.1.1',
    presentationContexts: contexts,
    userInformation: { maximumLength },
  };
}

export function acFor(rq: AAssociateRq, maximumLength = 16_384): AAssociateAc {
  return {
    ...rq,
    type: 'A-ASSOCIATE-AC',
    presentationContexts: rq.presentationContexts.map(({ presentationContextId, transferSyntaxes }) => ({
      presentationContextId,
      result: 0,
      transferSyntax: transferSyntaxes[0] ?? '',
    })),
    userInformation: { maximumLength },
  };
}

export type Side = 'requestor' | 'acceptor';

export class AssociationPair {
  readonly requestor: Association;
  readonly acceptor: Association;
  /** What each side told its user, in order. */
  readonly indications: Record<Side, Indication[]> = { requestor: [], acceptor: [] };
  /** Effects that concern the connection and the clock, in order. */
  readonly effects: Record<Side, string[]> = { requestor: [], acceptor: [] };
  readonly traces: Record<Side, ProtocolTraceEvent[]> = { requestor: [], acceptor: [] };
  readonly #queue: (() => void)[] = [];
  #isCarrying = false;
  readonly #split: (bytes: Uint8Array) => readonly Uint8Array[];

  constructor(maxPduLength = 16_384, split: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes]) {
    this.requestor = new Association({ role: 'requestor', maxPduLength });
    this.acceptor = new Association({ role: 'acceptor', maxPduLength });
    this.#split = split;
  }

  /** Gives an input to one side and carries what it writes across, until nothing moves any more. */
  give(side: Side, input: AssociationInput): void {
    const effects = (side === 'requestor' ? this.requestor : this.acceptor).handle(input);
    // Effects take their turn, as a driver's do: what one causes on the other side comes after the rest of its own.
    for (const effect of effects) this.#queue.push(() => this.#carryOut(side, effect));
    if (this.#isCarrying) return;
    this.#isCarrying = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
    this.#isCarrying = false;
  }

  /** Both sides up to data transfer. */
  establish(contexts: readonly ProposedPresentationContext[], acMaximumLength?: number): void {
    const rq = rqFor(contexts);
    this.give('requestor', { type: 'A-ASSOCIATE request', rq });
    this.give('acceptor', { type: 'transport connected' });
    this.give('requestor', { type: 'transport connected' });
    this.give('acceptor', { type: 'A-ASSOCIATE response', answer: acFor(rq, acMaximumLength) });
  }

  #carryOut(side: Side, effect: Effect): void {
    const other: Side = side === 'requestor' ? 'acceptor' : 'requestor';
    switch (effect.type) {
      case 'indication':
        this.indications[side].push(effect.indication);
        return;
      case 'trace':
        this.traces[side].push(effect.event);
        return;
      case 'write':
        for (const piece of this.#split(Buffer.concat(effect.chunks))) {
          this.give(other, { type: 'bytes', bytes: piece });
        }
        return;
      case 'close':
        this.effects[side].push('close');
        this.give(other, { type: 'transport closed' });
        return;
      default:
        this.effects[side].push(effect.type);
    }
  }
}
