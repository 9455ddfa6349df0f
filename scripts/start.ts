// `npm start`: one send without an editor. Builds, writes a small study, starts the built-in receiver, sends the study to it
// and checks that every instance arrived.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { buildAll } from './build.ts';
import { cliBundle, makeSample, root, sampleDirectory, startDemoReceiver } from './demo.ts';

const shown = (path: string): string => relative(root, path);

async function main(): Promise<void> {
  console.log('Building dist/ …');
  await buildAll();
  const { study, received } = await makeSample();
  const receiver = await startDemoReceiver(received);
  console.log(`Sample study in ${shown(study)}, built-in receiver on 127.0.0.1:${receiver.port}. Sending:\n`);
  const report = join(sampleDirectory, 'report.json');
  try {
    const args = [cliBundle, 'store', '-d', '-r', '--report', report, '127.0.0.1', String(receiver.port), study];
    const [code] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the send ended with ${code}`);
  } finally {
    await receiver.stop();
  }

  const { counts } = JSON.parse(await readFile(report, 'utf8')) as { counts: { stored: number } };
  const arrived = globSync('**/*', { cwd: received, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (arrived === 0 || arrived !== counts.stored) {
    throw new Error(`${counts.stored} instances were stored, but ${arrived} files arrived`);
  }
  console.log(`\nThe receiver has ${arrived} files, in ${shown(received)}; what became of each: ${shown(report)}`);
  console.log('To do the same in VS Code, with a right-click: npm run workbench');
}

await main();
