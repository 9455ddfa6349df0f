import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import type { AssociationFailure } from '../../../src/net/failure.ts';
import { reportJson } from '../../../src/report/json.ts';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { associationsText } from '../../../src/report/negotiation.ts';
import { headline, problemsOf } from '../../../src/report/problems.ts';
import { summaryText } from '../../../src/report/summary.ts';
import type { SendResult } from '../../../src/send/job.ts';
import type { FileOutcome, Reason } from '../../../src/send/outcome.ts';
import { assertGolden } from '../../support/golden.ts';
import { failedFile, GOOD_ASSOCIATION, MIXED, ORTHANC, sendResult, storedFile } from '../../support/send-results.ts';
import { CT, EXPLICIT, IMPLICIT, J2K, MR, START_MS } from '../../support/trace-records.ts';

// Times are local.
process.env['TZ'] = 'Europe/Berlin';

const markdownOf = (...args: Parameters<typeof reportMarkdown>): string => [...reportMarkdown(...args)].join('');

describe('headline', () => {
  const counts = {
    stored: 0,
    'stored with warning': 0,
    failed: 0,
    'held back': 0,
    skipped: 0,
    cancelled: 0,
    unknown: 0,
  };

  it('says "All" only if all files were stored', () => {
    assert.equal(headline({ ...counts, stored: 26 }, false), 'All 26 files stored');
    assert.equal(headline({ ...counts, stored: 1 }, false), '1 file stored');
    assert.equal(
      headline({ ...counts, stored: 24, 'stored with warning': 2 }, false),
      'All 26 files stored, 2 of them with a warning',
    );
    assert.equal(headline({ ...counts, stored: 25, skipped: 1 }, false), '25 of 26 files stored, 1 skipped');
    assert.equal(
      headline({ ...counts, stored: 25, unknown: 1 }, false),
      '25 of 26 files stored, 1 sent without a valid answer',
    );
    assert.equal(headline({ ...counts, failed: 1 }, false), '0 of 1 file stored, 1 failed');
    assert.equal(
      headline({ ...counts, stored: 3, cancelled: 7 }, true),
      'Cancelled: 3 of 10 files stored, 7 cancelled',
    );
    assert.equal(headline(counts, false), 'No files to send');
    assert.equal(headline(counts, true), 'Cancelled before anything was sent');
  });

  it('never says "All" where a file was not stored', () => {
    for (const outcome of ['failed', 'held back', 'skipped', 'cancelled', 'unknown'] as const) {
      assert.doesNotMatch(headline({ ...counts, stored: 5, [outcome]: 1 }, false), /all/i);
    }
  });
});

describe('summaryText', () => {
  it('is short if all went well', () => {
    assert.equal(
      summaryText(sendResult([storedFile('/study/a.dcm'), storedFile('/study/b.dcm')])),
      [
        'All 2 files stored.',
        '  Peer          ORTHANC (ORTHANC at pacs.example:4242)',
        '  AE titles     SENDTOPACS -> ORTHANC',
        '  Time          2026-01-02 04:04:05 to 04:04:07 +01:00',
        '  Data          1.0 MB in 2.1 s, 476.2 kB/s',
        '  Associations  1',
        '  Stored        2 CT in /study/',
      ].join('\n'),
    );
  });

  it('counts the kinds of what was found in files that were sent, and says where they are listed', () => {
    const odd = { code: 'odd value', offset: 400, tag: '(0010,0010)', length: 3, count: 1 } as const;
    const padding = { code: 'zero padding', offset: 900, length: 512 } as const;
    const files = [
      storedFile('/a.dcm', { findings: [odd, { ...odd, tag: '(0010,0020)' }] }),
      storedFile('/b.dcm', { findings: [padding, odd] }),
      failedFile('/c.dcm', { code: 'file changed', detail: 'x' }, { bytesSent: 0, findings: [padding] }),
    ];
    assert.match(
      summaryText(sendResult(files)),
      /^ {2}Found {9}odd value: 2 files\n {16}zero padding: 1 file\n {16}These were sent; the report \(option --report\) says where$/m,
    );
  });

  it('does not count an association that was not opened', () => {
    const rejected = { code: 'association rejected', result: 1, source: 1, reason: 7 } as const;
    const lost = { code: 'connection lost', phase: 'write' } as const;
    const late = { code: 'timeout', phase: 'association', afterMs: 30_000 } as const;
    const of = (...failures: readonly (AssociationFailure | undefined)[]): string =>
      associationsText(
        failures.map((failure) => ({ ...GOOD_ASSOCIATION, ...(failure === undefined ? {} : { failure }) })),
      );
    assert.equal(of(undefined, lost), '2');
    assert.equal(of(undefined, late), '1, and 1 more that was not opened');
    assert.equal(of(rejected), 'none was opened, 1 tried');
    assert.equal(of(), '0');
  });

  it('shows the address once if it is also the name', () => {
    const named = { ...ORTHANC, name: '[::1]:104', host: '::1', port: 104, calledAETitle: 'ANY-SCP' };
    const text = summaryText(sendResult([storedFile('/a')], { peer: named }));
    assert.match(text, /^ {2}Peer {10}ANY-SCP at \[::1\]:104$/m);
    assert.match(markdownOf(sendResult([storedFile('/a')], { peer: named })), /^\| Peer \| `\[::1\]:104` \|$/m);
  });

  it('shows each problem once, the most urgent first', () => {
    assertGolden('summary-mixed.txt', `${summaryText(MIXED, { displayPath: (path) => basename(path) })}\n`);
  });

  it('fits a screen, however much goes wrong', () => {
    const files = Array.from({ length: 1000 }, (_, index) =>
      failedFile(`/${index}.dcm`, { code: 'file changed', detail: `x${index % 25}` }),
    );
    const text = summaryText(sendResult(files));
    assert.match(
      text,
      /and 17 more problems with 680 files\n {2}Every file is named in the report \(option --report\)\.$/m,
    );
    assert.ok(text.split('\n').length < 64);
  });

  it('puts files that somebody misses before those in which there was nothing to send', () => {
    const skipped = (path: string, reason: Reason) => ({ ...failedFile(path, reason), outcome: 'skipped' as const });
    const error = { code: 'EACCES', message: 'denied' };
    const files = [
      ...['/1.txt', '/2.txt'].map((path) => skipped(path, { code: 'not DICOM' })),
      skipped('/3.dcm', { code: 'unreadable', error }),
    ];
    const titles = problemsOf(sendResult(files), undefined).map(({ words }) => words.what);
    assert.deepEqual(titles, ['The file cannot be read (EACCES).', 'The file is not DICOM.']);
  });

  it('says where every file is named, if not all are', () => {
    const failed = (count: number) =>
      sendResult(Array.from({ length: count }, (_, index) => failedFile(`/${index}.dcm`, { code: 'empty file' })));
    assert.doesNotMatch(summaryText(failed(3)), /Every file is named/);
    assert.match(summaryText(failed(4)), /and 1 more\n {2}Every file is named in the report \(option --report\)\.$/m);
    assert.match(summaryText(failed(4), { report: 'out.csv' }), /^ {2}Every file is named in out\.csv\.$/m);
  });

  it('names files of each kind of refusal, and each advice once', () => {
    const refused = (sopClassUID: string, accepted: readonly string[]): Reason => ({
      code: 'presentation context refused',
      sopClassUID,
      refused: [{ transferSyntaxUID: J2K, result: 4 }],
      accepted,
    });
    const files = [
      failedFile('/1.dcm', refused(CT, [])),
      failedFile('/2.dcm', refused(MR, [])),
      failedFile('/3.dcm', refused(MR, [EXPLICIT])),
    ];
    const text = summaryText(sendResult(files));
    assert.match(text, /^ {4}\/1\.dcm\n {4}\/2\.dcm\n {4}\/3\.dcm\n\n/m);
    assert.equal(text.match(/administrator/g)?.length, 1, text);
  });

  it('tells what may not be converted once, whatever it would be converted from', () => {
    const reason = (from: string): Reason => ({
      code: 'cannot convert',
      from,
      to: EXPLICIT,
      detail: 'the conversion is not allowed',
      why: 'not allowed',
      enoughConversion: 'lossless',
    });
    const files = [failedFile('/1.dcm', reason(J2K)), failedFile('/2.dcm', reason(IMPLICIT))];
    const [problem, ...others] = problemsOf(sendResult(files), 'terminal');
    assert.deepEqual(others, []);
    assert.match(problem?.words.what ?? '', /cannot be converted to Explicit VR Little Endian: the conversion is not/);
    assert.match(problem?.details?.get('/2.dcm') ?? '', /from Implicit VR Little Endian to Explicit/);
  });

  it('tells one problem once, though its offsets and lengths differ from file to file', () => {
    const truncated = (missing: number): Reason => ({
      code: 'pre-flight',
      finding: { code: 'truncated', offset: 680, part: 'value', tag: '(7FE0,0010)', missing },
    });
    const one = problemsOf(
      sendResult([failedFile('/1.dcm', truncated(100)), failedFile('/2.dcm', truncated(100))]),
      undefined,
    );
    assert.match(one[0]?.words.what ?? '', /begins at byte 680: 100 bytes are missing\.$/);
    const reasons = [truncated(100), truncated(103), truncated(106)];
    const [truncatedOnes, ...others] = problemsOf(
      sendResult([
        ...reasons.map((reason, index) => failedFile(`/${index}.dcm`, reason)),
        failedFile('/x.dcm', { code: 'malformed', detail: 'x', offset: 1 }),
        failedFile('/y.dcm', { code: 'malformed', detail: 'y', offset: 2 }),
      ]),
      'editor',
    );
    assert.equal(truncatedOnes?.count, 3);
    assert.equal(truncatedOnes.words.what, 'The file is truncated.');
    assert.match(truncatedOnes.words.action ?? '', /Send This One/);
    assert.deepEqual(
      others.map(({ words: { what }, count }) => [what, count]),
      [['The file is damaged.', 2]],
    );
  });

  it('says beside each path what its problem does not say', () => {
    const truncated = (missing: number): Reason => ({
      code: 'pre-flight',
      finding: { code: 'truncated', offset: 680, part: 'value', tag: '(7FE0,0010)', missing },
    });
    const same = sendResult([failedFile('/1.dcm', truncated(100)), failedFile('/2.dcm', truncated(100))]);
    const different = sendResult([failedFile('/1.dcm', truncated(100)), failedFile('/2.dcm', truncated(103))]);
    for (const text of [summaryText(same), markdownOf(same)]) assert.doesNotMatch(text, /1\.dcm(: |` \| ).*missing/);
    for (const text of [summaryText(different), markdownOf(different)]) {
      assert.match(text, /1\.dcm(: |` \| ).* 100 bytes are missing/);
      assert.match(text, /2\.dcm(: |` \| ).* 103 bytes are missing/);
    }
  });
});

const parsed = (result: SendResult): unknown => JSON.parse([...reportJson(result)].join(''));

describe('reportJson', () => {
  const report = parsed(MIXED) as {
    instances: Record<string, unknown>[];
    associations: {
      contexts: Record<string, unknown>[];
      contextCounts: Record<string, number>;
      operationsInvoked: number;
      failure?: { code: string };
    }[];
  } & Record<string, unknown>;

  it('describes the send', () => {
    assert.equal(report['version'], 2);
    assert.deepEqual(report['peer'], {
      name: 'ORTHANC',
      host: 'pacs.example',
      port: 4242,
      calledAETitle: 'ORTHANC',
      callingAETitle: 'SENDTOPACS',
    });
    assert.equal(report['startedAt'], new Date(START_MS).toISOString());
    assert.deepEqual(report['counts'], {
      stored: 2,
      'stored with warning': 1,
      failed: 3,
      'held back': 0,
      skipped: 1,
      cancelled: 0,
      unknown: 1,
    });
  });

  it('describes a stored file', () => {
    assert.deepEqual(report.instances[1], {
      path: '/study/b.dcm',
      outcome: 'stored',
      sopClassUID: CT,
      sopClassName: 'CT Image Storage',
      sopInstanceUID: '2.25.12',
      transferSyntax: J2K,
      transferSyntaxName: 'JPEG 2000 Image Compression (Lossless Only)',
      transferSyntaxOnWire: EXPLICIT,
      transferSyntaxOnWireName: 'Explicit VR Little Endian',
      converted: true,
      status: '0000',
      statusMeaning: 'Success',
      bytesSent: 500_000,
      elapsedMs: 80,
    });
  });

  it('counts no file as converted that did not go out so', () => {
    const reason: Reason = { code: 'cannot convert', from: J2K, to: EXPLICIT, detail: 'x', why: 'damaged' };
    for (const bytesSent of [0, 10]) {
      const result = sendResult([failedFile('/a', reason, { transferSyntaxUID: J2K, bytesSent })]);
      assert.doesNotMatch(summaryText(result), /Converted/);
      assert.equal((parsed(result) as typeof report).instances[0]?.['converted'], false);
    }
  });

  it('says why a file failed', () => {
    const failed = report.instances[3];
    assert.equal(failed?.['status'], 'A700');
    assert.equal(failed?.['statusMeaning'], 'Refused: Out of Resources');
    assert.equal(failed?.['errorComment'], 'Cannot write to file');
    assert.deepEqual(failed?.['offendingElement'], ['(0008,0018)']);
    assert.deepEqual(failed?.['reason'], {
      code: 'status',
      text: 'ORTHANC answered A700H Out of Resources ("Cannot write to file", offending element (0008,0018)). The PACS disk may be full. Ask its administrator to free space, then send again.',
      what: 'ORTHANC answered A700H Out of Resources ("Cannot write to file", offending element (0008,0018)).',
      cause: 'The PACS disk may be full.',
      action: 'Ask its administrator to free space, then send again.',
      whose: 'peer',
    });
  });

  it('describes what was negotiated and how an association ended', () => {
    assert.deepEqual(report.associations[1]?.contexts[0], {
      presentationContextId: 1,
      outcome: 'refused',
      abstractSyntax: CT,
      abstractSyntaxName: 'CT Image Storage',
      proposedTransferSyntaxes: [J2K],
      proposedTransferSyntaxNames: ['JPEG 2000 Image Compression (Lossless Only)'],
      result: 4,
      resultName: 'Rejected - Transfer Syntaxes Not Supported',
      reason: 'The peer says that it supports none of the transfer syntaxes proposed here.',
    });
    assert.deepEqual(report.associations[1]?.contextCounts, { proposed: 2, accepted: 0, refused: 2 });
    assert.deepEqual(report.associations[0]?.contextCounts, { proposed: 1, accepted: 1, refused: 0 });
    assert.equal(report.associations[0]?.contexts[0]?.['outcome'], 'accepted');
    assert.equal(report.associations[0]?.contexts[0]?.['reason'], undefined);
    assert.equal(report.associations[1]?.failure?.code, 'connection lost');
  });

  it('explains every refused context in a sentence, whatever the peer answered', () => {
    const context = { presentationContextId: 1, abstractSyntax: CT, proposedTransferSyntaxes: [J2K] };
    const { associations } = parsed(
      sendResult([], {
        associations: [
          {
            ...GOOD_ASSOCIATION,
            contexts: [
              ...[1, 2, 3, 4, 99].map((result) => ({ ...context, result })),
              { ...context, result: undefined, problem: 'not answered' as const },
              { ...context, result: 0, problem: 'accepted with a transfer syntax that was not proposed' as const },
            ],
          },
        ],
      }),
    ) as typeof report;
    const reasons = associations[0]?.contexts.map(({ reason }) => String(reason)) ?? [];
    assert.equal(new Set(reasons).size, 7);
    for (const reason of reasons) assert.match(reason, /^The peer.*[a-z9 ].*\.$/);
  });

  it('writes an unlimited operations window as 0, as the standard does', () => {
    const windows = [1, 16, Number.POSITIVE_INFINITY].map(
      (operationsInvoked) =>
        (parsed(sendResult([], { associations: [{ ...GOOD_ASSOCIATION, operationsInvoked }] })) as typeof report)
          .associations[0]?.operationsInvoked,
    );
    assert.deepEqual(windows, [1, 16, 0]);
  });

  it('distinguishes cancelled files that were not begun from those that were', () => {
    const reason = { code: 'cancelled', phase: 'write' } as const;
    const cancelled = sendResult([
      failedFile('/a', reason, { outcome: 'cancelled', bytesSent: 0 }),
      failedFile('/b', reason, { outcome: 'cancelled', bytesSent: 10 }),
    ]);
    const { instances } = parsed(cancelled) as {
      instances: { reason: { code: string; text: string } }[];
    };
    assert.deepEqual(
      instances.map(({ reason: { code, text } }) => `${code}: ${text}`),
      ['cancelled: Cancelled before it was sent.', 'cancelled: Cancelled while it was being sent.'],
    );
    assert.match(summaryText(cancelled), /1 file cancelled: Cancelled before it was sent\./);
  });
});

describe('reportJson of many files', () => {
  it('yields pieces of bounded length, which form one document with every file in order', () => {
    const files = Array.from({ length: 2_000 }, (_, index) => storedFile(`/study/"instances": []\n/${index}.dcm`));
    const pieces = [...reportJson(sendResult(files))];
    assert.ok(pieces.length > 5);
    for (const piece of pieces) assert.ok(piece.length < 70_000);
    const text = pieces.join('');
    const { instances } = JSON.parse(text) as { instances: { path: string }[] };
    assert.deepEqual(
      instances.map(({ path }) => path),
      files.map(({ path }) => path),
    );
    assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  });

  it('is a valid document without files', () => {
    const text = [...reportJson(sendResult([]))].join('');
    assert.deepEqual((JSON.parse(text) as { instances: object[] }).instances, []);
    assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  });
});

describe('responses that break PS3.7', () => {
  const breaches = [
    { breach: { code: 'wrong length', element: 0x0900, length: 4 }, count: 1_200 },
    { breach: { code: 'data set announced' }, count: 2 },
  ] as const;
  const result = sendResult([], {
    associations: [GOOD_ASSOCIATION, ...[1, 2].map(() => ({ ...GOOD_ASSOCIATION, breaches }))],
  });

  it('are told once in the summary and in the report for people, with their number in all associations', () => {
    for (const text of [summaryText(result), markdownOf(result)]) {
      assert.match(text, /Status \(0000,0900\) has a length of 4 bytes \(2,400 messages\)/);
      assert.match(text, /announces a data set.* \(4 messages\)/);
    }
    assert.doesNotMatch(summaryText(sendResult([])), /PS3\.7/);
  });
});

describe('a folder that could not be read', () => {
  const folder = (path: string): FileOutcome => ({
    path,
    outcome: 'skipped',
    bytesSent: 0,
    reason: { code: 'unreadable folder', error: { code: 'EACCES', message: 'permission denied' } },
  });

  it('is counted as a folder, never as a file', () => {
    const one = sendResult([storedFile('/a'), folder('/b')]);
    assert.match(summaryText(one), /^1 file stored, 1 folder could not be read\./);
    assert.match(summaryText(one), /1 folder skipped: The folder cannot be read, so nothing in it was sent \(EACCES\)/);
    assert.match(markdownOf(one), /### 1\. 1 folder skipped/);
    assert.match(markdownOf(one), /^\| Folder \|\n\| --- \|\n\| `\/b` \|$/m);
    const several = sendResult([storedFile('/a'), storedFile('/c'), folder('/b'), folder('/d')]);
    assert.match(summaryText(several), /^2 files stored, 2 folders could not be read\./);
    assert.match(summaryText(sendResult([folder('/b')])), /^No files to send, 1 folder could not be read\./);
  });
});
