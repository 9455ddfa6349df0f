// `npm run attack`: the attacks of test/attack in their long form, a line each: how it ended, how long it took,
// and what it measured; at the end their number.
//
//     npm run attack                   all of them
//     npm run attack -- flood links    those in files whose names contain one of these words
//
// The exit code is 0 only if every attack was withstood and none was skipped. `npm test` runs the short form.

import { LONG_ATTACKS } from '../test/support/attack.ts';
import { buildAll } from './build.ts';
import { indent, root, runNodeTests, testFiles } from './test-stages.ts';

process.chdir(root);
process.env[LONG_ATTACKS] = '1';
// Some attacks are made on the bundles that ship.
await buildAll();
const words = process.argv.slice(2);
const files = testFiles('attack').filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) {
  console.error(`No file in test/attack has one of these words in its name: ${words.join(' ')}`);
  process.exit(2);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const startedAt = performance.now();
const count = { withstood: 0, 'got through': 0, 'not made': 0 };
for (const file of files) {
  console.log(`\n${file}`);
  let figures: string[] = [];
  const tally = await runNodeTests([file], {
    concurrency: 1,
    deadlineMs: 900_000,
    watch: (seen) => {
      if (seen.type === 'text') {
        figures.push(...seen.text.split('\n').filter((line) => line !== ''));
        return;
      }
      const told = figures.length === 0 ? '' : ` (${figures.join('; ')})`;
      console.log(`  withstood    ${seconds(seen.ms).padStart(7)}  ${seen.title.slice(file.length + 3)}${told}`);
      figures = [];
    },
  });
  for (const { title, detail } of tally.failed) {
    console.log(`  GOT THROUGH  ${title}\n${indent([...figures, detail].join('\n'))}`);
  }
  for (const { title, reason } of tally.skipped) console.log(`  not made     ${title}: ${reason}`);
  count.withstood += tally.passed;
  count['got through'] += tally.failed.length;
  count['not made'] += tally.skipped.length;
}
const counts = Object.entries(count).map(([end, number]) => `${number} ${end}`);
console.log(`\n${files.length} files in ${seconds(performance.now() - startedAt)}: ${counts.join(', ')}`);
process.exitCode = count['got through'] + count['not made'] === 0 ? 0 : 1;
