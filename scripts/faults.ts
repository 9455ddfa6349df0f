// `npm run faults`: runs the tests that the fault catalogue (docs/faults.md) names and prints the result of each fault.
//
// A fault counts when at least one test names it, every test that names it passed, and none was skipped. The exit code
// is 0 only if that holds for each fault that can be run here.

import { isOf, type NamedTest } from '../test/support/document-claims.ts';
import { catalogue } from '../test/support/fault-catalogue.ts';
import { root, runNodeTests, type Tally, testFiles } from './test-stages.ts';

const FOLDERS = ['faults', 'conformance', 'unit', 'property'];

process.chdir(root);
const rows = catalogue();
const wanted = new Set(rows.flatMap(({ tests }) => tests.map(({ file }) => file)));
const files = FOLDERS.flatMap(testFiles).filter((file) => wanted.has(file));
console.log(`${rows.length} faults, ${files.length} test files`);

const tally = await runNodeTests(files, { concurrency: 2, deadlineMs: 600_000 });

function verdict(tests: readonly NamedTest[], from: Tally): string {
  const broken = tests.find((test) => from.failed.some(({ title }) => isOf(test, title)));
  if (broken !== undefined) return `FAILED   ${broken.name}`;
  const skipped = from.skipped.find(({ title }) => tests.some((test) => isOf(test, title)));
  if (skipped !== undefined) return `skipped  ${skipped.reason}`;
  const missing = tests.find((test) => !from.passedTitles.some((title) => isOf(test, title)));
  return missing === undefined ? 'right' : `DID NOT RUN  ${missing.name}`;
}

let right = 0;
let possible = 0;
for (const { id, fault, tests, notHere } of rows) {
  const result = notHere === undefined ? verdict(tests, tally) : `not here: ${notHere}`;
  if (notHere === undefined) possible += 1;
  if (result === 'right') right += 1;
  console.log(`${id}  ${fault.padEnd(44).slice(0, 44)}  ${result}`);
}
for (const { title, detail } of tally.failed) console.log(`\nFAILED ${title}\n${detail}`);
console.log(`\n${right} of ${possible} faults end as they must; ${rows.length - possible} cannot be run here`);
process.exitCode = right === possible ? 0 : 1;
