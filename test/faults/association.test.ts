// What can go wrong while the association is negotiated. The failure is named, no file is called stored, and nothing hangs.
// F numbers are those of docs/faults.md.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Timeouts } from '../../src/net/peer.ts';
import type { Reason } from '../../src/send/outcome.ts';
import { peerAt, send, writeInstances } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { type PeerConnection, startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHORT: Partial<Timeouts> = {
  connectMs: 500,
  associationMs: 300,
  responseMs: 300,
  writeStallMs: 300,
  releaseMs: 300,
};

/** Sends two instances to a peer that follows the script; both must fail with this reason. */
async function bothFail(t: TestContext, script: (peer: PeerConnection) => Promise<void>): Promise<Reason> {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, {}]);
  const peer = await startScriptedPeer(script);
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  await peer.stop();
  assert.deepEqual(
    [...result.outcomes].map(({ outcome }) => outcome),
    ['failed', 'failed'],
  );
  assert.equal(peer.connections, 1, 'an association that cannot succeed is not asked for again');
  const [first, second] = result.outcomes;
  assert.ok(first?.reason !== undefined);
  assert.deepEqual(first.reason, second?.reason);
  return first.reason;
}

test('F01: a closed port is named with address and port', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}]);
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  await new Promise((resolve) => {
    server.close(resolve);
  });
  const { result } = await send([folder], peerAt(address.port));
  const reason = result.outcomes.at(0)?.reason;
  assert.ok(reason?.code === 'connection failed');
  assert.equal(reason.error.code, 'ECONNREFUSED');
  assert.equal(reason.error.port, address.port);
});

test('F01: a dual-stack name that refuses has a message', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}]);
  const { result } = await send([folder], peerAt(1, { host: 'localhost' }));
  const reason = result.outcomes.at(0)?.reason;
  assert.ok(reason?.code === 'connection failed');
  assert.match(reason.error.message, /ECONNREFUSED/);
});

test('F02: a host that does not exist is named', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}]);
  const { result } = await send([folder], peerAt(104, { host: 'pacs.invalid' }));
  const reason = result.outcomes.at(0)?.reason;
  assert.ok(reason?.code === 'connection failed');
  assert.match(reason.error.code, /ENOTFOUND|EAI_AGAIN/);
});

test('F04: the peer closes at once', async (t) => {
  const reason = await bothFail(t, async (peer) => {
    peer.socket.end();
  });
  assert.ok(reason.code === 'connection lost');
  assert.equal(reason.phase, 'association');
});

test('F04: the peer resets at once', async (t) => {
  const reason = await bothFail(t, async (peer) => {
    await peer.expect(0x01);
    peer.socket.resetAndDestroy();
  });
  assert.ok(reason.code === 'connection lost');
  assert.equal(reason.error?.code, 'ECONNRESET');
});

test('F05: the peer accepts the connection and never speaks; it sees our A-ABORT', async (t) => {
  let aborted: number | undefined;
  const reason = await bothFail(t, async (peer) => {
    await peer.expect(0x01);
    aborted = (await peer.pdu())?.type;
  });
  assert.deepEqual(reason, { code: 'timeout', phase: 'association', afterMs: 300 });
  assert.equal(aborted, 0x07);
});

test('F08: the A-ASSOCIATE-AC is cut at every byte', async (t) => {
  const folder = temporaryFolder(t);
  const [instance] = await writeInstances(folder, [{}]);
  assert.ok(instance !== undefined);
  const ac = naive.associateAc({ items: naive.plainItems(naive.contextResult(1, 0, '1.2.840.10008.1.2.1')) });
  for (let cut = 0; cut < ac.length; cut += 1) {
    const peer = await startScriptedPeer(async (connection) => {
      await connection.expect(0x01);
      connection.send(ac.subarray(0, cut));
      connection.socket.end();
    });
    const { result } = await send([instance.path], peerAt(peer.port));
    await peer.stop();
    assert.equal(result.outcomes.at(0)?.reason?.code, 'connection lost', `cut at ${cut}`);
  }
});

for (const [result, source, reason] of [
  [1, 1, 1],
  [1, 1, 2],
  [1, 1, 3],
  [1, 1, 7],
  [1, 2, 1],
  [1, 2, 2],
  [9, 9, 99],
] as const) {
  test(`F12-F16: A-ASSOCIATE-RJ ${result}/${source}/${reason} is kept as it came`, async (t) => {
    const why = await bothFail(t, async (peer) => {
      await peer.expect(0x01);
      peer.send(naive.associateRj(result, source, reason));
    });
    assert.deepEqual(why, { code: 'association rejected', result, source, reason });
  });
}

test('F13: a transient rejection is tried again, and the files are stored', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}]);
  const peer = await startScriptedPeer(async (connection, number) => {
    if (number === 1) {
      await connection.expect(0x01);
      connection.send(naive.associateRj(2, 3, 1));
      return;
    }
    await connection.accept();
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.equal(result.counts.stored, 1);
  assert.deepEqual(
    result.associations.map(({ failure }) => failure?.code),
    ['association rejected', undefined],
  );
});

for (const reason of [0, 1, 2, 3, 4, 5, 6, 255]) {
  test(`F11: A-P-ABORT with reason ${reason} instead of an answer`, async (t) => {
    const why = await bothFail(t, async (peer) => {
      await peer.expect(0x01);
      peer.send(naive.abort(2, reason));
    });
    assert.deepEqual(why, { code: 'association aborted', phase: 'association', source: 2, reason });
  });
}

for (const [name, bytes, looksLike] of [
  ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'), 'HTTP'],
  ['a TLS alert', Buffer.from('15030300020246', 'hex'), 'TLS'],
  ['an SSH server', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'SSH'],
  ['zeros', Buffer.alloc(1_000_000), undefined],
  ['0xFF', Buffer.alloc(1_000_000, 0xff), undefined],
] as const) {
  test(`F18: ${name} at the port`, async (t) => {
    let aborted: number | undefined;
    const reason = await bothFail(t, async (peer) => {
      await peer.expect(0x01);
      peer.socket.write(bytes);
      aborted = (await peer.pdu())?.type;
    });
    assert.ok(reason.code === 'protocol error');
    assert.equal(reason.looksLike, looksLike);
    assert.equal(aborted, 0x07);
  });
}

test('F20: an A-ASSOCIATE-AC that announces 4 GB is refused at its header', async (t) => {
  const reason = await bothFail(t, async (peer) => {
    await peer.expect(0x01);
    peer.send('0200fffffff0');
    assert.deepEqual([...(await peer.expect(0x07))], [0, 0, 2, 6], 'A-ABORT, service-provider, invalid PDU parameter');
  });
  assert.equal(reason.code, 'protocol error');
});

test('F17: an A-ASSOCIATE-RJ of two bytes is not read past its end', async (t) => {
  const reason = await bothFail(t, async (peer) => {
    await peer.expect(0x01);
    peer.send('0300000000020001');
    await peer.pdu();
  });
  assert.equal(reason.code, 'protocol error');
});

test('F23: a peer that accepts no context refuses by name, and the association is released', async (t) => {
  let release: number | undefined;
  const reason = await bothFail(t, async (peer) => {
    await peer.accept({ answer: () => ({ result: 3 }) });
    const pdu = await peer.pdu();
    release = pdu?.type;
    peer.send(naive.releaseRp());
  });
  assert.ok(reason.code === 'presentation context refused');
  assert.ok(reason.refused.length > 0 && reason.refused.every(({ result }) => result === 3));
  assert.equal(release, 0x05);
});

test('F22: a context accepted with a transfer syntax that was not proposed is not used', async (t) => {
  const reason = await bothFail(t, async (peer) => {
    await peer.accept({ answer: () => ({ result: 0, transferSyntax: '1.2.840.10008.1.2.4.70' }) });
    await peer.serve();
  });
  assert.ok(reason.code === 'presentation context refused');
  assert.deepEqual(
    new Set(reason.refused.map(({ unproposedTransferSyntax: uid }) => uid)),
    new Set(['1.2.840.10008.1.2.4.70']),
  );
});

for (const maximumLength of [1, 6, 7]) {
  test(`F33: a maximum length of ${maximumLength} leaves no room`, async (t) => {
    const reason = await bothFail(t, async (peer) => {
      await peer.accept({ maximumLength });
      await peer.serve();
    });
    assert.deepEqual(reason, { code: 'unusable maximum length', maximumLength });
  });
}
