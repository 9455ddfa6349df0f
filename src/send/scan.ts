// From what a person selected to the files in it.
//
// One walker goes down the folders and names files in order; headers are read by the file thread, some dozens at a time, while
// the results keep that order. Nothing is held but the listings of the folders on the way down and the identities of what
// was seen.

import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Finding } from '../part10/check/finding.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import { unpackHeaders } from '../part10/header/packed-headers.ts';
import { type HeaderReading, readHeader } from '../part10/header/read-header.ts';
import { type FileIdentity, kindOf } from '../part10/read/file-identity.ts';
import { type FileThread, releaseFileThread, useFileThread } from '../part10/read/file-thread.ts';
import { systemErrorInfo } from '../part10/system-error.ts';
import { compareNaturally } from './natural-order.ts';
import type { ScannedFile } from './scanned-file.ts';

export interface ScanOptions {
  /** Also what is in folders inside the given folders. */
  readonly recurse: boolean;
}

/** Headers asked for at once: few at first, so that something is seen soon. */
const BATCH_FIRST = 8;
const BATCH_MAX = 32;
/** Batches that are under way at the same time. */
const BATCHES = 2;
/** Entries of a folder asked for at once. */
const LISTING_BATCH = 256;
/** What a name becomes where it is not valid UTF-8. */
const REPLACEMENT_CHARACTER = '\ufffd';
/** The system's own code for an illegal byte sequence. */
const INVALID_NAME = 'EILSEQ';

/** What the walk found, before anything was opened. */
type Candidate =
  | { readonly type: 'file'; readonly path: string; readonly isKnownFile: boolean }
  | { readonly type: 'problem'; readonly path: string; readonly problem: HeaderProblem };

interface Examined {
  readonly file: ScannedFile;
  /** Undefined where nothing tells this file from another. */
  readonly key: FileKey | undefined;
}

/** The file itself, by its device and its number there, or else its path. */
type FileKey = string | Pick<FileIdentity, 'dev' | 'ino'>;

class SeenFiles {
  /** By device: for a text each, a hundred thousand files would take ten megabytes. */
  readonly #numbers = new Map<number, Set<number>>();
  readonly #others = new Set<string>();

  /** Says so once of each. */
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
 * leads to it: nested selections, symbolic links and hard links. Links to folders are followed, each folder once.
 * Every problem is a 'skipped' entry, never a throw; only cancelling throws (the signal's reason).
 *
 * A name that is not valid UTF-8 cannot be said in a path of ours, and is skipped as unreadable with code 'EILSEQ'.
 */
export async function* scan(
  paths: readonly string[],
  options: ScanOptions,
  signal: AbortSignal,
): AsyncGenerator<ScannedFile> {
  const seen = new SeenFiles();
  const underWay: Promise<readonly Examined[]>[] = [];
  const walker = walk(paths, options.recurse, signal);
  signal.throwIfAborted();
  const headers = new HeaderReader(signal);
  try {
    let batchLength = BATCH_FIRST;
    for (let isDone = false; !isDone || underWay.length > 0; ) {
      while (!isDone && underWay.length < BATCHES) {
        const candidates: Candidate[] = [];
        while (!isDone && candidates.length < batchLength) {
          const next = await untilAborted(walker.next(), signal);
          if (next.done === true) isDone = true;
          else for (const candidate of next.value) candidates.push(candidate);
        }
        batchLength = Math.min(BATCH_MAX, 2 * batchLength);
        underWay.push(examine(candidates, headers));
      }
      const first = underWay.shift();
      if (first === undefined) continue;
      for (const { file, key } of await untilAborted(first, signal)) {
        if (key !== undefined && !seen.isNew(key)) continue;
        yield file;
        signal.throwIfAborted();
      }
    }
  } finally {
    headers.close();
  }
}

const NO_FINDINGS: readonly Finding[] = [];

type FileCandidate = Candidate & { type: 'file' };

/** Reads headers in the file thread, or here where that is not to be had. */
class HeaderReader {
  readonly #thread: FileThread = useFileThread();
  readonly #signal: AbortSignal;
  /** What the thread sees of the signal. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #abort = (): void => {
    Atomics.store(this.#stop, 0, 1);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  async read(candidates: readonly FileCandidate[]): Promise<readonly HeaderReading[]> {
    if (candidates.length === 0) return [];
    const paths = candidates.map(({ path }) => path);
    const areKnownFiles = candidates.map(({ isKnownFile }) => isKnownFile);
    const reply = await this.#thread.ask({ type: 'headers', paths, areKnownFiles, stop: this.#stop });
    return reply === undefined
      ? Promise.all(candidates.map(({ path, isKnownFile }) => readHeader(path, isKnownFile, this.#signal)))
      : unpackHeaders(reply.answer);
  }

  close(): void {
    this.#abort();
    this.#signal.removeEventListener('abort', this.#abort);
    releaseFileThread();
  }
}

/** In the order of `candidates`. Never rejects. */
async function examine(candidates: readonly Candidate[], headers: HeaderReader): Promise<readonly Examined[]> {
  const readings = await headers.read(candidates.filter((candidate) => candidate.type === 'file'));
  let at = 0;
  const examined: Examined[] = [];
  for (const candidate of candidates) {
    if (candidate.type === 'problem') {
      examined.push(named(candidate));
      continue;
    }
    const { path } = candidate;
    const reading = readings[at++];
    const identity = reading?.identity;
    const key = identity === undefined ? pathKey(path) : (quickKeyOf(path, identity) ?? (await exactKeyOf(path)));
    examined.push({ file: judged(path, reading), key });
  }
  return examined;
}

function named({ path, problem }: Candidate & { type: 'problem' }): Examined {
  // Several names can become the same path when they are no UTF-8.
  const isNamed = problem.code !== 'unreadable' || problem.error.code !== INVALID_NAME;
  return { file: { type: 'skipped', path, problem }, key: isNamed ? pathKey(path) : undefined };
}

function judged(path: string, reading: HeaderReading | undefined): ScannedFile {
  if (reading?.identity === undefined || reading.result.type === 'problem') {
    const problem = reading?.result.type === 'problem' ? reading.result.problem : nothingKnown(path);
    return { type: 'skipped', path, problem };
  }
  const { result, identity } = reading;
  const findings = reading.findings.length === 0 ? NO_FINDINGS : reading.findings;
  return { type: 'instance', path, header: result.header, identity, findings };
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
async function exactKeyOf(path: string): Promise<FileKey> {
  const exact = await stat(path, { bigint: true }).catch(() => undefined);
  return exact === undefined ? pathKey(path) : `${exact.dev}:${exact.ino}`;
}

/** One folder on the way down: its entries, and how far they are done. */
interface Level {
  readonly path: string;
  readonly entries: readonly Dirent[];
  next: number;
}

/** Some at a time, in order. */
async function* walk(
  paths: readonly string[],
  recurse: boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly Candidate[], void, undefined> {
  const visitedFolders = new SeenFiles();

  async function* tree(root: string, status: Stats): AsyncGenerator<readonly Candidate[], void, undefined> {
    const levels: Level[] = [];
    let found: Candidate[] = [];
    const problem = await enter(root, status, levels);
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
      const isRepeated = entry.name === level.entries[level.next - 1]?.name;
      level.next += 1;
      const path = join(level.path, entry.name);
      if (isRepeated || (entry.name.includes(REPLACEMENT_CHARACTER) && !(await exists(path)))) {
        found.push(invalidName(path));
      } else if (entry.isFile()) {
        found.push({ type: 'file', path, isKnownFile: true });
      } else {
        signal.throwIfAborted();
        const asked = await ask(path);
        if ('type' in asked) found.push(asked);
        else if (!asked.isDirectory()) found.push(fileOrOther(path, asked));
        else if (recurse) {
          const unreadable = await enter(path, asked, levels);
          if (unreadable !== undefined) found.push(unreadable);
        }
      }
    }
    yield found;
  }

  /** Goes into a folder unless it was seen before; what keeps it from that is what is returned. */
  async function enter(path: string, status: Stats, levels: Level[]): Promise<Candidate | undefined> {
    const key = quickKeyOf(path, status) ?? (await exactKeyOf(path));
    if (!visitedFolders.isNew(key)) return undefined;
    try {
      levels.push({ path, entries: await list(path, signal), next: 0 });
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return unreadable(path, error);
    }
  }

  for (const given of paths) {
    const path = resolve(given);
    const found = await ask(path);
    if ('type' in found) yield [found];
    else if (found.isDirectory()) yield* tree(path, found);
    else yield [fileOrOther(path, found)];
  }
}

function fileOrOther(path: string, status: Stats): Candidate {
  if (status.isFile()) return { type: 'file', path, isKnownFile: false };
  return { type: 'problem', path, problem: { code: 'not a regular file', kind: kindOf(status) } };
}

async function ask(path: string): Promise<Stats | Candidate> {
  try {
    return await stat(path);
  } catch (error) {
    return unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Candidate {
  return { type: 'problem', path, problem: { code: 'unreadable', error: systemErrorInfo(error) } };
}

function invalidName(path: string): Candidate {
  const message = 'the name is not valid UTF-8; rename the file to send it';
  return { type: 'problem', path, problem: { code: 'unreadable', error: { code: INVALID_NAME, message } } };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function list(path: string, signal: AbortSignal): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(path, { bufferSize: LISTING_BATCH })) {
    signal.throwIfAborted();
    entries.push(entry);
  }
  return entries.sort((a, b) => compareNaturally(a.name, b.name));
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
