// Retry Failed Files of Last Send: those that failed, were cancelled or have no answer, to the same peer.

import * as vscode from 'vscode';
import { chooseSamePeer } from '../peer-again.ts';
import { retryablePaths } from '../results.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import type { Session } from '../session.ts';

/**
 * @param which the address of a send's results; without it those of the last send
 * @returns undefined: nothing was tried
 */
export async function retry(session: Session, which?: unknown): Promise<SendSummary | undefined> {
  const uri = which instanceof vscode.Uri ? which : session.results.last;
  const kept = uri === undefined ? undefined : session.results.find(uri);
  const paths = kept === undefined ? [] : retryablePaths(kept.result);
  if (kept === undefined || paths.length === 0) {
    void vscode.window.showInformationMessage('The last send of this window left nothing to try again.');
    return undefined;
  }
  const { result, selection, journalId } = kept;
  const configured = await chooseSamePeer(session, result.peer, paths, 'Retry Failed Files');
  if (configured === undefined) return undefined;
  const { journals } = session;
  const owed = journalId === undefined ? [] : await journals.owedBy(journalId);
  return sendPaths(session, {
    configured,
    paths,
    selection,
    ...(journalId === undefined ? {} : { predecessor: { id: journalId, owed, isExclusive: false } }),
  });
}
