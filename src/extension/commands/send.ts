// Send to PACS: sends what the person clicked or picks to the default peer, or to the last one.

import * as vscode from 'vscode';
import { keepAsLast, namedPeer, type UsualPeer, usualPeer } from '../peer-choice.ts';
import { plainWords } from '../plain-words.ts';
import { SelectionScan } from '../selection-scan.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import type { Session } from '../session.ts';
import { askForTargets, targetsOf } from '../targets.ts';

const CHOOSE = 'Choose What to Send…';

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
  return sendChosen(session, clicked, selection, async (resources, scan) =>
    typeof peerName === 'string'
      ? { configured: await namedPeer(session, resources[0], peerName) }
      : usualPeer(session, resources, scan),
  );
}

/** Sends what the person clicked or picks, to the peer that `choose` gives. The scan runs meanwhile. */
export async function sendChosen(
  session: Session,
  clicked: unknown,
  selection: unknown,
  choose: (resources: readonly vscode.Uri[], scan: SelectionScan) => Promise<UsualPeer | undefined>,
): Promise<SendSummary | undefined> {
  const chosen = clicked === undefined ? await askForTargets(session) : targetsOf(clicked, selection);
  if (chosen === undefined) return undefined;
  const targets = chosen.filter((uri) => uri.scheme === 'file');
  if (targets.length === 0) {
    void vscode.window.showWarningMessage(
      'Send to PACS reads files from the disk of the machine that runs it; what you chose is not there.',
    );
    return undefined;
  }
  const paths = targets.map((uri) => uri.fsPath);
  const scan = new SelectionScan(session, paths);
  try {
    const peer = await choose(targets, scan);
    if (peer !== undefined) {
      const agreed = peer.isChosen ? { agreed: () => keepAsLast(session, peer.configured) } : {};
      return await sendPaths(session, { ...peer, ...agreed, paths, selection: paths, scan });
    }
    if (scan.isEmpty) tellEmpty(scan);
    return undefined;
  } finally {
    scan.abort();
  }
}

function tellEmpty({ emptyWords }: SelectionScan): void {
  void vscode.window.showWarningMessage(plainWords(emptyWords), CHOOSE).then(async (answer) => {
    if (answer === CHOOSE) await vscode.commands.executeCommand('sendToPacs.send');
  });
}
