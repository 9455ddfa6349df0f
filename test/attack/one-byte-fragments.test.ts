// A peer cuts what it sends into the smallest pieces, or holds back the end of it. Each piece costs it a few bytes; it must not
// cost the receiver an object for each that is kept. 32 associations are open at once, as many as the receiver takes. Memory is
// that of a `receive` process of its own.

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { RECEIVED_PDU_LENGTH_CAP, RECEIVER_ASSOCIATIONS_MAX } from '../../src/protocol/limits.ts';
import { attackSize, measured, memoryNow, peakMemory } from '../support/attack.ts';
import { startCliReceiver, stopCli } from '../support/cli-process.ts';
import * as naive from '../support/naive-pdu.ts';
import { CT, connectClient, release, type StoreClient, storeCommand, storeInstance } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** MiB resident, whatever 32 associations do. */
const RESIDENT_MAX = 200;
/** MiB more than at the start, after attacks: of this the engine keeps its compiled code and its heap. */
const KEPT_MAX = 100;
/** The longest variable field that the receiver takes. */
const PDU_LENGTH = 131_072;
const PDVS_PER_PDU = 10_000;

const ONE_BYTE = naive.pdv(1, 0, '00');
const manyInOne = naive.pdu(0x04, Buffer.alloc(ONE_BYTE.length * PDVS_PER_PDU, ONE_BYTE));
const onePerPdu = Buffer.alloc(13 * 5_000, naive.pData(ONE_BYTE));
const ofCommand = naive.pdu(0x04, Buffer.alloc(7 * PDVS_PER_PDU, naive.pdv(1, 1, '00')));
const emptyPdvs = naive.pdu(0x04, Buffer.alloc(6 * PDVS_PER_PDU, naive.pdv(1, 0, '')));

/** Resolves when the system has taken the bytes. */
function say(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((taken) => {
    socket.write(bytes, () => taken());
  });
}

async function repeat(socket: Socket, bytes: Buffer, length: number): Promise<void> {
  for (let sent = 0; sent < length; sent += bytes.length) await say(socket, bytes);
}

interface Attack {
  readonly name: string;
  /** What one association does after its C-STORE-RQ. */
  readonly attack: (client: StoreClient) => Promise<unknown>;
}

const lengthEach = (): number => attackSize(300_000, 12_000_000);
const lastPdv = naive.pData(naive.pdv(1, 2, '0000'));
async function stored(client: StoreClient, pieces: Buffer): Promise<void> {
  client.send(storeCommand('1.2.3'));
  await repeat(client.socket, pieces, lengthEach());
  client.send(lastPdv);
  assert.ok((await client.message()) !== undefined);
}

const ATTACKS: readonly Attack[] = [
  { name: 'PDVs of one byte, thousands in a PDU', attack: (client) => stored(client, manyInOne) },
  { name: 'PDVs of one byte, each in a PDU', attack: (client) => stored(client, onePerPdu) },
  { name: 'PDVs of no byte', attack: (client) => stored(client, emptyPdvs) },
  {
    name: 'instances of one byte, none of whose answers is read',
    attack: async (client) => {
      client.socket.pause();
      const instance = Buffer.concat([storeCommand('1.2.3'), lastPdv]);
      const all = Buffer.alloc(instance.length * 100, instance);
      // Each becomes a file. The receiver stops reading: what it does not take is not waited for.
      for (let sent = 0; sent < lengthEach() / 10; sent += all.length) client.socket.write(all);
    },
  },
  {
    name: 'commands of one byte after another, not ended',
    attack: async (client) => {
      for (let sent = 0; sent < 6; sent += 1) await say(client.socket, ofCommand);
    },
  },
  {
    name: 'data sets whose end does not come',
    attack: async (client) => {
      client.send(storeCommand('1.2.3'));
      const data = naive.pdu(0x04, naive.pdv(1, 0, Buffer.alloc(PDU_LENGTH - 6)));
      await repeat(client.socket, data, lengthEach());
      await say(client.socket, data.subarray(0, -1));
    },
  },
  {
    name: 'PDUs byte by byte',
    attack: async (client) => {
      client.socket.setNoDelay(true);
      const data = naive.pdu(0x04, naive.pdv(1, 0, Buffer.alloc(PDU_LENGTH - 6)));
      client.send(storeCommand('1.2.3'));
      for (let at = 0; at < attackSize(200, 20_000); at += 1) await say(client.socket, data.subarray(at, at + 1));
    },
  },
];

interface Attacked {
  readonly port: number;
  readonly pid: number | undefined;
}

async function receiverOf(t: TestContext, maxPduLength = PDU_LENGTH): Promise<Attacked> {
  let receiver: Awaited<ReturnType<typeof startCliReceiver>> | undefined;
  // It stops before its folder is removed, into which it may still write.
  t.after(async () => {
    if (receiver !== undefined) assert.equal((await stopCli(receiver)).code, 0);
  });
  receiver = await startCliReceiver(temporaryFolder(t), ['-pdu', String(maxPduLength)]);
  return { port: Number(receiver.port), pid: receiver.child.pid };
}

/** The attackers leave, and the next requestor is served. */
async function assertBounded(
  name: string,
  { port, pid }: Attacked,
  attackers: readonly { readonly socket: Socket }[],
): Promise<void> {
  measured(name, peakMemory(pid), 'MiB resident at most');
  assert.ok(peakMemory(pid) <= RESIDENT_MAX, `${peakMemory(pid)} MiB for ${name}`);
  for (const { socket } of attackers) socket.destroy();
  // Places become free when the receiver has seen the ends.
  let client = await connectClient(port);
  while (client.answer !== 0x02) client = await connectClient(port);
  assert.equal(await storeInstance(client, '1.2.4'), 0);
  await release(client);
}

const linux = { skip: process.platform !== 'linux' && 'memory is read from /proc' };

for (const { name, attack } of ATTACKS) {
  test(`32 associations with ${name} cost at most 200 MiB`, linux, async (t) => {
    const receiver = await receiverOf(t);
    const { port } = receiver;
    const clients = await Promise.all(Array.from({ length: RECEIVER_ASSOCIATIONS_MAX }, () => connectClient(port)));
    await Promise.all(clients.map(attack));
    // Its answer comes when what was sent before it has been read.
    await connectClient(port).then(({ socket }) => socket.destroy());
    await assertBounded(name, receiver, clients);
  });
}

const longest = naive.pdu(0x04, naive.pdv(1, 2, Buffer.alloc(RECEIVED_PDU_LENGTH_CAP - 6)));

test(
  '32 associations that were told "no limit", with half a PDU of 16 MiB each, cost at most 200 MiB',
  linux,
  async (t) => {
    const receiver = await receiverOf(t, 0);
    const clients = await Promise.all(
      Array.from({ length: RECEIVER_ASSOCIATIONS_MAX }, () => connectClient(receiver.port)),
    );
    // Those for which there is no memory are not read.
    await Promise.any(
      clients.map((client) => {
        client.send(storeCommand('1.2.3'));
        return say(client.socket, longest.subarray(0, -1));
      }),
    );
    await assertBounded('half a PDU of 16 MiB', receiver, clients);
  },
);

test('all whole PDUs of 16 MiB are read, of many associations, and cost at most 200 MiB', linux, async (t) => {
  const receiver = await receiverOf(t, 0);
  const { port } = receiver;
  const clients = await Promise.all(Array.from({ length: attackSize(4, 16) }, () => connectClient(port)));
  await Promise.all(
    clients.map(async (client) => {
      client.send(storeCommand('1.2.3'));
      client.send(longest);
      assert.ok((await client.message()) !== undefined);
    }),
  );
  await assertBounded('whole PDUs of 16 MiB', receiver, clients);
});

test('memory is given back after an attack, and the next one takes no more', linux, async (t) => {
  const receiver = await receiverOf(t);
  const { port, pid } = receiver;
  const start = memoryNow(pid);
  for (let round = 1; round <= 3; round += 1) {
    const clients = await Promise.all(Array.from({ length: RECEIVER_ASSOCIATIONS_MAX }, () => connectClient(port)));
    await Promise.all(clients.map((client) => stored(client, manyInOne)));
    await assertBounded(`round ${round}`, receiver, clients);
    const kept = memoryNow(pid) - start;
    measured(`round ${round}`, kept, 'MiB more than at the start');
    assert.ok(kept <= KEPT_MAX, `${kept} MiB more than ${start} MiB at the start`);
  }
});

const item = naive.item(0x99, '');
const requestOf = (items: Buffer): Buffer =>
  naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, ['1.2.840.10008.1.2.1']), items) });
const syntaxes = naive.item(0x40, '312e32');
const context = (id: number): Buffer =>
  naive.item(
    0x20,
    naive.bytes(naive.number(id, 2), '000000', naive.abstractSyntax(CT), Buffer.alloc(65_000, syntaxes)),
  );

for (const [name, request] of [
  ['a request of a megabyte that does not end', requestOf(Buffer.alloc(1_000_000, item)).subarray(0, -1)],
  ['requests of a megabyte of long items', requestOf(Buffer.alloc(1_000_000, naive.item(0x99, Buffer.alloc(60_000))))],
  ['contexts of thousands of transfer syntaxes', requestOf(Buffer.concat([3, 5, 7, 9].map(context)))],
] as const) {
  test(`64 connections with ${name} cost at most 200 MiB`, linux, async (t) => {
    const receiver = await receiverOf(t);
    const { port } = receiver;
    const sockets = await Promise.all(
      Array.from({ length: 2 * RECEIVER_ASSOCIATIONS_MAX }, async () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        await say(socket, request);
        return { socket };
      }),
    );
    await connectClient(port).then(({ socket }) => socket.destroy());
    await assertBounded(name, receiver, sockets);
  });
}
