// Export Results, in the view Sends: of the send in that row.

import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';
import { exportResults } from './export-results.ts';

/** @param element of the view */
export async function exportSendResults(session: Session, element?: unknown): Promise<unknown> {
  const id = sendIdIn(element);
  return id === undefined ? undefined : exportResults(session, id);
}
