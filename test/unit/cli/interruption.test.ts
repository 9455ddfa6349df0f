import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';

/** A process that watches for interruption and never ends by itself. Prints a line when ready, at the first signal, and at each tick. */
const WORK_THAT_DOES_NOT_STOP = `
  import { watchForInterruption } from ${JSON.stringify(new URL('../../../src/cli/interruption.ts', import.meta.url).href)};
  const { signal } = watchForInterruption((name) => console.log('interrupted by ' + name));
  signal.addEventListener('abort', () => console.log('aborted'));
  console.log('ready');
  setInterval(() => console.log('tick'), 50);
`;

function startWork() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WORK_THAT_DOES_NOT_STOP], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout }), closed: once(child, 'close') };
}

describe('watchForInterruption', () => {
  for (const [first, second] of [
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ] as const) {
    it(`aborts the work at ${first}, and ends the process at a later ${second}`, async () => {
      const { child, lines, closed } = startWork();
      const said: string[] = [];
      lines.on('line', (line) => {
        said.push(line);
        if (line === 'ready') child.kill(first);
        else if (line === 'tick' && said.includes('aborted')) child.kill(second);
      });
      // Ended by the signal, which a shell reports as 130 or 143.
      assert.deepEqual(await closed, [null, second]);
      assert.deepEqual(
        said.filter((line) => line !== 'tick'),
        ['ready', `interrupted by ${first}`, 'aborted'],
      );
    });
  }

  it('counts two signals of one keystroke as one', async () => {
    const { child, lines, closed } = startWork();
    let isAborted = false;
    lines.on('line', (line) => {
      if (line === 'ready') {
        child.kill('SIGINT');
        child.kill('SIGTERM');
      }
      if (line === 'aborted') isAborted = true;
      if (line === 'tick' && isAborted) child.kill('SIGKILL');
    });
    assert.deepEqual(await closed, [null, 'SIGKILL']);
  });
});
