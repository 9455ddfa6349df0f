// The scan of a preview alone: scan-run.ts PATH... prints { files, ms } of one scan in a fresh process.

import { scan } from '../src/send/scan.ts';

const started = performance.now();
let files = 0;
for await (const file of scan(process.argv.slice(2), { recurse: true }, new AbortController().signal)) {
  if (file.type === 'instance') files += 1;
}
console.log(JSON.stringify({ files, ms: performance.now() - started }));
