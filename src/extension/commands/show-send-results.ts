// Show Results, in the view Sends: of the send in that row.

import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';
import { showResults } from './show-results.ts';

/** @param element of the view */
export async function showSendResults(session: Session, element?: unknown): Promise<unknown> {
  const id = sendIdIn(element);
  return id === undefined ? undefined : showResults(session, id);
}
