// Finds the files in what a person selected.
//
// One walker goes down the folders and names files in order. The file threads list folders and read headers, some dozens at
// a time; the results keep the walker's order. What is held: the listings of the folders on the way down, and the identity of
// each file seen.
//
// A link that leads out of what was selected is skipped and named: a folder from somewhere else, such as a checkout or an
// unpacked archive, must not choose which of the person's other files are sent. What the person selected may itself be a
// link. A link is asked once where it leads, and read there: what it is exchanged for meanwhile is not read. When the file
// is sent, device and file number must be those that were scanned (part10/read/data-set-file.ts).

import { basename, join, resolve } from 'node:path';
import type { Finding } from '../part10/check/finding.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import type { HeaderReading } from '../part10/header/read-header.ts';
import type { FolderEntries, PathStatus } from '../part10/read/file-access.ts';
import type { FileIdentity } from '../part10/read/file-identity.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import { isBeingWritten, isUnfinishedName } from '../part10/write/unfinished-file.ts';
import { FILE_TIMEOUT_MS } from '../protocol/limits.ts';
import { compareNaturally } from './natural-order.ts';
import { Disk, isError } from './scan-disk.ts';
import type { ScannedFile } from './scanned-file.ts';
import { Selection } from './selection.ts';

export interface ScanOptions {
  /** Also what is in folders inside the given folders. */
  readonly recurse: boolean;
  /** How long one system call on a file may take, in milliseconds; Infinity: no limit. By default FILE_TIMEOUT_MS. */
  readonly fileTimeoutMs?: number;
  /** Links that lead out of what was selected are followed, and each file says where it is. By default false. */
  readonly followLinks?: boolean;
  /** Called for each folder inside the given ones that is left out for lack of `recurse`. */
  readonly leftOut?: () => void;
}

/** Headers asked for at once: few at first, so that something is seen soon. */
const BATCH_FIRST = 8;
const BATCH_MAX = 32;
/** Batches that are under way at the same time, for each file thread at work. */
const BATCHES = 2;

/**
 * Of a file whose name says that a receiver of ours has not finished it. Anybody can give a patient's file such a name, so it
 * is never left out in silence, unless a running process writes it: then it counts as not there.
 */
const UNFINISHED: SystemErrorInfo = {
  code: 'EBUSY',
  message:
    'a receiver is still writing this file, or was ended before it was whole; if it is whole, rename it to send it',
};

/** What the walk found, before anything was opened. */
type Candidate =
  | {
      readonly type: 'file';
      readonly path: string;
      /** Where it is read: `path`, or what the links in it lead to. */
      readonly place: string;
      readonly isKnownFile: boolean;
      /** A link out of the selection led to `place`. */
      readonly isOutside: boolean;
    }
  | { readonly type: 'problem'; readonly path: string; readonly problem: HeaderProblem };

interface Examined {
  readonly file: ScannedFile;
  readonly key: FileKey;
}

/** The file itself, by its device and its number there, or else its path. */
type FileKey = string | Pick<FileIdentity, 'dev' | 'ino'>;

class SeenFiles {
  /** By device: for a text each, a hundred thousand files would take ten megabytes. */
  readonly #numbers = new Map<number, Set<number>>();
  readonly #others = new Set<string>();

  /** True when a file is asked for the first time. */
  isNew(key: FileKey): boolean {
    if (typeof key === 'string') return isAdded(this.#others, key);
    let numbers = this.#numbers.get(key.dev);
    if (numbers === undefined) {
      numbers = new Set();
      this.#numbers.set(key.dev, numbers);
    }
    return isAdded(numbers, key.ino);
  }
}

function isAdded<T>(set: Set<T>, value: T): boolean {
  const { size } = set;
  return set.add(value).size > size;
}

/**
 * Files in the order of `paths`; inside folders in natural order ('IM2' before 'IM10'). Each file once, whatever path
 * leads to it: nested selections, symbolic links and hard links. Links to folders in the selection are followed, each
 * folder once.
 * Every problem is a 'skipped' entry, never a throw; only cancelling throws (the signal's reason).
 * Names that are not UTF-8 are names like others (text/path-bytes.ts).
 */
export async function* scan(
  paths: readonly string[],
  options: ScanOptions,
  signal: AbortSignal,
): AsyncGenerator<ScannedFile> {
  signal.throwIfAborted();
  const seen = new SeenFiles();
  const underWay: Promise<readonly Examined[]>[] = [];
  const disk = new Disk(signal, options.fileTimeoutMs ?? FILE_TIMEOUT_MS);
  const walker = walk(paths, options, disk, signal);
  try {
    let batchLength = BATCH_FIRST;
    for (let isDone = false; !isDone || underWay.length > 0; ) {
      while (!isDone && underWay.length < BATCHES * disk.width) {
        const candidates: Candidate[] = [];
        while (!isDone && candidates.length < batchLength) {
          const next = await untilAborted(walker.next(), signal);
          if (next.done === true) isDone = true;
          else for (const candidate of next.value) candidates.push(candidate);
        }
        batchLength = Math.min(BATCH_MAX, 2 * batchLength);
        underWay.push(examine(candidates, disk));
      }
      const first = underWay.shift();
      if (first === undefined) continue;
      for (const { file, key } of await untilAborted(first, signal)) {
        if (!seen.isNew(key)) continue;
        yield file;
        signal.throwIfAborted();
      }
    }
  } finally {
    disk.close();
  }
}

const NO_FINDINGS: readonly Finding[] = [];

/** In the order of `candidates`. Never rejects. */
async function examine(candidates: readonly Candidate[], disk: Disk): Promise<readonly Examined[]> {
  const readings = await disk.headers(candidates.filter((candidate) => candidate.type === 'file'));
  let at = 0;
  const examined: Examined[] = [];
  for (const candidate of candidates) {
    if (candidate.type === 'problem') {
      const { path, problem } = candidate;
      examined.push({ file: { type: 'skipped', path, problem }, key: pathKey(path) });
      continue;
    }
    const { path, place, isOutside } = candidate;
    const reading = readings[at++];
    const identity = reading?.identity;
    const key =
      identity === undefined ? pathKey(path) : (quickKeyOf(path, identity) ?? (await exactKeyOf(place, disk)));
    examined.push({ file: judged(path, reading, isOutside ? place : undefined), key });
  }
  return examined;
}

function judged(path: string, reading: HeaderReading | undefined, leadsTo: string | undefined): ScannedFile {
  if (reading?.identity === undefined || reading.result.type === 'problem') {
    const problem = reading?.result.type === 'problem' ? reading.result.problem : nothingKnown(path);
    return { type: 'skipped', path, problem };
  }
  const { result, identity } = reading;
  const findings = reading.findings.length === 0 ? NO_FINDINGS : reading.findings;
  const linked = leadsTo === undefined ? {} : { leadsTo };
  return { type: 'instance', path, header: result.header, identity, findings, ...linked };
}

function nothingKnown(path: string): HeaderProblem {
  return { code: 'unreadable', error: { code: 'UNKNOWN', message: `nothing is known of ${path}` } };
}

const pathKey = (path: string): FileKey => `path ${path}`;

/** The file itself, whatever its path; file systems without file numbers tell them apart by path. Undefined: ask again. */
function quickKeyOf(path: string, { dev, ino }: Pick<FileIdentity, 'dev' | 'ino'>): FileKey | undefined {
  if (ino === 0) return pathKey(path);
  return Number.isSafeInteger(ino) ? { dev, ino } : undefined;
}

/** Windows numbers files with 64 bits; rounded, two neighbours would be one. */
async function exactKeyOf(path: string, disk: Disk): Promise<FileKey> {
  const found = await disk.look(path);
  return isError(found) ? pathKey(path) : keyOf(path, found);
}

function keyOf(path: string, { identity, exactNumber }: PathStatus): FileKey {
  return exactNumber ?? quickKeyOf(path, identity) ?? pathKey(path);
}

interface FolderEntry {
  readonly name: string;
  /** The listing itself says that it is a regular file. */
  readonly isFile: boolean;
}

/** What stands at a path, behind the links in it. */
interface Found {
  /** As it is shown. */
  readonly path: string;
  /** Where it is read. */
  readonly place: string;
  readonly isOutside: boolean;
  readonly status: PathStatus;
}

/** One folder on the way down: its entries, and how far they are done. */
interface Level {
  readonly path: string;
  readonly place: string;
  readonly isOutside: boolean;
  readonly entries: readonly FolderEntry[];
  next: number;
}

/** Names files and problems in order, some at a time. */
async function* walk(
  paths: readonly string[],
  { recurse, followLinks = false, leftOut }: ScanOptions,
  disk: Disk,
  signal: AbortSignal,
): AsyncGenerator<readonly Candidate[], void, undefined> {
  const visitedFolders = new SeenFiles();
  const roots = paths.map((path) => resolve(path));
  const selection = new Selection(roots, (path) => realPathOf(path, disk));

  async function* tree(root: Found): AsyncGenerator<readonly Candidate[], void, undefined> {
    const levels: Level[] = [];
    let found: Candidate[] = [];
    const problem = enter(root, levels);
    if (problem !== undefined) found.push(problem);
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      if (found.length >= BATCH_FIRST) {
        signal.throwIfAborted();
        yield found;
        found = [];
      }
      const entry = level.entries[level.next];
      if (entry === undefined) {
        levels.pop();
        continue;
      }
      level.next += 1;
      if (isBeingWritten(entry.name)) continue;
      const path = join(level.path, entry.name);
      const { isOutside } = level;
      const place = level.place === level.path ? path : join(level.place, entry.name);
      if (entry.isFile && isUnfinishedName(entry.name)) {
        found.push(unreadable(path, UNFINISHED));
      } else if (entry.isFile) {
        found.push({ type: 'file', path, place, isKnownFile: true, isOutside });
      } else {
        signal.throwIfAborted();
        const seen = await find(path, place, isOutside, recurse);
        if ('type' in seen) found.push(seen);
        else if (seen.status.kind !== 'directory') found.push(fileOrOther(seen));
        else if (recurse) {
          const unlisted = enter(seen, levels);
          if (unlisted !== undefined) found.push(unlisted);
        } else leftOut?.();
      }
    }
    yield found;
  }

  /** An entry of a folder; or why it is none to be sent. Of a link: what it leads to. */
  async function find(path: string, place: string, isOutside: boolean, lists: boolean): Promise<Found | Candidate> {
    const status = await disk.look(place, { lists, followsLinks: false, wantsTarget: true });
    if (isError(status)) return unreadable(path, status);
    const { leadsTo } = status;
    if (leadsTo === undefined) return { path, place, isOutside, status };
    const leadsOut = !(await selection.contains(leadsTo));
    const isFollowed = followLinks || !leadsOut;
    const target = await disk.look(leadsTo, { lists: lists && isFollowed, followsLinks: false });
    if (isError(target)) return unreadable(path, target);
    // Without recursion folders are left out, wherever they are.
    if (!isFollowed && (recurse || target.kind !== 'directory')) {
      return { type: 'problem', path, problem: { code: 'link out of the selection', leadsTo } };
    }
    return { path, place: leadsTo, isOutside: leadsOut, status: target };
  }

  /** Goes into a folder unless it was seen before; returns what is wrong with it. */
  function enter({ path, place, isOutside, status }: Found, levels: Level[]): Candidate | undefined {
    const { entries } = status;
    if (entries === undefined || !visitedFolders.isNew(keyOf(place, status))) return undefined;
    if (isError(entries)) return { type: 'problem', path, problem: { code: 'unreadable folder', error: entries } };
    levels.push({ path, place, isOutside, entries: sorted(entries), next: 0 });
    return undefined;
  }

  for (const path of roots) {
    const seen = await disk.look(path, { lists: true, followsLinks: false, wantsTarget: true });
    const place = isError(seen) ? path : (seen.leadsTo ?? path);
    const status = place === path ? seen : await disk.look(place, { lists: true, followsLinks: false });
    const found = { path, place, isOutside: false };
    if (isError(status)) yield [unreadable(path, status)];
    else if (status.kind === 'directory') yield* tree({ ...found, status });
    else yield [fileOrOther({ ...found, status })];
  }
}

async function realPathOf(path: string, disk: Disk): Promise<string | undefined> {
  const found = await disk.look(path, { followsLinks: false, wantsTarget: 'always' });
  return isError(found) ? undefined : found.leadsTo;
}

function fileOrOther({ path, place, isOutside, status: { kind } }: Found): Candidate {
  if (kind !== 'file') return { type: 'problem', path, problem: { code: 'not a regular file', kind } };
  if ([path, place].some((one) => isUnfinishedName(basename(one)))) return unreadable(path, UNFINISHED);
  return { type: 'file', path, place, isKnownFile: place !== path, isOutside };
}

function unreadable(path: string, error: SystemErrorInfo): Candidate {
  return { type: 'problem', path, problem: { code: 'unreadable', error } };
}

function sorted({ names, areFiles }: FolderEntries): readonly FolderEntry[] {
  return names
    .map((name, index) => ({ name, isFile: areFiles[index] === true }))
    .sort((a, b) => compareNaturally(a.name, b.name));
}

/** As `promise`, or rejects with the signal's reason at once. What is under way goes on and is not waited for. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((fulfil, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(fulfil, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
