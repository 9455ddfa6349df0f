// Writes the report of a send with very many failures, one piece after the other, and prints what that took: time, characters,
// and the most memory that the process had.

import { reportMarkdown } from '../../src/report/markdown.ts';
import type { FileOutcome, FileOutcomes } from '../../src/send/outcome.ts';
import { failedFile, sendResult } from './send-results.ts';

const count = Number(process.argv[2]);
const fileAt = (index: number): FileOutcome =>
  failedFile(`/study/series-${index % 100}/IM${index}.dcm`, {
    code: 'status',
    status: 0xa900,
    errorComment: 'no match',
  });

const outcomes: FileOutcomes = {
  length: count,
  at: (index) => (index < count ? fileAt(index) : undefined),
  *[Symbol.iterator]() {
    for (let index = 0; index < count; index += 1) yield fileAt(index);
  },
};
const result = { ...sendResult([]), outcomes, counts: { ...sendResult([]).counts, failed: count } };
const beganMs = performance.now();
let characters = 0;
let rows = 0;
for (const piece of reportMarkdown(result)) {
  characters += piece.length;
  rows += piece.match(/\bIM\d+\.dcm/g)?.length ?? 0;
}
const ms = Math.round(performance.now() - beganMs);
console.log(JSON.stringify({ ms, characters, rows, peakKiB: process.resourceUsage().maxRSS }));
