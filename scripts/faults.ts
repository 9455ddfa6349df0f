// `npm run faults`: runs the tests that the fault catalogue (docs/faults.md) names and prints what became of each fault.
//
// A fault counts when at least one test names it, every test that names it passed, and none was skipped. The exit code
// is 0 only if that holds for each fault that can be run here.

import { catalogue } from '../test/support/fault-catalogue.ts';
import { root, runNodeTests, type Tally, testFiles } from './test-stages.ts';

const FOLDERS = ['faults', 'conformance', 'unit', 'property'];

process.chdir(root);
const rows = catalogue();
const wanted = new Set(rows.flatMap(({ tests }) => tests.map(({ file }) => file)));
const files = FOLDERS.flatMap(testFiles).filter((file) => wanted.has(file));
console.log(`${rows.length} faults, ${files.length} test files`);

const tally = await runNodeTests(files, { concurrency: 2, deadlineMs: 600_000 });

/** Whether a title of the tally belongs to a test of the catalogue. */
function concerns(title: string, file: string, name: string): boolean {
  const separator = ' › ';
  const at = title.indexOf(separator);
  if (at < 0) return title === file;
  return title.slice(0, at) === file && title.slice(at + separator.length).startsWith(name);
}

function verdict(tests: readonly { readonly file: string; readonly name: string }[], from: Tally): string {
  const broken = tests.find(({ file, name }) => from.failed.some(({ title }) => concerns(title, file, name)));
  if (broken !== undefined) return `FAILED   ${broken.name}`;
  const skipped = from.skipped.find(({ title }) => tests.some(({ file, name }) => concerns(title, file, name)));
  return skipped === undefined ? 'right' : `skipped  ${skipped.reason}`;
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
