// Jobs and journals for tests without files or peers.

import { readFileSync, writeFileSync } from 'node:fs';
import type { SendJob } from '../../src/send/job.ts';
import type { FileOutcome, Outcome } from '../../src/send/outcome.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { type SendId, sendFilePath } from '../../src/send/send-id.ts';
import { peerAt } from './jobs.ts';
import { instanceSample } from './scanned-samples.ts';

export function pathOf(index: number): string {
  return `/studies/ä "quoted"\n/${index}.dcm`;
}

/** A job of so many instances; none of them is there. */
export function jobOf(count: number): SendJob {
  return {
    peer: peerAt(11_112, { name: 'ARCHIVE' }),
    files: ScannedFiles.of(
      Array.from({ length: count }, (_, index) =>
        instanceSample(index, {
          path: pathOf(index),
          identity: {
            size: 1_200 + index,
            mtimeMs: 1_700_000_000_000.25,
            ctimeMs: 1_700_000_000_001.5,
            ino: index,
            dev: 1,
          },
        }),
      ),
    ),
  };
}

export function outcomeOf(index: number, outcome: Outcome = 'stored'): FileOutcome {
  return { path: pathOf(index), outcome, bytesSent: 1_000, ...(outcome === 'stored' ? { status: 0 } : {}) };
}

/** Makes it look as if another process had written the journal: one that is gone, unless `changes` say otherwise. */
export function changeHolder(directory: string, id: SendId, changes: object = { began: 'long ago' }): void {
  const path = sendFilePath(directory, id);
  const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  const header = JSON.parse(first) as { holder: object };
  writeFileSync(path, [JSON.stringify({ ...header, holder: { ...header.holder, ...changes } }), ...rest].join('\n'));
}
