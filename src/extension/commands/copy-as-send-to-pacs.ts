// Copy as send-to-pacs: the command that sends to this peer with our own command line.

import { copyCommand } from '../command-copies.ts';
import type { Session } from '../session.ts';

/** @returns what is in the clipboard */
export async function copyAsSendToPacs(session: Session, peer?: unknown): Promise<string | undefined> {
  return copyCommand(session, peer, 'send-to-pacs');
}
