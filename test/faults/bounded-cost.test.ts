// Small inputs that announce something large. Their cost in memory and processor time follows from their size, not from what
// they announce.

import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createDeflateRaw } from 'node:zlib';
import { readHeader } from '../../src/part10/header/read-header.ts';
import { Association } from '../../src/protocol/association.ts';
import { TextTrace } from '../../src/trace/text.ts';
import { inState } from '../support/association-states.ts';
import {
  buildFile,
  DEFLATED_LE,
  EXPLICIT_LE,
  encodeElements,
  IMPLICIT_LE,
  sampleInstance,
} from '../support/dicom-builder.ts';
import { collectGarbage } from '../support/heap.ts';
import { peerAt, send, verdicts } from '../support/jobs.ts';
import { MALFORMED } from '../support/malformed.ts';
import * as naive from '../support/naive-pdu.ts';
import { startPeer } from '../support/peer-modes.ts';
import { leastThreadMs, STALL_MS } from '../support/stall.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MEGABYTE = 1_048_576;

/** The most that this process holds while the work runs, above what it held before, in bytes. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, process.memoryUsage().rss) - before;
}

const BOMB_LENGTH = 256 * MEGABYTE;

/** A deflated file of a few hundred kilobytes whose pixel data are `BOMB_LENGTH` zeros. */
async function deflateBomb(t: TestContext): Promise<string> {
  const instance = sampleInstance({ transferSyntax: DEFLATED_LE });
  const front = encodeElements(instance.elements.slice(0, -1), 'explicit LE');
  const pixelHeader = Buffer.from('e07f10004f57000000000000', 'hex');
  pixelHeader.writeUInt32LE(BOMB_LENGTH, 8);
  const deflate = createDeflateRaw();
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => {
    deflate.once('end', resolve);
  });
  deflate.write(Buffer.concat([front, pixelHeader]));
  const zeros = Buffer.alloc(MEGABYTE);
  for (let left = BOMB_LENGTH; left > 0; left -= zeros.length) {
    if (!deflate.write(zeros)) {
      await new Promise((resolve) => {
        deflate.once('drain', resolve);
      });
    }
  }
  deflate.end();
  await ended;
  const dataSet = Buffer.concat(parts);
  const path = join(temporaryFolder(t), 'bomb.dcm');
  await writeFile(path, buildFile({ ...instance, dataSet }));
  return path;
}

test('F60: a deflate bomb is scanned and sent in bounded memory', async (t) => {
  const path = await deflateBomb(t);
  const looking = await peakOf(async () => {
    const { result } = await readHeader(path);
    assert.equal(result.type, 'instance');
  });
  assert.ok(looking < 40 * MEGABYTE, `${looking / MEGABYTE} MB to read its header`);

  // Taken as it is: a few hundred kilobytes go out.
  const asItIs = await startPeer(t, { keeps: 'lengths', maximumLength: 131_072 });
  const plain = await send([path], peerAt(asItIs.port));
  await asItIs.stop();
  assert.deepEqual(verdicts(plain.result), ['stored']);
  assert.ok((asItIs.instances[0]?.length ?? 0) < MEGABYTE);

  // Refused as it is: inflated on its way.
  const peer = await startPeer(t, {
    keeps: 'lengths',
    maximumLength: 131_072,
    context: ({ transferSyntaxes }) => {
      const transferSyntax = transferSyntaxes.find((uid) => uid === EXPLICIT_LE);
      return transferSyntax === undefined ? { result: 4 } : { result: 0, transferSyntax };
    },
  });
  const inflating = await peakOf(async () => {
    const { result } = await send([path], peerAt(peer.port));
    assert.deepEqual(verdicts(result), ['stored']);
  });
  await peer.stop();
  assert.ok((peer.instances[0]?.length ?? 0) > BOMB_LENGTH);
  assert.ok(inflating < 160 * MEGABYTE, `${inflating / MEGABYTE} MB to send it inflated`);
});

/** `depth` sequences of undefined length in each other, never closed. */
function nested(depth: number, explicit: boolean): Buffer {
  const sequence = Buffer.from(explicit ? '080040115351 0000ffffffff'.replace(' ', '') : '08004011ffffffff', 'hex');
  const item = Buffer.from('feff00e0ffffffff', 'hex');
  return Buffer.concat(Array.from({ length: depth }, () => Buffer.concat([sequence, item])));
}

for (const [name, syntax] of [
  ['explicit', EXPLICIT_LE],
  ['implicit', IMPLICIT_LE],
] as const) {
  test(`F58: 20,000 nested ${name} sequences overflow no stack and cost less than a second`, async (t) => {
    const instance = sampleInstance({ transferSyntax: syntax, pixelBytes: 64 });
    const dataSet = Buffer.concat([
      encodeElements(instance.elements.slice(0, -1), syntax === EXPLICIT_LE ? 'explicit LE' : 'implicit LE'),
      nested(20_000, syntax === EXPLICIT_LE),
    ]);
    const path = join(temporaryFolder(t), 'nested.dcm');
    await writeFile(path, buildFile({ ...instance, dataSet }));
    // Of all threads: one of them reads files.
    const before = process.cpuUsage();
    const { result } = await readHeader(path);
    const { user, system } = process.cpuUsage(before);
    assert.ok((user + system) / 1_000 < 1_000, `${user + system} µs`);
    assert.ok(result.type === 'instance' || result.problem.code !== 'empty file');

    const peer = await startPeer(t, { keeps: 'lengths', maximumLength: 131_072 });
    const sent = await send([path], peerAt(peer.port));
    await peer.stop();
    const [outcome] = sent.result.outcomes;
    // It goes out as it is, or not at all with a reason; it never goes out as something else.
    if (outcome?.outcome === 'stored') assert.equal(peer.instances[0]?.length, dataSet.length);
    else assert.ok(outcome?.reason !== undefined && peer.instances.length === 0);
  });
}

test('F20: announced bytes that never come reserve no memory', () => {
  collectGarbage();
  const before = process.memoryUsage();
  const waiting: Association[] = [];
  for (let index = 0; index < 200; index += 1) {
    // 1 MiB is the most that an A-ASSOCIATE-RQ may announce; ten bytes of it come, one by one.
    const association = inState('Sta2', 'acceptor');
    const beginning = naive.pdu(0x01, '00'.repeat(10), MEGABYTE);
    for (const byte of beginning) association.handle({ type: 'bytes', bytes: Uint8Array.of(byte) });
    assert.equal(association.state, 'Sta2');
    waiting.push(association);
  }
  collectGarbage();
  const after = process.memoryUsage();
  assert.equal(waiting.length, 200);
  const growth = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  assert.ok(growth < 5 * MEGABYTE, `${growth} bytes for 200 of them`);
});

test('F34: a megabyte that comes byte by byte costs linear time', () => {
  const items = Array.from({ length: 1_000 }, () => naive.item(0x99, '00'.repeat(1_000)));
  const request = naive.associateRq({ items: naive.plainItems(...items) });
  const heldMs = leastThreadMs(() => {
    const association = new Association({ role: 'acceptor', maxPduLength: 16_384 });
    association.handle({ type: 'transport connected' });
    for (let at = 0; at < request.length; at += 1) {
      association.handle({ type: 'bytes', bytes: request.subarray(at, at + 1) });
    }
    assert.equal(association.state, 'Sta3');
  }, 5_000);
  // Looking at all bytes again for each one would take minutes.
  assert.ok(heldMs < 5_000, `${heldMs} ms of the processor`);
});

test('F25: a command set of a megabyte is refused at 64 KiB', () => {
  const association = inState('Sta6', 'requestor');
  let taken = 0;
  for (let index = 0; index < 1_000 && association.state === 'Sta6'; index += 1) {
    association.handle({ type: 'bytes', bytes: naive.pData(naive.pdv(1, 1, Buffer.alloc(1_024))) });
    taken += 1_024;
  }
  assert.equal(association.state, 'Sta13');
  assert.equal(taken, 66_560);
});

test('F21: 10,000 items are decoded within 50 ms and traced in a bounded number of lines', () => {
  const many = MALFORMED.filter(({ kind }) => kind === 'many items');
  assert.ok(many.length >= 10);
  for (const { name, bytes } of many) {
    const isRequest = bytes[0] === 0x01;
    let lines: string[] = [];
    const heldMs = leastThreadMs(() => {
      lines = [];
      const trace = new TextTrace({
        level: () => 'trace',
        write: (more) => lines.push(...more.flatMap(({ text }) => text.split('\n'))),
      });
      const association = isRequest ? inState('Sta2', 'acceptor') : inState('Sta5', 'requestor');
      for (const effect of association.handle({ type: 'bytes', bytes })) {
        if (effect.type === 'trace') trace.record({ timeMs: 0, association: 1, event: effect.event });
      }
    });
    assert.ok(heldMs <= STALL_MS, `${name}: ${heldMs} ms`);
    assert.ok(lines.length < 10_000, `${name}: ${lines.length} lines`);
  }
});

test('F62: a file of 1 GiB in bounded memory, every byte of it', async (t) => {
  const instance = sampleInstance({ pixelBytes: 0 });
  const length = 1_024 * MEGABYTE;
  const path = join(temporaryFolder(t), 'large.dcm');
  const front = encodeElements(instance.elements.slice(0, -1), 'explicit LE');
  const pixelHeader = Buffer.from('e07f10004f57000000000000', 'hex');
  pixelHeader.writeUInt32LE(length, 8);
  const dataSet = Buffer.concat([front, pixelHeader]);
  const file = buildFile({ ...instance, dataSet });
  // The pixels are a hole in the file: they take no room on the disk.
  const handle = await open(path, 'w');
  await handle.write(file);
  await handle.truncate(file.length + length);
  await handle.close();
  const peer = await startPeer(t, { keeps: 'lengths', maximumLength: 131_072 });
  const peak = await peakOf(async () => {
    const { result } = await send([path], peerAt(peer.port));
    assert.deepEqual(verdicts(result), ['stored']);
    assert.equal(result.bytesSent, dataSet.length + length);
  });
  await peer.stop();
  assert.equal(peer.instances[0]?.length, dataSet.length + length);
  assert.ok(peak < 160 * MEGABYTE, `${peak / MEGABYTE} MB`);
});
