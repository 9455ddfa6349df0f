// Why no presentation context carries an instance, in the terms of the peer's own answer. PS3.8 9.3.3.2.

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import type { ContextNeed } from '../protocol/acse/propose.ts';
import type { Reason } from './outcome.ts';

/** @param contexts the whole negotiation; only those of the need's SOP class tell something */
export function refusalOf(contexts: readonly NegotiatedContext[], need: ContextNeed): Reason {
  const wanted = [need.transferSyntax, ...need.fallbacks];
  const ofClass = contexts.filter((context) => context.abstractSyntax === need.abstractSyntax);
  const refused = ofClass
    .filter((context) => context.acceptedTransferSyntax === undefined)
    .flatMap(({ proposedTransferSyntaxes, result, problem }) =>
      proposedTransferSyntaxes
        .filter((uid) => wanted.includes(uid))
        .map((uid) => ({ transferSyntaxUID: uid, result: problem === undefined ? result : undefined })),
    );
  const accepted = ofClass.flatMap((context) => context.acceptedTransferSyntax ?? []);
  return {
    code: 'presentation context refused',
    sopClassUID: need.abstractSyntax,
    refused,
    accepted: [...new Set(accepted)],
  };
}
