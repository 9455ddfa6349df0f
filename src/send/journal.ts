// The journal of a send: which files were to be sent, and the outcome of each, written to disk while it happens. If the
// process dies, the send can be resumed with exactly the files that are not known to be stored.
//
// One file for each send, with lines of JSON that are only ever appended: a header, what the person selected, one line
// for each file, one for each outcome, and a last line when the send ends by itself. Write-ahead: `record` returns when
// the system has the line, and only then is anybody told of the outcome. That survives the death of the process. It is
// not forced onto the disk (fsync), so the last lines may be lost when the machine dies; those files are sent again,
// which a Storage SCP takes as the same instances. Lines name files, which can name patients: only their owner may read
// them.

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type KeptPeer, keptPeer } from '../net/peer.ts';
import { type SystemErrorInfo, systemErrorInfo } from '../part10/system-error.ts';
import { type FileHolder, thisProcess } from '../part10/write/file-holder.ts';
import { jsonText } from '../text/json-text.ts';
import type { SendJob } from './job.ts';
import type { FileOutcome, Outcome } from './outcome.ts';
import { isOwnFolder, makeOwnFolder } from './own-files.ts';
import { newSendId, type SendId, sendFilePath } from './send-id.ts';

export const JOURNAL_VERSION = 1;
/** Lines are written in pieces of about this many characters. */
const PIECE_LENGTH = 1 << 17;

export interface JournaledFile {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The first line. */
export interface JournalHeader {
  readonly journal: typeof JOURNAL_VERSION;
  readonly id: SendId;
  readonly startedAtMs: number;
  readonly holder: FileHolder;
  readonly peer: KeptPeer;
  readonly options: NonNullable<SendJob['options']>;
  /** How many files are to be sent; their lines follow. */
  readonly files: number;
}

/**
 * How a send ended. done: every file was tried. cancelled: the person stopped it. interrupted: its process shut down
 * before it was done. No end at all: the process died.
 */
export const JOURNAL_ENDS = ['done', 'cancelled', 'interrupted'] as const;
export type JournalEnd = (typeof JOURNAL_ENDS)[number];

export interface JournalOptions {
  /** Absolute paths that the person selected: later, paths are shown relative to them. */
  readonly selection?: readonly string[];
  /** Files that an earlier send owes and that cannot be read now: this journal owes them from now on. */
  readonly carried?: readonly JournaledFile[];
  /** Milliseconds since 1970. */
  readonly nowMs?: number;
  /** Called once, when the journal cannot be written. The send goes on without it. */
  readonly trouble?: (error: SystemErrorInfo) => void;
}

/** Its methods never throw, whatever the disk does. */
export interface Journal {
  readonly id: SendId;
  /** Whether every line so far was written. */
  readonly isWhole: boolean;
  /**
   * Returns when the system has the line. Files that hold nothing to send are ignored.
   * @param index of the file in the job; each is recorded once
   */
  record(index: number, outcome: FileOutcome): void;
  /** Ends the journal, and deletes it where every file is done (see isDone). Later records are ignored. */
  close(end: JournalEnd): void;
}

/**
 * Whether a file is never offered again: it is stored, or there is nothing to send, or a person must decide about it.
 */
export function isDone(outcome: Outcome): boolean {
  return outcome === 'stored' || outcome === 'stored with warning' || outcome === 'skipped' || outcome === 'held back';
}

/** Begins a journal in `directory`, which is created if missing. Returns when every file has its line. */
export function openJournal(
  directory: string,
  job: Pick<SendJob, 'peer' | 'files' | 'options'>,
  options: JournalOptions = {},
): Journal {
  const journal = new FileJournal(directory, options);
  for (const _piece of journal.begin(directory, job, options));
  return journal;
}

/** The same without blocking the event loop: it gives way between pieces of a long list. */
export async function beginJournal(
  directory: string,
  job: Pick<SendJob, 'peer' | 'files' | 'options'>,
  options: JournalOptions = {},
): Promise<Journal> {
  const journal = new FileJournal(directory, options);
  for (const _piece of journal.begin(directory, job, options)) await setImmediate();
  return journal;
}

/** Deletes a journal. False: another process has done so already. Of several callers only one gets true. */
export function forget(directory: string, id: SendId): boolean {
  if (!isOwnFolder(directory)) return false;
  try {
    rmSync(sendFilePath(directory, id));
    return true;
  } catch {
    return false;
  }
}

class FileJournal implements Journal {
  readonly id: SendId;
  readonly #path: string;
  readonly #trouble: JournalOptions['trouble'];
  /** Indexes of the job's files without a line here, in ascending order. */
  #skipped: readonly number[] = [];
  /** How many files the job has, these included. */
  #length = 0;
  /** How many files are not done. */
  #owed = 0;
  #descriptor: number | undefined;
  /** The last line may have been written in part. */
  #isTorn = false;
  #hasComplained = false;

  readonly #startedAtMs: number;

  constructor(directory: string, options: JournalOptions) {
    this.#startedAtMs = options.nowMs ?? Date.now();
    this.id = newSendId(this.#startedAtMs);
    this.#path = sendFilePath(directory, this.id);
    this.#trouble = options.trouble;
  }

  /** Writes all lines that come before the outcomes, in pieces. */
  *begin(
    directory: string,
    { peer, files, options }: Pick<SendJob, 'peer' | 'files' | 'options'>,
    { carried = [], selection = [] }: JournalOptions,
  ): Generator<undefined, void, undefined> {
    this.#skipped = [...files.skipped.keys()];
    this.#length = files.length;
    this.#owed = carried.length + files.load.files;
    const header: JournalHeader = {
      journal: JOURNAL_VERSION,
      id: this.id,
      startedAtMs: this.#startedAtMs,
      holder: thisProcess(),
      peer: keptPeer(peer),
      options: options ?? {},
      files: this.#owed,
    };
    try {
      makeOwnFolder(directory);
      this.#descriptor = openSync(this.#path, 'ax', 0o600);
    } catch (error) {
      this.#complain(error);
      return;
    }
    let lines = `${jsonText(header)}\n${jsonText({ selection })}\n`;
    let index = 0;
    // Each line has its number: when a line is damaged later, the others must keep theirs.
    const line = (path: string, size: number, mtimeMs: number): void => {
      lines += `${jsonText([index, path, size, mtimeMs])}\n`;
      index += 1;
    };
    for (const file of files) {
      if (file.type !== 'instance') continue;
      line(file.path, file.identity.size, file.identity.mtimeMs);
      if (lines.length < PIECE_LENGTH) continue;
      this.#write(lines);
      lines = '';
      yield;
    }
    for (const { path, size, mtimeMs } of carried) line(path, size, mtimeMs);
    this.#write(lines);
  }

  get isWhole(): boolean {
    return !this.#hasComplained;
  }

  record(index: number, { outcome, status }: FileOutcome): void {
    if (this.#descriptor === undefined || index >= this.#length) return;
    const before = countBelow(this.#skipped, index);
    if (this.#skipped[before] === index) return;
    if (isDone(outcome)) this.#owed -= 1;
    this.#write(`${jsonText({ file: index - before, outcome, status })}\n`);
  }

  close(end: JournalEnd): void {
    if (this.#descriptor === undefined) return;
    if (this.#owed > 0) this.#write(`${jsonText({ end })}\n`);
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    try {
      closeSync(descriptor);
    } catch (error) {
      this.#complain(error);
    }
    if (this.#owed > 0) return;
    try {
      rmSync(this.#path, { force: true });
    } catch (error) {
      this.#complain(error);
    }
  }

  /** A line that cannot be written is lost, and its file stays owed. The next line is tried again. */
  #write(lines: string): void {
    if (this.#descriptor === undefined) return;
    // After a torn line begin a new one.
    const bytes = Buffer.from(this.#isTorn ? `\n${lines}` : lines);
    try {
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
      this.#isTorn = false;
    } catch (error) {
      this.#isTorn = true;
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#trouble?.(systemErrorInfo(error));
  }
}

/** How many of some ascending numbers are below this one. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((numbers[middle] as number) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
