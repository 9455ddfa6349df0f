// `store`: scans, sends, and prints what became of every file. The command line's counterpart of "Send to PACS".

import { type FileHandle, open } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { Peer } from '../net/peer.ts';
import { endIdleFileThreads } from '../part10/read/file-threads.ts';
import { systemErrorInfo } from '../part10/system-error.ts';
import { formatOfName } from '../report/formats.ts';
import { reportJson } from '../report/json.ts';
import { notableOf } from '../report/notable.ts';
import { hasNothingToSend } from '../report/nothing-to-send.ts';
import { listenerTroubleText } from '../report/problems.ts';
import { summaryLines } from '../report/summary.ts';
import type { SendProgress, SendResult } from '../send/job.ts';
import type { SendOptions } from '../send/options.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { runSend } from '../send/run.ts';
import { type ScanOptions, scan } from '../send/scan.ts';
import { ScannedFiles } from '../send/scanned-files.ts';
import { systemPath } from '../text/path-bytes.ts';
import { formatBytes, formatCount, formatDuration, plural } from '../trace/units.ts';
import { workingFolder } from './argument-bytes.ts';
import { type OptionGroup, type OptionValues, optionsHelp, parseOptions, UsageError } from './command-line.ts';
import { watchForInterruption } from './interruption.ts';
import { boundYoungGeneration } from './memory.ts';
import {
  OUTPUT_OPTIONS,
  PEER_OPTIONS,
  PROPOSAL_OPTIONS,
  type PrintLevel,
  peerFrom,
  printLevel,
  SEND_OPTIONS,
  sendOptionsFrom,
  TIMEOUT_OPTIONS,
  TIMEOUTS_TITLE,
  timeoutMs,
} from './options.ts';
import { Output, traceTo } from './output.ts';

const FILE_OPTIONS = {
  recurse: { spellings: ['-r', '--recurse'], help: 'send also the files in subfolders' },
  followLinks: {
    spellings: ['--follow-links'],
    help: 'follow links that lead out of PATH; by default they are skipped\nand named',
  },
  report: {
    spellings: ['--report'],
    value: 'FILE',
    help: 'write the outcome of every file to FILE: .csv, .md (Markdown), .xml\n(JUnit); JSON by any other name',
  },
  fileTimeout: {
    spellings: ['--file-timeout'],
    value: 'SECONDS',
    help: 'longest wait for a file or folder to be read (default: 30; 0 = no limit)',
  },
} as const;

const GROUPS: readonly OptionGroup[] = [
  ['Files', FILE_OPTIONS],
  ['Peer', PEER_OPTIONS],
  ['How files are sent', SEND_OPTIONS],
  ['Presentation contexts', PROPOSAL_OPTIONS],
  [TIMEOUTS_TITLE, TIMEOUT_OPTIONS],
  ['Output', OUTPUT_OPTIONS],
];

export const STORE_OPTIONS = {
  ...FILE_OPTIONS,
  ...PEER_OPTIONS,
  ...SEND_OPTIONS,
  ...PROPOSAL_OPTIONS,
  ...TIMEOUT_OPTIONS,
  ...OUTPUT_OPTIONS,
} as const;

const USAGE = 'Usage: send-to-pacs store [options] ADDR PORT PATH...';

export const STORE_HELP = `${USAGE}

Stores DICOM files in a PACS with C-STORE.

  ADDR PORT  the peer: its host name or IP address, and its DICOM port
  PATH       a file or a folder; of a folder, the files directly in it

Example: send-to-pacs store 192.0.2.10 11112 study/ -r -aet WORKSTATION -aec PACS

${optionsHelp(GROUPS)}

The summary goes to stdout, the trace goes to stderr.

Exit code:
  0    every instance was stored, with or without a warning of the peer
  1    an instance was not stored, a PATH could not be sent, a link out of PATH was skipped,
       or there was nothing to send.
       Files in folders that are not DICOM are skipped and listed; they do not change the exit code
  2    the command line was wrong; nothing was sent
  130  interrupted by Ctrl-C (143: by SIGTERM); the summary says what was stored until then.
       A second Ctrl-C ends at once
`;

export interface StoreArguments {
  readonly peer: Peer;
  readonly sendOptions: Partial<SendOptions> & Pick<SendOptions, 'fileTimeoutMs'>;
  readonly paths: readonly string[];
  readonly recurse: boolean;
  readonly followLinks: boolean;
  readonly report: string | undefined;
  readonly level: PrintLevel;
  readonly quiet: boolean;
}

/** @throws UsageError */
function storeArguments(options: OptionValues<typeof STORE_OPTIONS>, positionals: readonly string[]): StoreArguments {
  const level = printLevel(options);
  const [address, port, ...paths] = positionals;
  const peer = peerFrom(address, port, options, USAGE);
  const fileTimeoutMs = timeoutMs('--file-timeout', options.fileTimeout);
  const sendOptions = { ...sendOptionsFrom(options), fileTimeoutMs };
  if (paths.length === 0) throw new UsageError('there is nothing to send: PATH is missing', USAGE);
  if (paths.includes('')) throw new UsageError("a path is empty: PATH ''", `${USAGE}. Example of a PATH: study/`);
  if (options.report === '') throw new UsageError('--report needs a file name', 'Example: --report report.json');
  return {
    peer,
    sendOptions,
    paths,
    recurse: options.recurse ?? false,
    followLinks: options.followLinks ?? false,
    report: options.report,
    level,
    quiet: options.quiet ?? false,
  };
}

/** @returns the exit code */
export async function store(argv: readonly string[]): Promise<number> {
  const { options, positionals } = parseOptions(STORE_OPTIONS, argv);
  if (options.help) {
    process.stdout.write(STORE_HELP);
    return 0;
  }
  const given = storeArguments(options, positionals);
  const { peer, sendOptions, recurse, followLinks, report, level, quiet } = given;
  const folder = workingFolder();
  const paths = given.paths.map((path) => resolve(folder, path));
  const output = new Output({ level, quiet });
  const interruption = watchForInterruption(() => {
    output.hurry();
    output.line('warn', 'Interrupted: stopping. Press Ctrl-C again to end at once.');
  });
  try {
    let files: ScannedFiles;
    let foldersLeftOut = 0;
    const leftOut = (): void => {
      foldersLeftOut += 1;
    };
    try {
      const { fileTimeoutMs } = sendOptions;
      files = await scanAll(paths, { recurse, followLinks, fileTimeoutMs, leftOut }, output, interruption.signal);
    } catch (thrown) {
      if (!interruption.signal.aborted) throw thrown;
      output.result('Interrupted while looking for files. Nothing was sent.');
      return interruption.exitCode() ?? 1;
    }

    let reportFile: FileHandle | undefined;
    if (report !== undefined) {
      try {
        // Opened before anything is sent, so that a wrong path is reported at once and not after an hour.
        reportFile = await open(systemPath(resolve(folder, report)), 'w');
      } catch (thrown) {
        output.line('error', `The report cannot be written: ${systemErrorInfo(thrown).message}. Nothing was sent.`);
        return 1;
      }
    }

    const displayPath = relativeTo(folder);
    const { sink, flush } = traceTo(output, level);
    const result = await runSend(
      { peer, files, options: sendOptions, displayPath },
      { trace: sink, progress: (progress) => output.progress(progressText(progress)) },
      interruption.signal,
    );
    flush();
    for (const trouble of result.troubles ?? []) output.line('warn', listenerTroubleText(trouble));
    output.result(...summaryLines(result, { displayPath, report, foldersLeftOut }));

    let exitCode = wasEverythingStored(result, paths) ? 0 : 1;
    if (reportFile !== undefined && report !== undefined) {
      try {
        await writeReport(reportFile, report, result);
      } catch (thrown) {
        output.line('error', `The report could not be written: ${systemErrorInfo(thrown).message}`);
        exitCode = 1;
      }
    }
    return interruption.exitCode() ?? exitCode;
  } finally {
    // After an interruption the thread may wait for a disk that never answers.
    if (!interruption.signal.aborted) await endIdleFileThreads();
    output.end();
    interruption.end();
  }
}

/** Rejects with the system's error. Closes the file here, because a full disk may only show then. */
async function writeReport(file: FileHandle, name: string, result: SendResult): Promise<void> {
  try {
    const write = formatOfName(name)?.write ?? reportJson;
    await file.writeFile(write(result));
  } finally {
    await file.close();
  }
}

async function scanAll(
  paths: readonly string[],
  options: ScanOptions,
  output: Output,
  signal: AbortSignal,
): Promise<ScannedFiles> {
  const files = new ScannedFiles();
  for await (const file of scan(paths, options, signal)) {
    files.push(file);
    if (files.length === 1) boundYoungGeneration();
    if (files.length % 100 === 0) output.progress(`Looking for files: ${formatCount(files.length)}`);
  }
  return files;
}

/** Shows paths below a folder as relative to it. */
function relativeTo(folder: string): (path: string) => string {
  const prefix = folder.endsWith(sep) ? folder : `${folder}${sep}`;
  return (path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path);
}

function progressText({
  filesDone,
  filesTotal,
  bytesDone,
  bytesTotal,
  bytesPerSecond,
  remainingMs,
}: SendProgress): string {
  return [
    `${formatCount(filesDone)} of ${plural(filesTotal, 'file')}`,
    `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    ...(bytesPerSecond === undefined ? [] : [`${formatBytes(Math.round(bytesPerSecond))}/s`]),
    ...(remainingMs === undefined ? [] : [`${formatDuration(remainingMs)} left`]),
  ].join(' · ');
}

/** @param paths that the person named; absolute */
function wasEverythingStored(result: SendResult, paths: readonly string[]): boolean {
  const named = new Set(paths);
  if (result.counts.stored + result.counts['stored with warning'] === 0) return false;
  for (const outcome of notableOf(result.outcomes)) {
    if (!isStored(outcome) && !isNoLoss(outcome, named)) return false;
  }
  return true;
}

const isStored = ({ outcome }: FileOutcome): boolean => outcome === 'stored' || outcome === 'stored with warning';

/** A file that a person named must be an instance. The same bytes in another file of this send count there. */
const isNoLoss = (file: FileOutcome, named: ReadonlySet<string>): boolean =>
  hasNothingToSend(file) && (file.reason?.code === 'pre-flight' || !named.has(file.path));
