// What one exchange with the peer means for its instance.

import type { StoreExchange } from '../net/store-scu.ts';
import { DataSetReadError } from '../part10/read/data-set-source.ts';
import type { CStoreRq } from '../protocol/dimse/command.ts';
import { judgeStoreResponse } from '../protocol/service/storage.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { Pending } from './queue.ts';

/** An instance in flight when its association is lost goes last on the next one; lost again, it is not sent a third time. */
export const TRIES_MAX = 2;

export type Verdict =
  | { readonly type: 'settled'; readonly outcome: Outcome; readonly reason?: Reason; readonly status?: number }
  /** Not confirmed: to be sent again on another association. */
  | { readonly type: 'again' }
  /** The response was none to this request: nothing more that the peer says can be trusted on this association. */
  | { readonly type: 'distrust'; readonly detail: string };

/**
 * What can be said of an instance that no answer of the peer settles. What went out whole in whichever try may be stored,
 * whatever kept the next try from it.
 */
export function outcomeWithoutAnswer(pending: Pending, otherwise: 'failed' | 'cancelled' = 'failed'): Outcome {
  return pending.mayBeStored ? 'unknown' : otherwise;
}

/** @param onWire the transfer syntax in which the data set went out */
export function verdictOf(exchange: StoreExchange, pending: Pending, request: CStoreRq, onWire: string): Verdict {
  switch (exchange.type) {
    case 'unreadable': {
      const { error } = exchange;
      const outcome = outcomeWithoutAnswer(pending);
      if (error instanceof DataSetReadError) return { type: 'settled', outcome, reason: error.reason };
      const from = pending.file.header.transferSyntaxUID;
      const reason: Reason = { code: 'cannot convert', from, to: onWire, detail: error.message };
      return { type: 'settled', outcome, reason };
    }
    case 'answer': {
      const judgement = judgeStoreResponse(request, exchange.command);
      if (judgement.type === 'invalid') return { type: 'distrust', detail: judgement.detail };
      const { status, category, errorComment, offendingElement } = judgement;
      if (category === 'success') return { type: 'settled', outcome: 'stored', status };
      const reason: Reason = {
        code: 'status',
        status,
        ...(errorComment === undefined ? {} : { errorComment }),
        ...(offendingElement === undefined ? {} : { offendingElement }),
      };
      return { type: 'settled', outcome: category === 'warning' ? 'stored with warning' : 'failed', reason, status };
    }
    case 'failure': {
      const { failure } = exchange;
      // Another file made us abort the association: this try does not count.
      if (failure.code === 'abandoned') return { type: 'again' };
      if (failure.code !== 'cancelled' && pending.tries < TRIES_MAX) return { type: 'again' };
      const outcome = outcomeWithoutAnswer(pending, failure.code === 'cancelled' ? 'cancelled' : 'failed');
      return { type: 'settled', outcome, reason: failure };
    }
  }
}
