// Which instances are held back before anything is sent, and why: by what was found in each, and by SOP Instance UIDs
// that more than one file has. A peer keeps one instance for each UID: of two different ones the later would replace
// the earlier in one archive and be refused by another.
//
// Files with one UID are compared by their data sets. Of those in the same send that are the same, one goes out: the first,
// and if that is not stored, the next. A file that differs from one that is sent, or that an earlier send has stored, is held back. A
// file that equals a stored one from another path is sent: it replaces nothing, and the peer may have lost what it had.

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { readHeader } from '../part10/header/read-header.ts';
import { DataSetReadError, type DataSetReadReason } from '../part10/read/data-set-source.ts';
import { asynchronousAccess } from '../part10/read/file-access.ts';
import { DataSetSources } from './conversion.ts';
import type { SendJob } from './job.ts';
import type { Reason } from './outcome.ts';
import { DEFAULT_PREFLIGHT_POLICY, type PreflightFinding, type PreflightPolicy } from './preflight-policy.ts';
import type { ScannedInstance } from './scanned-file.ts';
import type { ScannedFiles } from './scanned-files.ts';
import type { StoredInstance } from './stored-instances.ts';

export type Screened =
  | { readonly type: 'held back'; readonly reason: Reason }
  /** It could not be read to compare it. */
  | { readonly type: 'failed'; readonly reason: Reason }
  /** The same data set is sent from another file; `first`: its index. */
  | { readonly type: 'duplicate'; readonly first: number };

/** What was learnt by reading files whose SOP Instance UID comes more than once, by their index. */
export interface Comparison {
  /** SHA-256 of the data set, of files that have UID, transfer syntax and length in common with another one. */
  readonly digests: ReadonlyMap<number, string>;
  /** Why one of those could not be read: it fails, and the others are compared without it. */
  readonly unreadable: ReadonlyMap<number, DataSetReadReason>;
  /** The path of the file from which another data set was stored under this UID. */
  readonly conflicts: ReadonlyMap<number, string>;
  /** The path of another file from which the same data set was stored. */
  readonly same: ReadonlyMap<number, string>;
}

export const NOTHING_COMPARED: Comparison = {
  digests: new Map(),
  unreadable: new Map(),
  conflicts: new Map(),
  same: new Map(),
};
const NOTHING_DECIDED: ReadonlySet<string> = new Set();
const CHUNK_LENGTH = 262_144;
/** So many files are looked up before the event loop gets a turn. */
const LOOK_UPS = 2_048;

/**
 * Judges instances one by one, in the order of the job. Of those with the same SOP Instance UID the first that is sent
 * counts.
 */
export class Screening {
  readonly #files: ScannedFiles;
  readonly #compared: Comparison;
  readonly #policy: PreflightPolicy;
  readonly #decided: ReadonlySet<string>;
  /** What is sent of those that come more than once, by the first of them. */
  readonly #sent = new Map<number, { readonly index: number; readonly file: ScannedInstance }>();

  /** @param compared what `compare` says of these files */
  constructor(
    files: ScannedFiles,
    changes: Partial<PreflightPolicy> = {},
    compared = NOTHING_COMPARED,
    decided = NOTHING_DECIDED,
  ) {
    this.#files = files;
    this.#policy = { ...DEFAULT_PREFLIGHT_POLICY, ...changes };
    this.#compared = compared;
    this.#decided = decided;
    if (decided.size === 0) return;
    for (const [index, group] of files.repeated) {
      const file = files.instance(index);
      if (decided.has(file.path) && !this.#sent.has(group)) this.#sent.set(group, { index, file });
    }
  }

  /** Undefined: it is sent. */
  screen(index: number): Screened | undefined {
    const unreadable = this.#compared.unreadable.get(index);
    // What a person has decided about is tried whatever was found.
    if (unreadable !== undefined && !this.#isDecided(index)) return { type: 'failed', reason: unreadable };
    const findings = this.#files.findingsOf(index);
    const storedFrom = this.#compared.conflicts.get(index);
    if ((findings.length > 0 || storedFrom !== undefined) && !this.#isDecided(index)) {
      const finding = findings.find(({ code }) => this.#policy[code] === 'skip');
      if (finding !== undefined) return heldBack(finding);
      if (storedFrom !== undefined && this.#policy['conflicting instance'] === 'skip') {
        return heldBack(storedConflict(this.#files.instance(index), storedFrom));
      }
    }
    return this.#screenRepeated(index);
  }

  #isDecided(index: number): boolean {
    return this.#decided.size > 0 && this.#decided.has(this.#files.instance(index).path);
  }

  #screenRepeated(index: number): Screened | undefined {
    const group = this.#files.repeated.get(index);
    if (group === undefined) return undefined;
    const file = this.#files.instance(index);
    const first = this.#sent.get(group);
    if (first !== undefined && first.index !== index) {
      const { digests } = this.#compared;
      const digest = digests.get(index);
      const isSame = couldBeSame(first.file, file) && digest !== undefined && digest === digests.get(first.index);
      const { sopInstanceUID } = file.header;
      const firstPath = first.file.path;
      if (isSame && this.#policy['duplicate instance'] === 'skip') return { type: 'duplicate', first: first.index };
      if (!isSame && this.#policy['conflicting instance'] === 'skip') {
        return heldBack({ code: 'conflicting instance', sopInstanceUID, firstPath });
      }
    }
    this.#sent.set(group, { index, file });
    return undefined;
  }
}

/** @param firstPath the file from which the same data set was stored */
export function duplicateOf({ header }: ScannedInstance, firstPath: string): Reason {
  const finding = { code: 'duplicate instance', sopInstanceUID: header.sopInstanceUID, firstPath } as const;
  return { code: 'pre-flight', finding };
}

/** @param firstPath the file from which another data set was stored under the same UID */
export function storedConflict({ header }: ScannedInstance, firstPath: string): PreflightFinding {
  return { code: 'conflicting instance', sopInstanceUID: header.sopInstanceUID, firstPath, isStored: true };
}

function heldBack(finding: PreflightFinding): Screened {
  return { type: 'held back', reason: { code: 'pre-flight', finding } };
}

function couldBeSame(a: ScannedInstance, b: ScannedInstance): boolean {
  return a.header.dataSetLength === b.header.dataSetLength && a.header.transferSyntaxUID === b.header.transferSyntaxUID;
}

/**
 * Reads the data sets of those files that have their SOP Instance UID, transfer syntax and length in common with
 * another one, of this send or stored by an earlier one, and no others. A file that was not reached before `signal` has
 * neither a digest nor a reason.
 */
export async function compare(
  { files, earlier, peer, options }: Pick<SendJob, 'files' | 'earlier' | 'peer' | 'options'>,
  signal: AbortSignal,
): Promise<Comparison> {
  const digests = new Map<number, string>();
  const unreadable = new Map<number, DataSetReadReason>();
  const conflicts = new Map<number, string>();
  const same = new Map<number, string>();
  const reader = new DigestReader(signal, options?.fileTimeoutMs);
  try {
    for (const group of couldBeSameGroups(files)) {
      if (group.size < 2) continue;
      for (const [index, file] of group) {
        const digest = await reader.digestOf(file);
        if (typeof digest === 'string') digests.set(index, digest);
        else if (digest !== undefined) unreadable.set(index, digest);
      }
    }
    const stored = earlier?.at(peer);
    if (stored === undefined || stored.isEmpty) return { digests, unreadable, conflicts, same };
    for (let index = 0; index < files.length && !signal.aborted; index += 1) {
      if (index % LOOK_UPS === 0) await setImmediate();
      if (files.skipped.has(index) || unreadable.has(index)) continue;
      const first = stored.find(files.sopInstanceUIDOf(index));
      if (first === undefined) continue;
      const isOther = await isConflict(files.instance(index), digests.get(index), first, reader);
      (isOther ? conflicts : same).set(index, first.path);
    }
    return { digests, unreadable, conflicts, same };
  } finally {
    await reader.close();
  }
}

/** The same for one file whose turn has come: another send of this process has stored `first` meanwhile, or is about to. */
export async function conflictsWith(
  file: ScannedInstance,
  digest: string | undefined,
  first: StoredInstance,
  signal: AbortSignal,
  fileTimeoutMs: number | undefined,
): Promise<boolean> {
  const reader = new DigestReader(signal, fileTimeoutMs);
  try {
    return await isConflict(file, digest, first, reader);
  } finally {
    await reader.close();
  }
}

/** Whether `first` was stored from another file and is not known to have the same data set. */
async function isConflict(
  file: ScannedInstance,
  digest: string | undefined,
  first: StoredInstance,
  reader: DigestReader,
): Promise<boolean> {
  // The same path is the person's newer version of the same file; the same file by another path was moved.
  if (first.path === file.path || first.isOf(file.identity)) return false;
  const { dataSetLength, transferSyntaxUID } = file.header;
  if (first.dataSetLength !== dataSetLength || first.transferSyntaxUID !== transferSyntaxUID) return true;
  const before = first.digest ?? (await reader.digestOfStored(first));
  return typeof before !== 'string' || before !== (digest ?? (await reader.digestOf(file)));
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

type Digest = string | DataSetReadReason | undefined;

/** Through file threads of its own, which start with the first file. Does not wait for a file when `signal` aborts. */
class DigestReader {
  readonly #signal: AbortSignal;
  readonly #fileTimeoutMs: number | undefined;
  readonly #aborted: Promise<undefined>;
  #abort: () => void = () => undefined;
  #sources: DataSetSources | undefined;

  constructor(signal: AbortSignal, fileTimeoutMs: number | undefined) {
    this.#signal = signal;
    this.#fileTimeoutMs = fileTimeoutMs;
    this.#aborted = new Promise((resolve) => {
      this.#abort = () => resolve(undefined);
    });
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** SHA-256 of the data set, or why it cannot be read; undefined: aborted. */
  digestOf(file: ScannedInstance): Promise<Digest> {
    return this.#unlessAborted(() => this.#digestOf(file));
  }

  /** Undefined: the file is not there any more, or not as it was stored. */
  digestOfStored(stored: StoredInstance): Promise<Digest> {
    return this.#unlessAborted(async () => {
      const { path } = stored;
      const { result, identity } = await readHeader(path, false, this.#signal, asynchronousAccess(this.#fileTimeoutMs));
      if (result.type !== 'instance' || identity === undefined || !stored.isUnchanged(identity)) return undefined;
      return this.#digestOf({ type: 'instance', path, header: result.header, identity, findings: [] });
    });
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    await this.#sources?.close();
  }

  async #unlessAborted(read: () => Promise<Digest>): Promise<Digest> {
    return this.#signal.aborted ? undefined : Promise.race([read(), this.#aborted]);
  }

  async #digestOf(file: ScannedInstance): Promise<Digest> {
    this.#sources ??= new DataSetSources(this.#fileTimeoutMs);
    const source = this.#sources.ownSourceOf(file);
    const hash = createHash('sha256');
    try {
      for await (const { bytes } of source.chunks(CHUNK_LENGTH)) {
        if (this.#signal.aborted) return undefined;
        hash.update(bytes);
      }
    } catch (error) {
      if (error instanceof DataSetReadError) return error.reason;
      throw error;
    }
    return hash.digest('hex');
  }
}
