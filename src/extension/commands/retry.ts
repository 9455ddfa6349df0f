// Retry Failed Files of Last Send: those that failed, were cancelled or have no answer, to the same peer. Held-back files
// are never among them: a person decides for each.

import * as vscode from 'vscode';
import { chooseSamePeer } from '../peer-again.ts';
import { retryablePaths } from '../retryable.ts';
import type { Send } from '../send-entries.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import type { Session } from '../session.ts';

/**
 * @param id of an ended send; without it the last one of this window or, after a reload, of its folders
 * @returns undefined: nothing was tried
 */
export async function retry(session: Session, id?: unknown): Promise<SendSummary | undefined> {
  const send = await session.results.meant(id);
  const result = send === undefined ? undefined : await session.sends.resultOf(send.id);
  const paths = result === undefined ? [] : retryablePaths(result);
  if (send === undefined || paths.length === 0) {
    void vscode.window.showInformationMessage('There are no failed files to try again.');
    return undefined;
  }
  return retryPaths(session, send, paths);
}

/** @param paths of files of this send, absolute */
export async function retryPaths(
  session: Session,
  send: Send,
  paths: readonly string[],
): Promise<SendSummary | undefined> {
  const { peer, selection, decided, journalId } = send;
  const configured = await chooseSamePeer(session, peer, paths);
  if (configured === undefined) return undefined;
  const owed = journalId === undefined ? [] : await session.journals.owedBy(journalId);
  return sendPaths(session, {
    configured,
    paths,
    selection,
    decided,
    ...(journalId === undefined ? {} : { predecessor: { id: journalId, owed, isExclusive: false } }),
  });
}
