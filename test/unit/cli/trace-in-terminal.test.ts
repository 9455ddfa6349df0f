import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

const moduleOf = (name: string): string => JSON.stringify(new URL(`../../../src/cli/${name}.ts`, import.meta.url).href);

/** A process with `output`, an Output at level debug, and `sink`, the trace to it. */
function startProgram(program: string) {
  const source = `
    import { Output, traceTo } from ${moduleOf('output')};
    const output = new Output({ level: 'debug', quiet: false });
    const { sink } = traceTo(output, 'debug');
    const sent = (isLastFragment) => sink({ timeMs: 0, association: 1, event: { type: 'P-DATA-TF', direction: 'sent',
      presentationContextId: 1, isCommand: false, isLastFragment, pdus: 1, length: 1000 } });
    ${program}`;
  // One pipe for both streams, to see their order.
  const child = spawn('/bin/sh', ['-c', 'exec "$0" --input-type=module -e "$1" 2>&1', process.execPath, source], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [, output, , side] = child.stdio as readonly unknown[] as readonly Readable[];
  assert.ok(output !== undefined && side !== undefined);
  return { child, output, side, closed: once(child, 'close') };
}

async function run(program: string): Promise<{ code: unknown; said: string[] }> {
  const { output, closed } = startProgram(program);
  const said = await text(output);
  return { code: (await closed)[0], said: said.split('\n') };
}

/** The first `count` lines are numbered in order: text that waits for the reader was not overwritten. */
function assertNumbered(said: readonly string[], count: number, line: string): void {
  const wrong = said.slice(0, count).findIndex((each, number) => each !== `D: ${number} ${line}`);
  assert.equal(wrong, -1, `line ${wrong}: ${said[wrong]?.slice(0, 40)}`);
}

const onPosix = process.platform === 'win32' ? { skip: 'there are no POSIX pipes' } : {};

describe('the trace in a terminal', onPosix, () => {
  for (const [how, end, code] of [
    ['by itself', '', 0],
    ['at once', 'process.exit(3);', 3],
    ['by a bug', 'setImmediate(() => { throw new Error("a bug"); });', 1],
  ] as const)
    it(`is complete if the process ends ${how}, including P-DATA that is being folded`, async () => {
      const exit = await run(`
        output.trace([{ level: 'debug', text: 'D: first' }, { level: 'info', text: 'I: of two\\nI: lines' }]);
        sent(false);
        ${end}`);
      assert.equal(exit.code, code);
      assert.deepEqual(exit.said.slice(0, 4), [
        'D: first',
        'I: of two',
        'I: lines',
        'D: Sent P-DATA-TF ×1, 1.0 kB (presentation context 1, data set, no last fragment)',
      ]);
      assert.equal(exit.said.join('\n').includes('Error: a bug'), code === 1);
    });

  it('keeps its place before later output on either stream', async () => {
    const { said } = await run(`
      output.trace([{ level: 'debug', text: 'D: 1' }]);
      output.result('2');
      output.trace([{ level: 'trace', text: 'T: not shown' }, { level: 'debug', text: 'D: 3' }]);
      output.line('error', '4');
      output.result('5');`);
    assert.deepEqual(said, ['D: 1', '2', 'D: 3', 'E: 4', '5', '']);
  });

  it('is printed before the work ends', async () => {
    const { child, output, closed } = startProgram(`
      output.trace([{ level: 'debug', text: 'D: now' }]);
      setInterval(() => {}, 1000);`);
    const [chunk] = await once(output, 'data');
    assert.equal(String(chunk), 'D: now\n');
    child.kill('SIGKILL');
    await closed;
  });

  for (const [kind, before] of [
    ['as the shell makes it', ''],
    ['that does not block', 'process.stdout; process.stderr;'],
  ] as const)
    it(`waits for a slow reader of a pipe ${kind}, and loses nothing when the process ends`, async () => {
      const line = 'x'.repeat(1_000);
      const lines = 20_000;
      const { output, closed } = startProgram(`
        ${before}
        for (let n = 0; n < ${lines}; n += 1) {
          output.trace([{ level: 'debug', text: 'D: ' + n + ' ${line}' }]);
          if (n % 100 === 0) await new Promise((next) => setImmediate(next));
        }
        output.result('The end');
        process.exit(0);`);
      // The pipe is full long before the reader begins.
      await once(output, 'readable');
      const said = (await text(output)).split('\n');
      assert.deepEqual(await closed, [0, null]);
      assertNumbered(said, lines, line);
      assert.deepEqual(said.slice(-2), ['The end', '']);
    });

  it('does not stop the work while the reader reads nothing', async () => {
    const line = 'x'.repeat(1_000);
    const { output, side, closed } = startProgram(`
      const { writeSync } = await import('node:fs');
      process.stdout; process.stderr;
      for (let n = 0; n < 1_000; n += 1) output.trace([{ level: 'debug', text: 'D: ' + n + ' ${line}' }]);
      setTimeout(() => { writeSync(3, 'gone on'); output.end(); }, 50);`);
    // A megabyte does not fit into the pipe, and nothing is read until the work has continued.
    assert.equal(String((await once(side, 'data'))[0]), 'gone on');
    const said = (await text(output)).split('\n');
    assert.deepEqual(await closed, [0, null]);
    assertNumbered(said, 1_000, line);
  });

  it('is left out and counted where it does not fit, and what follows is shown', async () => {
    const line = 'x'.repeat(1_000);
    const { output, side, closed } = startProgram(`
      const { writeSync } = await import('node:fs');
      process.stdout; process.stderr;
      const beganMs = performance.now();
      for (let n = 0; n < 40_000; n += 1) output.trace([{ level: 'debug', text: 'D: ' + n + ' ${line}' }]);
      writeSync(3, String(performance.now() - beganMs));
      setTimeout(() => { output.result('The end'); output.end(); }, 50);`);
    // Nothing is read meanwhile.
    const heldMs = Number((await once(side, 'data'))[0]);
    const said = await text(output);
    assert.deepEqual(await closed, [0, null]);
    assert.ok(heldMs < 1_000, `${heldMs} ms`);
    const leftOut = /^W: ([\d,]+) lines left out here: whoever reads this output reads too slowly\.$/m.exec(said)?.[1];
    assert.equal(said.match(/^D: /gm)?.length, 40_000 - Number(leftOut?.replaceAll(',', '')));
    assert.match(said, /The end\n/);
  });

  it('is complete if a second Ctrl-C ends the process', async () => {
    const { output, closed } = startProgram(`
      const { watchForInterruption } = await import(${moduleOf('interruption')});
      watchForInterruption(() => output.line('warn', 'interrupted'));
      setTimeout(() => process.kill(process.pid, 'SIGINT'), 0);
      setTimeout(() => {
        sent(false);
        process.emit('SIGINT', 'SIGINT');
      }, 400);
      setInterval(() => {}, 1000);`);
    const said = await text(output);
    assert.deepEqual(await closed, [null, 'SIGINT']);
    assert.match(said, /^W: interrupted\nD: Sent P-DATA-TF .*, no last fragment\)\n$/);
  });
});
