// What the times of the files tell: bytes per second over time, the time of each file, and one sentence about what a person
// should know of them, if there is anything. Needs no browser.

import { countText, durationText, momentText } from './figures.ts';
import type { RowTable } from './row-table.ts';

/** A silence counts from here on, if it is this many times what a file takes otherwise. */
const SILENCE_MS = 3000;
const SILENCE_TIMES = 10;
/** Later files take this many times longer, and so much longer. */
const SLOWER_TIMES = 1.5;
const SLOWER_MS = 5;
/** Files before and after, so that chance tells no story. */
const FILES_MIN = 20;
const SHARES = 20;
const SAMPLE_MAX = 2_000;

export interface Silence {
  /** Milliseconds from the start of the send. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How many files waited through it. */
  readonly files: number;
}

export interface Slowdown {
  readonly fromMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

export interface Timing {
  /** Rows that were tried, by when they ended. */
  readonly rows: Uint32Array;
  readonly endMs: number;
  readonly silence?: Silence;
  readonly slowdown?: Slowdown;
  /** '' = nothing is worth a sentence. */
  readonly story: string;
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted();
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function timingOf(table: RowTable, peer: string): Timing {
  const { startedMs, elapsedMs, outcome } = table;
  const tried: number[] = [];
  for (let row = 0; row < table.length; row++) if (startedMs.at(row) >= 0 && elapsedMs.at(row) >= 0) tried.push(row);
  const ends = new Float64Array(table.length);
  for (const row of tried) ends[row] = startedMs.at(row) + elapsedMs.at(row);
  const rows = Uint32Array.from(tried).sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  const endMs = rows.length === 0 ? 0 : (ends[rows.at(-1) as number] ?? 0);
  // Stored ones (numbers 0 and 1): a refusal takes another time than an image.
  const stored = rows.filter((row) => outcome.at(row) <= 1);
  const times = Float64Array.from(stored, (row) => elapsedMs.at(row));
  const silence = silenceOf(rows, ends, table, medianOf(times));
  const slowdown = slowdownOf(stored, table, ends, silence);
  return {
    rows,
    endMs,
    ...(silence === undefined ? {} : { silence }),
    ...(slowdown === undefined ? {} : { slowdown }),
    story: storyOf(peer, silence, slowdown),
  };
}

/** The longest time between two answers in which files waited for one. */
function silenceOf(rows: Uint32Array, ends: Float64Array, table: RowTable, median: number): Silence | undefined {
  let longest = 0;
  let at = -1;
  for (let place = 1; place < rows.length; place++) {
    const gap = (ends[rows[place] as number] ?? 0) - (ends[rows[place - 1] as number] ?? 0);
    if (gap > longest) [longest, at] = [gap, place];
  }
  if (at < 0 || longest < SILENCE_MS || !(longest >= SILENCE_TIMES * median)) return undefined;
  const fromMs = ends[rows[at - 1] as number] ?? 0;
  const toMs = fromMs + longest;
  let files = 0;
  for (const row of rows) if (table.startedMs.at(row) <= fromMs + longest / 2 && (ends[row] ?? 0) >= toMs) files += 1;
  return files === 0 ? undefined : { fromMs, toMs, files };
}

/** After a silence, or after some of twenty equal shares of the files, each takes longer than before. */
function slowdownOf(
  all: Uint32Array,
  table: RowTable,
  ends: Float64Array,
  silence: Silence | undefined,
): Slowdown | undefined {
  // So many tell what a hundred thousand would, in a few milliseconds.
  const every = Math.ceil(all.length / SAMPLE_MAX);
  const stored = all.filter((_row, place) => place % every === 0);
  const times = Float64Array.from(stored, (row) => table.elapsedMs.at(row));
  const places: number[] = [];
  if (silence !== undefined) places.push(stored.findIndex((row) => (ends[row] ?? 0) > silence.toMs + 1));
  else for (let share = 1; share < SHARES; share++) places.push(Math.round((stored.length * share) / SHARES));
  let found: { readonly slowdown: Slowdown; readonly misfit: number } | undefined;
  for (const place of places) {
    if (place < FILES_MIN || stored.length - place < FILES_MIN) continue;
    const before = times.slice(0, place).sort();
    const after = times.slice(place).sort();
    const [beforeMs, afterMs] = [before[before.length >> 1] ?? 0, after[after.length >> 1] ?? 0];
    if (afterMs < SLOWER_TIMES * beforeMs || afterMs - beforeMs < SLOWER_MS) continue;
    // It stays so: the quicker part of the later ones is slower than the slower part of the earlier ones.
    if ((after[after.length >> 2] ?? 0) <= (before[(3 * before.length) >> 2] ?? 0)) continue;
    // Where two levels fit the times best, the change is.
    const misfit = distance(before, beforeMs) + distance(after, afterMs);
    if (found !== undefined && found.misfit <= misfit) continue;
    const fromMs = (ends[stored[place] as number] ?? 0) - (times[place] ?? 0);
    found = { slowdown: { fromMs, beforeMs, afterMs }, misfit };
  }
  return found?.slowdown;
}

const distance = (values: Float64Array, level: number): number =>
  values.reduce((sum, value) => sum + Math.abs(value - level), 0);

function storyOf(peer: string, silence: Silence | undefined, slowdown: Slowdown | undefined): string {
  const slower = (since: string): string =>
    slowdown === undefined
      ? ''
      : `${since} each file takes ${durationText(slowdown.afterMs)} instead of ${durationText(slowdown.beforeMs)}.`;
  if (silence !== undefined) {
    const quiet = `At ${momentText(silence.fromMs)} ${peer} answered nothing for ${durationText(silence.toMs - silence.fromMs)}.`;
    return [quiet, slower('Since then')].filter((part) => part !== '').join(' ');
  }
  return slowdown === undefined ? '' : slower(`From ${momentText(slowdown.fromMs)} on`);
}

/** Bytes per second in `bins` equal times; the bytes of a file count evenly over its time. */
export function throughputOf(table: RowTable, { rows, endMs }: Timing, bins: number): Float64Array {
  const sums = new Float64Array(bins);
  const width = endMs / bins;
  if (!(width > 0)) return sums;
  for (const row of rows) {
    const start = table.startedMs.at(row);
    const first = Math.min(bins - 1, Math.floor(start / width));
    const last = Math.min(bins - 1, Math.floor((start + table.elapsedMs.at(row)) / width));
    const each = table.bytes.at(row) / (last - first + 1);
    for (let bin = first; bin <= last; bin++) sums[bin] = (sums[bin] ?? 0) + each;
  }
  return sums.map((sum) => (sum * 1000) / width);
}

/** For a reader who does not see the plots. */
export function plotsLabel({ rows, story }: Timing): string {
  return story === '' ? `Times of ${countText(rows.length)} files. Nothing stands out.` : story;
}
