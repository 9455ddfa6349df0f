// Reports of a million files: made piece by piece when the reader asks, in bounded memory.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { reportJson } from '../../../src/report/json.ts';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { problemsOf } from '../../../src/report/problems.ts';
import type { SendResult } from '../../../src/send/job.ts';
import { LazyList } from '../../../src/send/list.ts';
import type { FileOutcome } from '../../../src/send/outcome.ts';
import { failedFile, sendResult, storedFile } from '../../support/send-results.ts';

const MILLION = 1_000_000;

/** Counts how many outcomes were asked for. */
class CountedOutcomes extends LazyList<FileOutcome> {
  made = 0;
  readonly notable: readonly FileOutcome[] = [];

  override get length(): number {
    return MILLION;
  }

  protected override make(index: number): FileOutcome {
    this.made += 1;
    return storedFile(`/study/${index}.dcm`);
  }
}

function ofMillion(): { readonly result: SendResult; readonly outcomes: CountedOutcomes } {
  const outcomes = new CountedOutcomes();
  return { result: { ...sendResult([]), outcomes, counts: { ...sendResult([]).counts, stored: MILLION } }, outcomes };
}

for (const [name, report] of [
  ['JSON', reportJson],
  ['Markdown', (result: SendResult) => reportMarkdown(result, { rowsMax: MILLION })],
] as const) {
  describe(`a ${name} report of a million files`, () => {
    it('makes no more than the reader has asked for', () => {
      const { result, outcomes } = ofMillion();
      const pieces = report(result);
      assert.equal(outcomes.made, 0);
      let characters = 0;
      for (let count = 1; count <= 5; count += 1) {
        const { value } = pieces.next();
        assert.ok(typeof value === 'string' && value.length < 70_000);
        characters += value.length;
      }
      // Each file takes more than 100 characters.
      assert.ok(outcomes.made > 0 && outcomes.made < characters / 100);
      pieces.return(undefined);
    });

    it('makes the next piece only after the last one was written', async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'large-report-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const path = join(folder, 'report');
      const { result } = ofMillion();
      const file = await open(path, 'w');
      let written = 0;
      const pieces = report({
        ...result,
        outcomes: Array.from({ length: 3000 }, (_, index) => storedFile(`/${index}`)),
      });
      const watched = (function* () {
        for (const piece of pieces) {
          // When the next piece is asked for, the last one has been written.
          assert.equal(statSync(path).size, written);
          written += Buffer.byteLength(piece);
          yield piece;
        }
      })();
      await file.writeFile(watched);
      await file.close();
      assert.equal(statSync(path).size, written);
      assert.match(readFileSync(path, 'utf8'), /2999/);
    });
  });
}

describe('problems of very many files', () => {
  it('keep a count and the first 20 paths of each', () => {
    const files = Array.from({ length: 5000 }, (_, index) => failedFile(`/${index}`, { code: 'empty file' }));
    const [problem, ...others] = problemsOf(sendResult(files), undefined);
    assert.equal(others.length, 0);
    assert.equal(problem?.count, 5000);
    assert.deepEqual(
      problem?.paths,
      files.slice(0, 20).map(({ path }) => path),
    );
  });

  it('are grouped as others beyond a thousand different texts, and every file is counted', () => {
    const files = Array.from({ length: 5000 }, (_, index) =>
      failedFile(`/${index}`, { code: 'status', status: 0xc000, errorComment: `row ${index}` }),
    );
    const problems = problemsOf(sendResult(files), undefined);
    assert.ok(problems.length <= 1001);
    assert.equal(
      problems.reduce((sum, { count }) => sum + count, 0),
      files.length,
    );
    assert.match(problems[0]?.text ?? '', /^Other reasons/);
  });
});
