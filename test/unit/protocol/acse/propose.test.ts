import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { NegotiatedContext } from '../../../../src/protocol/acse/contexts.ts';
import { type ContextNeed, contextFor, proposeContexts } from '../../../../src/protocol/acse/propose.ts';
import type { ProposedPresentationContext } from '../../../../src/protocol/ul/pdu.ts';

function need(abstractSyntax: string, transferSyntax: string, ...fallbacks: string[]): ContextNeed {
  return { abstractSyntax, transferSyntax, fallbacks };
}

/** `1 CT J2K`, `3 CT ELE ILE`: one line per context. */
function shown(contexts: readonly ProposedPresentationContext[] | undefined): string[] {
  return (contexts ?? []).map(
    ({ presentationContextId, abstractSyntax, transferSyntaxes }) =>
      `${presentationContextId} ${abstractSyntax} ${transferSyntaxes.join(' ')}`,
  );
}

suite('proposeContexts', () => {
  test('without needs nothing is proposed', () => {
    assert.deepEqual(proposeContexts([]), []);
  });

  test('one context per abstract and transfer syntax, in the order in which they first appear', () => {
    const [contexts, ...more] = proposeContexts([
      need('CT', 'J2K'),
      need('MR', 'ELE'),
      need('CT', 'J2K'),
      need('CT', 'ELE'),
    ]);
    assert.deepEqual(shown(contexts), ['1 CT J2K', '3 CT ELE', '5 MR ELE']);
    assert.equal(more.length, 0);
  });

  test('the fallbacks of an abstract syntax share one more context', () => {
    const [contexts] = proposeContexts([need('CT', 'EBE', 'ELE', 'ILE'), need('MR', 'J2K')]);
    assert.deepEqual(shown(contexts), ['1 CT EBE', '3 CT ELE ILE', '5 MR J2K']);
  });

  test('a fallback that stands in a context of its own is not proposed twice', () => {
    const [both] = proposeContexts([need('CT', 'ELE', 'ILE'), need('CT', 'ILE', 'ELE')]);
    assert.deepEqual(shown(both), ['1 CT ELE', '3 CT ILE']);
    const [itself] = proposeContexts([need('CT', 'ELE', 'ELE')]);
    assert.deepEqual(shown(itself), ['1 CT ELE']);
    const [partly] = proposeContexts([need('CT', 'EBE', 'ELE', 'ILE'), need('CT', 'ELE', 'ILE')]);
    assert.deepEqual(shown(partly), ['1 CT EBE', '3 CT ELE', '5 CT ILE']);
  });

  test('fallbacks of several needs share one context', () => {
    const [contexts] = proposeContexts([need('CT', 'EBE', 'ELE'), need('CT', 'DEF', 'ILE', 'ELE')]);
    assert.deepEqual(shown(contexts), ['1 CT EBE', '3 CT ELE ILE', '5 CT DEF']);
  });

  test('128 contexts fill an association, the 129th opens another', () => {
    const needs = Array.from({ length: 129 }, (_, index) => need(`class ${index}`, 'ELE'));
    const full = proposeContexts(needs.slice(0, 128));
    assert.equal(full.length, 1);
    assert.equal(full[0]?.at(-1)?.presentationContextId, 255);
    const two = proposeContexts(needs);
    assert.deepEqual(
      two.map((contexts) => contexts.length),
      [128, 1],
    );
    assert.deepEqual(shown(two[1]), ['1 class 128 ELE']);
  });

  test('a need and its fallbacks are in the same association', () => {
    const needs = [
      ...Array.from({ length: 127 }, (_, index) => need(`class ${index}`, 'J2K')),
      need('last', 'EBE', 'ELE'),
      need('filler', 'J2K'),
    ];
    const [first, second] = proposeContexts(needs);
    assert.deepEqual(shown(second), ['1 last EBE', '3 last ELE']);
    assert.equal(first?.length, 128, 'the place that was left is used by who fits');
  });

  test('a SOP class with more than 128 transfer syntaxes has its fallbacks in each association', () => {
    const needs = Array.from({ length: 200 }, (_, index) => need('CT', `syntax ${index}`, 'ELE'));
    const associations = proposeContexts(needs);
    assert.deepEqual(
      associations.map((contexts) => contexts.length),
      [128, 74],
    );
    for (const contexts of associations) {
      assert.equal(contexts.filter(({ transferSyntaxes }) => transferSyntaxes.includes('ELE')).length, 1);
    }
  });

  test('a need that no association can hold is a bug', () => {
    const needs = Array.from({ length: 129 }, (_, index) => need('CT', `syntax ${index}`));
    const greedy = need('CT', 'syntax 0', ...needs.map(({ transferSyntax }) => transferSyntax));
    assert.throws(() => proposeContexts([...needs, greedy]), RangeError);
  });

  test('any needs: ascending odd IDs, at most 128 contexts, each need in one association, few associations', () => {
    const syntax = fc.integer({ min: 0, max: 6 }).map((index) => `T${index}`);
    const arbitraryNeed = fc.record({
      abstractSyntax: fc.integer({ min: 0, max: 80 }).map((index) => `A${index}`),
      transferSyntax: syntax,
      fallbacks: fc.array(syntax, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(arbitraryNeed, { maxLength: 400 }), (needs) => {
        const associations = proposeContexts(needs);
        assert.deepEqual(proposeContexts(needs), associations, 'deterministic');
        for (const contexts of associations) {
          assert.ok(contexts.length >= 1 && contexts.length <= 128);
          assert.deepEqual(
            contexts.map(({ presentationContextId }) => presentationContextId),
            contexts.map((_, index) => 2 * index + 1),
          );
        }
        for (const { abstractSyntax, transferSyntax, fallbacks } of needs) {
          const home = associations.find((contexts) => {
            const mine = contexts.filter((context) => context.abstractSyntax === abstractSyntax);
            const has = (uid: string): boolean => mine.some(({ transferSyntaxes }) => transferSyntaxes.includes(uid));
            const alone = mine.some(
              ({ transferSyntaxes: [only, ...rest] }) => only === transferSyntax && rest.length === 0,
            );
            return alone && fallbacks.every(has);
          });
          assert.ok(home, `${abstractSyntax} ${transferSyntax} ${fallbacks.join(' ')}`);
        }
        // A need takes at most 3 contexts here, so every association but the last has at most 2 places left.
        for (const contexts of associations.slice(0, -1)) assert.ok(contexts.length >= 126);
      }),
      { numRuns: 200 },
    );
  });
});

function accepted(id: number, abstractSyntax: string, acceptedTransferSyntax?: string): NegotiatedContext {
  return {
    presentationContextId: id,
    abstractSyntax,
    proposedTransferSyntaxes: acceptedTransferSyntax === undefined ? ['ELE'] : [acceptedTransferSyntax],
    result: acceptedTransferSyntax === undefined ? 4 : 0,
    ...(acceptedTransferSyntax !== undefined && { acceptedTransferSyntax }),
  };
}

suite('contextFor', () => {
  test('prefers the own transfer syntax, then the fallbacks in their order', () => {
    const contexts = [accepted(1, 'CT', 'ILE'), accepted(3, 'CT', 'ELE'), accepted(5, 'CT', 'EBE')];
    assert.equal(contextFor(contexts, need('CT', 'EBE', 'ELE', 'ILE'))?.context.presentationContextId, 5);
    assert.deepEqual(contextFor(contexts, need('CT', 'DEF', 'ELE', 'ILE')), {
      context: contexts[1],
      transferSyntax: 'ELE',
    });
    assert.equal(contextFor(contexts, need('CT', 'DEF', 'ILE', 'ELE'))?.transferSyntax, 'ILE');
  });

  test('finds none where the contexts are refused, of another abstract syntax, or not convertible', () => {
    assert.equal(contextFor([accepted(1, 'CT')], need('CT', 'ELE')), undefined);
    assert.equal(contextFor([accepted(1, 'MR', 'ELE')], need('CT', 'ELE')), undefined);
    assert.equal(contextFor([accepted(1, 'CT', 'ELE')], need('CT', 'J2K')), undefined);
  });
});
