// `npm run bench`: everything, up to ten minutes, into docs/performance.md and its picture. `--quick`: small, a minute,
// printed only. `--only ct,small`: some of it, printed only.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conversion, farPeer, preview } from './alone.ts';
import { preparePrograms, root } from './cache.ts';
import { findContenders } from './contenders.ts';
import { extensionHost } from './extension-host.ts';
import { machineLines } from './machine.ts';
import { pictureOf } from './picture.ts';
import type { ScenarioResult } from './scenario.ts';
import {
  ct,
  growth,
  large,
  orthanc,
  type Scenario,
  slowPeer,
  small,
  storescpAsInstalled,
  storescpNoDelay,
  trace,
} from './scenarios.ts';
import { scenarioText, verdictTable, writeBetweenMarkers } from './tables.ts';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ct,
  small,
  large,
  slow: slowPeer,
  storescp: storescpNoDelay,
  nagle: storescpAsInstalled,
  orthanc,
  trace,
  host: extensionHost,
  preview,
  conversion,
  growth,
  far: farPeer,
};
/** What the picture shows. */
const PICTURED = ['ct', 'small', 'large', 'slow'];

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const names = options.only?.split(',') ?? Object.keys(SCENARIOS);
const unknown = names.filter((name) => !Object.hasOwn(SCENARIOS, name));
if (unknown.length > 0)
  throw new Error(`not known: ${unknown.join(', ')}; known: ${Object.keys(SCENARIOS).join(', ')}`);

const machine = machineLines();
console.log(machine.join('\n'));
const started = performance.now();
const programs = await preparePrograms();
const results = new Map<string, ScenarioResult>();
try {
  const contenders = findContenders(programs);
  const bench = { programs, contenders, isQuick: options.quick };
  for (const name of names) {
    const scenarioStarted = performance.now();
    try {
      const result = await SCENARIOS[name]?.(bench);
      if (result !== undefined) results.set(name, result);
      if (result !== undefined) console.log(`\n${scenarioText(result)}`);
    } catch (error) {
      console.error(`\n${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}`);
      process.exitCode = 1;
    }
    console.log(`\n(${name}: ${((performance.now() - scenarioStarted) / 1_000).toFixed(0)} s)`);
  }
  const all = [...results.values()];
  const verdicts = verdictTable(all.flatMap((result) => result.verdicts));
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`\n${verdicts}\n\n${seconds} s in all`);
  if (options.quick)
    console.log('In so small a run the start of a program is most of it: targets are for the full run.');
  if (!options.quick && options.only === undefined) {
    const absent = contenders.absent.map((line) => `Not compared: ${line}`);
    const lines = [...machine, ...absent, `Command: \`npm run bench\`, ${seconds} s`].map((line) => `- ${line}`);
    const picture = '![Time per file beside Send to PACS](performance.svg)';
    const text = [picture, lines.join('\n'), '### Targets', verdicts, ...all.map(scenarioText)].join('\n\n');
    await writeBetweenMarkers(join(root, 'docs/performance.md'), text);
    const pictured = PICTURED.flatMap((name) => results.get(name) ?? []);
    await writeFile(join(root, 'docs/performance.svg'), pictureOf(pictured));
  }
} finally {
  await programs.close();
}
