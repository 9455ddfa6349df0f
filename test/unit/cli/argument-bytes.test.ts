import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wholeArguments } from '../../../src/cli/argument-bytes.ts';

const commandLine =
  (...all: readonly string[]) =>
  (): Buffer =>
    Buffer.from(all.map((one) => `${one}\0`).join(''), 'latin1');

describe('arguments that are not UTF-8', () => {
  const argv = ['store', 'caf\ufffd', ''];

  test('are taken from the command line of the process, whatever stands before them', () => {
    const whole = wholeArguments(argv, commandLine('node', '--flag', 'main.ts', 'store', 'caf\xe9', ''));
    assert.deepEqual(whole, ['store', 'caf\udce9', '']);
    const real = Buffer.from('caf\ufffd').toString('latin1');
    assert.deepEqual(wholeArguments(argv, commandLine('node', 'main.ts', 'store', real, '')), argv);
  });

  test('stay as they are where the system says something else, or nothing', () => {
    for (const read of [
      commandLine('node', 'main.ts', 'store', 'cafe', ''),
      commandLine('title of the process'),
      (): Buffer => Buffer.alloc(0),
      (): Buffer => {
        throw new Error('no /proc');
      },
    ]) {
      assert.equal(wholeArguments(argv, read), argv);
    }
  });

  test('are not looked for where none is damaged', () => {
    const plain = ['store', 'caf\u00e9'];
    const never = (): Buffer => assert.fail();
    assert.equal(wholeArguments(plain, never), plain);
  });
});
