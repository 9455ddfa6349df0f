// Copy as storescu: the command that sends to this peer with DCMTK.

import { copyCommand } from '../command-copies.ts';
import type { Session } from '../session.ts';

/** @returns what is in the clipboard */
export async function copyAsStorescu(session: Session, peer?: unknown): Promise<string | undefined> {
  return copyCommand(session, peer, 'storescu');
}
