// Which instances are held back before anything is sent, and why: by what was found in each, and by instances that come
// twice. Sending one twice at best wastes time; where the two differ, the later one would replace the first in one
// archive and be refused by another.

import { createHash } from 'node:crypto';
import { DataSetReadError } from '../part10/read/data-set-source.ts';
import { fileSource } from '../part10/read/file-source.ts';
import type { Reason } from './outcome.ts';
import { DEFAULT_PREFLIGHT_POLICY, type PreflightPolicy, type RepeatedInstance } from './preflight-policy.ts';
import type { ScannedInstance } from './scanned-file.ts';
import type { ScannedFiles } from './scanned-files.ts';

export interface HeldBack {
  /** In the job's files. */
  readonly index: number;
  /** Skipped: the peer gets the same data set from another file. Failed: it does not. */
  readonly outcome: 'failed' | 'skipped';
  readonly reason: Reason;
}

const CHUNK_LENGTH = 262_144;

/** Judges instances one by one, in the order of the job. Of those with the same SOP Instance UID the first that is sent counts. */
export class Screening {
  readonly #files: ScannedFiles;
  readonly #digests: ReadonlyMap<number, string>;
  readonly #policy: PreflightPolicy;
  /** What is sent of those that come more than once, by the first of them. */
  readonly #sent = new Map<number, { readonly index: number; readonly file: ScannedInstance }>();

  /** @param digests what digestsOfRepeated says of these files */
  constructor(files: ScannedFiles, digests: ReadonlyMap<number, string>, changes: Partial<PreflightPolicy> = {}) {
    this.#files = files;
    this.#digests = digests;
    this.#policy = { ...DEFAULT_PREFLIGHT_POLICY, ...changes };
  }

  /** Undefined: it is sent. */
  hold(index: number): HeldBack | undefined {
    const finding = this.#files.findingsOf(index).find(({ code }) => this.#policy[code] === 'skip');
    if (finding !== undefined) return { index, outcome: 'failed', reason: { code: 'pre-flight', finding } };
    const group = this.#files.repeated.get(index);
    if (group === undefined) return undefined;
    const file = this.#files.instance(index);
    const first = this.#sent.get(group);
    if (first !== undefined) {
      const digest = this.#digests.get(index);
      const isSame = couldBeSame(first.file, file) && digest !== undefined && digest === this.#digests.get(first.index);
      const code: RepeatedInstance['code'] = isSame ? 'duplicate instance' : 'conflicting instance';
      if (this.#policy[code] === 'skip') {
        const { sopInstanceUID } = file.header;
        const reason: Reason = { code: 'pre-flight', finding: { code, sopInstanceUID, firstPath: first.file.path } };
        return { index, outcome: isSame ? 'skipped' : 'failed', reason };
      }
    }
    this.#sent.set(group, { index, file });
    return undefined;
  }
}

function couldBeSame(a: ScannedInstance, b: ScannedInstance): boolean {
  return a.header.dataSetLength === b.header.dataSetLength && a.header.transferSyntaxUID === b.header.transferSyntaxUID;
}

/**
 * Reads the data sets of those files that have their SOP Instance UID, transfer syntax and length in common with
 * another one, and no others. By index; a file that cannot be read, or that was not reached before `signal`, has none.
 */
export async function digestsOfRepeated(
  files: ScannedFiles,
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
function couldBeSameGroups(files: ScannedFiles): Iterable<ReadonlyMap<number, ScannedInstance>> {
  const groups = new Map<string, Map<number, ScannedInstance>>();
  for (const [index, first] of files.repeated) {
    const file = files.instance(index);
    const { transferSyntaxUID, dataSetLength } = file.header;
    const key = `${first} ${transferSyntaxUID} ${dataSetLength}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, new Map([[index, file]]));
    else members.set(index, file);
  }
  return groups.values();
}

async function digestOf({ path, header, identity }: ScannedInstance, signal: AbortSignal): Promise<string | undefined> {
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
