// `npm run mutations`: files with a fault somewhere in their data sets, by seed, sent to DCMTK's storescp. None that passes pre-flight
// may make it abort or lose an element. It also counts the files that are held back although storescp stores them whole, by the
// reason why they are.
//
//     npm run mutations                  1,000 files with sequences, 1,600 without, the seed from the clock
//     npm run mutations -- 4711          the same from seed 4711 on
//     npm run mutations -- 4711 1 0      one file: with sequences, from this seed
//     npm run mutations -- 4711 1000 1600 --all    also a line for each file that is held back needlessly

import { type MutationResult, mutationRun } from '../test/support/mutation-run.ts';
import { missing } from '../test/support/peers.ts';

const USAGE = 'Usage: npm run mutations -- [first seed] [files with sequences] [files without] [--all]';

function wholeNumber(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    console.error(`'${text}' is not a whole number. ${USAGE}`);
    process.exit(2);
  }
  return value;
}

const absent = missing('storescp');
if (absent !== false) {
  console.error(absent);
  process.exit(2);
}
const showsAll = process.argv.includes('--all');
const words = process.argv.slice(2).filter((word) => word !== '--all');
const first = wholeNumber(words[0], Date.now() % 2 ** 24);
const withSequences = wholeNumber(words[1], 1_000);
const without = wholeNumber(words[2], 1_600);

const undo: (() => unknown)[] = [];
const line = ({ seed, story, fate, details }: MutationResult): string =>
  `  ${seed}: ${fate}: ${story} ${details.join(' ')}`;
console.log(`${withSequences} files with sequences and ${without} without, from seed ${first} on`);
try {
  const scope = { after: (step: () => unknown) => undo.push(step) };
  const tally = await mutationRun(scope, first, withSequences, without);
  const counts = (fates: Readonly<Record<string, number>>): string =>
    Object.entries(fates)
      .filter(([, count]) => count > 0)
      .map(([fate, count]) => `${count} ${fate}`)
      .join(', ');
  console.log(`pass pre-flight: ${counts(tally.sent)}`);
  console.log(`held back: ${counts(tally.held)}`);
  console.log('held back although storescp stores them whole:');
  for (const [why, results] of tally.needless) {
    console.log(`  ${results.length} for ${why}`);
    if (showsAll) for (const result of results) console.log(`  ${line(result)}`);
  }
  for (const result of tally.wrong) console.log(line(result));
  console.log(`${tally.wrong.length} of ${tally.files} pass pre-flight and make storescp abort or lose an element`);
  process.exitCode = tally.wrong.length === 0 ? 0 : 1;
} finally {
  for (const step of undo.reverse()) await step();
}
