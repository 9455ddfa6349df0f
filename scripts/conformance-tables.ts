// What the conformance statement takes from the code: tables in Markdown, the statuses with what is done on each, the SOP
// classes, and what each transfer syntax can be converted to.

import { storeStatus } from '../src/protocol/dimse/status.ts';
import { type StorageSOPClass, storageSOPClasses, uidName } from '../src/protocol/uids.ts';
import { conversionTargets } from '../src/send/conversion.ts';
import { backOffMs, LOST_ASSOCIATIONS_MAX } from '../src/send/recovery.ts';
import { explainStatus } from '../src/trace/explain-status.ts';

export type Cells = readonly string[];

export function table(head: Cells, rows: readonly Cells[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: Cells): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export const code = (text: string): string => `\`${text}\``;
export const seconds = (ms: number): string => `${ms / 1000} s`;
const hex = (status: number): string => status.toString(16).toUpperCase().padStart(4, '0');
export const nameOf = (uid: string): string => uidName(uid) ?? uid;

/** '0 s, then 1 s' */
export const BACK_OFFS = Array.from({ length: LOST_ASSOCIATIONS_MAX - 1 }, (_, lost) =>
  seconds(backOffMs(lost + 1)),
).join(', then ');

interface StatusRow {
  readonly meaning: string;
  readonly category: string;
  readonly codes: string;
  readonly behaviour: string;
}

/** All 65,536 statuses, neighbours of the same meaning taken together. */
export function statusRows(): StatusRow[] {
  const rows = new Map<string, { category: string; meaning: string; ranges: [number, number][] }>();
  for (let status = 0; status <= 0xffff; status++) {
    const { category, meaning } = storeStatus(status);
    const key = `${category} ${meaning}`;
    const known = rows.get(key);
    const range = known?.ranges.at(-1);
    if (known === undefined) rows.set(key, { category, meaning, ranges: [[status, status]] });
    else if (range !== undefined && range[1] === status - 1) range[1] = status;
    else known.ranges.push([status, status]);
  }
  const outcome = { success: 'stored', warning: 'stored with warning', failure: 'failed' } as const;
  return [...rows.values()].map(({ category, meaning, ranges }) => {
    const { cause, action } = explainStatus('The peer', { status: ranges.at(-1)?.[1] ?? 0 });
    const advice = category === 'success' ? '' : ` ${[cause, action].filter((part) => part !== undefined).join(' ')}`;
    return {
      meaning,
      category,
      codes:
        ranges.length > 6
          ? 'any other'
          : ranges.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}–${hex(to)}`)).join(', '),
      behaviour: `${code(outcome[category as keyof typeof outcome])}; the next instance is sent.${advice}`,
    };
  });
}

export const current = storageSOPClasses.filter(
  ({ retired, misprintOf }) => retired === undefined && misprintOf === undefined,
);
export const retired = storageSOPClasses.filter((sopClass) => sopClass.retired === true);
export const misprinted = storageSOPClasses.filter(({ misprintOf }) => misprintOf !== undefined);

export const classRow = ({ name, uid }: StorageSOPClass): Cells => [name, code(uid)];

export function conversionText(uid: string): string {
  const lossless = conversionTargets(uid, 'lossless');
  const any = conversionTargets(uid, 'any');
  if (any.length === 0) return 'as it is only';
  const targets = any.map(nameOf).join(', ');
  return lossless.length === 0 ? `with conversion ${code('any')}: ${targets}` : targets;
}
