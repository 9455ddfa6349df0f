// Command sets of other implementations: we decode them as they are meant, and encode the same bytes where that is allowed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { Command } from '../../src/protocol/dimse/command.ts';
import { decodeCommandSet, encodeCommandSet } from '../../src/protocol/dimse/command-set.ts';

interface CommandSetVector {
  readonly name: string;
  readonly hex: string;
  readonly hasDataSet: boolean;
  readonly command: Command;
  /** Why we encode other bytes, or cannot encode it. */
  readonly decodeOnly?: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('vectors/command-sets.json', import.meta.url), 'utf8')) as {
  readonly vectors: readonly CommandSetVector[];
};

suite('command sets of other implementations', () => {
  test('there is a vector of each storage and verification message', () => {
    const types = new Set(vectors.map(({ command }) => command.type));
    assert.deepEqual([...types].toSorted(), ['C-ECHO-RQ', 'C-ECHO-RSP', 'C-STORE-RQ', 'C-STORE-RSP', 'other']);
  });

  for (const { name, hex, hasDataSet, command, decodeOnly } of vectors) {
    test(`${name} is read`, () => {
      assert.deepEqual(decodeCommandSet(Buffer.from(hex, 'hex')), { command, hasDataSet });
    });
    if (decodeOnly === undefined) {
      test(`${name} is written`, () => {
        assert.ok(command.type !== 'other');
        assert.equal(Buffer.from(encodeCommandSet(command, hasDataSet)).toString('hex'), hex);
      });
    }
  }
});
