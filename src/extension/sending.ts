// The course of every send of the editor: scan, ask for consent if needed, send with a journal, report in one notification.
// Send, Retry, Resume and Review Held-Back Files all come here. What happens is told to the list of sends (sends.ts).

import * as vscode from 'vscode';
import type { Peer } from '../net/peer.ts';
import { sinkBefore } from '../net/trace-record.ts';
import { unreadableFolders } from '../report/unreadable-folders.ts';
import { loadOnWire } from '../send/expansion.ts';
import type { SendJob, SendListeners, SendProgress, SendResult } from '../send/job.ts';
import type { Journal, JournaledFile } from '../send/journal.ts';
import type { OutcomeCounts } from '../send/outcome.ts';
import type { ScannedFiles } from '../send/scanned-files.ts';
import type { SendId } from '../send/send-id.ts';
import { formatBytes, formatCount, plural } from '../trace/units.ts';
import {
  type Closing,
  closingButtons,
  closingMessage,
  RETRY,
  REVIEW_HELD_BACK,
  SHOW_RESULTS,
  SHOW_TRACE,
  severityOf,
} from './closing-message.ts';
import { readHidePaths } from './configuration.ts';
import { mayConnect } from './consent-prompt.ts';
import { displayPathOf, fileNames } from './display-path.ts';
import { type ProgressState, withLateProgress } from './late-progress.ts';
import { addressWords, type ConfiguredPeer, peerWords } from './peers.ts';
import { nameWords, plainWords } from './plain-words.ts';
import { mayRetryHelp } from './retryable.ts';
import { SelectionScan } from './selection-scan.ts';
import type { LiveSend, SendStart } from './send-entries.ts';
import { maySendTwice, twinOf } from './sent-twice.ts';
import type { Session } from './session.ts';
import { progressPercent, progressWords } from './words.ts';
import { workspaceRoots } from './workspace-roots.ts';

/** What the command returns, for tests and keybindings. Counts only: no paths, no identifiers. */
export interface SendSummary {
  readonly peer: string;
  readonly counts: OutcomeCounts;
  readonly bytesSent: number;
  readonly cancelled: boolean;
}

export interface SendRequest {
  readonly configured: ConfiguredPeer;
  /** Called once the person has agreed to send to this peer, or has before. */
  readonly agreed?: () => Promise<void>;
  /** Why the person was not asked for the peer, in words: 'default', 'last used'. */
  readonly why?: string;
  /** Files and folders, absolute. */
  readonly paths: readonly string[];
  /** Of these, if it has begun. */
  readonly scan?: SelectionScan;
  /** What the person selected at first. Paths outside the workspace are shown relative to it. */
  readonly selection: readonly string[];
  /** Files that the person decided to send whatever pre-flight says of them, absolute. */
  readonly decided?: readonly string[];
  /** The journal whose remaining files this sends. It is deleted once this send's own journal has all that it owes. */
  readonly predecessor?: {
    readonly id: SendId;
    readonly owed: readonly JournaledFile[];
    /** If the journal is gone by then, another window sends these files already: do not send. */
    readonly isExclusive: boolean;
  };
}

/** @returns undefined: nothing was sent and nothing was tried */
export async function sendPaths(session: Session, request: SendRequest): Promise<SendSummary | undefined> {
  const { peer } = request.configured;
  const { selection, decided = [], paths, predecessor } = request;
  // A resumed send is exclusive: it takes the journal of the one before.
  const twin = predecessor?.isExclusive ? undefined : twinOf(session.sends.list(), peer, paths);
  if (twin !== undefined && !(await maySendTwice(twin))) return undefined;
  const send = session.sends.begin({
    peer,
    selection,
    roots: workspaceRoots(),
    decided,
    arePathsHidden: readHidePaths(),
  });
  let result: SendResult | undefined;
  try {
    result = await scanAndSend(session, request, send);
  } finally {
    send.drop();
  }
  if (result === undefined) return undefined;
  // What it owes now, and what it has taken over.
  void session.sends.refresh();
  await tell(session, send.id, result);
  const { counts, bytesSent, cancelled } = result;
  return { peer: peer.name, counts, bytesSent, cancelled };
}

async function scanAndSend(session: Session, request: SendRequest, send: LiveSend): Promise<SendResult | undefined> {
  const { configured } = request;
  const why = request.why === undefined ? '' : ` (${request.why})`;
  const files = await scanAll(session, request, send, `Send to ${nameWords(configured.peer.name)}${why}`);
  if (files === undefined) {
    vscode.window.setStatusBarMessage('Send to PACS: cancelled, nothing was sent', 5000);
    return undefined;
  }
  const { peer, sendOptions } = configured;
  const { traced } = fileNames(displayPathOf(send.roots, send.selection), files, send.arePathsHidden);
  const job: SendJob = {
    peer,
    files,
    earlier: await session.storedInstances(),
    displayPath: traced,
    decided: new Set(send.decided),
    ...(sendOptions === undefined ? {} : { options: sendOptions }),
  };
  if (files.load.files === 0) return runWithout(send, job);
  send.asking();
  if (!(await mayConnect(session, configured, loadOnWire(files, sendOptions?.conversion)))) return undefined;
  await request.agreed?.();
  const journal = await openJournal(session, job, request);
  if (journal === undefined) {
    void vscode.window.showInformationMessage('Another window is already sending these files, or has forgotten them.');
    return undefined;
  }
  try {
    return await sendWithProgress(session, send, job, { journal, why });
  } finally {
    await session.journals.tidy();
  }
}

/** @returns undefined: another window has taken the predecessor */
async function openJournal(
  session: Session,
  job: SendJob,
  { selection, predecessor }: SendRequest,
): Promise<Journal | undefined> {
  const { journals } = session;
  if (predecessor === undefined) return journals.open(job, { selection });
  const unreadable = new Set<string>();
  for (const { path, problem } of job.files.skipped.values()) if (problem.code === 'unreadable') unreadable.add(path);
  const carried = predecessor.owed.filter(({ path }) => unreadable.has(path));
  const journal = await journals.open(job, { selection, carried });
  const isTaken = journal.isWhole && (await journals.forget(predecessor.id));
  void session.sends.refresh();
  if (!predecessor.isExclusive || isTaken || !journal.isWhole) return journal;
  journal.close('cancelled');
  await journals.forget(journal.id);
  return undefined;
}

/** @returns undefined: cancelled */
async function scanAll(
  session: Session,
  { paths, selection, scan: begun }: SendRequest,
  send: LiveSend,
  title: string,
): Promise<ScannedFiles | undefined> {
  const work = async (signal: AbortSignal, show: (state: ProgressState) => void): Promise<ScannedFiles | undefined> => {
    const scan = begun ?? new SelectionScan(session, paths, selection);
    const abort = (): void => scan.abort();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const tell = (): void => {
      send.found(scan.files);
      show({ message: `looking for DICOM files, ${formatCount(scan.files)} found` });
    };
    const subscription = scan.onDidChange(tell);
    tell();
    try {
      return await scan.result;
    } finally {
      subscription.dispose();
      signal.removeEventListener('abort', abort);
    }
  };
  return withLateProgress(session, title, work, send.controller);
}

async function startOf(files: number, peer: Peer): Promise<Omit<SendStart, 'journal'>> {
  const { ProblemCollector } = await import('../report/problems.ts');
  return { files, problems: new ProblemCollector(peer, 'editor') };
}

/** There is nothing to send: every file ends as skipped, and no connection is made. */
async function runWithout(send: LiveSend, job: SendJob): Promise<SendResult> {
  const { nothingToSend } = await import('../send/run.ts');
  const result = nothingToSend(job.peer, job.files);
  const { outcome } = send.sending(await startOf(0, job.peer));
  let index = 0;
  for (const file of result.outcomes) outcome(index++, file);
  send.end(result);
  return result;
}

async function sendWithProgress(
  session: Session,
  send: LiveSend,
  job: SendJob,
  { journal, why }: { readonly journal: Journal; readonly why: string },
): Promise<SendResult> {
  const { runSend } = await import('../send/run.ts');
  const { peer, files } = job;
  const { load } = files;
  const start = await startOf(load.files, peer);
  const trace = await session.channel.begin();
  session.channel.note(
    'info',
    `Sending ${plural(load.files, 'file')} (${formatBytes(load.bytes)}) to ${peerWords(peer)}${why} as ${peer.callingAETitle}`,
  );
  try {
    const work = async (signal: AbortSignal, show: (state: ProgressState) => void): Promise<SendResult> => {
      show({ message: `connecting to ${addressWords(peer)}` });
      const { began, outcome, progress: tellProgress } = send.sending({ ...start, journal });
      const progress = (state: SendProgress): void => {
        tellProgress(state);
        show({ message: progressWords(state), percent: progressPercent(state) });
      };
      const wire = session.wires.begin(send.id);
      const listeners: SendListeners = {
        began,
        progress,
        trace: sinkBefore(trace.sink, (record) => {
          wire.record(record);
          trace.sink(record);
        }),
        outcome: (index, file) => {
          wire.settle(index, job.displayPath?.(file.path) ?? file.path);
          outcome(index, file);
        },
      };
      const result = await runSend(job, listeners, signal);
      // Within the work that a shutdown waits for: the results of an interrupted send are kept as well.
      send.end(result);
      return result;
    };
    const result = await withLateProgress(session, `Sending to ${nameWords(peer.name)}${why}`, work, send.controller);
    await noteTroubles(session, result);
    return result;
  } finally {
    trace.end();
  }
}

async function noteTroubles(session: Session, { troubles = [] }: SendResult): Promise<void> {
  if (troubles.length === 0) return;
  const { listenerTroubleText } = await import('../report/problems.ts');
  for (const trouble of troubles) session.channel.note('warn', listenerTroubleText(trouble));
}

/** What a notification says when a send has ended, and what it offers. */
async function tell(session: Session, id: SendId, result: SendResult): Promise<void> {
  const send = session.sends.find(id);
  if (send === undefined) return;
  const { convertedIn } = await import('../report/problems.ts');
  const { counts, cancelled, bytesSent } = result;
  const closing: Closing = {
    peerName: send.peer.name,
    counts,
    folders: unreadableFolders(result),
    converted: convertedIn(result),
    cancelled,
    wasTried: result.associations.length > 0,
    bytesSent,
    elapsedMs: Math.max(0, result.endedAtMs - result.startedAtMs),
    problems: send.problems,
  };
  const severity = severityOf(closing);
  const message = closingMessage(closing);
  session.channel.note(severity === 'information' ? 'info' : severity === 'warning' ? 'warn' : 'error', message);
  if (session.inView.has(id)) return;
  const buttons = closingButtons(result, mayRetryHelp(result));
  const shown =
    severity === 'information'
      ? vscode.window.showInformationMessage(plainWords(message), ...buttons)
      : severity === 'warning'
        ? vscode.window.showWarningMessage(plainWords(message), ...buttons)
        : vscode.window.showErrorMessage(plainWords(message), ...buttons);
  void shown.then(async (answer) => {
    if (answer === RETRY) await vscode.commands.executeCommand('sendToPacs.retry', id);
    if (answer === REVIEW_HELD_BACK) await vscode.commands.executeCommand('sendToPacs.sendHeldBack', id);
    if (answer === SHOW_RESULTS) await vscode.commands.executeCommand('sendToPacs.showResults', id);
    if (answer === SHOW_TRACE) session.channel.show();
  });
}
