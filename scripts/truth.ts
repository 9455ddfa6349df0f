// `npm run truth`: sends to peers that misbehave at random, by seed, and compares the outcomes with what the peer holds.
//
//     npm run truth                        10,000 runs, the seed from the clock
//     npm run truth -- 10000 4711          10,000 runs from seed 4711 on
//     npm run truth -- --cancel 1000       1,000 sends that are cancelled at a random instant
//     npm run truth -- 1 4711              one run again, with everything that happened in it

import { type CancelReport, cancelFiles, cancelRuns } from '../test/support/cancel-run.ts';
import { type TruthReport, truthFiles, truthRuns } from '../test/support/truth-run.ts';

const RUNS = 10_000;
const CANCELLED_RUNS = 1_000;
const AT_ONCE = 32;
const CANCELLED_AT_ONCE = 4;

function wholeNumber(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    console.error(`'${text}' is not a whole number. Usage: npm run truth -- [--cancel] [runs] [first seed]`);
    process.exit(2);
  }
  return value;
}

const words = process.argv.slice(2).filter((word) => word !== '--cancel');
const isCancel = process.argv.includes('--cancel');
const count = wholeNumber(words[0], isCancel ? CANCELLED_RUNS : RUNS);
const first = wholeNumber(words[1], Date.now() % 2 ** 24);
const undo: (() => unknown)[] = [];
const scope = { after: (step: () => unknown) => undo.push(step) };
const began = performance.now();
const outcomes: Record<string, number> = {};
let runs = 0;
let wrong = 0;
let lost = 0;
let slowestMs = 0;

function note(report: Pick<TruthReport, 'seed' | 'outcomes' | 'violations'>, story: readonly string[]): void {
  runs += 1;
  for (const { outcome } of report.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  if (report.violations.length > 0) wrong += 1;
  if (report.violations.length > 0 || count === 1) {
    console.log(`\nseed ${report.seed}: ${report.violations.join('\n  ') || 'nothing wrong'}`);
    for (const line of story) console.log(`    ${line}`);
  }
  if (runs % 1_000 === 0) console.log(`${runs} runs`);
}

console.log(`${count} runs from seed ${first} on`);
if (isCancel) {
  await cancelRuns(first, count, await cancelFiles(scope), CANCELLED_AT_ONCE, (report: CancelReport) => {
    slowestMs = Math.max(slowestMs, report.untilResultMs);
    note(report, [report.moment]);
  });
} else {
  await truthRuns(first, count, await truthFiles(scope), AT_ONCE, (report) => {
    lost += report.lostAssociations;
    note(report, [
      ...report.faults,
      ...report.outcomes.map(({ outcome, reason }) => `${outcome} ${JSON.stringify(reason ?? '')}`),
    ]);
  });
}
for (const step of undo) await step();
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
const tail = isCancel ? `the slowest result ${slowestMs.toFixed(0)} ms after cancelling` : `${lost} lost associations`;
console.log(`${runs} runs in ${seconds} s, ${wrong} wrong, ${tail}; outcomes: ${JSON.stringify(outcomes)}`);
process.exitCode = wrong === 0 ? 0 : 1;
