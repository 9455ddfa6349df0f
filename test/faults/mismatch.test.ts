// The data set that the receiver gets has another SOP Class or SOP Instance UID than its request (PS3.4 B.2.1).

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Receiver, type ReceiverOptions, startReceiver } from '../../src/net/store-scp.ts';
import { readHeader } from '../../src/part10/header/read-header.ts';
import { TextTrace } from '../../src/trace/text.ts';
import {
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeDataSet,
  IMPLICIT_LE,
  MR_IMAGE,
  RLE_LOSSLESS,
  seededBytes,
} from '../support/dicom-builder.ts';
import * as naive from '../support/naive-pdu.ts';
import { CT, connectClient, dataSet, release, storeCommand } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const REQUESTED = '1.2.3.1';
const STATUS = 0x0900;
const ERROR_COMMENT = 0x0902;
const SYNTAXES = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE_LOSSLESS, '1.2.3.4.5'];

interface Running {
  readonly receiver: Receiver;
  readonly directory: string;
  readonly lines: string[];
}

async function running(t: TestContext, options: Partial<ReceiverOptions> = {}): Promise<Running> {
  const lines: string[] = [];
  const trace = new TextTrace({ level: () => 'warn', write: (more) => lines.push(...more.map(({ text }) => text)) });
  const directory = temporaryFolder(t);
  const receiver = await startReceiver({ port: 0, directory, trace: (record) => trace.record(record), ...options });
  t.after(() => receiver.stop());
  return { receiver, directory, lines };
}

function encoded(sopClass: string, sopInstance: string | undefined, transferSyntax: string): Buffer {
  const elements = [
    element(0x00080005, 'CS', 'ISO_IR 100'),
    element(0x00080016, 'UI', sopClass),
    ...(sopInstance === undefined ? [] : [element(0x00080018, 'UI', sopInstance)]),
    element(0x00080060, 'CS', 'CT'),
    element(0x00100010, 'PN', 'A'.repeat(3_000)),
  ];
  const pixels = transferSyntax === RLE_LOSSLESS ? { fragments: [seededBytes(500, 1)] } : seededBytes(300_000, 1);
  return Buffer.from(
    encodeDataSet(
      [...elements, element(0x7fe00010, 'OB', pixels)],
      transferSyntax === '1.2.3.4.5' ? EXPLICIT_LE : transferSyntax,
    ),
  );
}

/** @param pieces lengths of the first fragments; what is left is the last one */
async function stored(
  { receiver }: Running,
  transferSyntax: string,
  bytes: Buffer,
  pieces: readonly number[] = [],
): Promise<{ readonly status: number | undefined; readonly comment: string }> {
  const items = naive.plainItems(naive.proposedContext(1, CT, [transferSyntax]));
  const client = await connectClient(receiver.port, 'CLIENT', undefined, items);
  client.send(storeCommand(REQUESTED));
  let at = 0;
  for (const length of pieces) {
    client.send(dataSet(bytes.subarray(at, at + length), false));
    at += length;
  }
  for (; bytes.length - at > 60_000; at += 60_000) client.send(dataSet(bytes.subarray(at, at + 60_000), false));
  client.send(dataSet(bytes.subarray(at)));
  const response = await client.message();
  await release(client);
  return {
    status: response?.command.get(STATUS)?.readUInt16LE(0),
    comment: response?.command.get(ERROR_COMMENT)?.toString('latin1').trim() ?? '',
  };
}

/** How the data set may come: in large pieces, byte by byte as far as behind the UIDs, and cut within them. */
const WAYS: readonly (readonly number[])[] = [[], Array(200).fill(1), [40, 7, 61]];

for (const syntax of SYNTAXES) {
  test(`a data set with other UIDs is refused with A900, and nothing is stored: ${syntax}`, async (t) => {
    const run = await running(t);
    for (const pieces of WAYS) {
      const instance = await stored(run, syntax, encoded(CT, '1.2.3.2', syntax), pieces);
      assert.deepEqual(instance, { status: 0xa900, comment: "Data set: not the request's SOP Instance UID" });
      const both = await stored(run, syntax, encoded(MR_IMAGE, '1.2.3.2', syntax), pieces);
      assert.equal(both.status, 0xa900);
      assert.equal(both.comment, "Data set: not the request's SOP Class UID and SOP Instance UID");
    }
    assert.deepEqual(readdirSync(run.directory), []);
    const { stored: count, refused } = run.receiver.answers;
    assert.deepEqual([count, ...refused], [0, [0xa900, 2 * WAYS.length]]);
    const told = run.lines.filter((line) => line.startsWith('Refusing an instance: its data set has another SOP'));
    // Lines that say the same are counted (`src/trace/folding.ts`); the first one is whole.
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /\(setting sendToPacs\.receiver\.mismatch, option --accept-mismatch\)$/);
  });

  test(`if such are accepted, the file tells of its data set, and the answer is B007: ${syntax}`, async (t) => {
    const received: string[] = [];
    const run = await running(t, {
      mismatch: 'accept',
      received: ({ sopClassUID, sopInstanceUID }) => received.push(`${sopClassUID} ${sopInstanceUID}`),
    });
    const bytes = encoded(MR_IMAGE, '1.2.3.2', syntax);
    for (const pieces of WAYS) assert.equal((await stored(run, syntax, bytes, pieces)).status, 0xb007);
    assert.deepEqual(readdirSync(run.directory), ['1.2.3.2.dcm']);
    const { stored: count, replaced, refused } = run.receiver.answers;
    assert.deepEqual([count, replaced, refused.size], [1, WAYS.length - 1, 0]);
    assert.deepEqual(new Set(received), new Set([`${MR_IMAGE} 1.2.3.2`]));
    const path = join(run.directory, '1.2.3.2.dcm');
    const { result, findings } = await readHeader(path);
    assert.ok(result.type === 'instance');
    assert.deepEqual(
      findings?.filter(({ code }) => code === 'meta disagrees'),
      [],
    );
    assert.ok(readFileSync(path).subarray(result.header.dataSetOffset).equals(bytes));
  });

  test(`a data set with the UIDs of its request is stored byte for byte, in whatever pieces it comes: ${syntax}`, async (t) => {
    const run = await running(t);
    const bytes = encoded(CT, REQUESTED, syntax);
    for (const pieces of WAYS) {
      assert.deepEqual(await stored(run, syntax, bytes, pieces), { status: 0, comment: '' });
      const file = readFileSync(join(run.directory, `${REQUESTED}.dcm`));
      assert.ok(file.subarray(-bytes.length).equals(bytes));
    }
    assert.deepEqual(run.lines, []);
  });
}

test('a data set without the UIDs, or of which nothing can be read, contradicts nothing', async (t) => {
  const run = await running(t);
  for (const bytes of [
    encoded(CT, undefined, EXPLICIT_LE),
    Buffer.from('no data set at all'),
    Buffer.alloc(200_000, 7),
    Buffer.alloc(0),
    Buffer.from('08', 'hex'),
  ]) {
    assert.deepEqual(await stored(run, EXPLICIT_LE, bytes), { status: 0, comment: '' });
    const file = readFileSync(join(run.directory, `${REQUESTED}.dcm`));
    assert.ok(bytes.length === 0 || file.subarray(-bytes.length).equals(bytes));
  }
});

test('a peer that sends elements of no length byte by byte is read in bounded memory and time', async (t) => {
  const run = await running(t);
  // Private elements of a group before 0008: the UIDs never come.
  const small = Buffer.concat(Array.from({ length: 12_000 }, () => Buffer.from('070001004c4f0000', 'hex')));
  const began = process.cpuUsage();
  const { status } = await stored(run, EXPLICIT_LE, small, Array(4_000).fill(8));
  const { user, system } = process.cpuUsage(began);
  assert.equal(status, 0);
  assert.ok(
    readFileSync(join(run.directory, `${REQUESTED}.dcm`))
      .subarray(-small.length)
      .equals(small),
  );
  assert.ok(user + system < 2_000_000, `${user + system} µs`);
});
