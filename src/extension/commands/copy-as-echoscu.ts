// Copy as echoscu: the command that verifies this peer with DCMTK.

import { copyCommand } from '../command-copies.ts';
import type { Session } from '../session.ts';

/** @returns what is in the clipboard */
export async function copyAsEchoscu(session: Session, peer?: unknown): Promise<string | undefined> {
  return copyCommand(session, peer, 'echoscu');
}
