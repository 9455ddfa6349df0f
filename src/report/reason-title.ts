// A few words for why a file ended as it did, where its code and the peer's words stand beside them: in the list of files and
// on the cards of problems.

import { storeStatus } from '../protocol/dimse/status.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { briefly } from '../trace/brief.ts';
import { bareMeaning } from '../trace/dimse-text.ts';
import { hexWord } from '../trace/units.ts';

export interface ReasonTitle {
  readonly title: string;
  /** 'A900', 'result 4', 'pre-flight'; '' = there is none. */
  readonly code: string;
}

/** @returns undefined: it was simply stored */
export function reasonTitle({ outcome, reason, bytesSent }: FileOutcome): ReasonTitle | undefined {
  if (outcome === 'cancelled') return { title: bytesSent > 0 ? 'Cancelled while it was sent' : 'Not sent', code: '' };
  if (outcome === 'unknown') return { title: 'Sent, never answered', code: '' };
  if (reason === undefined) return undefined;
  switch (reason.code) {
    case 'status':
      return { title: bareMeaning(storeStatus(reason.status).meaning), code: hexWord(reason.status) };
    case 'presentation context refused': {
      const result = reason.refused[0]?.result;
      return { title: briefly(reason), code: result === undefined ? '' : `result ${result}` };
    }
    case 'pre-flight':
      return { title: briefly(reason), code: 'pre-flight' };
    default:
      return { title: briefly(reason), code: '' };
  }
}
