// Send to PACS: choose the peer, scan, ask where asking is due, send, tell the truth in one notification.

import * as vscode from 'vscode';
import type { ScannedFile, SendJob, SendProgress, SendResult } from '../../send/job.ts';
import type { FileOutcome, OutcomeCounts } from '../../send/outcome.ts';
import { formatBytes, formatCount, plural } from '../../trace/units.ts';
import { mayConnect } from '../consent-prompt.ts';
import { displayPathOf } from '../display-path.ts';
import { withLateProgress } from '../late-progress.ts';
import { choosePeer } from '../peer-choice.ts';
import { addressWords, type ConfiguredPeer, peerWords } from '../peers.ts';
import type { Session } from '../session.ts';
import { askForTargets, targetsOf } from '../targets.ts';
import { closingWords, countsWords, progressPercent, progressWords, severityOf } from '../words.ts';

const SHOW_MS = 250;
const SHOW_RESULTS = 'Show Results';
const SHOW_TRACE = 'Show Trace';

/** What the command resolves to, for tests and keybinding chains. Counts only: no paths, no identifiers. */
export interface SendSummary {
  readonly peer: string;
  readonly counts: OutcomeCounts;
  readonly bytesSent: number;
  readonly cancelled: boolean;
}

/**
 * @param clicked a `Uri`; without it the person is asked
 * @param selection the `Uri`s selected along with it
 * @param peerName a peer from the settings; every consent is still asked for
 * @returns undefined: nothing was sent and nothing was tried
 */
export async function send(
  session: Session,
  clicked?: unknown,
  selection?: unknown,
  peerName?: unknown,
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
  const configured = await choosePeer(
    session,
    resource,
    typeof peerName === 'string' ? peerName : undefined,
    'Send to PACS',
  );
  if (configured === undefined) return undefined;

  const paths = targets.map((uri) => uri.fsPath);
  const files = await scanAll(session, paths);
  if (files === undefined) {
    vscode.window.setStatusBarMessage('Send to PACS: cancelled, nothing was sent', 5000);
    return undefined;
  }
  const displayPath = displayPathOf(workspaceRoots(), paths);
  const load = loadOf(files);
  if (load.files === 0) return nothingToSend(session, configured, files, displayPath);
  if (!(await mayConnect(session, configured, load))) return undefined;

  const { peer, sendOptions } = configured;
  const job: SendJob = { peer, files, ...(sendOptions === undefined ? {} : { options: sendOptions }), displayPath };
  const result = await sendWithProgress(session, job, load);
  await tell(session, result, displayPath);
  return summaryOf(result);
}

function workspaceRoots(): { path: string; label?: string }[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return folders.map(({ uri, name }) =>
    folders.length > 1 ? { path: uri.fsPath, label: name } : { path: uri.fsPath },
  );
}

function loadOf(files: readonly ScannedFile[]): { files: number; bytes: number } {
  let count = 0;
  let bytes = 0;
  for (const file of files) {
    if (file.type !== 'instance') continue;
    count += 1;
    bytes += file.header.dataSetLength;
  }
  return { files: count, bytes };
}

/** @returns undefined: cancelled */
async function scanAll(session: Session, paths: readonly string[]): Promise<readonly ScannedFile[] | undefined> {
  const { scan } = await import('../../send/scan.ts');
  return withLateProgress(session, 'Send to PACS', async (signal, show) => {
    const files: ScannedFile[] = [];
    let instances = 0;
    let shownAtMs = 0;
    try {
      for await (const file of scan(paths, { recurse: true }, signal)) {
        files.push(file);
        if (file.type === 'instance') instances += 1;
        const nowMs = performance.now();
        if (nowMs - shownAtMs < SHOW_MS) continue;
        shownAtMs = nowMs;
        show({ message: `looking for DICOM files, ${formatCount(instances)} found` });
      }
    } catch (thrown) {
      if (signal.aborted) return undefined;
      throw thrown;
    }
    return signal.aborted ? undefined : files;
  });
}

async function sendWithProgress(
  session: Session,
  job: SendJob,
  load: { readonly files: number; readonly bytes: number },
): Promise<SendResult> {
  const { runSend } = await import('../../send/run.ts');
  const { peer } = job;
  const trace = await session.channel.begin();
  session.channel.note(
    'info',
    `Sending ${plural(load.files, 'file')} (${formatBytes(load.bytes)}) to ${peerWords(peer)} as ${peer.callingAETitle}`,
  );
  try {
    return await withLateProgress(session, `Sending to ${peer.name}`, (signal, show) => {
      const progress = (state: SendProgress): void => {
        show({ message: progressWords(state), percent: progressPercent(state) });
        session.statusBar.sending(job, `${state.filesDone}/${state.filesTotal} to ${peer.name}`);
      };
      show({ message: `connecting to ${addressWords(peer)}` });
      session.statusBar.sending(job, `0/${load.files} to ${peer.name}`);
      return runSend(job, { trace: trace.sink, progress }, signal);
    });
  } finally {
    session.statusBar.sending(job, undefined);
    trace.end();
  }
}

async function nothingToSend(
  session: Session,
  { peer }: ConfiguredPeer,
  files: readonly ScannedFile[],
  displayPath: (path: string) => string,
): Promise<SendSummary> {
  const outcomes: FileOutcome[] = files.flatMap((file) =>
    file.type === 'skipped' ? [{ path: file.path, outcome: 'skipped', bytesSent: 0, reason: file.problem }] : [],
  );
  const nowMs = Date.now();
  const result: SendResult = {
    peer,
    startedAtMs: nowMs,
    endedAtMs: nowMs,
    outcomes,
    counts: { stored: 0, 'stored with warning': 0, failed: 0, skipped: outcomes.length, cancelled: 0, unknown: 0 },
    bytesSent: 0,
    associations: [],
    cancelled: false,
  };
  await tell(session, result, displayPath);
  return summaryOf(result);
}

function summaryOf(result: SendResult): SendSummary {
  const { counts, bytesSent, cancelled } = result;
  return { peer: result.peer.name, counts, bytesSent, cancelled };
}

/** What went wrong most urgently, for a person who reads one line. */
async function whyOf(result: SendResult): Promise<string> {
  const { problemsOf } = await import('../../trace/problems.ts');
  const problems = problemsOf(result).filter(({ outcome }) => outcome !== 'cancelled' && outcome !== 'skipped');
  const first = problems[0];
  if (first === undefined) return '';
  const more = problems.length === 1 ? '' : ` And ${plural(problems.length - 1, 'other problem')}.`;
  return ` – ${first.text}${more}`;
}

async function tell(session: Session, result: SendResult, displayPath: (path: string) => string): Promise<void> {
  const uri = session.results.keep(result, displayPath);
  void vscode.commands.executeCommand('setContext', 'sendToPacs.hasResults', true);
  const closing =
    result.associations.length === 0 && result.counts.skipped === result.outcomes.length
      ? `No DICOM file to send to ${result.peer.name}: ${countsWords(result.counts)}.`
      : closingWords(result);
  const severity = severityOf(result);
  session.channel.note(severity === 'information' ? 'info' : severity === 'warning' ? 'warn' : 'error', closing);
  const message = `${closing}${await whyOf(result)}`;
  const buttons = [SHOW_RESULTS, SHOW_TRACE];
  const shown =
    severity === 'information'
      ? vscode.window.showInformationMessage(message, ...buttons)
      : severity === 'warning'
        ? vscode.window.showWarningMessage(message, ...buttons)
        : vscode.window.showErrorMessage(message, ...buttons);
  void shown.then(async (answer) => {
    if (answer === SHOW_RESULTS) await session.results.show(uri);
    if (answer === SHOW_TRACE) session.channel.show();
  });
}
