import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bugText } from '../../../src/trace/bug-text.ts';
import { MISPLACED, sightsOf } from '../../support/canary.ts';

const WORDS = Object.values(MISPLACED);

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}

describe('the text of a bug', () => {
  const bugs: Readonly<Record<string, unknown>> = {
    'text that is no JSON': thrownBy(() => JSON.parse(`${MISPLACED.name} and more`)),
    'long text that is no JSON': thrownBy(() => JSON.parse(`{"a": ${MISPLACED.name}${'x'.repeat(5_000)}`)),
    'lines that are no JSON': thrownBy(() => JSON.parse(`\n\n${MISPLACED.name}\n    at ${MISPLACED.number}\n`)),
    'a path with apostrophes': new Error(`ENOENT: no such file, open '/home/O'Brien/${MISPLACED.name}/a'`),
    'a number of characters beyond the bound': new Error(`no '${'x'.repeat(20_000)}${MISPLACED.name}'`),
    'a quotation in backticks': new Error(`unexpected \`${MISPLACED.name}\``),
    'no error': `"${MISPLACED.name}"`,
  };
  for (const [name, thrown] of Object.entries(bugs)) {
    it(`quotes nothing: ${name}`, () => assert.deepEqual(sightsOf(WORDS, bugText(thrown)), []));
  }

  it('says what and where', () => {
    assert.match(bugText(new RangeError('it is too long')), /^RangeError: it is too long\n +at .*bug-text\.test\.ts/);
    assert.ok(bugText(new Error(`'${'x'.repeat(100_000)}'`)).length < 20_000);
  });
});
