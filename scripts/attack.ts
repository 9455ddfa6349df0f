// `npm run attack`: the attacks of test/attack in their long form, each with what it measured and how it ended.
//
//     npm run attack                   all of them
//     npm run attack -- flood links    those in files whose names contain one of these words
//
// The exit code is 0 only if every attack was withstood and none was skipped. `npm test` runs the short form.

import { LONG_ATTACKS } from '../test/support/attack.ts';
import { buildAll } from './build.ts';
import { root, runNodeTests, testFiles } from './test-stages.ts';

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
let failed = 0;
for (const file of files) {
  console.log(`\n${file}`);
  const tally = await runNodeTests([file], { concurrency: 1, deadlineMs: 900_000, print: true });
  for (const title of tally.passedTitles) console.log(`  withstood  ${title.slice(file.length + 3)}`);
  for (const { title, reason } of tally.skipped) console.log(`  skipped    ${title}: ${reason}`);
  for (const { title, detail } of tally.failed) console.log(`  GOT THROUGH  ${title}\n${detail}`);
  failed += tally.failed.length + tally.skipped.length;
}
console.log(failed === 0 ? '\nAll attacks were withstood' : `\n${failed} attacks got through or could not be made`);
process.exitCode = failed === 0 ? 0 : 1;
