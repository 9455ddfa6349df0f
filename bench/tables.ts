// Results as Markdown, written between the markers of the document.

import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './cache.ts';
import type { Row, ScenarioResult, Verdict } from './scenario.ts';

const BEGIN = '<!-- numbers: written by npm run bench -->';
const END = '<!-- /numbers -->';

const number = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');

function cells(row: Row, fastest: number): readonly string[] {
  if (row.failure !== undefined && row.rounds === 0) return [row.name, row.failure.slice(0, 60), ...Array(9).fill('')];
  const seconds = row.wallMs / 1_000;
  const digits = seconds < 10 ? 2 : 1;
  return [
    row.name,
    row.files.toLocaleString('en'),
    `${number(seconds, digits)} (${number(row.leastMs / 1_000, digits)}–${number(row.mostMs / 1_000, digits)}, ${row.rounds})`,
    `${number(row.wallMs / row.files / fastest, 2)}×`,
    number(row.cpuMs / 1_000, 2),
    number(row.peakMB, 0),
    number(row.files / seconds, row.files / seconds < 10 ? 1 : 0),
    number(row.bytes / 1e6 / seconds, row.bytes / 1e6 / seconds < 10 ? 1 : 0),
    number(row.firstByteMs, 0),
    number(row.associations ?? Number.NaN, 0),
  ];
}

const HEAD = [
  '| Sender | Files | Seconds (least–most, runs) | per file | CPU s | Peak MB | Files/s | MB/s | First byte ms | Assoc. |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
];

export function scenarioText({ title, note, rows, table }: ScenarioResult): string {
  // "per file" is relative to the first row, which is ours with default settings.
  const reference = rows[0] === undefined ? Number.NaN : rows[0].wallMs / rows[0].files;
  const parts = [`### ${title}`, note];
  if (rows.length > 0)
    parts.push([...HEAD, ...rows.map((row) => `| ${cells(row, reference).join(' | ')} |`)].join('\n'));
  if (table !== undefined) parts.push(table);
  return parts.join('\n\n');
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return [
    '| Target | Wanted | Measured | |',
    '| --- | ---: | ---: | --- |',
    ...verdicts.map(
      ({ what, target, value, isMet }) => `| ${what} | ${target} | ${value} | ${isMet ? 'met' : '**not met**'} |`,
    ),
  ].join('\n');
}

/** Replaces the text between the markers, and formats the document as the format check wants it. */
export async function writeBetweenMarkers(path: string, text: string): Promise<void> {
  const document = await readFile(path, 'utf8');
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no markers for the numbers`);
  await writeFile(path, `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${document.slice(end)}`);
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', path], { cwd: root, stdio: 'ignore' });
}
