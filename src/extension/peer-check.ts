// The last step of the form for a peer: verifies it before it is saved, and lets a person save it all the same.

import * as vscode from 'vscode';
import type { EchoResult } from '../net/echo-scu.ts';
import { mayConnect } from './consent-prompt.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { explainedEcho, verifyPeer } from './verifying.ts';

const CHANGE = 'Change Answers';
const AGAIN = 'Verify Again';
const SAVE = 'Save All the Same';

type Waited = EchoResult | 'save' | 'back' | 'closed';

/** @returns 'save': it was verified, or the person wants it saved all the same */
export async function checkPeer(
  session: Session,
  configured: ConfiguredPeer,
  title: string,
): Promise<'save' | 'back' | 'closed'> {
  for (;;) {
    if (!(await mayConnect(session, configured, undefined))) return 'back';
    const waited = await waitForEcho(session, configured, title);
    if (typeof waited === 'string') return waited;
    if (waited.verified) return 'save';
    const { what, cause = '', action = '' } = await explainedEcho(waited, configured.peer);
    const detail = [cause, action].filter((part) => part !== '').join('\n\n');
    const answer = await vscode.window.showWarningMessage(
      plainWords(what),
      { modal: true, detail: plainWords(detail) },
      CHANGE,
      AGAIN,
      SAVE,
    );
    if (answer === SAVE) return 'save';
    if (answer !== AGAIN) return 'back';
  }
}

async function waitForEcho(session: Session, { peer }: ConfiguredPeer, title: string): Promise<Waited> {
  const list = vscode.window.createQuickPick();
  const source = new vscode.CancellationTokenSource();
  list.title = plainWords(`${title}: Verify`);
  list.buttons = [vscode.QuickInputButtons.Back];
  list.ignoreFocusOut = true;
  list.busy = true;
  list.placeholder = plainWords(`Waiting for ${addressWords(peer)} to answer C-ECHO…`);
  list.items = [{ label: 'Save without Waiting', iconPath: new vscode.ThemeIcon('save') }];
  try {
    return await new Promise<Waited>((resolve, reject) => {
      list.onDidAccept(() => resolve('save'));
      list.onDidTriggerButton(() => resolve('back'));
      list.onDidHide(() => resolve('closed'));
      list.show();
      session.run(source.token, (signal) => verifyPeer(session, peer, signal)).then(resolve, reject);
    });
  } finally {
    // What still runs is given up.
    source.cancel();
    source.dispose();
    list.dispose();
  }
}
