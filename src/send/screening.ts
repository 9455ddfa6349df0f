// Which instances are held back before anything is sent, and why: by what was found in each, and by instances that come
// twice. Sending one twice at best wastes time; where the two differ, the later one would replace the first in one
// archive and be refused by another.

import { createHash } from 'node:crypto';
import { DataSetReadError } from '../part10/data-set-source.ts';
import { fileSource } from '../part10/file-source.ts';
import type { ScannedFile } from './job.ts';
import type { Reason } from './outcome.ts';
import { DEFAULT_PREFLIGHT_POLICY, type PreflightPolicy, type RepeatedInstance } from './preflight-policy.ts';

type Instance = Extract<ScannedFile, { type: 'instance' }>;

export interface HeldBack {
  /** In the job's files. */
  readonly index: number;
  /** Skipped: the peer gets the same data set from another file. Failed: it does not. */
  readonly outcome: 'failed' | 'skipped';
  readonly reason: Reason;
}

const CHUNK_LENGTH = 262_144;

/**
 * Pure. Of instances with the same SOP Instance UID the first that is sent counts.
 * @param digests what digestsOfRepeated says of these files
 */
export function holdBack(
  files: readonly ScannedFile[],
  digests: ReadonlyMap<number, string>,
  changes: Partial<PreflightPolicy> = {},
): readonly HeldBack[] {
  const policy = { ...DEFAULT_PREFLIGHT_POLICY, ...changes };
  const held: HeldBack[] = [];
  /** By SOP Instance UID, the first that is sent. A number each: there may be hundreds of thousands. */
  const sent = new Map<string, number>();
  files.forEach((file, index) => {
    if (file.type !== 'instance') return;
    const finding = file.findings.find(({ code }) => policy[code] === 'skip');
    if (finding !== undefined) {
      held.push({ index, outcome: 'failed', reason: { code: 'pre-flight', finding } });
      return;
    }
    const { sopInstanceUID } = file.header;
    const firstIndex = sent.get(sopInstanceUID);
    const first = firstIndex === undefined ? undefined : files[firstIndex];
    if (firstIndex !== undefined && first?.type === 'instance') {
      const digest = digests.get(index);
      const isSame = couldBeSame(first, file) && digest !== undefined && digest === digests.get(firstIndex);
      const code: RepeatedInstance['code'] = isSame ? 'duplicate instance' : 'conflicting instance';
      if (policy[code] === 'skip') {
        const reason: Reason = { code: 'pre-flight', finding: { code, sopInstanceUID, firstPath: first.path } };
        held.push({ index, outcome: isSame ? 'skipped' : 'failed', reason });
        return;
      }
    }
    sent.set(sopInstanceUID, index);
  });
  return held;
}

function couldBeSame(a: Instance, b: Instance): boolean {
  return a.header.dataSetLength === b.header.dataSetLength && a.header.transferSyntaxUID === b.header.transferSyntaxUID;
}

/**
 * Reads the data sets of those files that have their SOP Instance UID, transfer syntax and length in common with
 * another one, and no others. By index; a file that cannot be read, or that was not reached before `signal`, has none.
 */
export async function digestsOfRepeated(
  files: readonly ScannedFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const digests = new Map<number, string>();
  for (const group of couldBeSameGroups(files)) {
    if (group.size < 2) continue;
    for (const [index, file] of group) {
      const digest = signal.aborted ? undefined : await digestOf(file, signal);
      if (digest !== undefined) digests.set(index, digest);
    }
  }
  return digests;
}

/** Of instances whose SOP Instance UID comes more than once, those that could be the same, by their index. */
function couldBeSameGroups(files: readonly ScannedFile[]): Iterable<ReadonlyMap<number, Instance>> {
  const firsts = new Map<string, number>();
  const groups = new Map<string, Map<number, Instance>>();
  const group = (index: number): void => {
    const file = files[index];
    if (file?.type !== 'instance') return;
    const { sopInstanceUID, transferSyntaxUID, dataSetLength } = file.header;
    const key = `${sopInstanceUID} ${transferSyntaxUID} ${dataSetLength}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, new Map([[index, file]]));
    else members.set(index, file);
  };
  files.forEach((file, index) => {
    if (file.type !== 'instance') return;
    const first = firsts.get(file.header.sopInstanceUID);
    if (first === undefined) {
      firsts.set(file.header.sopInstanceUID, index);
      return;
    }
    group(first);
    group(index);
  });
  return groups.values();
}

async function digestOf({ path, header, identity }: Instance, signal: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const { bytes } of fileSource(path, header, identity).chunks(CHUNK_LENGTH)) {
      if (signal.aborted) return undefined;
      hash.update(bytes);
    }
  } catch (error) {
    // It says so itself when it is sent.
    if (error instanceof DataSetReadError) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
