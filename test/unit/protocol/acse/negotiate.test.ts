import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { negotiateContexts } from '../../../../src/protocol/acse/negotiate.ts';
import type { ProposedPresentationContext } from '../../../../src/protocol/ul/pdu.ts';

const PROPOSED: readonly ProposedPresentationContext[] = [
  { presentationContextId: 1, abstractSyntax: 'CT', transferSyntaxes: ['J2K'] },
  { presentationContextId: 3, abstractSyntax: 'CT', transferSyntaxes: ['ELE', 'ILE'] },
];

suite('negotiateContexts', () => {
  test('an accepted context has the transfer syntax that the peer picked', () => {
    const contexts = negotiateContexts(PROPOSED, [
      { presentationContextId: 3, result: 0, transferSyntax: 'ILE' },
      { presentationContextId: 1, result: 0, transferSyntax: 'J2K' },
    ]);
    assert.deepEqual(contexts, [
      {
        presentationContextId: 1,
        abstractSyntax: 'CT',
        proposedTransferSyntaxes: ['J2K'],
        result: 0,
        acceptedTransferSyntax: 'J2K',
      },
      {
        presentationContextId: 3,
        abstractSyntax: 'CT',
        proposedTransferSyntaxes: ['ELE', 'ILE'],
        result: 0,
        acceptedTransferSyntax: 'ILE',
      },
    ]);
  });

  test('the transfer syntax of a refused context is ignored', () => {
    for (const transferSyntax of ['J2K', '', 'never heard of']) {
      const [context] = negotiateContexts(PROPOSED, [{ presentationContextId: 1, result: 4, transferSyntax }]);
      assert.equal(context?.result, 4);
      assert.equal(context?.acceptedTransferSyntax, undefined);
      assert.equal(context?.problem, undefined);
    }
    assert.equal(negotiateContexts(PROPOSED, [{ presentationContextId: 1, result: 99 }])[0]?.result, 99);
  });

  test('a context accepted with a transfer syntax that it did not propose is a problem', () => {
    for (const answer of [{ transferSyntax: 'ELE' }, { transferSyntax: '' }, {}]) {
      const [context] = negotiateContexts(PROPOSED, [{ presentationContextId: 1, result: 0, ...answer }]);
      assert.equal(context?.problem, 'accepted with a transfer syntax that was not proposed');
      assert.equal(context?.acceptedTransferSyntax, undefined);
    }
  });

  test('a context without an answer is a problem', () => {
    const contexts = negotiateContexts(PROPOSED, [{ presentationContextId: 1, result: 3 }]);
    assert.equal(contexts.length, 2);
    assert.equal(contexts[1]?.result, undefined);
    assert.equal(contexts[1]?.problem, 'not answered');
  });

  test('answers to IDs that were never proposed are ignored', () => {
    const contexts = negotiateContexts(PROPOSED, [
      { presentationContextId: 2, result: 0, transferSyntax: 'J2K' },
      { presentationContextId: 5, result: 0, transferSyntax: 'J2K' },
    ]);
    assert.deepEqual(
      contexts.map(({ presentationContextId, problem }) => [presentationContextId, problem]),
      [
        [1, 'not answered'],
        [3, 'not answered'],
      ],
    );
  });

  test('of two answers to one ID the first counts', () => {
    const [context] = negotiateContexts(PROPOSED, [
      { presentationContextId: 1, result: 3 },
      { presentationContextId: 1, result: 0, transferSyntax: 'J2K' },
    ]);
    assert.equal(context?.result, 3);
    assert.equal(context?.acceptedTransferSyntax, undefined);
  });
});
