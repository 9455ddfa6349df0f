import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';

/**
 * The size of the young generation after allocating many objects that live for a while, in bytes. It allocates over some
 * time, as V8 grows the generation between collections.
 */
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

it('bounds the young generation, which V8 would let grow further', async () => {
  const module = JSON.stringify(new URL('../../../src/cli/memory.ts', import.meta.url).href);
  const [bound, free] = await Promise.all([
    youngGeneration(`import { boundYoungGeneration } from ${module}; boundYoungGeneration();`),
    youngGeneration(''),
  ]);
  assert.ok(bound <= 16e6, `${bound} bytes`);
  assert.ok(free > 2 * bound, `${free} bytes without, ${bound} with`);
});

it('sets no engine flag on a Node that is newer than the newest one tried', async () => {
  const module = JSON.stringify(new URL('../../../src/cli/memory.ts', import.meta.url).href);
  const bound = await youngGeneration(`
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '99.0.0' } });
    const { boundYoungGeneration } = await import(${module});
    boundYoungGeneration();`);
  assert.ok(bound > 16e6, `${bound} bytes: the flag was set`);
});
