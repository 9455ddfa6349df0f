// Show Results of Last Send; while files are sent, of the send that runs.

import { tellNoResults } from '../results.ts';
import { showResultsPanel } from '../results-panel.ts';
import type { Send } from '../send-entries.ts';
import type { Session } from '../session.ts';

/** @param id of a send, also of one that runs; without it the last one of this window or, after a reload, of its folders */
export async function showResults(session: Session, id?: unknown): Promise<void> {
  const send = (typeof id === 'string' ? undefined : running(session)) ?? (await session.results.meant(id));
  if (send === undefined) {
    tellNoResults();
    return;
  }
  showResultsPanel(session, send);
}

function running({ sends }: Session): Send | undefined {
  return sends.list().find(({ state }) => state === 'sending');
}
