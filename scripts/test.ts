// `npm test`: everything, in order, with one closing line `N passed, N failed, N skipped`.
//
//     npm test                     installs what is missing and runs every stage
//     npm test -- unit interop     runs these stages only
//
// The exit code is 0 only if nothing failed and every stage ran at least one test. With CI=true a skip fails too,
// because there nobody would run the skipped test. A test that SECURITY.md, docs/faults.md, docs/reliability.md or docs/storescu.md
// names must be among those that passed.

import { existsSync, globSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runHostSuite, vscodeExecutable } from '../test/host/run.ts';
import { hasCorpus } from '../test/support/corpus.ts';
import { unproven } from '../test/support/document-claims.ts';
import { chromiumExecutable } from '../test/support/testbed/host.ts';
import { setUpTestbed, testbedObstacle } from '../test/support/testbed/setup.ts';
import { buildAll } from './build.ts';
import { packageVsix } from './package.ts';
import { provideNeeds } from './test-needs.ts';
import { emptyTally, indent, root, runNodeTests, runTool, type Tally, testFiles } from './test-stages.ts';

const isCi = /^(true|1)$/.test(process.env['CI'] ?? '');

function bin(name: string): string {
  return join(root, 'node_modules/.bin', name);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function runTypes(): Promise<Tally> {
  const projects = ['.', 'src/protocol', 'src/messages', 'src/webview'];
  const tallies: Tally[] = [];
  for (const project of projects) tallies.push(await runTool(`types of ${project}`, bin('tsc'), ['-p', project]));
  return {
    ...emptyTally(),
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
  };
}

async function runHost(): Promise<Tally> {
  const isDownload = vscodeExecutable() === undefined;
  const tally = emptyTally();
  try {
    const { passed, failed, skipped } = await runHostSuite();
    tally.passed = passed.length;
    tally.passedTitles.push(...passed.map((title) => `host › ${title}`));
    tally.failed.push(...failed.map(({ title, error }) => ({ title: `host › ${title}`, detail: error })));
    tally.skipped.push(...skipped.map((title) => ({ title: `host › ${title}`, reason: 'pending in mocha' })));
  } catch (error) {
    const detail = describe(error);
    if (isDownload) {
      const reason = `no VS Code: no test bed, no VSCODE_EXECUTABLE, and the download did not come about: ${detail}`;
      tally.skipped.push({ title: 'the suite in the extension host', reason });
    } else tally.failed.push({ title: 'the suite in the extension host', detail });
  }
  return tally;
}

async function runE2e(): Promise<Tally> {
  const noBrowser = chromiumExecutable() === undefined ? 'no Chromium on this machine' : undefined;
  const reason = testbedObstacle() ?? noBrowser;
  if (reason !== undefined)
    return { ...emptyTally(), skipped: [{ title: 'the workbench, driven as a person does', reason }] };
  await mkdir(join(root, 'out'), { recursive: true });
  const vsix = join(root, 'out/send-to-pacs.vsix');
  await packageVsix(vsix);
  process.env['SEND_TO_PACS_VSIX'] = vsix;
  return runNodeTests(testFiles('e2e'), { concurrency: 1, deadlineMs: 480_000 });
}

const minute = 60_000;
const stages: Readonly<Record<string, () => Promise<Tally>>> = {
  format: () => runTool('format', bin('biome'), ['check', '.']),
  lint: () => runTool('lint', bin('oxlint'), ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts']),
  types: runTypes,
  unit: () => runNodeTests(testFiles('unit'), { concurrency: 2, deadlineMs: 4 * minute }),
  conformance: () => runNodeTests(testFiles('conformance'), { concurrency: 2, deadlineMs: 2 * minute }),
  property: () => runNodeTests(testFiles('property'), { concurrency: 2, deadlineMs: 3 * minute }),
  transcripts: () => runNodeTests(testFiles('transcripts'), { concurrency: 2, deadlineMs: minute }),
  interop: () => runNodeTests(testFiles('interop'), { concurrency: 2, deadlineMs: 6 * minute }),
  faults: () => runNodeTests(testFiles('faults'), { concurrency: 2, deadlineMs: 6 * minute }),
  attack: () => runNodeTests(testFiles('attack'), { concurrency: 2, deadlineMs: 4 * minute }),
  host: runHost,
  e2e: runE2e,
};
const check = ['format', 'lint', 'types', 'unit'];

function chosenStages(args: readonly string[]): string[] {
  const wanted = new Set(args.flatMap((name) => (name === 'check' ? check : [name])));
  const unknown = [...wanted].filter((name) => stages[name] === undefined);
  if (unknown.length > 0) {
    console.error(`No stage '${unknown.join("', '")}'. Stages: check, ${Object.keys(stages).join(', ')}`);
    process.exit(2);
  }
  return Object.keys(stages).filter((name) => wanted.size === 0 || wanted.has(name));
}

/** Test files that no stage would run. */
function strayTestFiles(): string[] {
  const run = new Set(Object.keys(stages).flatMap(testFiles));
  return globSync('test/**/*.test.*', { cwd: root }).filter((file) => !run.has(file));
}

async function provideTestbed(): Promise<void> {
  if (testbedObstacle() !== undefined || chromiumExecutable() === undefined) return;
  await setUpTestbed((line) => console.log(`test bed: ${line}`));
}

/** A test that a document names must have run and passed: a title proves nothing. */
function checkPromises(stagesThatRan: readonly string[], total: Tally): void {
  const titles = (entries: readonly { readonly title: string }[]): string[] => entries.map(({ title }) => title);
  const run = { passed: total.passedTitles, failed: titles(total.failed), skipped: titles(total.skipped) };
  for (const promise of unproven(stagesThatRan, run)) {
    const detail = 'this test failed or did not run';
    total.failed.push({ title: promise, detail });
    console.log(`  FAILED   ${promise}: ${detail}`);
  }
}

async function main(): Promise<number> {
  const chosen = chosenStages(process.argv.slice(2));
  const startedAt = performance.now();
  process.chdir(root);
  const total = emptyTally();
  const add = (part: Tally): void => {
    total.passed += part.passed;
    total.passedTitles.push(...part.passedTitles);
    total.failed.push(...part.failed);
    total.skipped.push(...part.skipped);
  };
  const prepare = async (title: string, step: () => Promise<void>): Promise<void> => {
    await step().catch((error: unknown) => {
      console.log(`${title} failed: ${describe(error)}`);
      total.failed.push({ title, detail: describe(error) });
    });
  };

  provideNeeds(chosen);
  // Tests start the bundles that would be shipped.
  if (chosen.some((stage) => !['format', 'lint', 'types'].includes(stage))) await prepare('build', buildAll);
  const wantsTestbed = chosen.includes('e2e') || (chosen.includes('host') && !process.env['VSCODE_EXECUTABLE']);
  if (wantsTestbed) await prepare('test bed', provideTestbed);
  for (const file of strayTestFiles()) {
    total.failed.push({
      title: file,
      detail: `no stage runs it: put it into test/{${Object.keys(stages).join(',')}}/`,
    });
  }
  const needed = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!hasCorpus)
    console.log('corpus: not at hand, so the tests on files of other makers are left out (CONTRIBUTING.md)');
  console.log(`${'getting ready'.padEnd(14)}${needed.padStart(7)} s`);

  /** Stages that ran and named their tests. */
  const provable: string[] = [];
  for (const name of chosen) {
    const stageStartedAt = performance.now();
    let tally: Tally;
    try {
      tally = (await stages[name]?.()) ?? emptyTally();
    } catch (error) {
      tally = { ...emptyTally(), failed: [{ title: name, detail: describe(error) }] };
    }
    if (tally.passed + tally.failed.length + tally.skipped.length === 0) {
      const folder = existsSync(join(root, 'test', name))
        ? `test/${name} has no tests`
        : `there is no folder test/${name}`;
      tally.failed.push({ title: name, detail: `nothing ran: ${folder}` });
    }
    const seconds = ((performance.now() - stageStartedAt) / 1000).toFixed(1);
    const { passed, failed, skipped } = tally;
    const counts = `${String(passed).padStart(6)} passed, ${failed.length} failed, ${skipped.length} skipped`;
    console.log(`${name.padEnd(14)}${seconds.padStart(7)} s ${counts}`);
    for (const { title, detail } of failed) console.log(`  FAILED   ${title}\n${indent(detail)}`);
    for (const { title, reason } of skipped) console.log(`  skipped  ${title}: ${reason}`);
    add(tally);
    if (tally.passedTitles.length > 0) provable.push(name);
  }
  checkPromises(provable, total);

  if (total.failed.length > 0) {
    console.log('\nFailed:');
    for (const { title } of total.failed) console.log(`  ${title}`);
  }
  if (isCi && total.skipped.length > 0) {
    console.log('\nSkipped, which is a failure here (CI=true):');
    for (const { title, reason } of total.skipped) console.log(`  ${title}: ${reason}`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`\nAll stages: ${seconds} s`);
  console.log(`${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);
  return total.failed.length > 0 || (isCi && total.skipped.length > 0) ? 1 : 0;
}

process.exitCode = await main();
