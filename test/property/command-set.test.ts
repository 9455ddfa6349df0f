// decode(encode(x)) = x. Random and mutated bytes give a command or a ProtocolError, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SendableCommand } from '../../src/protocol/dimse/command.ts';
import { decodeCommandSet, encodeCommandSet } from '../../src/protocol/dimse/command-set.ts';
import {
  COMMANDS,
  type CommandElement,
  type CommandElements,
  type CommandKeyword,
  type CommandType,
  type CommandVr,
  ELEMENTS,
} from '../../src/protocol/dimse/command-table.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from '../../src/protocol/errors.ts';

const us = fc.integer({ min: 0, max: 0xffff });
const uid = fc
  .array(fc.integer({ min: 0, max: 99_999 }), { minLength: 1, maxLength: 10 })
  .map((components) => components.join('.'));
/** Latin-1 text that does not end in padding. */
const latin1 = fc
  .array(fc.integer({ min: 0, max: 0xff }), { minLength: 1, maxLength: 64 })
  .map((codes) => String.fromCharCode(...codes))
  .filter((text) => !text.endsWith(' ') && !text.endsWith('\0'));
const aeTitle = fc.stringMatching(/^[A-Z0-9_]{1,16}$/);
const tags = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 5 });

const VALUES: Readonly<Record<CommandVr, fc.Arbitrary<unknown>>> = {
  UI: uid,
  AE: aeTitle,
  LO: latin1,
  US: us,
  AT: tags,
};

/** Any message of the table, with any of the elements that it may leave out. */
const command: fc.Arbitrary<SendableCommand> = fc.oneof(
  ...(Object.keys(COMMANDS) as CommandType[]).map((type) => {
    const elements: CommandElements = COMMANDS[type].elements;
    const keywords = Object.keys(elements) as CommandKeyword[];
    const values = keywords.map((keyword) => {
      const element: CommandElement = ELEMENTS[keyword];
      return [keyword, element.values === undefined ? VALUES[element.vr] : fc.constantFrom(...element.values)] as const;
    });
    const requiredKeys = ['type', ...keywords.filter((keyword) => elements[keyword] === 'required')];
    return fc.record(
      { type: fc.constant(type), ...Object.fromEntries(values) },
      { requiredKeys: requiredKeys as ['type'] },
    );
  }),
) as unknown as fc.Arbitrary<SendableCommand>;

test('decoding an encoded command gives that command', () => {
  fc.assert(
    fc.property(command, fc.boolean(), (original, hasDataSet) => {
      const bytes = encodeCommandSet(original, hasDataSet);
      assert.equal(bytes.length % 2, 0);
      assert.deepEqual(decodeCommandSet(bytes), { command: { ...original }, hasDataSet });
    }),
    { numRuns: 2000 },
  );
});

/** @returns whether it was a command set */
function decodesOrIsRefused(bytes: Uint8Array): boolean {
  const before = Uint8Array.from(bytes);
  try {
    decodeCommandSet(bytes);
    return true;
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.equal(error.reason, INVALID_PDU_PARAMETER_VALUE);
    return false;
  } finally {
    assert.deepEqual(bytes, before);
  }
}

test('random bytes are a command or a ProtocolError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      decodesOrIsRefused(bytes);
    }),
    { numRuns: 3000 },
  );
});

test('mutated command sets are a command or a ProtocolError, and both occur', () => {
  const mutation = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('set', 'remove', 'insert', 'cut'),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(command, fc.array(mutation, { minLength: 1, maxLength: 4 }), (original, mutations) => {
      let bytes = [...encodeCommandSet(original, true)];
      for (const { at, kind, byte } of mutations) {
        const index = bytes.length === 0 ? 0 : at % bytes.length;
        if (kind === 'set') bytes[index] = byte;
        else if (kind === 'remove') bytes.splice(index, 1);
        else if (kind === 'insert') bytes.splice(index, 0, byte);
        else bytes = bytes.slice(0, index);
      }
      if (decodesOrIsRefused(Uint8Array.from(bytes))) accepted += 1;
      else refused += 1;
    }),
    { numRuns: 5000 },
  );
  assert.ok(accepted > 0 && refused > 0, `${accepted} accepted, ${refused} refused`);
});
