// Send to…: as Send to PACS, but the person always chooses the peer.

import { peerToSendTo } from '../peer-choice.ts';
import type { SendSummary } from '../sending.ts';
import type { Session } from '../session.ts';
import { sendChosen } from './send.ts';

/**
 * @param clicked a `Uri`; without it the person is asked
 * @param selection the `Uri`s selected along with it
 * @returns undefined: nothing was sent and nothing was tried
 */
export async function sendTo(
  session: Session,
  clicked?: unknown,
  selection?: unknown,
): Promise<SendSummary | undefined> {
  return sendChosen(session, clicked, selection, async (resources, scan) => {
    const configured = await peerToSendTo(session, resources, scan);
    return configured === undefined ? undefined : { configured, isChosen: true };
  });
}
