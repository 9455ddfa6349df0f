// The file of an ended send: lines of JSON. The head (everything that a row in a list shows), the associations, tables of
// what many files share (folders, SOP classes with transfer syntaxes, reasons), one line a file, and a last line with a
// digest of all lines before it. Reading checks the version and the digest: a file that is torn, edited or foreign is
// no file of a send.

import { createHash } from 'node:crypto';
import { DEFAULT_MAX_PDU_LENGTH, DEFAULT_TIMEOUTS, isKeptPeer, type KeptPeer } from '../net/peer.ts';
import type { Finding } from '../part10/check/finding.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import { KEPT_ASSOCIATIONS_MAX } from '../protocol/limits.ts';
import type { Problem } from '../report/problems.ts';
import type { AssociationSummary, SendResult } from '../send/job.ts';
import { type FileOutcome, OUTCOMES, type Outcome, type OutcomeCounts, type Reason } from '../send/outcome.ts';
import { nameStart, type ScannedFile } from '../send/scanned-file.ts';
import { ScannedFiles } from '../send/scanned-files.ts';
import { isSendId, isTime, type SendId } from '../send/send-id.ts';
import { Tally } from '../send/tally.ts';
import { jsonText } from '../text/json-text.ts';
import type { DisplayRoot } from './display-path.ts';
import { keptUID, withHarmlessUIDs } from './harmless-uids.ts';

const KEPT_VERSION = 1;
/** Made in pieces of about this many characters, so that nothing else in the process waits long. */
const PIECE_LENGTH = 1 << 16;

/** What is known of a send from its first moment on. */
export interface SendFacts {
  readonly id: SendId;
  readonly peer: KeptPeer;
  /** What the person chose: files and folders, absolute. */
  readonly selection: readonly string[];
  /** The folders of the window, for how paths are shown. */
  readonly roots: readonly DisplayRoot[];
  /** Files that a person decided to send although they were held back, absolute. Retry keeps the decision. */
  readonly decided: readonly string[];
  /** The trace called its files by numbers. */
  readonly arePathsHidden: boolean;
  /** When the person asked for it. */
  readonly startedAtMs: number;
}

/** Files with the same outcome for the same reason. */
export type ProblemCount = Pick<Problem, 'outcome' | 'brief' | 'text' | 'count'>;

/** How a send ended. 'interrupted': its window or process went away. */
export type EndState = 'done' | 'cancelled' | 'interrupted';

export interface KeptHead extends SendFacts {
  readonly state: EndState;
  readonly endedAtMs: number;
  readonly files: number;
  readonly counts: OutcomeCounts;
  /** The most urgent first; not more than a list would show. */
  readonly problems: readonly ProblemCount[];
  readonly journalId?: SendId;
}

type Fields = Readonly<Record<string, unknown>>;

/** All lines of the file. */
export function* linesOfSend(head: KeptHead, result: SendResult): Generator<string> {
  const hash = createHash('sha256');
  for (const piece of piecesOf(head, result)) {
    hash.update(piece);
    yield piece;
  }
  yield `${jsonText({ sha256: hash.digest('hex') })}\n`;
}

function* piecesOf(head: KeptHead, result: SendResult): Generator<string> {
  const { startedAtMs, endedAtMs, bytesSent, cancelled } = result;
  let piece = `${jsonText({ send: KEPT_VERSION, ...head })}\n`;
  piece += `${jsonText({ result: { startedAtMs, endedAtMs, bytesSent, cancelled } })}\n`;
  for (const association of result.associations.slice(0, KEPT_ASSOCIATIONS_MAX))
    piece += `${jsonText({ association: withHarmlessUIDs(association) })}\n`;
  const lines = new LineWriter(startedAtMs);
  for (const outcome of result.outcomes) {
    piece += lines.linesOf(outcome);
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** Optional members are null where they are absent: a line of a file is an array. */
type FileLine = [
  folder: number,
  name: string,
  outcome: Outcome,
  bytesSent: number,
  /** In the table of SOP classes with transfer syntaxes; null: the file holds no instance. */
  pair: number | null,
  sopInstanceUID: string | null,
  elapsedMs: number | null,
  status: number | null,
  transferSyntaxOnWire: string | null,
  reason: number | null,
  findings: number | null,
  /** Null, or absent: no link was followed. */
  leadsTo?: Place | null,
  /** Milliseconds from the start of the send to the last try. Absent: never tried, or an earlier version wrote it. */
  startedAfterMs?: number,
];

type Place = readonly [folder: number, name: string];

/** Writes the line of a file, and before it those of table entries that no earlier file needed. */
class LineWriter {
  readonly #startedAtMs: number;
  readonly #tables = new Map<string, Map<string, number>>();

  /** @param startedAtMs of the send */
  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  linesOf(file: FileOutcome): string {
    const { path, outcome, sopClassUID, sopInstanceUID, transferSyntaxUID } = file;
    let before = '';
    const numberIn = (table: string, value: object | string): number => {
      const json = jsonText(value);
      let numbers = this.#tables.get(table);
      if (numbers === undefined) {
        numbers = new Map();
        this.#tables.set(table, numbers);
      }
      let number = numbers.get(json);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(json, number);
        before += `{"${table}":${json}}\n`;
      }
      return number;
    };
    const placeOf = (absolute: string): Place => {
      const at = nameStart(absolute);
      return [numberIn('folder', absolute.slice(0, at)), absolute.slice(at)];
    };
    const line: FileLine = [
      ...placeOf(path),
      outcome,
      file.bytesSent,
      sopClassUID === undefined ? null : numberIn('pair', [sopClassUID, transferSyntaxUID ?? ''].map(keptUID)),
      sopInstanceUID === undefined ? null : keptUID(sopInstanceUID),
      file.elapsedMs ?? null,
      file.status ?? null,
      file.transferSyntaxOnWire ?? null,
      file.reason === undefined ? null : numberIn('reason', withHarmlessUIDs(file.reason)),
      file.findings === undefined ? null : numberIn('findings', withHarmlessUIDs(file.findings)),
    ];
    const { leadsTo, startedAtMs } = file;
    if (leadsTo !== undefined || startedAtMs !== undefined) line.push(leadsTo === undefined ? null : placeOf(leadsTo));
    if (startedAtMs !== undefined) line.push(startedAtMs - this.#startedAtMs);
    return `${before}${jsonText(line)}\n`;
  }
}

/**
 * Takes the lines of a file one by one, without their ends. Throws at a line that `linesOfSend` does not write. Files of one
 * folder, class or reason share the entries of its tables.
 */
export class SendReader {
  readonly #hash = createHash('sha256');
  readonly #files = new ScannedFiles();
  readonly #tally = new Tally(this.#files, undefined);
  readonly #associations: AssociationSummary[] = [];
  readonly #tables = new Map<string, unknown[]>();
  #head: KeptHead | undefined;
  #facts: Fields | undefined;
  #digest: unknown;

  take(text: string): void {
    if (this.#digest !== undefined) throw new Error('lines after the digest');
    const line: unknown = JSON.parse(text);
    const fields = fieldsOf(line);
    if (fields?.['sha256'] !== undefined) {
      this.#digest = fields['sha256'];
      return;
    }
    this.#hash.update(text).update('\n');
    if (this.#head === undefined) {
      this.#head = asHead(line);
      if (this.#head === undefined) throw new Error('no head');
    } else if (Array.isArray(line)) {
      this.#settle(line as FileLine);
    } else if (fields !== undefined) {
      for (const [name, value] of Object.entries(fields)) this.#define(name, value);
    }
  }

  #define(name: string, value: unknown): void {
    if (name === 'result') {
      this.#facts = fieldsOf(value);
    } else if (name === 'association') {
      const summary = value as AssociationSummary;
      // JSON has no Infinity.
      const operationsInvoked = (summary.operationsInvoked as number | null) ?? Number.POSITIVE_INFINITY;
      this.#associations.push({ ...summary, operationsInvoked });
    } else {
      const table = this.#tables.get(name);
      if (table === undefined) this.#tables.set(name, [value]);
      else table.push(value);
    }
  }

  #settle(line: FileLine): void {
    const [
      folder,
      name,
      outcome,
      bytesSent,
      pair,
      sopInstanceUID,
      elapsedMs,
      status,
      syntax,
      reason,
      findings,
      linked,
      startedAfterMs,
    ] = line;
    if (!OUTCOMES.includes(outcome)) throw new Error(`no outcome: ${outcome}`);
    const why = reason === null ? undefined : (this.#entry('reason', reason) as Reason);
    const path = `${this.#entry('folder', folder) as string}${name}`;
    const [sopClassUID = '', transferSyntaxUID = ''] = pair === null ? [] : (this.#entry('pair', pair) as string[]);
    const file: ScannedFile =
      pair === null
        ? { type: 'skipped', path, problem: why as HeaderProblem }
        : {
            type: 'instance',
            path,
            header: {
              sopClassUID,
              sopInstanceUID: sopInstanceUID ?? '',
              transferSyntaxUID,
              dataSetOffset: 0,
              dataSetLength: 0,
              form: 'Part 10',
            },
            identity: { size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0, dev: 0 },
            findings: findings === null ? [] : (this.#entry('findings', findings) as Finding[]),
            ...(linked === undefined || linked === null
              ? {}
              : { leadsTo: `${this.#entry('folder', linked[0]) as string}${linked[1]}` }),
          };
    const startedAtMs = (this.#facts?.['startedAtMs'] as number) + (startedAfterMs ?? Number.NaN);
    const index = this.#files.length;
    this.#files.push(file);
    this.#tally.settle(index, file, {
      outcome,
      reason: why,
      facts: {
        bytesSent,
        ...(isTime(startedAtMs) ? { startedAtMs } : {}),
        ...(elapsedMs === null ? {} : { elapsedMs }),
        ...(status === null ? {} : { status }),
        ...(syntax === null ? {} : { transferSyntaxOnWire: syntax }),
      },
    });
  }

  #entry(table: string, number: number): unknown {
    const entry = this.#tables.get(table)?.[number];
    if (entry === undefined) throw new Error(`no ${table} ${number}`);
    return entry;
  }

  result(): SendResult {
    if (this.#digest !== this.#hash.digest('hex')) throw new Error('not as it was written');
    const { startedAtMs, endedAtMs, bytesSent, cancelled } = this.#facts as unknown as SendResult;
    return {
      // What a report does not tell of a peer is not kept.
      peer: { ...(this.#head as KeptHead).peer, maxPduLength: DEFAULT_MAX_PDU_LENGTH, timeouts: DEFAULT_TIMEOUTS },
      startedAtMs,
      endedAtMs,
      outcomes: this.#tally.finish(),
      counts: this.#tally.counts,
      bytesSent,
      associations: this.#associations,
      cancelled,
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const END_STATES: readonly unknown[] = ['done', 'cancelled', 'interrupted'] satisfies EndState[];

/** @returns undefined: it is none, or of another version */
export function headOf(line: string): KeptHead | undefined {
  return asHead(parsed(line));
}

function asHead(line: unknown): KeptHead | undefined {
  const head = fieldsOf(line);
  const peer = fieldsOf(head?.['peer']);
  const counts = fieldsOf(head?.['counts']);
  if (head?.['send'] !== KEPT_VERSION || peer === undefined || counts === undefined) return undefined;
  const { id, state, selection, roots, problems, arePathsHidden, journalId } = head;
  const isWhole =
    isSendId(id) &&
    END_STATES.includes(state) &&
    (journalId === undefined || isSendId(journalId)) &&
    typeof arePathsHidden === 'boolean' &&
    isTime(head['startedAtMs']) &&
    isTime(head['endedAtMs']) &&
    Number.isFinite(head['files']) &&
    isKeptPeer(peer) &&
    Object.values(counts).every(Number.isSafeInteger) &&
    Array.isArray(selection) &&
    selection.every(isText) &&
    Array.isArray(head['decided']) &&
    head['decided'].every(isText) &&
    Array.isArray(roots) &&
    roots.every((root) => isText(fieldsOf(root)?.['path']) && [undefined, 'string'].includes(typeofLabel(root))) &&
    Array.isArray(problems) &&
    problems.every(
      (problem) =>
        isText(fieldsOf(problem)?.['text']) &&
        isText(fieldsOf(problem)?.['brief'] ?? '') &&
        Number.isFinite(fieldsOf(problem)?.['count']),
    );
  if (!isWhole) return undefined;
  // An outcome that a later version added has no count in an older file.
  const none = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const { send: _version, ...rest } = head;
  const known = rest as unknown as KeptHead;
  // An older file has no brief reasons.
  const briefs = known.problems.map((problem) => ({ ...problem, brief: problem.brief ?? '' }));
  return { ...known, problems: briefs, counts: { ...none, ...(counts as object) } };
}

function typeofLabel(root: unknown): string | undefined {
  const label = fieldsOf(root)?.['label'];
  return label === undefined ? undefined : typeof label;
}
