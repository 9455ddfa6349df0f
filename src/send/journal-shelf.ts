// Reads, lists and clears away the journals in a folder, also those that a crash or a full disk has damaged.

import type { Stats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { isKeptPeer } from '../net/peer.ts';
import { isHeld } from '../part10/write/file-holder.ts';
import {
  HEADLESS_AGE_MAX_MS,
  JOURNAL_AGE_MAX_MS,
  JOURNAL_HEADER_LENGTH_MAX,
  JOURNALS_KEPT,
} from '../protocol/limits.ts';
import {
  isDone,
  JOURNAL_ENDS,
  JOURNAL_VERSION,
  type JournalEnd,
  type JournaledFile,
  type JournalHeader,
} from './journal.ts';
import { OUTCOMES, type Outcome } from './outcome.ts';
import { isOwnFolder, linesOf, namesIn, openOwnFile, statusOf } from './own-files.ts';
import { isSendId, isTime, type SendId, sendFilePath, sendIdOf } from './send-id.ts';

export interface JournalSummary extends Omit<JournalHeader, 'journal' | 'files'> {
  /** A process that is still running writes it. */
  readonly isHeld: boolean;
  /** Undefined: its process died or is still running. */
  readonly end: JournalEnd | undefined;
  /** Absolute paths that the person selected. */
  readonly selection: readonly string[];
  /** How many files were to be sent. */
  readonly total: number;
  /** By number. Fewer than `total`: the journal is damaged. */
  readonly files: ReadonlyMap<number, JournaledFile>;
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

/** The files that are not done (see isDone), in the order of the send. */
export function remaining({ files, outcomes }: Pick<JournalSummary, 'files' | 'outcomes'>): JournaledFile[] {
  return [...files]
    .sort(([a], [b]) => a - b)
    .filter(([index]) => {
      const outcome = outcomes.get(index);
      return outcome === undefined || !isDone(outcome);
    })
    .map(([, file]) => file);
}

/**
 * All journals of the folder, newest first; [] where there is no such folder. Skips what cannot be read: files without
 * a header, lines that are torn or no JSON. Never rejects.
 */
export async function readJournals(directory: string, nowMs: number): Promise<JournalSummary[]> {
  const journals: JournalSummary[] = [];
  for (const file of await journalFiles(directory)) {
    const journal = await readJournal(file, nowMs);
    if (journal !== undefined) journals.push(journal);
  }
  return journals.sort((a, b) => b.startedAtMs - a.startedAtMs);
}

/** One journal by its id; undefined: there is none. Never rejects. */
export async function findJournal(directory: string, id: SendId, nowMs: number): Promise<JournalSummary | undefined> {
  if (!isSendId(id) || !isOwnFolder(directory)) return undefined;
  const path = sendFilePath(directory, id);
  const status = await statusOf(path);
  return status === undefined ? undefined : readJournal({ id, path, status }, nowMs);
}

/** Deletes journals that are too old or too many, but none that a running process writes. Never rejects. */
export async function tidyJournals(directory: string, nowMs: number): Promise<void> {
  const idle: { readonly path: string; readonly startedAtMs: number }[] = [];
  for (const { id, path, status } of await journalFiles(directory)) {
    const header = await readHeader(path, id);
    if (header === undefined) {
      if (nowMs - status.mtimeMs > HEADLESS_AGE_MAX_MS) await remove(path);
    } else if (!isHeld(header.holder, nowMs - status.mtimeMs)) {
      idle.push({ path, startedAtMs: header.startedAtMs });
    } else if (await hasEnd(path, status)) {
      idle.push({ path, startedAtMs: header.startedAtMs });
    }
  }
  idle.sort((a, b) => b.startedAtMs - a.startedAtMs);
  for (const [place, { path, startedAtMs }] of idle.entries())
    if (place >= JOURNALS_KEPT || nowMs - startedAtMs > JOURNAL_AGE_MAX_MS) await remove(path);
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

interface JournalFile {
  /** From the name of the file. */
  readonly id: SendId;
  readonly path: string;
  readonly status: Stats;
}

async function journalFiles(directory: string): Promise<JournalFile[]> {
  const found: JournalFile[] = [];
  for (const name of await namesIn(directory)) {
    const id = sendIdOf(name);
    if (id === undefined) continue;
    const path = sendFilePath(directory, id);
    const status = await statusOf(path);
    if (status !== undefined) found.push({ id, path, status });
  }
  return found;
}

async function bytesAt(path: string, position: number, length: number): Promise<string | undefined> {
  try {
    const handle = await openOwnFile(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

async function readHeader(path: string, id: SendId): Promise<JournalHeader | undefined> {
  const head = await bytesAt(path, 0, JOURNAL_HEADER_LENGTH_MAX);
  return head === undefined ? undefined : asHeader(parsed(head.slice(0, head.indexOf('\n'))), id);
}

async function hasEnd(path: string, { size }: Stats): Promise<boolean> {
  const tail = await bytesAt(path, Math.max(0, size - 256), 256);
  return asEnd(parsed(tail?.trimEnd().split('\n').at(-1) ?? '')) !== undefined;
}

async function readJournal({ id, path, status }: JournalFile, nowMs: number): Promise<JournalSummary | undefined> {
  let header: JournalHeader | undefined;
  let end: JournalEnd | undefined;
  let selection: readonly string[] = [];
  const files = new Map<number, JournaledFile>();
  const outcomes = new Map<number, Outcome>();
  try {
    // The last line, without a newline: whole, or torn and then no JSON.
    for await (const text of linesOf(path, true)) {
      if (text === '') continue;
      const line = parsed(text);
      if (header === undefined) {
        header = asHeader(line, id);
        if (header === undefined) return undefined;
        continue;
      }
      const total = header.files;
      if (Array.isArray(line)) {
        const file = asFile(line, total);
        if (file !== undefined && !files.has(file.index)) files.set(file.index, file.file);
      } else if (typeof line === 'object' && line !== null) {
        const settled = asOutcome(line, total);
        const before = settled === undefined ? undefined : outcomes.get(settled.index);
        // A stored file stays stored, whatever a later line says.
        if (settled !== undefined && (before === undefined || !isDone(before)))
          outcomes.set(settled.index, settled.outcome);
        end = asEnd(line) ?? end;
        selection = asSelection(line) ?? selection;
      }
    }
  } catch {
    // Use what was read: the other files stay owed.
  }
  if (header === undefined) return undefined;
  const { journal: _version, files: total, ...rest } = header;
  const held = end === undefined && isHeld(header.holder, nowMs - status.mtimeMs);
  return { ...rest, isHeld: held, end, selection, total, files, outcomes };
}

/** Undefined: it is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A journal that names another id than its file is none. */
function asHeader(line: unknown, id: SendId): JournalHeader | undefined {
  const header = fieldsOf(line);
  const peer = fieldsOf(header?.['peer']);
  const holder = fieldsOf(header?.['holder']);
  if (header?.['journal'] !== JOURNAL_VERSION || peer === undefined || holder === undefined) return undefined;
  const isWhole =
    header['id'] === id &&
    isTime(header['startedAtMs']) &&
    Number.isSafeInteger(header['files']) &&
    fieldsOf(header['options']) !== undefined &&
    isKeptPeer(peer) &&
    Number.isSafeInteger(holder['pid']) &&
    typeof holder['host'] === 'string' &&
    typeof holder['began'] === 'string';
  return isWhole ? (header as unknown as JournalHeader) : undefined;
}

function isIndex(value: unknown, total: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < total;
}

function asFile(line: readonly unknown[], total: number): { index: number; file: JournaledFile } | undefined {
  const [index, path, size, mtimeMs] = line;
  const isWhole =
    line.length === 4 &&
    typeof path === 'string' &&
    isAbsolute(path) &&
    typeof size === 'number' &&
    typeof mtimeMs === 'number';
  return isWhole && isIndex(index, total) ? { index, file: { path, size, mtimeMs } } : undefined;
}

function asOutcome(line: object, total: number): { index: number; outcome: Outcome } | undefined {
  const { file, outcome } = line as Fields;
  const known = OUTCOMES.find((one) => one === outcome);
  return known !== undefined && isIndex(file, total) ? { index: file, outcome: known } : undefined;
}

function asEnd(line: unknown): JournalEnd | undefined {
  const end = fieldsOf(line)?.['end'];
  return JOURNAL_ENDS.find((one) => one === end);
}

function asSelection(line: object): readonly string[] | undefined {
  const { selection } = line as Fields;
  return Array.isArray(selection) ? selection.filter((path) => typeof path === 'string') : undefined;
}
