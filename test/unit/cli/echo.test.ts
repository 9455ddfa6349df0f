import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CliProcess, runCli, startCli, startCliReceiver, stopCli } from '../../support/cli-process.ts';
import { startScriptedPeer, uint16 } from '../../support/scripted-peer.ts';

let root: string;
let receiver: CliProcess & { readonly port: string };

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'echo-test-'));
  receiver = await startCliReceiver(join(root, 'received'));
});

after(async () => {
  await stopCli(receiver);
  await rm(root, { recursive: true, force: true });
});

describe('echo', () => {
  it('prints the time of each step and who the peer is', async () => {
    const { code, stdout, stderr } = await runCli(['echo', '127.0.0.1', receiver.port]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`127\\.0\\.0\\.1:${receiver.port}`));
    for (const step of [/connect/i, /association/i, /echo/i, /release/i]) assert.match(stdout, step);
    assert.match(stdout, /\d ms/);
  });

  it('prints the trace on stderr with -d, and nothing with -q', async () => {
    const debug = await runCli(['echo', '127.0.0.1', receiver.port, '-d']);
    assert.match(debug.stderr, /^D: .*C-ECHO/m);
    assert.doesNotMatch(debug.stdout, /^[EWIDT]: /m);
    const quiet = await runCli(['echo', '-q', '127.0.0.1', receiver.port]);
    assert.deepEqual(quiet, { code: 0, stdout: '', stderr: '' });
  });

  it('exits 1 if the port does not speak DICOM, and says what it found', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const { code, stdout } = await runCli(['echo', '127.0.0.1', String(port)]);
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
    assert.equal(code, 1);
    assert.match(stdout, /HTTP/);

    const refused = await runCli(['echo', '127.0.0.1', String(port)]);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /refused/i);
  });

  it("shows the peer's own words about a failure, as one line", async (t) => {
    const peer = await startScriptedPeer(async (scripted) => {
      await scripted.accept();
      const message = await scripted.message();
      if (message === undefined) return;
      scripted.respond(
        message,
        0x0122,
        new Map([
          [0x0100, uint16(0x8030)],
          [0x0902, Buffer.from('not\nfor \x1byou ')],
        ]),
      );
      await scripted.serve();
    }, t);
    const { code, stdout } = await runCli(['echo', '127.0.0.1', String(peer.port)]);
    assert.equal(code, 1);
    assert.match(stdout, /answered C-ECHO with 0122H SOP Class Not Supported \("not for you"\)\./);
  });

  it('stops at Ctrl-C with 130', async () => {
    const sockets = new Set<Socket>();
    const server = createServer();
    const firstBytes = new Promise<void>((done) => {
      server.on('connection', (socket) => sockets.add(socket.on('error', () => {}).on('data', () => done())));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const cli = startCli(['echo', '127.0.0.1', String((server.address() as { port: number }).port)]);
    await firstBytes;
    const { code } = await stopCli(cli);
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
    assert.equal(code, 130);
  });
});
