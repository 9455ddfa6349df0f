// Send to PACS: sends what the person clicked or picks to the default peer, or to the last one.

import * as vscode from 'vscode';
import { namedPeer, type UsualPeer, usualPeer } from '../peer-choice.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import type { Session } from '../session.ts';
import { askForTargets, targetsOf } from '../targets.ts';

/**
 * @param clicked a `Uri`; without it the person is asked
 * @param selection the `Uri`s selected along with it
 * @param peerName of a peer in the settings; consent is asked for all the same
 * @returns undefined: nothing was sent and nothing was tried
 */
export async function send(
  session: Session,
  clicked?: unknown,
  selection?: unknown,
  peerName?: unknown,
): Promise<SendSummary | undefined> {
  return sendChosen(session, clicked, selection, async (resource) =>
    typeof peerName === 'string'
      ? { configured: await namedPeer(session, resource, peerName) }
      : usualPeer(session, resource, 'Send to PACS'),
  );
}

/** Sends what the person clicked or picks, to the peer that `choose` gives for the folder of the first file. */
export async function sendChosen(
  session: Session,
  clicked: unknown,
  selection: unknown,
  choose: (resource: vscode.Uri) => Promise<UsualPeer | undefined>,
): Promise<SendSummary | undefined> {
  const chosen = clicked === undefined ? await askForTargets() : targetsOf(clicked, selection);
  if (chosen === undefined) return undefined;
  const targets = chosen.filter((uri) => uri.scheme === 'file');
  const resource = targets[0];
  if (resource === undefined) {
    void vscode.window.showWarningMessage(
      'Send to PACS reads files from the disk of the machine that runs it; what you chose is not there.',
    );
    return undefined;
  }
  const peer = await choose(resource);
  if (peer === undefined) return undefined;

  const paths = targets.map((uri) => uri.fsPath);
  return sendPaths(session, { ...peer, paths, selection: paths });
}
