// Reports of a million files: made piece by piece when the reader asks, in bounded memory.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { noCounts } from '../../../src/extension/send-entries.ts';
import { REPORT_ROWS_MAX } from '../../../src/protocol/limits.ts';
import { reportCsv } from '../../../src/report/csv.ts';
import { reportJson } from '../../../src/report/json.ts';
import { reportJUnit } from '../../../src/report/junit.ts';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { problemsOf } from '../../../src/report/problems.ts';
import type { SendResult } from '../../../src/send/job.ts';
import { LazyList } from '../../../src/send/list.ts';
import type { FileOutcome, FileOutcomes } from '../../../src/send/outcome.ts';
import { failedFile, sendResult, storedFile } from '../../support/send-results.ts';

const MILLION = 1_000_000;

/** Counts how many outcomes were asked for. */
class CountedOutcomes extends LazyList<FileOutcome> {
  made = 0;
  readonly notable: readonly FileOutcome[] = [];
  readonly notablePlaces: readonly number[] = [];

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
  ['CSV', reportCsv],
  ['JUnit', reportJUnit],
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
      // Each file takes more than 75 characters.
      assert.ok(outcomes.made > 0 && outcomes.made < characters / 75);
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

describe('a Markdown report of very many files', () => {
  it('counts a million stored ones by folder', () => {
    const { result, outcomes } = ofMillion();
    const text = [...reportMarkdown(result)].join('');
    assert.equal(outcomes.made, MILLION);
    assert.match(text, /^\| 1,000,000 \| CT \| 500\.0 GB \| `\/study\/` \|$/m);
  });

  it('makes a row of a failed one only when the reader asks for it', () => {
    const outcomes = new CountedOutcomes();
    const places = Array.from({ length: 100_000 }, (_, index) => index);
    const made = (index: number): FileOutcome => failedFile(`/study/${index}.dcm`, { code: 'empty file' });
    const failed: FileOutcomes = {
      length: 100_000,
      at: (index) => {
        outcomes.made += 1;
        return made(index);
      },
      notablePlaces: places,
      [Symbol.iterator]: () => places.map(made)[Symbol.iterator](),
    };
    const pieces = reportMarkdown({ ...sendResult([]), outcomes: failed, counts: { ...noCounts(), failed: 100_000 } });
    const { value } = pieces.next();
    assert.ok(typeof value === 'string' && value.length < 70_000);
    assert.ok(outcomes.made < 103_000, `${outcomes.made}`);
    let rows = 0;
    for (const piece of pieces) rows += piece.split('\n').length - 1;
    assert.ok(rows > 90_000);
  });

  it('stops to tell folders apart where there are too many', () => {
    const files = Array.from({ length: 5_000 }, (_, index) => storedFile(`/${index}/a.dcm`));
    const text = [...reportMarkdown(sendResult(files))].join('');
    assert.equal(text.match(/^\| 1 \| CT \| 500/gm)?.length, REPORT_ROWS_MAX);
    assert.match(text, /^And 3,000 files in more folders\.$/m);
  });
});

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
