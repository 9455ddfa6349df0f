import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from '../../../src/protocol/secret.ts';
import { waysToSee } from '../../support/secrets.ts';

const CANARY = 'hunter2-CANARY';

suite('Secret', () => {
  test('shows a placeholder to everything that prints', () => {
    const secret = new Secret(Buffer.from(CANARY));
    assert.equal(String(secret), '(secret)');
    assert.equal('a '.concat(String(secret)), 'a (secret)');
    assert.equal(JSON.stringify({ secret }), '{"secret":"(secret)"}');
    assert.equal(inspect({ secret }), '{ secret: (secret) }');
    assert.equal(format('%s %o %j', secret, secret, secret), '(secret) (secret) "(secret)"');
  });

  test('gives its bytes to nobody who does not ask for them', () => {
    const secret = new Secret(Buffer.from(CANARY));
    assert.deepEqual(waysToSee(CANARY, secret), []);
    assert.deepEqual(waysToSee(CANARY, { deep: [{ secret }, new Map([['secret', secret]])] }), []);
    assert.deepEqual(waysToSee(CANARY, new Error('failed', { cause: secret })), []);
  });

  test('discloses its bytes, which are its own', () => {
    const bytes = Buffer.from(CANARY);
    const secret = new Secret(bytes);
    bytes.fill(0);
    assert.equal(Buffer.from(secret.disclose()).toString(), CANARY);
    assert.equal(secret.disclose().buffer.byteLength, CANARY.length);
    assert.equal(secret.isEmpty, false);
    assert.equal(new Secret(new Uint8Array(0)).isEmpty, true);
  });

  test('is disclosed by the encoder alone', () => {
    const root = join(import.meta.dirname, '../../..');
    const callers = globSync('src/**/*.ts', { cwd: root }).filter((path) =>
      /\bdisclose\b/.test(readFileSync(join(root, path), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')),
    );
    assert.deepEqual(callers.sort(), ['src/protocol/secret.ts', 'src/protocol/ul/user-information.ts']);
  });
});

suite('the search for secrets', () => {
  const bytes = Buffer.from(`..${CANARY}..`);
  const leaks: Readonly<Record<string, unknown>> = {
    'a string': { a: [`x${CANARY}`] },
    bytes: { bytes },
    'a view whose buffer holds more': { bytes: bytes.subarray(0, 1) },
    hexadecimal: { hex: bytes.toString('hex') },
    'spaced hexadecimal': { hex: [...bytes].map((byte) => byte.toString(16).toUpperCase()).join(' ') },
    Base64: { a: bytes.toString('base64') },
    'Base64, shifted': { a: bytes.subarray(1).toString('base64') },
    'UTF-16': { a: Buffer.from(CANARY, 'utf16le') },
    'a symbol': { [Symbol('a')]: CANARY },
    'a key': { [CANARY]: 1 },
    'an error': new Error(CANARY),
    'an array of numbers': { a: [...bytes] },
  };
  for (const [name, leak] of Object.entries(leaks)) {
    test(`finds one in ${name}`, () => {
      assert.notDeepEqual(waysToSee(CANARY, leak), []);
    });
  }
});
