// `npm run fuzz`: damaged conversations, files and data sets by seed, until something fails or the count is reached.
//
//     npm run fuzz                     1,000,000 inputs, the seed from the clock
//     npm run fuzz -- 20000            20,000 inputs
//     npm run fuzz -- 20000 4711       20,000 inputs from seed 4711 on
//
// An input that fails is saved in test/property/seeds, and `npm test` tries it first from then on.

import { relative } from 'node:path';
import { fuzz, keep } from '../test/support/fuzz-run.ts';

const COUNT = 1_000_000;

function wholeNumber(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    console.error(`'${text}' is not a whole number. Usage: npm run fuzz -- [count] [first seed]`);
    process.exit(2);
  }
  return value;
}

const [countText, seedText] = process.argv.slice(2);
const count = wholeNumber(countText, COUNT);
const first = wholeNumber(seedText, Date.now() % 2 ** 31);
console.log(`${count} inputs from seed ${first} on`);
const report = await fuzz(first, count, (done) => {
  if (done % 100_000 === 0) console.log(`${done} inputs`);
});
for (const failure of report.failures) {
  console.log(`\nseed ${failure.seed} (${failure.input.target}): ${failure.problem}`);
  console.log(`kept as ${relative(process.cwd(), keep(failure))}`);
}
const seconds = report.elapsedMs / 1_000;
const perSecond = Math.round(report.inputs / seconds);
console.log(
  `${report.inputs} inputs in ${seconds.toFixed(1)} s (${perSecond}/s), ${report.failures.length} failed, ` +
    `heap ${report.heapGrowth < 0 ? '' : '+'}${(report.heapGrowth / 1_048_576).toFixed(1)} MB`,
);
process.exitCode = report.failures.length === 0 ? 0 : 1;
