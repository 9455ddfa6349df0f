// Start Built-in Receiver. If it runs already, says how to reach it.

import * as vscode from 'vscode';
import { systemErrorInfo } from '../../part10/system-error.ts';
import { addressOf } from '../../trace/names.ts';
import { answerWords } from '../../trace/receiver-words.ts';
import { RECEIVER_AE_TITLE } from '../built-in-receiver.ts';
import { plainWords } from '../plain-words.ts';
import type { Session } from '../session.ts';

const COPY_ADDRESS = 'Copy Address';
const OPEN_FOLDER = 'Open Folder';
const OPEN_SETTINGS = 'Open Settings';
const STOP = 'Stop';

export interface ReceiverSummary {
  readonly host: string;
  readonly port: number;
  readonly aeTitle: string;
  readonly directory: string;
}

export async function startReceiver(session: Session): Promise<ReceiverSummary | undefined> {
  const wasRunning = session.receiver.receiver !== undefined;
  let receiver: Awaited<ReturnType<typeof session.receiver.start>>;
  try {
    receiver = await session.receiver.start();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    session.channel.note('error', message);
    const { brieflyNotStarted } = await import('../../trace/explain-receiver.ts');
    const brief =
      thrown instanceof Error && thrown.cause !== undefined
        ? brieflyNotStarted(systemErrorInfo(thrown.cause))
        : message;
    void vscode.window.showErrorMessage(plainWords(brief), OPEN_SETTINGS).then(async (answer) => {
      if (answer === OPEN_SETTINGS)
        await vscode.commands.executeCommand('workbench.action.openSettings', 'sendToPacs.receiver');
    });
    return undefined;
  }
  const { host, port, directory, answers } = receiver;
  const address = addressOf(receiver);
  const message = wasRunning
    ? `The built-in receiver listens on ${address}, AE title ${RECEIVER_AE_TITLE}; ${answerWords(answers)}.`
    : `The built-in receiver now listens on ${address}, AE title ${RECEIVER_AE_TITLE} (it answers to any other, too). Only this machine can reach it.`;
  void vscode.window
    .showInformationMessage(plainWords(message), COPY_ADDRESS, OPEN_FOLDER, STOP)
    .then(async (answer) => {
      if (answer === COPY_ADDRESS) await vscode.env.clipboard.writeText(`${RECEIVER_AE_TITLE}@${address}`);
      if (answer === OPEN_FOLDER)
        await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(directory), { forceNewWindow: true });
      if (answer === STOP) await session.receiver.stop();
    });
  return { host, port, aeTitle: RECEIVER_AE_TITLE, directory };
}
