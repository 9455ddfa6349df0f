import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWords, shortAnswerWords } from '../../../src/trace/receiver-words.ts';

test('what the receiver answered is told without what there was none of', () => {
  const only = { stored: 1, replaced: 0, refused: new Map() };
  assert.equal(answerWords(only), '1 instance stored');
  assert.equal(shortAnswerWords(only), '1');
  const one = { stored: 24, replaced: 1200, refused: new Map([[0xa900, 2]]) };
  assert.equal(answerWords(one), '24 instances stored, 1,200 replaced, 2 refused (A900H)');
  assert.equal(shortAnswerWords(one), '24, 1,200 replaced, 2 refused');
  const refused = new Map([
    [0x0122, 1],
    [0xa700, 4],
  ]);
  assert.equal(answerWords({ stored: 0, replaced: 0, refused }), '0 instances stored, 5 refused (4 A700H, 1 0122H)');
});
