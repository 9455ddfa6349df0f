// TCP_NODELAY on the sender's connections. With Nagle's algorithm the last, short segment of each instance would wait for an
// acknowledgement that the peer delays by 40 ms: a send of small files would wait more than it sends.

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { folderOf, peerAt, send, verdicts } from '../../support/jobs.ts';
import { startPeer } from '../../support/peer-modes.ts';

test('small files do not wait for delayed acknowledgements: TCP_NODELAY is set before the first byte', async (t) => {
  const folder = await folderOf(t, 2);
  const peer = await startPeer(t);
  const { setNoDelay, write } = Socket.prototype;
  t.after(() => Object.assign(Socket.prototype, { setNoDelay, write }));
  const undelayed = new WeakSet<Socket>();
  const writes: boolean[] = [];
  // Watched, not replaced: each call goes on to the real socket.
  Socket.prototype.setNoDelay = function (this: Socket, noDelay = true) {
    if (noDelay) undelayed.add(this);
    else undelayed.delete(this);
    return setNoDelay.call(this, noDelay);
  };
  Socket.prototype.write = function (this: Socket, ...args: Parameters<Socket['write']>) {
    if (this.remotePort === peer.port) writes.push(undelayed.has(this));
    return write.apply(this, args);
  } as Socket['write'];
  const { result } = await send([folder], peerAt(peer.port));
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
  assert.ok(writes.length > 0 && !writes.includes(false), writes.join());
});
