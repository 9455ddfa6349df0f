// docs/limits.md, from src/protocol/limits.ts: names and values from the module, groups and reasons from its comments.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as values from '../src/protocol/limits.ts';
import { formatCount, formatDuration } from '../src/trace/units.ts';
import { document, facts } from './markdown.ts';

const SOURCE = join(import.meta.dirname, '../src/protocol/limits.ts');
const DAY_MS = 24 * 3_600_000;

export interface Limit {
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly reason: string;
  /** 'bytes', 'milliseconds', 'associations' … */
  readonly unit: string;
}

/** A group, or a documented constant. */
const PART = /^\/\/ # (?<group>.+)$|^\/\*\*(?<comment>(?:(?!\*\/)[^])*)\*\/\nexport const (?<name>\w+) =/gm;

function limitOf(group: string, name: string, comment: string): Limit {
  const [, reason, unit] = /^(.+[.:?]) In ([^.]+)\.$/.exec(comment.replaceAll(/\s+\*?\s*/g, ' ').trim()) ?? [];
  const value = (values as Readonly<Record<string, number>>)[name];
  if (reason === undefined || unit === undefined || value === undefined || group === '') {
    throw new Error(
      `src/protocol/limits.ts: ${name} needs a group, and a comment that gives a reason and ends "In …."`,
    );
  }
  return { group, name, value, reason, unit };
}

/** All of them, in their order. Throws where one has no group, no reason or no unit. */
export function limits(): readonly Limit[] {
  const found: Limit[] = [];
  let group = '';
  for (const { groups } of readFileSync(SOURCE, 'utf8').matchAll(PART)) {
    if (groups?.['group'] !== undefined) group = groups['group'];
    else found.push(limitOf(group, groups?.['name'] ?? '', groups?.['comment'] ?? ''));
  }
  const told = new Set(found.map(({ name }) => name));
  const untold = Object.keys(values).filter((name) => !told.has(name));
  if (untold.length > 0) throw new Error(`src/protocol/limits.ts: no comment for ${untold.join(', ')}`);
  return found;
}

function bytes(value: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size} ${unit}`;
  }
  return `${formatCount(value)} bytes`;
}

function duration(ms: number): string {
  return ms > DAY_MS && ms % DAY_MS === 0 ? `${ms / DAY_MS} days` : formatDuration(ms);
}

/** '16 GiB', '30 days', '32 associations'. */
export function shownLimit({ value, unit }: Pick<Limit, 'value' | 'unit'>): string {
  if (unit === 'bytes') return bytes(value);
  if (unit === 'milliseconds') return duration(value);
  if (unit === 'seconds') return duration(value * 1000);
  return `${formatCount(value)} ${unit}`;
}

/** The whole document. */
export function limitsDocument(): string {
  const all = limits();
  const groups = [...new Set(all.map(({ group }) => group))];
  return document([
    '# Limits',
    `What others can make Send to PACS use of memory, time, disk and screen: peers, files, folders and settings. Each limit
    is a constant of \`src/protocol/limits.ts\`, from which \`npm run docs\` writes this page. What is defended against, and
    the test that shows it: [SECURITY.md](../SECURITY.md).`,
    ...groups.flatMap((group) => [
      `## ${group}`,
      facts(
        all
          .filter((limit) => limit.group === group)
          .map((limit) => [limit.name, `${shownLimit(limit)}. ${limit.reason}`] as const),
      ),
    ]),
  ]);
}
