// An association in any state of PS3.8 Table 9-1 that its role can reach, brought there by the inputs of a real one.

import assert from 'node:assert/strict';
import type { Association } from '../../src/protocol/association.ts';
import type { State } from '../../src/protocol/ul/states.ts';
import { AssociationPair, CT, EXPLICIT, rqFor, type Side } from './association-pair.ts';
import * as naive from './naive-pdu.ts';

export const REQUESTOR_STATES = [
  'Sta1',
  'Sta4',
  'Sta5',
  'Sta6',
  'Sta7',
  'Sta8',
  'Sta9',
  'Sta11',
  'Sta13',
] as const satisfies readonly State[];
export const ACCEPTOR_STATES = [
  'Sta1',
  'Sta2',
  'Sta3',
  'Sta6',
  'Sta7',
  'Sta8',
  'Sta10',
  'Sta12',
  'Sta13',
] as const satisfies readonly State[];

const CONTEXTS = [{ presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] }];

/** Presentation context 1, CT Image Storage in Explicit VR Little Endian, is accepted from Sta6 on. */
export function inState(state: State, role: Side): Association {
  const pair = new AssociationPair();
  const side = pair[role];
  const feed = (bytes: Uint8Array): void => {
    side.handle({ type: 'bytes', bytes });
  };
  if (state === 'Sta2' || state === 'Sta3') {
    side.handle({ type: 'transport connected' });
    if (state === 'Sta3')
      feed(naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT])) }));
  } else if (state === 'Sta4' || state === 'Sta5') {
    side.handle({ type: 'A-ASSOCIATE request', rq: rqFor(CONTEXTS) });
    if (state === 'Sta5') side.handle({ type: 'transport connected' });
  } else if (state !== 'Sta1') {
    pair.establish(CONTEXTS);
    if (state === 'Sta8') feed(naive.releaseRq());
    if (state === 'Sta13') side.handle({ type: 'A-ABORT request' });
    if (['Sta7', 'Sta9', 'Sta10', 'Sta11', 'Sta12'].includes(state)) side.handle({ type: 'A-RELEASE request' });
    if (['Sta9', 'Sta10', 'Sta11', 'Sta12'].includes(state)) feed(naive.releaseRq());
    if (state === 'Sta11') side.handle({ type: 'A-RELEASE response' });
    if (state === 'Sta12') feed(naive.releaseRp());
  }
  assert.equal(side.state, state);
  return side;
}
