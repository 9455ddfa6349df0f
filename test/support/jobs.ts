// Sends for tests: instances written to a folder of their own, a peer on loopback, and the real way through scan and run.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_TIMEOUTS, type Peer, type Timeouts } from '../../src/net/peer.ts';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import type { SendListeners, SendResult } from '../../src/send/job.ts';
import { runSend } from '../../src/send/run.ts';
import { scan } from '../../src/send/scan.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { type SampleInstance, type SampleOptions, sampleInstance } from './dicom-builder.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

export interface WrittenInstance extends SampleInstance {
  readonly path: string;
}

/** Writes one file for each of `options`: 1.dcm, 2.dcm, ... */
export async function writeInstances(folder: string, options: readonly SampleOptions[]): Promise<WrittenInstance[]> {
  const written: WrittenInstance[] = [];
  for (const [index, option] of options.entries()) {
    const instance = sampleInstance({ seed: index + 1, ...option });
    const path = join(folder, `${index + 1}.dcm`);
    await writeFile(path, instance.file);
    written.push({ ...instance, path });
  }
  return written;
}

/** A folder of its own with so many instances, 1.dcm, 2.dcm, ... */
export async function folderOf(t: Scope, count: number, pixelBytes = 2_000): Promise<string> {
  const folder = temporaryFolder(t);
  await writeInstances(
    folder,
    Array.from({ length: count }, () => ({ pixelBytes })),
  );
  return folder;
}

export function peerAt(
  port: number,
  changes: Partial<Omit<Peer, 'timeouts'>> & { timeouts?: Partial<Timeouts> } = {},
): Peer {
  const { timeouts, ...rest } = changes;
  return {
    name: 'TEST',
    host: '127.0.0.1',
    port,
    calledAETitle: 'ANY-SCP',
    callingAETitle: 'TESTSCU',
    maxPduLength: 16_382,
    ...rest,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  };
}

export async function scanned(paths: readonly string[]): Promise<ScannedFiles> {
  const files = new ScannedFiles();
  for await (const file of scan(paths, { recurse: true }, new AbortController().signal)) files.push(file);
  return files;
}

export interface Sent {
  readonly result: SendResult;
  readonly trace: readonly TraceRecord[];
}

export async function send(
  paths: readonly string[],
  peer: Peer,
  listeners: SendListeners = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Sent> {
  const trace: TraceRecord[] = [];
  const files = await scanned(paths);
  const result = await runSend(
    { peer, files },
    {
      ...listeners,
      trace: (record) => {
        trace.push(record);
        listeners.trace?.(record);
      },
    },
    signal,
  );
  if (result.troubles !== undefined) throw new Error(`a listener threw: ${JSON.stringify(result.troubles)}`);
  return { result, trace };
}

/** 'outcome reason-code' of each file. */
export function verdicts(result: SendResult): string[] {
  return [...result.outcomes].map(({ outcome, reason }) =>
    reason === undefined ? outcome : `${outcome}: ${reason.code}`,
  );
}
