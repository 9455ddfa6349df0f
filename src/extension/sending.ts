// How every send of the editor goes, whatever began it: scan, ask where asking is due, send with a journal, tell the truth
// in one notification.

import * as vscode from 'vscode';
import type { SendJob, SendProgress, SendResult } from '../send/job.ts';
import type { Journal, JournalEnd, JournaledFile } from '../send/journal.ts';
import type { FileOutcome, OutcomeCounts } from '../send/outcome.ts';
import type { ScannedFiles } from '../send/scanned-files.ts';
import { formatBytes, formatCount, plural } from '../trace/units.ts';
import { readHidePaths } from './configuration.ts';
import { mayConnect } from './consent-prompt.ts';
import { displayPathOf, fileNames } from './display-path.ts';
import { withLateProgress } from './late-progress.ts';
import { addressWords, type ConfiguredPeer, peerWords } from './peers.ts';
import { plainWords } from './plain-words.ts';
import { canRetry, type SendOrigin } from './results.ts';
import type { Session } from './session.ts';
import { closingWords, countsWords, progressPercent, progressWords, severityOf } from './words.ts';

const SHOW_MS = 250;
const RETRY = 'Retry';
const SHOW_RESULTS = 'Show Results';
const SHOW_TRACE = 'Show Trace';

/** What the command resolves to, for tests and keybinding chains. Counts only: no paths, no identifiers. */
export interface SendSummary {
  readonly peer: string;
  readonly counts: OutcomeCounts;
  readonly bytesSent: number;
  readonly cancelled: boolean;
}

export interface SendRequest {
  readonly configured: ConfiguredPeer;
  /** Files and folders, absolute. */
  readonly paths: readonly string[];
  /** What the person once chose; paths outside the workspace are shown relative to it. */
  readonly selection: readonly string[];
  /** The journal whose rest this is. It is forgotten when this send's own holds everything that it owes. */
  readonly predecessor?: {
    readonly id: string;
    readonly owed: readonly JournaledFile[];
    /** Where its journal has gone, another window sends these files already. */
    readonly isExclusive: boolean;
  };
}

/** @returns undefined: nothing was sent and nothing was tried */
export async function sendPaths(session: Session, request: SendRequest): Promise<SendSummary | undefined> {
  const { configured, paths, selection } = request;
  const files = await scanAll(session, paths);
  if (files === undefined) {
    vscode.window.setStatusBarMessage('Send to PACS: cancelled, nothing was sent', 5000);
    return undefined;
  }
  const names = fileNames(displayPathOf(workspaceRoots(), selection), files, readHidePaths());
  const { load } = files;
  if (load.files === 0) return nothingToSend(session, request, files, names.shown);
  if (!(await mayConnect(session, configured, load))) return undefined;

  const { peer, sendOptions } = configured;
  const options = sendOptions === undefined ? {} : { options: sendOptions };
  const job: SendJob = { peer, files, ...options, displayPath: names.traced };
  const journal = await openJournal(session, job, request);
  if (journal === undefined) {
    void vscode.window.showInformationMessage('Another window sends these files already, or has forgotten them.');
    return undefined;
  }
  const result = await sendWithProgress(session, job, journal);
  await tell(session, result, { displayPath: names.shown, selection, journalId: journal.id });
  return summaryOf(result);
}

/** @returns undefined: somebody else has the files of the predecessor */
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
  if (!predecessor.isExclusive || isTaken || !journal.isWhole) return journal;
  await journals.close(journal, 'cancelled');
  await journals.forget(journal.id);
  return undefined;
}

function workspaceRoots(): { path: string; label?: string }[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return folders.map(({ uri, name }) =>
    folders.length > 1 ? { path: uri.fsPath, label: name } : { path: uri.fsPath },
  );
}

/** @returns undefined: cancelled */
async function scanAll(session: Session, paths: readonly string[]): Promise<ScannedFiles | undefined> {
  const [{ scan }, { ScannedFiles }] = await Promise.all([
    import('../send/scan.ts'),
    import('../send/scanned-files.ts'),
  ]);
  return withLateProgress(session, 'Send to PACS', async (signal, show) => {
    const files = new ScannedFiles();
    let shownAtMs = 0;
    try {
      for await (const file of scan(paths, { recurse: true }, signal)) {
        files.push(file);
        const nowMs = performance.now();
        if (nowMs - shownAtMs < SHOW_MS) continue;
        shownAtMs = nowMs;
        show({ message: `looking for DICOM files, ${formatCount(files.load.files)} found` });
      }
    } catch (thrown) {
      if (signal.aborted) return undefined;
      throw thrown;
    }
    return signal.aborted ? undefined : files;
  });
}

async function sendWithProgress(session: Session, job: SendJob, journal: Journal): Promise<SendResult> {
  const { runSend } = await import('../send/run.ts');
  const {
    peer,
    files: { load },
  } = job;
  const trace = await session.channel.begin();
  session.channel.note(
    'info',
    `Sending ${plural(load.files, 'file')} (${formatBytes(load.bytes)}) to ${peerWords(peer)} as ${peer.callingAETitle}`,
  );
  let end: JournalEnd = 'interrupted';
  try {
    const result = await withLateProgress(session, `Sending to ${peer.name}`, (signal, show) => {
      const progress = (state: SendProgress): void => {
        show({ message: progressWords(state), percent: progressPercent(state) });
        session.statusBar.sending(job, `${state.filesDone}/${state.filesTotal} to ${peer.name}`);
      };
      show({ message: `connecting to ${addressWords(peer)}` });
      session.statusBar.sending(job, `0/${load.files} to ${peer.name}`);
      // On record first: whatever tells of an outcome comes after it.
      const outcome = (index: number, settled: FileOutcome): void => journal.record(index, settled);
      return runSend(job, { trace: trace.sink, progress, outcome }, signal);
    });
    end = result.cancelled ? 'cancelled' : 'done';
    await noteTroubles(session, result);
    return result;
  } finally {
    await session.journals.close(journal, end);
    session.statusBar.sending(job, undefined);
    trace.end();
  }
}

async function noteTroubles(session: Session, { troubles = [] }: SendResult): Promise<void> {
  if (troubles.length === 0) return;
  const { listenerTroubleText } = await import('../report/problems.ts');
  for (const trouble of troubles) session.channel.note('warn', listenerTroubleText(trouble));
}

async function nothingToSend(
  session: Session,
  { configured: { peer }, selection }: SendRequest,
  files: ScannedFiles,
  displayPath: (path: string) => string,
): Promise<SendSummary> {
  const { nothingToSend: resultOf } = await import('../send/run.ts');
  const result = resultOf(peer, files);
  await tell(session, result, { displayPath, selection });
  return summaryOf(result);
}

function summaryOf(result: SendResult): SendSummary {
  const { counts, bytesSent, cancelled } = result;
  return { peer: result.peer.name, counts, bytesSent, cancelled };
}

/** What went wrong most urgently, for a person who reads one line. */
async function whyOf(result: SendResult): Promise<string> {
  const { problemsOf } = await import('../report/problems.ts');
  const problems = problemsOf(result).filter(({ outcome }) => outcome !== 'cancelled' && outcome !== 'skipped');
  const first = problems[0];
  if (first === undefined) return '';
  const more = problems.length === 1 ? '' : ` And ${plural(problems.length - 1, 'other problem')}.`;
  return ` – ${first.text}${more}`;
}

async function tell(session: Session, result: SendResult, origin: SendOrigin): Promise<void> {
  const uri = session.results.keep(result, origin);
  const isRetryOffered = canRetry(result);
  void vscode.commands.executeCommand('setContext', 'sendToPacs.hasResults', true);
  void vscode.commands.executeCommand('setContext', 'sendToPacs.canRetry', isRetryOffered);
  const closing =
    result.associations.length === 0 && result.counts.skipped === result.outcomes.length
      ? `No DICOM file to send to ${result.peer.name}: ${countsWords(result.counts)}.`
      : closingWords(result);
  const severity = severityOf(result);
  session.channel.note(severity === 'information' ? 'info' : severity === 'warning' ? 'warn' : 'error', closing);
  const message = `${closing}${await whyOf(result)}`;
  const buttons = [...(isRetryOffered ? [RETRY] : []), SHOW_RESULTS, SHOW_TRACE];
  const shown =
    severity === 'information'
      ? vscode.window.showInformationMessage(plainWords(message), ...buttons)
      : severity === 'warning'
        ? vscode.window.showWarningMessage(plainWords(message), ...buttons)
        : vscode.window.showErrorMessage(plainWords(message), ...buttons);
  void shown.then(async (answer) => {
    if (answer === RETRY) await vscode.commands.executeCommand('sendToPacs.retry', uri);
    if (answer === SHOW_RESULTS) await session.results.show(uri);
    if (answer === SHOW_TRACE) session.channel.show();
  });
}
