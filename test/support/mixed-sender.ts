// Sends a folder to a port each time its parent asks for it, and reports the outcome of each file and the process's memory. It is
// the sender of `mixedRun`, in a process without the peer.
//
//     fork('mixed-sender.mjs', [folder, port])

import { readdirSync } from 'node:fs';
import { boundYoungGeneration } from '../../src/cli/memory.ts';
import type { SendOptions } from '../../src/send/options.ts';
import type { Outcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import { heapUsed } from './heap.ts';
import { peerAt, scanned } from './jobs.ts';

/** What the parent asks for: a send, or what is held when nothing is sent. */
export type MixedQuestion = { readonly options: Partial<SendOptions> } | 'held';

export interface MixedAnswer {
  readonly outcomes: readonly (readonly [Outcome, string | undefined])[];
  /** The resident set now, and the most that it was since the last answer, in bytes. */
  readonly rss: number;
  readonly peakRss: number;
}

export interface Held {
  /** After everything that is not needed has been thrown away, in bytes. */
  readonly heapUsed: number;
  /** Open descriptors, where the system tells; sockets, timers and requests, by their kind. */
  readonly descriptors: number | undefined;
  readonly resources: readonly string[];
}

const [folder = '', port = ''] = process.argv.slice(2);
const timeouts = { associationMs: 1_000, responseMs: 1_000, writeStallMs: 1_000, releaseMs: 1_000 };
boundYoungGeneration();
let peakRss = 0;
const look = (): number => {
  const { rss } = process.memoryUsage();
  peakRss = Math.max(peakRss, rss);
  return rss;
};
setInterval(look, 50).unref();

async function send(options: Partial<SendOptions>): Promise<MixedAnswer> {
  const job = { peer: peerAt(Number(port), { timeouts }), files: await scanned([folder]), options };
  const result = await runSend(job, {}, new AbortController().signal);
  const rss = look();
  const answer: MixedAnswer = {
    outcomes: [...result.outcomes].map(({ outcome, sopInstanceUID }) => [outcome, sopInstanceUID]),
    rss,
    peakRss,
  };
  peakRss = 0;
  return answer;
}

function held(): Held {
  return {
    heapUsed: heapUsed(),
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : undefined,
    resources: process.getActiveResourcesInfo().sort(),
  };
}

process.on('message', (question: MixedQuestion) => {
  if (question === 'held') process.send?.(held());
  else void send(question.options).then((answer) => process.send?.(answer));
});
