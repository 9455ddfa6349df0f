// What the conformance statement takes from the code: the statuses with what is done on each, the SOP classes, and what
// each transfer syntax can be converted to.

import { storeStatus } from '../src/protocol/dimse/status.ts';
import { TRANSFER_SYNTAXES } from '../src/protocol/transfer-syntaxes.ts';
import { type StorageSOPClass, storageSOPClasses, uidName } from '../src/protocol/uids.ts';
import { conversionTargets } from '../src/send/conversion.ts';
import { backOffMs, LOST_CHANNELS_MAX } from '../src/send/recovery.ts';
import { explainStatus } from '../src/trace/explain-status.ts';
import { code } from './markdown.ts';

export const seconds = (ms: number): string => `${ms / 1000} s`;
const hex = (status: number): string => status.toString(16).toUpperCase().padStart(4, '0');
export const nameOf = (uid: string): string => uidName(uid) ?? uid;

/** '0 s, then 1 s' for one lost association, two, and so on. */
export const BACK_OFFS = Array.from({ length: LOST_CHANNELS_MAX - 1 }, (_, lost) => seconds(backOffMs(lost + 1))).join(
  ', then ',
);

/** All 65,536 statuses, neighbours of the same meaning taken together: codes, meaning, behaviour. */
export function statusItems(): string[] {
  const rows = new Map<string, { category: keyof typeof OUTCOMES; meaning: string; ranges: [number, number][] }>();
  for (let status = 0; status <= 0xffff; status++) {
    const { category, meaning } = storeStatus(status);
    const key = `${category} ${meaning}`;
    const known = rows.get(key);
    const range = known?.ranges.at(-1);
    if (known === undefined) rows.set(key, { category, meaning, ranges: [[status, status]] });
    else if (range !== undefined && range[1] === status - 1) range[1] = status;
    else known.ranges.push([status, status]);
  }
  return [...rows.values()].map(({ category, meaning, ranges }) => {
    const { cause, action } = explainStatus('The peer', { status: ranges.at(-1)?.[1] ?? 0 });
    const advice = category === 'success' ? [] : [cause, action].filter((part) => part !== undefined);
    const codes = ranges.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}–${hex(to)}`)).join(', ');
    const service = category === 'success' ? 'Success' : category === 'warning' ? 'Warning' : 'Failure';
    const [outcome, rest] = [code(OUTCOMES[category]), advice.map((part) => ` ${part}`).join('')];
    return `**${codes}** ${service}: ${meaning}. ${outcome}; the next instance is sent.${rest}`;
  });
}

const OUTCOMES = { success: 'stored', warning: 'stored with warning', failure: 'failed' } as const;

export const current = storageSOPClasses.filter(
  ({ retired, misprintOf }) => retired === undefined && misprintOf === undefined,
);
export const retired = storageSOPClasses.filter((sopClass) => sopClass.retired === true);
export const misprinted = storageSOPClasses.filter(({ misprintOf }) => misprintOf !== undefined);

export const classItem = ({ name, uid }: StorageSOPClass): string => `${code(uid)} ${name}`;

function conversionText(uid: string): string {
  const lossless = conversionTargets(uid, 'lossless');
  const any = conversionTargets(uid, 'any');
  if (any.length === 0) return 'nothing';
  const targets = any.map(nameOf).join(', ');
  return lossless.length === 0 ? `with conversion ${code('any')}: ${targets}` : targets;
}

export const transferSyntaxItems = (): string[] =>
  TRANSFER_SYNTAXES.map(
    ({ name, uid, retired: isRetired }) =>
      `${code(uid)} ${name}${isRetired === true ? ' (retired)' : ''}. Offered beside it: ${conversionText(uid)}.`,
  );
