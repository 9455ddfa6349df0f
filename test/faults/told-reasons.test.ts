// What people read about each file when a peer fails in the middle of a send: it must hold for that very file. Most of them were
// never sent, and nothing may be said of these that is true only of the file on which the peer failed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSend } from '../../src/send/run.ts';
import { contextOf, explainFile, sentence } from '../../src/trace/explain.ts';
import { folderOf, peerAt, scanned } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { type PeerConnection, startScriptedPeer } from '../support/scripted-peer.ts';
import type { Scope } from '../support/temporary-folder.ts';

const FILES = 24;

const FAILURES: Readonly<Record<string, (connection: PeerConnection) => Promise<void> | void>> = {
  'closes the connection after each file': (connection) => {
    connection.socket.end();
  },
  'resets the connection after each file': (connection) => {
    connection.socket.resetAndDestroy();
  },
  'aborts after each file': (connection) => {
    connection.send(naive.abort(0, 0));
    connection.socket.end();
  },
  'never answers': async (connection) => {
    while ((await connection.pdu()) !== undefined);
  },
};

// At the same time: most of it is waiting before the next association.
describe('what is said of each file holds for that file', { concurrency: true }, () => {
  for (const [name, fail] of Object.entries(FAILURES)) {
    it(`a peer that ${name}`, (t) => check(t, fail));
  }
});

async function check(t: Scope, fail: (connection: PeerConnection) => Promise<void> | void): Promise<void> {
  const folder = await folderOf(t, FILES);
  const script = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    await fail(connection);
  }, t);
  const peer = peerAt(script.port, { timeouts: { responseMs: 200 } });
  const files = await scanned([folder]);
  const result = await runSend({ peer, files, options: { associations: 1 } }, {}, new AbortController().signal);
  assert.equal(result.counts.failed + result.counts.unknown, FILES);
  assert.ok(result.counts.failed > 0 && result.counts.unknown > 0, JSON.stringify(result.counts));
  for (const file of result.outcomes) {
    const words = explainFile(file, contextOf(peer, 'terminal'));
    const text = words === undefined ? '' : sentence(words);
    if (file.outcome === 'unknown') {
      assert.match(text, /may be stored there or not/);
    } else {
      assert.equal(file.bytesSent, 0);
      assert.match(text, /^Not sent: given up after/);
      assert.doesNotMatch(text, /may be stored|may have (it|stored)|this file|Look for the instance/);
    }
  }
}
