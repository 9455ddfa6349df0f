// Runs contenders against each other. They are interleaved, so that other load on the machine affects all of them, and each
// round begins with another one.

import type { Contender } from './contenders.ts';
import type { DataSelection } from './data.ts';
import { type Cost, measure, median } from './measure.ts';
import type { Target } from './targets.ts';

export interface Entry {
  readonly contender: Contender;
  readonly data: DataSelection;
  /** Fewer than the scenario's, for slow contenders whose time does not vary. */
  readonly rounds?: number;
}

export interface Row {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly rounds: number;
  /** Medians. */
  readonly wallMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly cpuMs: number;
  /** The largest of all rounds. */
  readonly peakMB: number;
  readonly firstByteMs: number;
  readonly associations: number | undefined;
  /** Why there are no numbers. */
  readonly failure?: string;
}

export interface Verdict {
  readonly what: string;
  /** As shown: '≤ 1.0'. */
  readonly target: string;
  readonly value: string;
  readonly isMet: boolean;
}

export interface ScenarioResult {
  readonly title: string;
  /** A paragraph under the title. */
  readonly note: string;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  /** Replaces the usual table if the rows are not sends. */
  readonly table?: string;
}

export async function compare(
  launcher: string | undefined,
  target: Target,
  entries: readonly Entry[],
  rounds: number,
): Promise<Row[]> {
  const costs = new Map<Entry, { cost: Cost; associations: number | undefined }[]>(entries.map((entry) => [entry, []]));
  const failures = new Map<Entry, string>();
  for (let round = 0; round < rounds; round++) {
    const first = round % entries.length;
    for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
      if (round >= (entry.rounds ?? rounds) || failures.has(entry)) continue;
      try {
        costs.get(entry)?.push(await runOnce(launcher, target, entry));
      } catch (error) {
        failures.set(entry, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return entries.map((entry) => {
    const runs = costs.get(entry) ?? [];
    const failure = failures.get(entry);
    const all = (valueOf: (cost: Cost) => number | undefined): number[] =>
      runs.map(({ cost }) => valueOf(cost) ?? Number.NaN);
    const walls = all(({ wallMs }) => wallMs);
    return {
      name: entry.contender.name,
      files: entry.data.files,
      bytes: entry.data.bytes,
      rounds: runs.length,
      wallMs: median(walls),
      leastMs: Math.min(...walls),
      mostMs: Math.max(...walls),
      cpuMs: median(all(({ cpuMs }) => cpuMs)),
      peakMB: Math.max(...all(({ peakMB }) => peakMB)),
      firstByteMs: median(all(({ firstByteMs }) => firstByteMs)),
      associations: median(runs.flatMap(({ associations }) => associations ?? [])),
      ...(failure === undefined ? {} : { failure }),
    };
  });
}

async function runOnce(
  launcher: string | undefined,
  target: Target,
  { contender, data }: Entry,
): Promise<{ cost: Cost; associations: number | undefined }> {
  await target.reset();
  const cost = await measure(launcher, contender.command(target, data));
  const report = await target.report();
  if (report === undefined) return { cost, associations: undefined };
  const isWhole = contender.isRaw ? report.bytes >= data.bytes : report.stores === data.files;
  if (!isWhole) throw new Error(`the sink got ${report.stores} of ${data.files} files, ${report.bytes} bytes`);
  const firstByteMs = report.firstDataNs === 0n ? undefined : Number(report.firstDataNs - cost.startedNs) / 1e6;
  return { cost: { ...cost, firstByteMs }, associations: contender.isRaw ? undefined : report.associations };
}

export function rowOf(rows: readonly Row[], contender: Contender): Row {
  const row = rows.find(({ name }) => name === contender.name);
  if (row === undefined) throw new Error(`no row for ${contender.name}`);
  return row;
}

export const perFileMs = (row: Row): number => row.wallMs / row.files;

/** `value` is at most, or at least, `limit`. */
export function verdict(what: string, value: number, relation: '≤' | '≥', limit: number, unit = ''): Verdict {
  const digits = limit < 0.1 ? 4 : limit < 10 ? 2 : 0;
  return {
    what,
    target: `${relation} ${limit}${unit}`,
    value: `${value.toFixed(digits)}${unit}`,
    isMet: relation === '≤' ? value <= limit : value >= limit,
  };
}
