// Review Held-Back Files: lists the files that pre-flight held back in a send, and sends the one that a person decides
// for. Nothing else sends a held-back file: Retry, Resume and further sends hold it back again.

import * as vscode from 'vscode';
import { HELD_BACK_LISTED_MAX, HELD_BACK_NAME_MAX } from '../../protocol/limits.ts';
import { notableOf } from '../../report/notable.ts';
import type { SendResult } from '../../send/job.ts';
import type { FileOutcome } from '../../send/outcome.ts';
import { uidText } from '../../trace/names.ts';
import { sanitize } from '../../trace/sanitize.ts';
import { chooseSamePeer } from '../peer-again.ts';
import { nameWords, plainWords } from '../plain-words.ts';
import { shownPaths } from '../results.ts';
import type { Send } from '../send-entries.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import type { Session } from '../session.ts';

const TITLE = 'Review Held-Back Files';
const SEND_THIS_ONE = 'Send This One';

interface HeldBackItem extends vscode.QuickPickItem {
  readonly file: FileOutcome;
}

/**
 * @param id of an ended send; without it the last one of this window or, after a reload, of its folders
 * @param path of the file, absolute; without it the person picks. The confirmation is asked for in any case.
 * @returns undefined: nothing was sent and nothing was tried
 */
export async function sendHeldBack(session: Session, id?: unknown, path?: unknown): Promise<SendSummary | undefined> {
  const send = await session.results.meant(id);
  const result = send === undefined ? undefined : await session.sends.resultOf(send.id);
  const held = result === undefined ? [] : heldBackIn(result);
  if (send === undefined || result === undefined || held.length === 0) {
    void vscode.window.showInformationMessage('No file of this send was held back.');
    return undefined;
  }
  const shown = shownPaths(send, result);
  const nameOf = (file: string): string => sanitize(shown(file), HELD_BACK_NAME_MAX);
  const file = typeof path === 'string' ? held.find((one) => one.path === path) : await pick(send, held, nameOf);
  if (file === undefined || !(await isDecided(send, file, await otherFileOf(session, send, result, file), nameOf)))
    return undefined;
  const configured = await chooseSamePeer(session, send.peer, [file.path]);
  if (configured === undefined) return undefined;
  session.channel.note('info', 'A person decided to send a file that was held back');
  return sendPaths(session, {
    configured,
    paths: [file.path],
    selection: send.selection,
    decided: [...send.decided, file.path],
  });
}

function heldBackIn({ outcomes }: SendResult): FileOutcome[] {
  const held: FileOutcome[] = [];
  for (const file of notableOf(outcomes)) {
    if (file.outcome === 'held back') held.push(file);
    if (held.length === HELD_BACK_LISTED_MAX) break;
  }
  return held;
}

interface OtherFile {
  readonly path: string;
  readonly uid: string;
}

/** The file with the same SOP Instance UID, where that is why this one was held back. */
function conflictOf({ reason }: FileOutcome): OtherFile | undefined {
  if (reason?.code !== 'pre-flight' || reason.finding.code !== 'conflicting instance') return undefined;
  return { path: reason.finding.firstPath, uid: reason.finding.sopInstanceUID };
}

/** The file that this one would replace, whatever it was held back for. */
async function otherFileOf(
  session: Session,
  { peer }: Send,
  { outcomes }: SendResult,
  file: FileOutcome,
): Promise<OtherFile | undefined> {
  const conflict = conflictOf(file);
  const uid = file.sopInstanceUID;
  // Empty: it is none, and what it was is not kept.
  if (conflict !== undefined || uid === undefined || uid === '') return conflict;
  const stored = (await session.storedInstances()).at(peer).find(uid);
  if (stored !== undefined) return stored.path === file.path ? undefined : { path: stored.path, uid };
  // After a reload the send itself is all that is known.
  for (const { path, outcome, sopInstanceUID } of outcomes) {
    const mayBeStored = outcome === 'stored' || outcome === 'stored with warning' || outcome === 'unknown';
    if (mayBeStored && sopInstanceUID === uid && path !== file.path) return { path, uid };
  }
  return undefined;
}

async function pick(
  send: Send,
  held: readonly FileOutcome[],
  nameOf: (path: string) => string,
): Promise<FileOutcome | undefined> {
  const { explainFile } = await import('../../trace/explain.ts');
  const items = held.map((file): HeldBackItem => {
    const other = conflictOf(file);
    const why =
      other === undefined
        ? (explainFile(file, { peerName: send.peer.name, displayPath: nameOf })?.what ?? '')
        : `Same SOP Instance UID as ${besideWords(nameOf(other.path), nameOf(file.path))}, another data set`;
    const { folder, name } = splitPath(nameOf(file.path));
    return {
      label: plainWords(nameWords(name)),
      description: plainWords(nameWords(folder, HELD_BACK_NAME_MAX)),
      detail: plainWords(why),
      file,
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: TITLE,
    placeHolder: 'Choose the file to send. You are asked once more before it goes out.',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.file;
}

/** A list cuts long lines at their end: the name comes first. */
function splitPath(shown: string): { readonly folder: string; readonly name: string } {
  const end = shown.lastIndexOf('/');
  return { folder: shown.slice(0, Math.max(end, 0)), name: shown.slice(end + 1) };
}

/** 'IM1.dcm', or 'IM1.dcm in study/series' where the file beside it is in another folder. */
function besideWords(shown: string, beside: string): string {
  const { folder, name } = splitPath(shown);
  return folder === '' || folder === splitPath(beside).folder ? name : `${name} in ${folder}`;
}

/**
 * The person's own decision, for this very file.
 * @param other the file that it would replace
 */
async function isDecided(
  send: Send,
  file: FileOutcome,
  other: OtherFile | undefined,
  nameOf: (path: string) => string,
): Promise<boolean> {
  const path = nameOf(file.path);
  const peerName = nameWords(send.peer.name, HELD_BACK_NAME_MAX);
  const { explainFile } = await import('../../trace/explain.ts');
  const isDamaged = conflictOf(file) === undefined;
  const lines = [`This file: ${nameWords(path, HELD_BACK_NAME_MAX)}`];
  if (other !== undefined) lines.push(`Other file: ${nameWords(nameOf(other.path), HELD_BACK_NAME_MAX)}`);
  if (isDamaged) {
    const what = explainFile(file, { peerName, displayPath: nameOf })?.what ?? '';
    lines.push('', what, `${peerName} may refuse it or lose data.`);
  }
  if (other !== undefined) {
    lines.push(
      '',
      `Both have the SOP Instance UID ${uidText(other.uid)}${isDamaged ? '.' : ', but their data sets differ.'}`,
      `If ${peerName} has the other one, it will replace it with this one, or refuse this one.`,
    );
  }
  const answer = await vscode.window.showWarningMessage(
    plainWords(`Send ${nameWords(splitPath(path).name)} to ${peerName}?`),
    { modal: true, detail: plainWords(lines.join('\n')) },
    SEND_THIS_ONE,
  );
  return answer === SEND_THIS_ONE;
}
