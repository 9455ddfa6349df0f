// A process that sends two files to a receiver of its own while it lacks a resource. Arguments: what it lacks (ports or
// descriptors), from when on, and whether that lasts or ends after the first failure. Its limits are set by whoever starts it.
// Prints the outcomes, what the receiver holds, and the summary.

import { closeSync, openSync, readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { startReceiver } from '../../src/net/store-scp.ts';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import { summaryText } from '../../src/report/summary.ts';
import { runSend } from '../../src/send/run.ts';
import { peerAt, scanned, verdicts, writeInstances } from './jobs.ts';

export interface ShortageReport {
  readonly verdicts: readonly string[];
  readonly associations: readonly (string | undefined)[];
  readonly held: number;
  readonly summary: string;
  readonly elapsedMs: number;
}

const [, , what, when, howLong, folder = '', directory = ''] = process.argv;

/** Takes all there are. Returns how they are given back. */
type Taking = () => Promise<() => void>;

const takePorts: Taking = async () => {
  const sockets: Socket[] = [];
  for (;;) {
    const socket = new Socket();
    const isConnected = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.connect(receiver.port, '127.0.0.1', () => resolve(true));
    });
    if (!isConnected) break;
    sockets.push(socket);
  }
  // By a reset: a port whose connection was closed in good order rests for a minute.
  return () => sockets.splice(0).forEach((socket) => socket.on('error', () => undefined).resetAndDestroy());
};

const takeDescriptors: Taking = async () => {
  const descriptors: number[] = [];
  try {
    for (;;) descriptors.push(openSync('/dev/null', 'r'));
  } catch {
    return () => descriptors.splice(0).forEach(closeSync);
  }
};

await writeInstances(folder, [{ pixelBytes: 2_000 }, { pixelBytes: 2_000 }]);
const receiver = await startReceiver({ port: 0, directory });
const files = await scanned([folder]);
const take = what === 'ports' ? takePorts : takeDescriptors;
let giveBack: (() => void) | undefined;
if (when === 'before') giveBack = await take();
const trace = ({ event }: TraceRecord): void => {
  if (when === 'open' && event.type === 'transition' && event.to === 'Sta6' && giveBack === undefined) {
    giveBack = () => undefined;
    void take().then((back) => {
      giveBack = back;
    });
  }
  if (howLong === 'a moment' && event.type === 'connection failed') giveBack?.();
};
const result = await runSend({ peer: peerAt(receiver.port), files }, { trace }, new AbortController().signal);
giveBack?.();
await receiver.stop();
const report: ShortageReport = {
  verdicts: verdicts(result),
  associations: result.associations.map(({ failure }) => failure?.code),
  held: readdirSync(directory).length,
  summary: summaryText(result),
  elapsedMs: result.endedAtMs - result.startedAtMs,
};
console.log(JSON.stringify(report));
