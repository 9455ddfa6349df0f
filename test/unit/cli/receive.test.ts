import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCli, startCli, startCliReceiver, stopCli } from '../../support/cli-process.ts';
import { element, encodeDataSet, sampleInstance } from '../../support/dicom-builder.ts';
import { connectClient, release, storeInstance } from '../../support/store-client.ts';

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'receive-test-'));
  await writeFile(join(root, 'a.dcm'), sampleInstance().file);
});

after(() => rm(root, { recursive: true, force: true }));

describe('receive', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints first where it listens, and at ${signal} how many instances it received`, async () => {
      const out = join(root, signal);
      const receiver = await startCliReceiver(out);
      assert.equal((await runCli(['store', '127.0.0.1', receiver.port, join(root, 'a.dcm')])).code, 0);
      const { code, stdout, stderr } = await stopCli(receiver, signal);
      assert.equal(code, 0);
      const [first, last, ...rest] = stdout.split('\n');
      assert.equal(first, `Listening on 127.0.0.1:${receiver.port}`);
      assert.match(last ?? '', /^Received [\d.]+ \w+: 1 instance stored, in /);
      assert.ok(last?.endsWith(out));
      assert.deepEqual(rest, ['']);
      assert.equal(stderr, '');
    });
  }

  it('prints a line for each instance with -v', async () => {
    const receiver = await startCliReceiver(join(root, 'verbose'), ['-v']);
    await runCli(['store', '127.0.0.1', receiver.port, join(root, 'a.dcm'), '-aet', 'SENDER']);
    const stored = await receiver.said('stdout', /^Stored .*\n/m);
    await stopCli(receiver);
    assert.match(stored, /^Stored .*CT Image Storage.* from SENDER\)$/m);
    assert.ok(stored.includes(join(root, 'verbose')));
  });

  it('refuses a data set with other UIDs than its request, and stores it with --accept-mismatch', async () => {
    const dataSet = encodeDataSet([element(0x00080018, 'UI', '1.2.3.5')], '1.2.840.10008.1.2.1');
    for (const [options, status] of [
      [[], 0xa900],
      [['--accept-mismatch'], 0xb007],
    ] as const) {
      const receiver = await startCliReceiver(join(root, `mismatch-${status}`), options);
      const client = await connectClient(Number(receiver.port));
      assert.equal(await storeInstance(client, '1.2.3.4', [dataSet]), status);
      await release(client);
      const { stdout, stderr } = await stopCli(receiver);
      const isRefused = status === 0xa900;
      assert.match(stdout, isRefused ? /: 0 instances stored, 1 refused \(A900H\), in / : /: 1 instance stored, in /);
      assert.match(
        stderr,
        status === 0xa900 ? /^W: Refusing an instance: / : /^W: Storing an instance with a warning: /,
      );
    }
  });

  it('prints only where it listens with -q', async () => {
    const receiver = await startCliReceiver(join(root, 'quiet'), ['-q']);
    await runCli(['store', '127.0.0.1', receiver.port, join(root, 'a.dcm')]);
    const { stdout, stderr } = await stopCli(receiver);
    assert.equal(stdout, `Listening on 127.0.0.1:${receiver.port}\n`);
    assert.equal(stderr, '');
  });

  it('warns if other machines can reach it', async () => {
    const receiver = startCli(['receive', '--port', '0', '--out', join(root, 'open'), '--host', '0.0.0.0']);
    await receiver.said('stderr', /^W: Everyone who can reach 0\.0\.0\.0:\d+ can store files here/);
    assert.match((await stopCli(receiver)).stdout, /^Listening on 0\.0\.0\.0:\d+\n/);
  });

  it('exits 1 if it cannot listen', async () => {
    const first = await startCliReceiver(join(root, 'first'));
    const second = await runCli(['receive', '--port', first.port, '--out', join(root, 'second')]);
    await stopCli(first);
    assert.equal(second.code, 1);
    assert.equal(second.stdout, '');
    assert.match(
      second.stderr,
      /^E: The receiver cannot start: .*EADDRINUSE.*\nE: Another program.*\nE: Choose another port, .*--port\)/,
    );
  });

  it('exits 1 if the folder cannot be created', async () => {
    const { code, stderr } = await runCli(['receive', '--port', '0', '--out', join(root, 'a.dcm')]);
    assert.equal(code, 1);
    assert.match(stderr, /^E: The receiver cannot start: .*\nE: A file has the name of the folder\./);
  });

  it('exits 1 where the system allows no folder, as below /proc', { skip: process.platform !== 'linux' }, async () => {
    const { code, stderr } = await runCli(['receive', '--port', '0', '--out', '/proc/no/folder']);
    assert.equal(code, 1);
    assert.match(stderr, /^E: The receiver cannot start: .*ENOENT.*\nE: The system allows no folder there\./);
  });
});
