import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CliProcess, runCli, startCli, startCliReceiver, stopCli } from '../../support/cli-process.ts';
import { JPEG_BASELINE, MR_IMAGE, sampleInstance } from '../../support/dicom-builder.ts';
import { csvRecords, xmlRoot } from '../../support/naive-documents.ts';
import { reportErrors } from '../../support/report-schema.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';

const instances = [
  sampleInstance({ seed: 1 }),
  sampleInstance({ seed: 2, sopClass: MR_IMAGE, pixelBytes: 100_000 }),
  sampleInstance({ seed: 3, transferSyntax: JPEG_BASELINE }),
] as const;

let root: string;
let received: string;
let receiver: CliProcess & { readonly port: string };
/** A port on which nobody listens. */
let deadPort: string;

/** Creates a folder with these files. */
async function folder(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const directory = await mkdtemp(join(root, 'in-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
}

async function receivedFiles(): Promise<readonly Buffer[]> {
  const entries = await readdir(received, { recursive: true, withFileTypes: true });
  return await Promise.all(entries.filter((e) => e.isFile()).map((e) => readFile(join(e.parentPath, e.name))));
}

/** Reads a report and compares it with its schema. */
async function readReport(path: string): Promise<unknown> {
  const report: unknown = JSON.parse(await readFile(path, 'utf8'));
  assert.deepEqual(reportErrors(report), []);
  return report;
}

const portOf = (server: Server): string => String((server.address() as { port: number }).port);

async function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-test-'));
  received = join(root, 'received');
  receiver = await startCliReceiver(received);
  const server = await listen(() => {});
  deadPort = portOf(server);
  await new Promise((done) => server.close(done));
});

after(async () => {
  await stopCli(receiver);
  await rm(root, { recursive: true, force: true });
});

describe('store', () => {
  it('stores the files of a folder, lists what it skipped, and reports every file', async () => {
    const directory = await folder({
      'a.dcm': instances[0].file,
      b: instances[1].file,
      'c.dcm': instances[2].file,
      'notes.txt': 'not an instance\n',
      'deeper/d.dcm': instances[0].file,
    });
    const report = join(root, 'report.json');
    const { code, stdout, stderr } = await runCli(['store', '127.0.0.1', receiver.port, directory, '--report', report]);

    assert.match(stdout, /3/);
    assert.match(stdout, /stored/);
    assert.match(stdout, /skipped/);
    assert.match(stdout, /^ {2}Left out {6}1 subfolder; to send what is inside, give -r$/m);
    assert.doesNotMatch(stderr, /^[EIDT]: /m);
    assert.equal(code, 0, stderr);

    const files = await receivedFiles();
    for (const { dataSet } of instances) {
      assert.ok(files.some((file) => file.subarray(-dataSet.length).equals(dataSet)));
    }

    const { instances: entries } = (await readReport(report)) as {
      instances: readonly Record<string, unknown>[];
    };
    assert.equal(entries.length, 4);
    const byPath = new Map(entries.map((entry) => [entry['path'], entry]));
    for (const [name, instance] of [
      ['a.dcm', instances[0]],
      ['b', instances[1]],
      ['c.dcm', instances[2]],
    ] as const) {
      const entry = byPath.get(join(directory, name));
      assert.equal(entry?.['outcome'], 'stored');
      assert.equal(entry?.['sopClassUID'], instance.sopClass);
      assert.equal(entry?.['sopInstanceUID'], instance.sopInstance);
      assert.equal(entry?.['transferSyntax'], instance.transferSyntax);
      assert.equal(entry?.['transferSyntaxOnWire'], instance.transferSyntax);
      assert.equal(entry?.['status'], '0000');
    }
    assert.equal(byPath.get(join(directory, 'notes.txt'))?.['outcome'], 'skipped');
  });

  it('sends files of subfolders only with -r', async () => {
    const directory = await folder({ 'one/two/a.dcm': instances[0].file });
    assert.equal((await runCli(['store', '127.0.0.1', receiver.port, directory])).code, 1);
    assert.equal((await runCli(['store', '127.0.0.1', receiver.port, directory, '-r'])).code, 0);
  });

  it('exits 1 if a file that was named is not DICOM, and stores the others', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file, 'notes.txt': 'text' });
    const paths = [join(directory, 'notes.txt'), join(directory, 'a.dcm')];
    const { code, stdout } = await runCli(['store', '127.0.0.1', receiver.port, ...paths]);
    assert.equal(code, 1);
    assert.match(stdout, /^1 of 2 files stored, 1 skipped/);
  });

  it('exits 1 if a path does not exist', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file });
    const { code, stdout, stderr } = await runCli([
      'store',
      '127.0.0.1',
      receiver.port,
      join(directory, 'a.dcm'),
      join(directory, 'missing.dcm'),
    ]);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /missing\.dcm/);
  });

  it('exits 1 if a folder has a damaged instance, and stores the others', async () => {
    const broken = sampleInstance({ seed: 9 }).file.subarray(0, 150);
    const directory = await folder({ 'a.dcm': broken, 'b.dcm': instances[0].file });
    const { code, stdout } = await runCli(['store', '127.0.0.1', receiver.port, directory]);
    assert.equal(code, 1);
    assert.match(stdout, /^1 of 2 files stored, 1 skipped/);
    assert.match(stdout, /a\.dcm/);
  });

  it('sends the same instance once, and exits 0', async () => {
    const [one] = instances;
    const directory = await folder({ 'a.dcm': one.file, 'b.dcm': one.file });
    const { code, stdout } = await runCli(['store', '127.0.0.1', receiver.port, directory]);
    assert.equal(code, 0);
    assert.match(stdout, /^1 of 2 files stored, 1 skipped/);
    assert.match(stdout, /the same bytes is in another file of this send/);
  });

  it('exits 1 if there is nothing to send', async () => {
    assert.equal((await runCli(['store', '127.0.0.1', receiver.port, await folder({})])).code, 1);
    const onlyText = await folder({ 'notes.txt': 'text' });
    assert.equal((await runCli(['store', '127.0.0.1', receiver.port, onlyText])).code, 1);
  });

  it('prints on stderr why no peer answered, and on stdout that the file was not stored', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file });
    const { code, stdout, stderr } = await runCli(['store', '127.0.0.1', deadPort, directory]);
    assert.equal(code, 1);
    assert.match(stderr, /^E: .*ECONNREFUSED|refused/m);
    assert.match(stdout, /a\.dcm/);
  });

  it('exits 1 if the receiver answers a failure status, and names the status', async () => {
    const out = join(root, 'full');
    const failing = await startCliReceiver(out);
    await rm(out, { recursive: true });
    await writeFile(out, 'a file where the folder was');
    const directory = await folder({ 'a.dcm': instances[0].file });
    const report = join(root, 'failed.json');
    const { code, stdout } = await runCli(['store', '127.0.0.1', failing.port, directory, '--report', report]);
    await stopCli(failing);
    assert.equal(code, 1);
    assert.match(stdout, /a\.dcm/);
    const { instances: entries } = (await readReport(report)) as {
      instances: readonly { outcome: string; status: string; reason: { code: string } }[];
    };
    assert.equal(entries[0]?.outcome, 'failed');
    assert.equal(entries[0]?.reason.code, 'status');
    assert.match(entries[0]?.status ?? '', /^A7/);
  });

  it('counts a warning of the peer as stored, and shows it', async () => {
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.serve(() => 0xb000);
    });
    const directory = await folder({ 'a.dcm': instances[0].file });
    const { code, stdout, stderr } = await runCli(['store', '127.0.0.1', String(peer.port), directory]);
    await peer.stop();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^1 file stored, with a warning\.$/m);
    assert.match(stderr, /^W: .*B000/m);
  });

  it("shows the peer's own words, and continues with the next file", async () => {
    const comment = Buffer.from('No room for \x1b[31mthis', 'latin1');
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      const message = await connection.message();
      if (message !== undefined) connection.respond(message, 0xa700, new Map([[0x0902, comment]]));
      await connection.serve();
    });
    const directory = await folder({ 'a.dcm': instances[0].file, 'b.dcm': instances[1].file });
    const report = join(root, 'words.json');
    const { code, stdout } = await runCli(['store', '127.0.0.1', String(peer.port), directory, '--report', report]);
    await peer.stop();
    assert.equal(code, 1);
    assert.match(stdout, /^1 of 2 files stored, 1 failed\.$/m);
    assert.match(stdout, /No room for .*this/);
    assert.ok(!stdout.includes('\x1b'));
    const { instances: entries } = (await readReport(report)) as {
      instances: readonly { outcome: string; errorComment?: string }[];
    };
    assert.deepEqual(
      entries.map(({ outcome }) => outcome),
      ['failed', 'stored'],
    );
    assert.match(entries[0]?.errorComment ?? '', /No room for/);
  });

  it('reports a file that was never answered as unknown', async () => {
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.message();
      await connection.pdu();
    });
    const directory = await folder({ 'a.dcm': instances[0].file });
    const { code, stdout } = await runCli(['store', '127.0.0.1', String(peer.port), directory, '-td', '0.2']);
    await peer.stop();
    assert.equal(code, 1);
    assert.match(stdout, /^0 of 1 file stored, 1 sent without a valid answer\.$/m);
  });

  it('prints nothing with -q', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file, 'notes.txt': 'text' });
    for (const [port, code] of [
      [receiver.port, 0],
      [deadPort, 1],
    ] as const) {
      assert.deepEqual(await runCli(['store', '-q', '127.0.0.1', port, directory]), { code, stdout: '', stderr: '' });
      const loud = await runCli(['store', '-q', '-ll', 'debug', '127.0.0.1', port, directory]);
      assert.deepEqual(loud, { code, stdout: '', stderr: '' });
    }
  });

  it('writes the trace to stderr and the same summary to stdout at every level', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file });
    const run = (...level: string[]) => runCli(['store', ...level, '127.0.0.1', receiver.port, directory]);
    const [plain, critical, verbose, debug, trace] = await Promise.all([
      run(),
      run('-ll', 'critical'),
      run('-v'),
      run('-d'),
      run('--log-level=trace'),
    ]);
    assert.equal(plain.stderr, '');
    assert.equal(critical.stderr, '');
    assert.match(verbose.stderr, /^I: .*a\.dcm/m);
    assert.doesNotMatch(verbose.stderr, /^[DT]: /m);
    assert.match(debug.stderr, /^D: .*A-ASSOCIATE-RQ/m);
    assert.doesNotMatch(debug.stderr, /^T: /m);
    assert.match(trace.stderr, /^T: /m);
    for (const { stdout, stderr, code } of [plain, critical, verbose, debug, trace]) {
      assert.equal(code, 0);
      assert.doesNotMatch(stdout, /^[EWIDT]: /m);
      for (const line of stderr.split('\n').slice(0, -1)) assert.match(line, /^[EWIDT]: /);
    }
  });

  it('sends the AE titles and the maximum length that it was given', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file });
    const { stderr } = await runCli([
      ...['store', '127.0.0.1', '-aet', 'OUR TITLE', receiver.port, '--called-aet=THEIRS', directory],
      ...['-d', '-pdu', '12345'],
    ]);
    assert.match(stderr, /OUR TITLE/);
    assert.match(stderr, /THEIRS/);
    assert.match(stderr, /12,?345/);
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`stops at ${signal}, prints what was stored, and exits ${exitCode}`, async () => {
      const sockets = new Set<Socket>();
      let connected = (): void => {};
      const firstBytes = new Promise<void>((done) => {
        connected = done;
      });
      const silent = await listen((socket) => {
        sockets.add(socket.on('data', () => connected()).on('error', () => {}));
      });
      try {
        const report = join(root, `${signal}.json`);
        const directory = await folder({ 'a.dcm': instances[0].file });
        const cli = startCli(['store', '127.0.0.1', portOf(silent), directory, '--report', report]);
        await firstBytes;
        const { code, stdout } = await stopCli(cli, signal);
        assert.equal(code, exitCode);
        assert.match(stdout, /cancelled/i);
        const { instances: entries } = (await readReport(report)) as {
          instances: readonly { outcome: string }[];
        };
        assert.deepEqual(
          entries.map(({ outcome }) => outcome),
          ['cancelled'],
        );
      } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((done) => silent.close(done));
      }
    });
  }

  it('gives up after its association timeout', async () => {
    const sockets = new Set<Socket>();
    const silent = await listen((socket) => void sockets.add(socket.on('error', () => {}).resume()));
    try {
      const directory = await folder({ 'a.dcm': instances[0].file });
      const { code, stdout } = await runCli(['store', '127.0.0.1', portOf(silent), directory, '-ta', '0.2']);
      assert.equal(code, 1);
      assert.match(stdout, /a\.dcm/);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => silent.close(done));
    }
  });

  it('writes the report in the format that the end of its name says', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file, 'b.dcm': instances[1].file });
    for (const name of ['report.csv', 'REPORT.XML', 'report.md']) {
      const report = join(root, name);
      const { code } = await runCli(['store', '127.0.0.1', receiver.port, directory, '--report', report]);
      assert.equal(code, 0);
      const text = await readFile(report, 'utf8');
      if (name.endsWith('csv')) assert.equal(csvRecords(text).length, 3);
      else if (name.endsWith('XML')) assert.equal(xmlRoot(text).attributes['tests'], '2');
      else assert.match(text, /^# All 2 files stored\n/);
    }
  });

  it('sends nothing if the report cannot be written', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file });
    const { code, stdout, stderr } = await runCli([
      ...['store', '-v', '127.0.0.1', receiver.port, directory],
      ...['--report', join(root, 'no', 'such', 'folder.json')],
    ]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^E: .*report cannot be written/);
    assert.doesNotMatch(stderr, /^I: /m);
  });

  it('continues if the reader of its output goes away', async () => {
    const directory = await folder({ 'a.dcm': instances[0].file });
    const cli = startCli(['store', '-d', '127.0.0.1', receiver.port, directory]);
    cli.child.stdout?.destroy();
    cli.child.stderr?.destroy();
    assert.equal((await cli.exit).code, 0);
  });
});
