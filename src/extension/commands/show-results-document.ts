// Show Results of Last Send as Markdown: ready for a ticket.

import { tellNoResults } from '../results.ts';
import type { Session } from '../session.ts';

/** @param id of an ended send; without it the last one of this window or, after a reload, of its folders */
export async function showResultsDocument(session: Session, id?: unknown): Promise<void> {
  const send = await session.results.meant(id);
  if (send?.hasResults === true) await session.results.show(send);
  else tellNoResults();
}
