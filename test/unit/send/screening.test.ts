import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import type { Finding } from '../../../src/part10/check/finding.ts';
import { DEFAULT_SEND_OPTIONS, type SendOptions } from '../../../src/send/options.ts';
import { planSend } from '../../../src/send/plan.ts';
import { DEFAULT_PREFLIGHT_POLICY } from '../../../src/send/preflight-policy.ts';
import type { ScannedFile } from '../../../src/send/scanned-file.ts';
import { type InstanceKind, ScannedFiles } from '../../../src/send/scanned-files.ts';
import { compare } from '../../../src/send/screening.ts';
import { arrangeContexts } from '../../../src/send/targets/dicom-contexts.ts';
import { buildFile, sampleInstance } from '../../support/dicom-builder.ts';
import { peerAt, scanned } from '../../support/jobs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const target = { arrange: (kinds: readonly InstanceKind[]) => arrangeContexts(kinds, DEFAULT_SEND_OPTIONS) };
const NEVER = new AbortController().signal;

/** 'a.dcm sent', 'b.dcm held back: truncated', 'c.dcm duplicate of a.dcm'. */
async function fates(found: Iterable<ScannedFile>, preflight: SendOptions['preflight'] = {}): Promise<string[]> {
  const files = ScannedFiles.of(found);
  const compared = await compare({ files, peer: peerAt(104) }, NEVER);
  const plan = planSend({ files }, target, preflight, compared);
  const fate = new Map<number, string>();
  for (const { instances } of plan.channels) for (const { index } of instances) fate.set(index, 'sent');
  for (const [index, { first }] of plan.duplicates) {
    fate.set(index, `duplicate of ${basename(files.instance(first).path)}`);
  }
  for (const { index, outcome, reason } of plan.unsent) {
    assert.ok(!fate.has(index), 'held back and sent');
    if (outcome === 'failed') fate.set(index, `failed: ${reason.code}`);
    if (outcome === 'failed') continue;
    assert.ok(reason.code === 'pre-flight');
    const { finding } = reason;
    const first = 'firstPath' in finding ? ` of ${basename(finding.firstPath)}` : '';
    fate.set(index, `${outcome}: ${finding.code}${first}`);
  }
  return Array.from(files, ({ path }, index) => `${basename(path)} ${fate.get(index) ?? 'lost'}`);
}

const CT = sampleInstance({ seed: 1 });

describe('what was found in a file', () => {
  const FINDINGS: readonly Finding[] = [
    { code: 'truncated', offset: 900, part: 'header' },
    { code: 'broken structure', offset: 900, detail: 'x' },
    { code: 'deep nesting', offset: 900, depth: 1000 },
    { code: 'trailing bytes', offset: 900, length: 4 },
    { code: 'zero padding', offset: 900, length: 4 },
    { code: 'odd length', offset: 300, length: 601 },
    { code: 'odd value', offset: 400, tag: '(0010,0010)', length: 3, count: 1 },
    { code: 'meta disagrees', offset: 200, keyword: 'SOPInstanceUID', meta: '1.2', dataSet: '1.3' },
    {
      code: 'ill-formed UID',
      offset: 400,
      tag: '(0008,0018)',
      keyword: 'SOPInstanceUID',
      value: '1.02',
      fault: 'leading zero',
      count: 1,
    },
    { code: 'deflate trailer', offset: 900, length: 4 },
    { code: 'stray meta elements', offset: 300, place: 'before the data set', count: 1 },
    { code: 'unknown VR', offset: 300, tag: '(0008,0012)', kind: 'hyphens', count: 1 },
    { code: 'VR against dictionary', offset: 300, tag: '(0012,0064)', count: 1 },
    { code: 'wrong encoding', offset: 300, transferSyntaxUID: '1.2', actual: 'Explicit VR Little Endian' },
    {
      code: 'pixel data against transfer syntax',
      offset: 900,
      tag: '(7FE0,0010)',
      transferSyntaxUID: '1.2',
      pixels: 'native',
      count: 1,
    },
    { code: 'missing attribute', offset: 300, tag: '(0008,0018)', keyword: 'SOPInstanceUID' },
    { code: 'no study or series', offset: 300, missing: [{ tag: '(0020,000D)', keyword: 'StudyInstanceUID' }] },
    { code: 'no pixel data', offset: 900 },
    { code: 'not checked', offset: 900 },
  ];
  /** Sent all the same: DCMTK and Orthanc store it. */
  const SENT = [
    'zero padding',
    'odd value',
    'meta disagrees',
    'deflate trailer',
    'stray meta elements',
    'unknown VR',
    'VR against dictionary',
    'no study or series',
    'ill-formed UID',
    'no pixel data',
    'not checked',
  ];

  const instance = (findings: readonly Finding[]): ScannedFile => ({
    type: 'instance',
    path: '/a.dcm',
    header: {
      ...CT,
      sopClassUID: CT.sopClass,
      sopInstanceUID: CT.sopInstance,
      transferSyntaxUID: CT.transferSyntax,
      dataSetLength: 600,
      form: 'Part 10',
    },
    identity: { size: 900, mtimeMs: 0, ctimeMs: 0, ino: 1, dev: 1 },
    findings,
  });

  for (const finding of FINDINGS) {
    const { code } = finding;
    test(`${code}: ${SENT.includes(code) ? 'sent' : 'held back'} by default, the other way on request`, async () => {
      const sent = ['a.dcm sent'];
      const held = [`a.dcm held back: ${code}`];
      const isSent = SENT.includes(code);
      assert.deepEqual(await fates([instance([finding])]), isSent ? sent : held);
      assert.deepEqual(await fates([instance([finding])], { [code]: isSent ? 'skip' : 'send' }), isSent ? held : sent);
    });
  }

  test('the policy has each code, and the first finding that stops a file is the reason', async () => {
    const codes = [...FINDINGS.map(({ code }) => code), 'duplicate instance', 'conflicting instance'];
    assert.deepEqual(Object.keys(DEFAULT_PREFLIGHT_POLICY).sort(), codes.sort());
    const [truncated, broken] = FINDINGS;
    const [padding] = FINDINGS.filter(({ code }) => code === 'zero padding');
    assert.ok(truncated !== undefined && broken !== undefined && padding !== undefined);
    assert.deepEqual(await fates([instance([padding, broken, truncated])]), ['a.dcm held back: broken structure']);
    assert.deepEqual(await fates([instance([truncated, broken])], { truncated: 'send' }), [
      'a.dcm held back: broken structure',
    ]);
  });
});

describe('the same SOP Instance UID twice', () => {
  const OTHER = buildFile({ ...sampleInstance({ seed: 1 }), dataSet: changed(CT.dataSet) });

  function changed(dataSet: Uint8Array): Buffer {
    const copy = Buffer.from(dataSet);
    copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
    return copy;
  }

  test('equal data sets go once; of different ones the later is held back', async (context) => {
    const folder = temporaryFolder(context);
    const put = (name: string, file: Uint8Array) => writeFileSync(join(folder, name), file);
    put('1', CT.file);
    put('2', CT.file);
    put('3', OTHER);
    put('4', sampleInstance({ seed: 2 }).file);
    put('5', sampleInstance({ seed: 1, pixelBytes: 100 }).file);
    put('6', sampleInstance({ seed: 1, transferSyntax: '1.2.840.10008.1.2' }).file);
    // Another preamble is no other instance: it does not go out.
    put('7', buildFile(CT, { preamble: Buffer.alloc(128, 7) }));
    const files = await scanned([folder]);
    assert.deepEqual(await fates(files), [
      '1 sent',
      '2 duplicate of 1',
      '3 held back: conflicting instance of 1',
      '4 sent',
      '5 held back: conflicting instance of 1',
      '6 held back: conflicting instance of 1',
      '7 duplicate of 1',
    ]);
    assert.deepEqual(await fates(files, { 'duplicate instance': 'send', 'conflicting instance': 'send' }), [
      ...Array.from(files, ({ path }) => `${basename(path)} sent`),
    ]);
  });

  test('a file that is held back does not hold back others', async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, '1'), CT.file.subarray(0, -4));
    writeFileSync(join(folder, '2'), CT.file);
    writeFileSync(join(folder, '3'), CT.file);
    assert.deepEqual(await fates(await scanned([folder])), ['1 held back: truncated', '2 sent', '3 duplicate of 2']);
  });

  test('only files that could be equal are read; one that cannot be read fails', async (context) => {
    const folder = temporaryFolder(context);
    const paths = ['1', '2', '3', '4'].map((name) => join(folder, name));
    const contents = [
      CT.file,
      CT.file,
      sampleInstance({ seed: 1, pixelBytes: 100 }).file,
      sampleInstance({ seed: 9 }).file,
    ];
    for (const [index, path] of paths.entries()) writeFileSync(path, contents[index] ?? '');
    const files = await scanned([folder]);
    const digested = async (signal: AbortSignal): Promise<number[]> => [
      ...(await compare({ files, peer: peerAt(104) }, signal)).digests.keys(),
    ];
    assert.deepEqual(await digested(NEVER), [0, 1]);
    assert.deepEqual(await digested(AbortSignal.abort()), []);
    truncateSync(paths[1] ?? '', 900);
    assert.deepEqual(await digested(NEVER), [0]);
    assert.equal((await fates(files))[1], '2 failed: file changed');
  });
});
