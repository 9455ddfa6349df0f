import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../src/part10/check/finding.ts';
import { reportJson } from '../../../src/report/json.ts';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { notesOf } from '../../../src/report/problems.ts';
import type { PreflightCode, PreflightFinding } from '../../../src/send/preflight-policy.ts';
import { explain, explainFile, sentence } from '../../../src/trace/explain.ts';
import { explainPreflight } from '../../../src/trace/explain-preflight.ts';
import { failedFile, sendResult, storedFile } from '../../support/send-results.ts';

const STUDY = { tag: '(0020,000D)', keyword: 'StudyInstanceUID' };
const UID = { code: 'ill-formed UID', offset: 400, tag: '(0008,0018)', keyword: 'SOPInstanceUID', count: 1 } as const;

/** Findings of each code, and what their text must match. A new code does not compile until it is here. */
const EVERY_CODE: {
  readonly [K in PreflightCode]: readonly (readonly [Extract<PreflightFinding, { code: K }>, RegExp])[];
} = {
  truncated: [
    [{ code: 'truncated', offset: 1234567, part: 'header' }, /truncated: it ends within the element at byte 1234567\./],
    [
      { code: 'truncated', offset: 900, part: 'value', tag: '(7FE0,0010)', missing: 12_345 },
      /within \(7FE0,0010\), which begins at byte 900: 12,345 bytes are missing\. .*Get the file again/,
    ],
    [
      { code: 'truncated', offset: 900, part: 'fragment', missing: 1 },
      /a fragment of the pixel data.*: 1 byte is missing\./,
    ],
    [
      { code: 'truncated', offset: 900, part: 'pixel data', tag: '(7FE0,0010)' },
      /at byte 900: the compressed pixel data has no end/,
    ],
    [
      { code: 'truncated', offset: 900, part: 'delimiter', tag: '(7FE0,0010)' },
      /image is whole, but the delimiter .* is missing at byte 900.*keeps the bytes stores it.*written anew/,
    ],
    [{ code: 'truncated', offset: 900, part: 'sequence', tag: '(0008,1140)' }, /the sequence \(0008,1140\) has no end/],
    [
      { code: 'truncated', offset: 900, part: 'deflate stream' },
      /truncated at byte 900: its deflated data set has no final/,
    ],
  ],
  'broken structure': [
    [
      { code: 'broken structure', offset: 900, detail: 'no VR\n' },
      /cannot be read from byte 900 on: no VR\. .*aborts there/,
    ],
    [
      { code: 'broken structure', offset: 900, detail: 'no VR', isInflated: true },
      /cannot be read from byte 900 of the inflated data set on: no VR/,
    ],
  ],
  'deep nesting': [[{ code: 'deep nesting', offset: 900, depth: 1000 }, /More than 1,000 sequences.*at byte 900/]],
  'trailing bytes': [
    [
      { code: 'trailing bytes', offset: 900, length: 40 },
      /followed at byte 900 by 40 bytes that are no element.*Cut the file off there/,
    ],
  ],
  'zero padding': [
    [{ code: 'zero padding', offset: 900, length: 512 }, /padded with 512 zero bytes at byte 900.*peers ignore/],
  ],
  'deflate trailer': [
    [
      { code: 'deflate trailer', offset: 900, length: 40 },
      /deflated data set ends at byte 900, and 40 bytes that are no part of it follow.*ignore them/,
    ],
  ],
  'odd length': [
    [
      { code: 'odd length', offset: 332, length: 601 },
      /601 bytes long from byte 332 on, but the length of a data set is even.*truncated/,
    ],
  ],
  'odd value': [
    [
      { code: 'odd value', offset: 400, tag: '(0010,0010)', length: 3, count: 1 },
      /\(0010,0010\) at byte 400 has an odd length of 3 bytes \(PS3\.5 7\.1\.1\)\. /,
    ],
    [
      { code: 'odd value', offset: 400, tag: '(0010,0010)', length: 3, count: 4 },
      /, and 3 other values of odd length\./,
    ],
  ],
  'meta disagrees': [
    [
      { code: 'meta disagrees', offset: 200, keyword: 'SOPInstanceUID', meta: '1.2', dataSet: '1.3' },
      /at byte 200 says SOPInstanceUID "1\.2", the data set "1\.3"\..*receives the UID of the data set/,
    ],
  ],
  'ill-formed UID': [
    [
      { ...UID, value: '1.02', fault: 'leading zero' },
      /SOPInstanceUID \(0008,0018\) at byte 400.*begins with a zero\): "1\.02"/,
    ],
    [{ ...UID, value: '1.02', fault: 'leading zero', count: 1_500_000 }, /"1\.02", and 1,499,999 others like it\./],
    [{ ...UID, value: '1..2', fault: 'empty component' }, /a component is empty/],
    [{ ...UID, value: '1.2', fault: 'space padding' }, /padded with a space/],
    [{ ...UID, value: 6, fault: 'characters' }, /only digits and dots\): 6 bytes that are no UID\./],
    // As files of past sends have them.
    [{ ...UID, value: '1.2"`x', fault: 'characters' }, /only digits and dots\): 6 bytes that are no UID\./],
    [{ ...UID, value: '1', fault: 'too long' }, /more than 64 characters/],
  ],
  'stray meta elements': [
    [
      { code: 'stray meta elements', offset: 332, place: 'before the data set', count: 2 },
      /^2 elements of group 0002 follow the File Meta Information at byte 332, .*they are neither used nor sent/,
    ],
    [
      { code: 'stray meta elements', offset: 900, place: 'in the data set', count: 1 },
      /^An element of group 0002, which belongs to the File Meta Information, is inside the data set at byte 900\. .*its values are not used/,
    ],
  ],
  'unknown VR': [
    [
      { code: 'unknown VR', offset: 400, tag: '(0008,0012)', kind: 'hyphens', count: 3 },
      /^The element \(0008,0012\) at byte 400 has two hyphens where its VR should be \(PS3\.5 7\.1\.2\), and 2 others like it\. .*DCMTK .* 16 bits/,
    ],
    [
      { code: 'unknown VR', offset: 400, tag: '(0008,0012)', kind: 'capitals', count: 1 },
      /has two capitals that are no VR where its VR should be .*\. It may be a VR of a later edition; DCMTK .* 32 bits/,
    ],
  ],
  'VR against dictionary': [
    [
      { code: 'VR against dictionary', offset: 400, tag: '(0012,0064)', count: 2 },
      /^The element \(0012,0064\) at byte 400 is not SQ in the file, but its attribute is a sequence \(PS3\.6\), and 1 other like it\. .*Implicit VR/,
    ],
  ],
  'wrong encoding': [
    [
      {
        code: 'wrong encoding',
        offset: 332,
        transferSyntaxUID: '1.2.840.10008.1.2.4.50',
        actual: 'Implicit VR Little Endian',
      },
      /^The File Meta Information says JPEG Baseline \(Process 1\) .*\(1\.2\.840\.10008\.1\.2\.4\.50\), but the data set is in Implicit VR Little Endian, at byte 332\./,
    ],
  ],
  'pixel data against transfer syntax': [
    [
      {
        code: 'pixel data against transfer syntax',
        offset: 1340,
        tag: '(7FE0,0010)',
        transferSyntaxUID: '1.2.840.10008.1.2.5',
        pixels: 'native',
        count: 1,
      },
      /^The pixel data \(7FE0,0010\) at byte 1340 is native, not encapsulated: RLE Lossless \(1\.2\.840\.10008\.1\.2\.5\) does not allow it \(PS3\.5 A\.4\)\./,
    ],
    [
      {
        code: 'pixel data against transfer syntax',
        offset: 1340,
        tag: '(7FE0,0008)',
        transferSyntaxUID: '1.2.840.10008.1.2.1',
        pixels: 'encapsulated',
        count: 3,
      },
      /is encapsulated, not native: Explicit VR Little Endian .* does not allow it \(PS3\.5 A\.4\), and 2 others like it\./,
    ],
  ],
  'missing attribute': [
    [
      { code: 'missing attribute', offset: 332, tag: '(0008,0018)', keyword: 'SOPInstanceUID' },
      /^The data set has no SOPInstanceUID \(0008,0018\); only the File Meta Information has one/,
    ],
  ],
  'no study or series': [
    [
      {
        code: 'no study or series',
        offset: 332,
        missing: [STUDY, { tag: '(0020,000E)', keyword: 'SeriesInstanceUID' }],
      },
      /^The data set has no StudyInstanceUID \(0020,000D\) and no SeriesInstanceUID \(0020,000E\)\. .*many refuse/,
    ],
  ],
  'no pixel data': [[{ code: 'no pixel data', offset: 900 }, /image without pixel data.*at byte 900/]],
  'not checked': [[{ code: 'not checked', offset: 900 }, /not checked from byte 900 on/]],
  'duplicate instance': [
    [
      { code: 'duplicate instance', sopInstanceUID: '1.2', firstPath: '/study/a' },
      /same bytes is in another file of this send, /,
    ],
  ],
  'conflicting instance': [
    [
      { code: 'conflicting instance', sopInstanceUID: '1.2', firstPath: '/study/a' },
      /the SOP Instance UID of another file of this send but another data set\. .*Decide which/,
    ],
    [
      { code: 'conflicting instance', sopInstanceUID: '1.2', firstPath: '/study/a', isStored: true },
      /the SOP Instance UID of another file, which was stored before, but another data set\./,
    ],
  ],
};

const markdownOf = (...args: Parameters<typeof reportMarkdown>): string => [...reportMarkdown(...args)].join('');

describe('explanations of findings', () => {
  for (const [code, cases] of Object.entries(EVERY_CODE)) {
    it(code, () => {
      for (const [finding, expected] of cases as readonly (readonly [PreflightFinding, RegExp])[]) {
        const explanation = explainPreflight(finding);
        assert.match(sentence(explanation), expected);
        const heldBack = explain({ code: 'pre-flight', finding });
        assert.deepEqual({ ...heldBack, action: explanation.action }, { ...explanation, action: explanation.action });
        if (code !== 'duplicate instance') {
          assert.match(
            heldBack.action ?? '',
            /"Send This One" in "Review Held-Back Files", or set ".+" to send \(setting preflight, /,
          );
          assert.ok(heldBack.action?.startsWith(explanation.action ?? ''));
        }
        const { whose, ...parts } = explanation;
        assert.equal(whose, code === 'conflicting instance' ? 'person' : 'local');
        for (const part of Object.values(parts)) {
          assert.match(part, /^[A-Z0-9].*\.$/);
          assert.doesNotMatch(part, /undefined|null|NaN|\[object|\.\.$/);
        }
      }
    });
  }

  it('go into the cause of a failure that they explain', () => {
    const finding = { code: 'no study or series', offset: 332, missing: [STUDY] } as const;
    const causeOf = (status: number, findings: readonly Finding[]) =>
      explainFile(failedFile('/a', { code: 'status', status }, { findings }))?.cause ?? '';
    assert.match(
      causeOf(0xa700, [finding]),
      /^The file has no StudyInstanceUID \(0020,000D\), .*or the PACS disk is full/,
    );
    assert.match(causeOf(0xc000, [finding]), /^The file has no StudyInstanceUID \(0020,000D\), .*store nothing\.$/);
    assert.match(causeOf(0xa700, []), /^The PACS disk may be full/);
    assert.match(causeOf(0xb000, [finding]), /^The instance is stored/);
  });

  it('name the other file if paths may be shown', () => {
    const finding = {
      code: 'conflicting instance',
      sopInstanceUID: '1.2',
      firstPath: '/home/x/study/a\n.dcm',
    } as const;
    const { what } = explainPreflight(finding, (path) => path.replace('/home/x/', ''));
    assert.match(what, /the SOP Instance UID of study\/a \.dcm but/);
  });
});

describe('findings in reports', () => {
  const padding = { code: 'zero padding', offset: 900, length: 512 } as const;
  const truncated = { code: 'truncated', offset: 900, part: 'header' } as const;
  const conflict = { code: 'conflicting instance', sopInstanceUID: '1.2', firstPath: '/home/x/a.dcm' } as const;
  const result = sendResult([
    storedFile('/home/x/a.dcm', { findings: [padding] }),
    storedFile('/home/x/b.dcm', { findings: [padding] }),
    failedFile(
      '/home/x/c.dcm',
      { code: 'pre-flight', finding: truncated },
      { bytesSent: 0, findings: [padding, truncated] },
    ),
    failedFile('/home/x/d.dcm', { code: 'pre-flight', finding: conflict }, { bytesSent: 0 }),
    storedFile('/home/x/e.dcm'),
  ]);
  const displayPath = (path: string) => path.replace('/home/x/', '');

  it('JSON has the code, the byte and the text of each', () => {
    const { instances } = JSON.parse([...reportJson(result, { displayPath })].join('')) as {
      instances: { findings?: object[]; reason?: { code: string; text: string } }[];
    };
    const [a, , c, d, e] = instances;
    assert.deepEqual(a?.findings, [{ code: 'zero padding', offset: 900, text: sentence(explainPreflight(padding)) }]);
    assert.equal(c?.findings?.length, 2);
    assert.equal(c?.reason?.code, 'pre-flight');
    assert.match(d?.reason?.text ?? '', /the SOP Instance UID of a\.dcm/);
    assert.ok(e !== undefined && !('findings' in e));
  });

  it('Markdown has a note for the findings of files that were sent, once for all files that share it', () => {
    assert.deepEqual(notesOf(result), [
      {
        text: sentence(explainPreflight(padding)),
        words: explainPreflight(padding),
        count: 2,
        paths: ['/home/x/a.dcm', '/home/x/b.dcm'],
      },
    ]);
    const markdown = markdownOf(result, { displayPath });
    assert.match(markdown, /## Notes\n\nThese files were sent.*\n\n- 2 files: The file is padded/);
    assert.match(markdown, /`a\.dcm` \| zero padding \|\n.*`b\.dcm` \| zero padding \|/);
    assert.doesNotMatch(markdown, /home/);
    assert.doesNotMatch(markdownOf(sendResult([storedFile('/a')])), /## Notes/);
  });
});
