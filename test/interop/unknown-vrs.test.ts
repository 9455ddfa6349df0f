// Every two bytes in place of a VR: we read the element as DCMTK's storescp does, and what it fails on is held back.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ElementHeader, type Encoding, readElementHeader } from '../../src/part10/element-walk.ts';
import { encodingOf } from '../../src/part10/transfer-syntax-encoding.ts';
import { DEFAULT_PREFLIGHT_POLICY } from '../../src/send/preflight-policy.ts';
import { runSend } from '../../src/send/run.ts';
import { buildFile, CT_IMAGE, EXPLICIT_BE, EXPLICIT_LE, element, encodeElements } from '../support/dicom-builder.ts';
import { FRONT, wholeInspection } from '../support/inspection.ts';
import { peerAt, scanned } from '../support/jobs.ts';
import { missing, type StoreScp, startStorescp } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** On these DCMTK fails. */
const FATAL = ['na', 'pi'];
const FIRST_GROUP = 0x1001;
/** More than enough for 65,536 elements. */
const TIMEOUT_MS = 60_000;

const every: readonly string[] = Array.from({ length: 0x1_0000 }, (_, code) =>
  String.fromCharCode(code >>> 8, code & 0xff),
);

/** A tag of its own for each, ascending. */
const tagOf = (vr: string): number => (FIRST_GROUP + 2 * vr.charCodeAt(0)) * 0x1_0000 + 0x1000 + vr.charCodeAt(1);

/** 12 bytes: by a length of 16 bits a value of 4 bytes, by one of 32 bits, behind two bytes, an empty one. */
function elementWith(vr: string, bigEndian: boolean): Buffer {
  const bytes = encodeElements([element(tagOf(vr), 'US', [0, 0])], bigEndian ? 'explicit BE' : 'explicit LE');
  bytes.write(vr, 4, 'latin1');
  return bytes;
}

function fileWith(vrs: readonly string[], transferSyntax: string): Buffer {
  const bigEndian = transferSyntax === EXPLICIT_BE;
  const front = encodeElements(FRONT, bigEndian ? 'explicit BE' : 'explicit LE');
  const dataSet = Buffer.concat([front, ...vrs.map((vr) => elementWith(vr, bigEndian))]);
  return buildFile({ transferSyntax, sopClass: CT_IMAGE, sopInstance: '2.25.7', dataSet });
}

/** Tag and length of each element that is not in front. Of a UID storescp drops zeros. */
function lengthsIn(bytes: Uint8Array, encoding: Encoding): ReadonlyMap<number, number> {
  const window = { bytes, end: bytes.length };
  const lengths = new Map<number, number>();
  for (let at = 0; at < bytes.length; ) {
    const read = readElementHeader(window, at, encoding);
    assert.equal(read.type, 'element', `at ${at}`);
    const { tag, length, valueOffset } = read as ElementHeader;
    if (tag >>> 16 >= FIRST_GROUP && tag !== tagOf('UI')) lengths.set(tag, length);
    at = valueOffset + length;
  }
  return lengths;
}

async function sent(file: Buffer, folder: string, { port }: StoreScp, preflight: object) {
  writeFileSync(join(folder, 'one.dcm'), file);
  const job = { peer: peerAt(port), files: await scanned([folder]), options: { preflight } };
  return (await runSend(job, {}, new AbortController().signal)).counts;
}

for (const transferSyntax of [EXPLICIT_LE, EXPLICIT_BE]) {
  test(`each of 65,536 is read as storescp reads it, ${transferSyntax}`, {
    skip: missing('storescp'),
    timeout: TIMEOUT_MS,
  }, async (t) => {
    const peer = await startStorescp(t, ['+xa']);
    const folder = temporaryFolder(t);
    const file = fileWith(
      every.filter((vr) => !FATAL.includes(vr)),
      transferSyntax,
    );
    const { findings = [] } = await wholeInspection(file);
    assert.ok(findings.every(({ code }) => DEFAULT_PREFLIGHT_POLICY[code] === 'send'));
    assert.equal((await sent(file, folder, peer, {})).stored, 1);
    const [stored = Buffer.alloc(0)] = (await peer.dataSets()).values();
    const encoding = encodingOf(transferSyntax);
    assert.equal(
      [...lengthsIn(file.subarray(file.length - dataSetLength(transferSyntax)), encoding)].join(' '),
      [...lengthsIn(stored, encoding)].join(' '),
    );

    for (const vr of FATAL) {
      assert.equal((await sent(fileWith([vr], transferSyntax), folder, peer, {}))['held back'], 1, vr);
      const forced = await sent(fileWith([vr], transferSyntax), folder, peer, { 'broken structure': 'send' });
      assert.equal(forced.unknown, 1, `${vr}: it is aborted`);
    }
  });
}

function dataSetLength(transferSyntax: string): number {
  const front = encodeElements(FRONT, transferSyntax === EXPLICIT_BE ? 'explicit BE' : 'explicit LE');
  return front.length + 12 * (every.length - FATAL.length);
}
