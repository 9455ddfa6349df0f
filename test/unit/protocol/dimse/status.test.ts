import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { echoStatus, type StatusCategory, storeStatus } from '../../../../src/protocol/dimse/status.ts';

/** The first table of PS3.7 Annex C as a rule. PS3.4 B.2.3 adds names to it, but no other classes. */
function classOf(status: number): StatusCategory {
  const hex = status.toString(16).toUpperCase().padStart(4, '0');
  if (hex === '0000') return 'success';
  if (hex === '0001' || hex === '0107' || hex === '0116' || /^B...$/.test(hex)) return 'warning';
  return 'failure';
}

suite('storeStatus', () => {
  test('all 65536 numbers have the class of PS3.7 Annex C and a meaning', () => {
    for (let status = 0; status <= 0xffff; status += 1) {
      const { category, meaning } = storeStatus(status);
      if (category !== classOf(status) || meaning === '') {
        assert.fail(`${status.toString(16)}: ${category}, "${meaning}"`);
      }
    }
  });

  test('the statuses of PS3.4 Table B.2-1 have its words, in the whole of their ranges', () => {
    for (const status of [0xa700, 0xa701, 0xa7ff]) {
      assert.equal(storeStatus(status).meaning, 'Refused: Out of Resources');
    }
    for (const status of [0xa900, 0xa9ff]) {
      assert.equal(storeStatus(status).meaning, 'Error: Data Set does not match SOP Class');
    }
    for (const status of [0xc000, 0xc123, 0xcfff]) {
      assert.equal(storeStatus(status).meaning, 'Error: Cannot Understand');
    }
    assert.equal(storeStatus(0xb000).meaning, 'Coercion of Data Elements');
    assert.equal(storeStatus(0xb006).meaning, 'Elements Discarded');
    assert.equal(storeStatus(0xb007).meaning, 'Data Set does not match SOP Class');
  });

  test('numbers beside these ranges do not have the meaning of the ranges', () => {
    for (const status of [0xa6ff, 0xa800, 0xaa00]) {
      assert.equal(storeStatus(status).meaning, 'Failure without a standard meaning');
    }
    for (const status of [0x0001, 0xb001, 0xbfff]) {
      assert.equal(storeStatus(status).meaning, 'Warning without a standard meaning');
    }
    assert.match(storeStatus(0x01ff).meaning, /reserved/);
    assert.match(storeStatus(0x0214).meaning, /reserved/);
    assert.match(storeStatus(0x1234).meaning, /^Unknown/);
    assert.match(storeStatus(0xffff).meaning, /^Unknown/);
  });

  test('pending and cancel are failures that say why', () => {
    assert.deepEqual(storeStatus(0xff00), {
      category: 'failure',
      meaning: 'Pending, which is not a valid answer to C-STORE',
    });
    assert.equal(storeStatus(0xff01).category, 'failure');
    assert.match(storeStatus(0xfe00).meaning, /^Cancel/);
  });

  test('the general statuses of PS3.7 Annex C have names', () => {
    const named = [
      0x0105, 0x0106, 0x0107, 0x0110, 0x0111, 0x0112, 0x0113, 0x0114, 0x0115, 0x0116, 0x0117, 0x0118, 0x0119, 0x0120,
      0x0121, 0x0122, 0x0123, 0x0124, 0x0210, 0x0211, 0x0212, 0x0213,
    ];
    const meanings = named.map((status) => storeStatus(status).meaning);
    assert.equal(new Set(meanings).size, named.length);
    for (const meaning of meanings) assert.doesNotMatch(meaning, /unknown|reserved|without/i);
    assert.deepEqual(
      named.map((status) => echoStatus(status).meaning),
      meanings,
    );
  });
});

test('echoStatus knows nothing of the storage ranges', () => {
  assert.equal(echoStatus(0x0000).category, 'success');
  assert.equal(echoStatus(0x0122).meaning, 'Refused: SOP Class Not Supported');
  assert.equal(echoStatus(0xa700).meaning, 'Failure without a standard meaning');
  assert.equal(echoStatus(0xb000).meaning, 'Warning without a standard meaning');
  assert.match(echoStatus(0xff00).meaning, /C-ECHO/);
});
