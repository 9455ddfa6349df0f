import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';

/** What the engine sets aside for young objects after many that lived for a while, in bytes. */
async function youngGeneration(before: string): Promise<number> {
  const source = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${before}
    let kept = [];
    for (let turn = 0; turn < 150; turn += 1) {
      for (let count = 0; count < 20_000; count += 1) kept.push({ count });
      if (turn % 5 === 0) kept = [];
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    console.log(getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source]);
  return Number(stdout);
}

it('keeps little room for what may die soon, where the engine would take much', async () => {
  const module = JSON.stringify(new URL('../../../src/cli/memory.ts', import.meta.url).href);
  const [bound, free] = await Promise.all([
    youngGeneration(`import { boundYoungGeneration } from ${module}; boundYoungGeneration();`),
    youngGeneration(''),
  ]);
  assert.ok(bound <= 16e6, `${bound} bytes`);
  assert.ok(free > 2 * bound, `${free} bytes without, ${bound} with`);
});

it('leaves what is called some thousand times to the engine’s quick compiler', async () => {
  const module = JSON.stringify(new URL('../../../src/cli/memory.ts', import.meta.url).href);
  const compiled = async (before: string): Promise<boolean> => {
    const source = `
      ${before}
      function hot(text) {
        let sum = 0;
        for (let at = 0; at < text.length; at += 1) sum += text.charCodeAt(at);
        return sum;
      }
      for (let turn = 0; turn < 100; turn += 1) {
        for (let count = 0; count < 100; count += 1) hot('x'.repeat(count));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }`;
    const argv = ['--trace-opt', '--input-type=module', '-e', source];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 1e8 });
    return /completed optimizing.*<JSFunction hot.*TURBOFAN/.test(stdout);
  };
  assert.equal(await compiled(`import { compileLate } from ${module}; compileLate();`), false);
  assert.equal(await compiled(''), true);
});
