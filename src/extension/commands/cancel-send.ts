// Cancel, in the view Sends: stops a send where it runs. It can be resumed.

import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';

/** @param element of the view */
export function cancelSend(session: Session, element?: unknown): void {
  const id = sendIdIn(element);
  if (id !== undefined) session.sends.find(id)?.cancel();
}
