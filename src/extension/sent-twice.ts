// Asks before files go out that this window is sending to the same peer already: a second click must not send all twice.

import { sep } from 'node:path';
import * as vscode from 'vscode';
import { type KeptPeer, sameDestination } from '../net/peer.ts';
import { formatCount } from '../trace/units.ts';
import { selectionWords } from './journal-words.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Send } from './send-entries.ts';

const SEND_AGAIN = 'Send a Second Time';

/** One of the two lists has a file or folder that is, or lies within, one of the other. Absolute paths. */
function overlap(some: readonly string[], others: readonly string[]): boolean {
  const isWithin = (path: string, folder: string): boolean =>
    path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  return some.some((one) => others.some((other) => isWithin(one, other) || isWithin(other, one)));
}

/** A send that is under way to this peer with some of these files. */
export function twinOf(sends: readonly Send[], peer: KeptPeer, paths: readonly string[]): Send | undefined {
  return sends.find(
    (send) => send.endedAtMs === undefined && sameDestination(send.peer, peer) && overlap(send.selection, paths),
  );
}

/** @returns whether the person wants them to be sent all the same */
export async function maySendTwice(twin: Send): Promise<boolean> {
  const { peer, progress, selection, files } = twin;
  const soFar =
    progress === undefined
      ? ''
      : `, ${formatCount(progress.filesDone)} of ${formatCount(progress.filesTotal || files)} files so far`;
  const answer = await vscode.window.showWarningMessage(
    plainWords(`${selectionWords(selection)} is being sent to ${nameWords(peer.name)} already${soFar}.`),
    { modal: true, detail: 'A second send stores the same files twice, or replaces them by themselves.' },
    SEND_AGAIN,
  );
  return answer === SEND_AGAIN;
}
