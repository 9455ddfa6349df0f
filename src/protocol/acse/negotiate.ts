// How a requestor reads an A-ASSOCIATE-AC: the result of each context that it proposed. PS3.8 7.1.1.14, 9.3.3.2, Table 9-18.
//
// Answers to IDs that we did not propose are ignored. Of two answers to one ID the first counts. The transfer syntax of a refused
// context has no meaning and is not read.

import { type PresentationContextResult, type ProposedPresentationContext, RESULT_ACCEPTANCE } from '../ul/pdu.ts';
import type { NegotiatedContext } from './contexts.ts';

function negotiated(
  proposed: ProposedPresentationContext,
  answer: PresentationContextResult | undefined,
): NegotiatedContext {
  const context = {
    presentationContextId: proposed.presentationContextId,
    abstractSyntax: proposed.abstractSyntax,
    proposedTransferSyntaxes: proposed.transferSyntaxes,
    result: answer?.result,
  };
  if (answer === undefined) return { ...context, problem: 'not answered' };
  if (answer.result !== RESULT_ACCEPTANCE) return context;
  const { transferSyntax } = answer;
  if (transferSyntax === undefined || !proposed.transferSyntaxes.includes(transferSyntax)) {
    return {
      ...context,
      unproposedTransferSyntax: transferSyntax ?? '',
      problem: 'accepted with a transfer syntax that was not proposed',
    };
  }
  return { ...context, acceptedTransferSyntax: transferSyntax };
}

/** One entry per proposed context, in the order of the proposal. */
export function negotiateContexts(
  proposed: readonly ProposedPresentationContext[],
  results: readonly PresentationContextResult[],
): NegotiatedContext[] {
  return proposed.map((context) =>
    negotiated(
      context,
      results.find((result) => result.presentationContextId === context.presentationContextId),
    ),
  );
}
