// Asks for a new peer in a series of input boxes, each validated as it is typed, and writes the peer to the settings.

import * as vscode from 'vscode';
import { DEFAULT_CALLED_AE_TITLE } from '../net/peer.ts';
import { SHOWN_MAX } from '../trace/sanitize.ts';
import { readPeers, SECTION } from './configuration.ts';
import { PeerNames } from './peer-names.ts';
import { type ConfiguredPeer, peerWords } from './peers.ts';
import { nameWords, plainWords, quotedWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { aeTitleProblem, hostProblem, nameProblem, originWords, type PeerEntry, portProblem } from './settings.ts';

interface Question {
  readonly field: string;
  readonly prompt: string;
  readonly value: string;
  readonly placeHolder?: string;
  readonly problem: (value: string) => string | undefined;
}

function ask(step: number, steps: number, question: Question): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: `Add Peer (${step}/${steps}): ${question.field}`,
    prompt: question.prompt,
    value: question.value,
    ...(question.placeHolder === undefined ? {} : { placeHolder: question.placeHolder }),
    ignoreFocusOut: true,
    validateInput: (value) => {
      const problem = question.problem(value);
      return problem === undefined ? undefined : `${question.field} ${problem}.`;
    },
  });
}

/** @returns undefined: the person closed the form, and nothing was written */
export async function askForPeer(session: Session): Promise<ConfiguredPeer | undefined> {
  const target = await askForTarget();
  if (target === undefined) return undefined;
  const written = writtenPeers(target);
  const taken = written.flatMap((item) => {
    const name = (item as { name?: unknown } | null)?.name;
    return typeof name === 'string' ? [name] : [];
  });
  const known = readPeers(undefined);
  const names = new PeerNames();
  const isOwn = target === vscode.ConfigurationTarget.Global;
  // As when they are read: a person's own peers may look alike.
  for (const { peer, origin } of known.peers)
    if (!(isOwn && origin === 'user'))
      names.add({ name: peer.name, where: origin === 'built-in' ? 'receiver' : originWords(origin) });

  const steps = 5;
  const name = await ask(1, steps, {
    field: 'Name',
    prompt: 'What you call this peer',
    value: '',
    placeHolder: 'ORTHANC',
    problem: (value) => nameProblem(value, taken, names),
  });
  if (name === undefined) return undefined;
  const host = await ask(2, steps, {
    field: 'Host',
    prompt: 'Host name or IP address',
    value: '',
    placeHolder: 'pacs.example.org',
    problem: hostProblem,
  });
  if (host === undefined) return undefined;
  const port = await ask(3, steps, {
    field: 'Port',
    prompt: 'TCP port; 104 and 11112 are the registered ones for DICOM, Orthanc listens on 4242',
    value: '104',
    problem: portProblem,
  });
  if (port === undefined) return undefined;
  const calledAETitle = await ask(4, steps, {
    field: 'Called AE title',
    prompt: 'The AE title of the peer, as its administrator knows it (capital and small letters differ)',
    value: aeTitleProblem(name) === undefined ? name : DEFAULT_CALLED_AE_TITLE,
    problem: aeTitleProblem,
  });
  if (calledAETitle === undefined) return undefined;
  const ours = vscode.workspace.getConfiguration(SECTION).get<unknown>('callingAETitle');
  const callingAETitle = await ask(5, steps, {
    field: 'Calling AE title',
    prompt: `The AE title by which the peer knows you. Empty: the setting "${SECTION}.callingAETitle"`,
    value: '',
    placeHolder: typeof ours === 'string' ? nameWords(ours, SHOWN_MAX.aeTitle) : '',
    problem: (value) => (value === '' ? undefined : aeTitleProblem(value)),
  });
  if (callingAETitle === undefined) return undefined;

  const entry: PeerEntry = {
    name,
    host,
    port: Number(port),
    calledAETitle,
    ...(callingAETitle === '' ? {} : { callingAETitle }),
  };
  await vscode.workspace.getConfiguration(SECTION).update('peers', [...written, entry], target);
  const added = readPeers(undefined).peers.find(({ peer }) => peer.name === name);
  const before = known.peers.find(({ peer }) => peer.name === name);
  if (added !== undefined) session.channel.note('info', `Peer added: ${peerWords(added.peer)}`);
  if (before !== undefined && before.origin === 'user' && target === vscode.ConfigurationTarget.Workspace)
    void vscode.window.showWarningMessage(
      plainWords(`Your user settings already define ${quotedWords(name)}; they win over the workspace's.`),
    );
  return added;
}

/** The entries of that scope as they are. Entries that we cannot read are the person's, and are kept. */
function writtenPeers(target: vscode.ConfigurationTarget): readonly unknown[] {
  const found = vscode.workspace.getConfiguration(SECTION).inspect<unknown>('peers');
  const value = target === vscode.ConfigurationTarget.Global ? found?.globalValue : found?.workspaceValue;
  return Array.isArray(value) ? value : [];
}

async function askForTarget(): Promise<vscode.ConfigurationTarget | undefined> {
  const canUseWorkspace = vscode.workspace.isTrusted && (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  if (!canUseWorkspace) return vscode.ConfigurationTarget.Global;
  const items = [
    {
      label: 'User settings',
      description: 'for you, in every folder',
      target: vscode.ConfigurationTarget.Global,
    },
    {
      label: 'Workspace settings',
      description: 'for everyone who opens this folder; each is asked before data goes there',
      target: vscode.ConfigurationTarget.Workspace,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Add Peer',
    placeHolder: 'Where is the peer written down?',
    ignoreFocusOut: true,
  });
  return picked?.target;
}
