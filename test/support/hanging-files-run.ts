// A process of its own with a file system that hangs (`hanging-files.c`, preloaded). Sends the folders that it is given, each to
// a receiver of its own and all at the same time, and prints what became of each file as JSON.
//
//   node hanging-files-run.ts TIMEOUT_MS|none UNTIL FOLDER...
//
// UNTIL: 'second' = the file system answers again when the second folder is sent; 'never'.

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { startReceiver } from '../../src/net/store-scp.ts';
import { abandonedFileThreads, abandonedFileThreadsEnd } from '../../src/part10/read/file-thread.ts';
import { endIdleFileThreads } from '../../src/part10/read/file-threads.ts';
import { runSend } from '../../src/send/run.ts';
import { scan } from '../../src/send/scan.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { peerAt } from './jobs.ts';

export interface HangingRun {
  /** In the order in which they were settled: 'folder/file: outcome', and of a file that could not be read its code. */
  readonly outcomes: readonly string[];
  /** Threads that hung when the last send was over. */
  readonly abandoned: number;
  /** The same when the file system had answered again. */
  readonly left: number;
}

const [timeout = '', until = '', ...folders] = process.argv.slice(2);
const fileTimeoutMs = timeout === 'none' ? Number.POSITIVE_INFINITY : Number(timeout);
const answersAgain = (): void => writeFileSync(process.env['HANGING_FILES_UNTIL'] ?? '', '');

async function send(folder: string): Promise<string[]> {
  const signal = new AbortController().signal;
  const files = new ScannedFiles();
  for await (const file of scan([folder], { recurse: true, fileTimeoutMs }, signal)) files.push(file);
  const receiver = await startReceiver({ port: 0, directory: `${folder}-received` });
  const { outcomes } = await runSend(
    { peer: peerAt(receiver.port), files, options: { fileTimeoutMs, associations: 1 } },
    {},
    signal,
  );
  await receiver.stop();
  return Array.from(outcomes, ({ path, outcome, reason }) => {
    const error = reason !== undefined && 'error' in reason ? reason.error : undefined;
    const code = typeof error === 'object' && 'code' in error ? ` ${error.code}` : '';
    return `${basename(folder)}/${basename(path)}: ${outcome}${code}`;
  });
}

const outcomes: string[] = [];
await Promise.all(
  folders.map(async (folder, index) => {
    outcomes.push(...(await send(folder)));
    if (index === 1 && until === 'second') answersAgain();
  }),
);
const abandoned = abandonedFileThreads();
answersAgain();
await endIdleFileThreads();
const left = await abandonedFileThreadsEnd(10_000);
console.log(JSON.stringify({ outcomes, abandoned, left } satisfies HangingRun));
