// What was converted on the way, by SOP class and transfer syntaxes.

import type { SendResult } from '../send/job.ts';
import { notableOf } from './notable.ts';
import { isConverted } from './problems.ts';

export interface Conversion {
  readonly sopClassUID: string;
  readonly from: string;
  readonly to: string;
  readonly files: number;
}

/** The most frequent first. */
export function conversionsOf({ outcomes }: SendResult): Conversion[] {
  const found = new Map<string, { -readonly [K in keyof Conversion]: Conversion[K] }>();
  for (const file of notableOf(outcomes)) {
    if (!isConverted(file)) continue;
    const { sopClassUID = '', transferSyntaxUID: from = '', transferSyntaxOnWire: to = '' } = file;
    const key = `${sopClassUID} ${from} ${to}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { sopClassUID, from, to, files: 1 });
    else known.files += 1;
  }
  return [...found.values()].sort((a, b) => b.files - a.files);
}
