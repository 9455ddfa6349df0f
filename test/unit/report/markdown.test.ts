import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { summaryText } from '../../../src/report/summary.ts';
import { assertGolden } from '../../support/golden.ts';
import {
  FULL,
  failedFile,
  GOOD_ASSOCIATION,
  MIXED,
  resultInWords,
  sendResult,
  storedFile,
} from '../../support/send-results.ts';
import { CT, EXPLICIT, J2K } from '../../support/trace-records.ts';

// Times are local.
process.env['TZ'] = 'Europe/Berlin';

const MR = '1.2.840.10008.5.1.4.1.1.4';

const markdownOf = (...args: Parameters<typeof reportMarkdown>): string => [...reportMarkdown(...args)].join('');

describe('reportMarkdown', () => {
  it('reads as a document', () => {
    assertGolden(
      'report-mixed.md.txt',
      markdownOf(MIXED, { displayPath: (path) => basename(path), surface: 'editor' }),
    );
  });

  it('names every file that is not plainly stored, however many there are, and counts the others', () => {
    const result = sendResult(
      Array.from({ length: 9_000 }, (_, index) => {
        const path = `/study/s${index % 3}/IM${index}.dcm`;
        return index % 3 === 0 ? failedFile(path, FULL) : storedFile(path);
      }),
    );
    const text = markdownOf(result);
    const named = new Set(text.match(/(?<=`)\/study\/s\d\/IM\d+\.dcm(?=`)/g));
    assert.deepEqual(
      [...named],
      [...result.outcomes].filter(({ outcome }) => outcome === 'failed').map(({ path }) => path),
    );
    assert.match(
      text,
      /^\| 3,000 \| CT \| 1\.5 GB \| `\/study\/s1\/` \|\n\| 3,000 \| CT \| 1\.5 GB \| `\/study\/s2\/` \|$/m,
    );
    assert.equal(text.match(/disk may be full/g)?.length, 1, 'a problem is told once');
  });

  it('is in the order in which people ask', () => {
    const heads = markdownOf(MIXED).match(/^##? .*/gm);
    assert.deepEqual(heads?.slice(1), [
      '## Problems',
      '## Conversions',
      '## Files that are not plainly stored',
      '## Associations',
      '## Presentation contexts',
      '## Stored files',
    ]);
  });

  it('has one row for each SOP class with transfer syntax of the same refusal, and each advice once', () => {
    const kinds = [
      [CT, J2K, 4],
      [MR, J2K, 4],
      [MR, '1.2.840.10008.1.2.4.70', 3],
    ] as const;
    const files = kinds.flatMap(([sopClassUID, transferSyntaxUID, count]) =>
      Array.from({ length: count }, (_, index) =>
        failedFile(
          `/${sopClassUID}-${transferSyntaxUID}-${index}`,
          {
            code: 'presentation context refused',
            sopClassUID,
            refused: [{ transferSyntaxUID, result: 4 }],
            accepted: sopClassUID === CT ? [EXPLICIT] : [],
          },
          { sopClassUID, transferSyntaxUID, bytesSent: 0 },
        ),
      ),
    );
    for (const text of [markdownOf(sendResult(files)), summaryText(sendResult(files))]) {
      assert.match(text, /11 files failed/);
      assert.equal(text.match(/Ask its administrator to accept this SOP class in this transfer syntax\./g)?.length, 1);
    }
    const text = markdownOf(sendResult(files));
    const answer = 'Rejected - Transfer Syntaxes Not Supported';
    assert.ok(text.includes(`| 4 | CT | JPEG 2000 Lossless | ${answer} | Explicit VR LE |`));
    assert.ok(text.includes(`| 3 | MR | JPEG Lossless SV1 | ${answer} |  |`));
    assert.match(
      summaryText(sendResult(files)),
      /^ {4}4 files: CT, JPEG 2000 Lossless: Rejected.*; accepted in Explicit/m,
    );
  });

  it('tells the presentation contexts once for all associations that negotiated the same', () => {
    const refused = { code: 'association rejected', result: 1, source: 1, reason: 1 } as const;
    const associations = [
      ...[1, 2, 3, 5].map((association) => ({ ...GOOD_ASSOCIATION, association })),
      { ...GOOD_ASSOCIATION, association: 4, contexts: [], failure: refused },
    ];
    const text = markdownOf(sendResult([storedFile('/a')], { associations }));
    assert.match(text, /^### Associations 1–3, 5$/m);
    assert.equal(text.match(/Accepted in Explicit VR LE/g)?.length, 1);
    assert.match(text, /^\| Associations \| 4, and 1 more that was not opened \|$/m);
    assert.match(text, /^\| 4 \| .* \|  \|  \|  \| not opened: association rejected \|$/m);
  });

  it('keeps its structure whatever peers and file names contain', () => {
    const evil = '`</td>|<script>x</script> [y](command:z)\n# All files stored\n| a | b |';
    const shape = (words: string): string[] => {
      const text = markdownOf(resultInWords(words));
      // The kind of each line, and the number of cells of a table row.
      return text.split('\n').map((line) => {
        if (line.startsWith('|')) return `row ${line.replace(/\\\|/g, '').split('|').length}`;
        return /^(#+ |- )?/.exec(line)?.[0] ?? '';
      });
    };
    assert.deepEqual(shape(evil), shape('plain'));
    assert.ok(shape('plain').includes('row 9'));
  });
});
