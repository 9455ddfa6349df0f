// Sends one file of so many GiB to a peer in the same process and prints the figures as JSON. It runs in a process of its own, so
// that the memory of the test runner is not measured, too.
//
//     node test/support/large-send.ts 10

import { runSend } from '../../src/send/run.ts';
import { peerAt, scanned } from './jobs.ts';
import { startPeer } from './peer-modes.ts';
import { sparseFile } from './sparse-file.ts';

export interface LargeSendFigures {
  readonly outcomes: readonly string[];
  /** Of the data set, in bytes: in the file, as the result, the file's outcome, the progress and the peer count it. */
  readonly dataSetLength: number;
  readonly counted: readonly number[];
  /** In bytes. */
  readonly peakRss: number;
  readonly elapsedMs: number;
}

const undo: (() => unknown)[] = [];
const { path, dataSetLength } = await sparseFile({ after: (step) => undo.push(step) }, Number(process.argv[2]));
const peer = await startPeer(undefined, { keeps: 'lengths', maximumLength: 131_072 });
let peakRss = 0;
const timer = setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage().rss);
}, 20);
let bytesDone = 0;
const job = { peer: peerAt(peer.port), files: await scanned([path]) };
const began = performance.now();
const result = await runSend(
  job,
  {
    progress: (progress) => {
      bytesDone = progress.bytesDone;
    },
  },
  new AbortController().signal,
);
const elapsedMs = performance.now() - began;
clearInterval(timer);
await peer.stop();
for (const step of undo) await step();
const figures: LargeSendFigures = {
  outcomes: [...result.outcomes].map(({ outcome }) => outcome),
  dataSetLength,
  counted: [
    result.bytesSent,
    ...[...result.outcomes].map(({ bytesSent }) => bytesSent),
    bytesDone,
    ...peer.instances.map(({ length }) => length),
  ],
  peakRss,
  elapsedMs,
};
console.log(JSON.stringify(figures));
