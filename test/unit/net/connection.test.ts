// What src/net/connection.ts promises of a transport, of TCP and of the connections in memory that tests use. A further
// transport is added to the list.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AcceptedConnection, Connection, Connector, Listen, Listener } from '../../../src/net/connection.ts';
import { Deferred } from '../../../src/net/deferred.ts';
import { listenTcp, tcpConnector } from '../../../src/net/tcp.ts';
import type { SystemErrorInfo } from '../../../src/part10/system-error.ts';
import { memoryNetwork } from '../../support/memory-network.ts';

/** More than any system takes from a writer whose reader has paused, in bytes. */
const MORE_THAN_BUFFERED = 32 * 2 ** 20;

const TRANSPORTS: Readonly<Record<string, () => { readonly connector: Connector; readonly listen: Listen }>> = {
  TCP: () => ({ connector: tcpConnector, listen: listenTcp }),
  memory: memoryNetwork,
};

/** One end of a connection, and what it was told. */
class End {
  readonly received: Uint8Array[] = [];
  readonly closes: (SystemErrorInfo | undefined)[] = [];
  readonly #wanted: { readonly length: number; readonly reached: Deferred<void> }[] = [];
  readonly #closed = new Deferred<void>();

  readonly listener = {
    received: (bytes: Uint8Array): void => {
      assert.equal(this.closes.length, 0, 'nothing arrives after closed');
      this.received.push(bytes);
      for (const { length, reached } of this.#wanted) if (this.length >= length) reached.resolve(undefined);
    },
    closed: (error: SystemErrorInfo | undefined): void => {
      this.closes.push(error);
      this.#closed.resolve(undefined);
    },
  };

  get length(): number {
    return this.received.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received);
  }

  /** Resolves when so many bytes have arrived. */
  async has(length: number): Promise<void> {
    if (this.length >= length) return;
    const reached = new Deferred<void>();
    this.#wanted.push({ length, reached });
    await reached.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }
}

interface Pair {
  readonly near: End;
  readonly far: End;
  readonly ours: Connection;
  readonly theirs: AcceptedConnection;
  readonly server: Listener;
}

async function pairOf(transport: { readonly connector: Connector; readonly listen: Listen }): Promise<Pair> {
  const [near, far] = [new End(), new End()];
  const [accepted, connected] = [new Deferred<AcceptedConnection>(), new Deferred<void>()];
  const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.attach(far.listener);
    accepted.resolve(connection);
  });
  const ours = transport.connector.connect(server, {
    ...near.listener,
    connected: () => connected.resolve(undefined),
  });
  await connected.promise;
  return { near, far, ours, theirs: await accepted.promise, server };
}

const written = (connection: Connection, ...chunks: Uint8Array[]): Promise<void> =>
  new Promise((resolve) => {
    connection.write(chunks, resolve);
  });

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  describe(`A connection over ${name}`, { timeout: 20_000 }, () => {
    it('carries bytes both ways in order, also when writes are gathered', async () => {
      const { near, far, ours, theirs, server } = await pairOf(transport());
      ours.cork();
      const all = Promise.all([written(ours, Buffer.from('ab'), Buffer.from('c')), written(ours, Buffer.from('d'))]);
      ours.uncork();
      await all;
      await written(ours, Buffer.alloc(100_000, 'e'), Buffer.from('f'));
      await written(theirs, Buffer.from('answer'));
      await Promise.all([far.has(100_005), near.has(6)]);
      assert.equal(far.bytes.toString(), `abcd${'e'.repeat(100_000)}f`);
      assert.equal(near.bytes.toString(), 'answer');
      ours.destroy();
      await Promise.all([near.closed, far.closed, server.close()]);
    });

    for (const end of ['close', 'destroy'] as const) {
      it(`tells both ends once when one of them calls ${end}, after the bytes`, async () => {
        const { near, far, ours, theirs, server } = await pairOf(transport());
        await written(ours, Buffer.from('last words'));
        ours[end]();
        ours[end]();
        await Promise.all([near.closed, far.closed]);
        theirs[end]();
        await server.close();
        assert.equal(far.bytes.toString(), 'last words');
        assert.deepEqual([near.closes, far.closes], [[undefined], [undefined]]);
      });
    }

    it('holds the writer back while the reader pauses', async () => {
      const { near, far, ours, theirs, server } = await pairOf(transport());
      theirs.pauseReading();
      let isTaken = false;
      const chunk = Buffer.alloc(MORE_THAN_BUFFERED / 32);
      const all = Promise.all(Array.from({ length: 32 }, () => written(ours, chunk))).then(() => {
        isTaken = true;
      });
      for (let turn = 0; turn < 200; turn += 1) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      assert.equal(isTaken, false);
      theirs.resumeReading();
      await all;
      await far.has(MORE_THAN_BUFFERED);
      ours.destroy();
      await Promise.all([near.closed, far.closed, server.close()]);
    });

    it('tells why it was not made', async () => {
      const { connector, listen } = transport();
      const server = await listen({ host: '127.0.0.1', port: 0 }, () => assert.fail('nobody listens any more'));
      await server.close();
      const near = new End();
      connector.connect(server, { ...near.listener, connected: () => assert.fail('nobody listens any more') });
      await near.closed;
      assert.equal(near.closes[0]?.code, 'ECONNREFUSED');
    });
  });
}
