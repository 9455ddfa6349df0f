// docs/storescu.md on exit codes and on known defects of storescu: what our command does instead.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli, startCli } from '../support/cli-process.ts';
import {
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  IMPLICIT_LE,
  JPEG_2000_LOSSLESS,
  JPEG_BASELINE,
  MEDIA_STORAGE_DIRECTORY,
  RLE_LOSSLESS,
  sampleInstance,
} from '../support/dicom-builder.ts';
import type { PeerModes } from '../support/mode-types.ts';
import { startPeer } from '../support/peer-modes.ts';
import { freePort, missing, startStorescp } from '../support/peers.ts';
import { folderOf, received } from '../support/store-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = missing('storescp');
/** Bounds the wait for the sender's last bytes; it is over as soon as they have come. */
const SETTLE_MS = 10_000;

/** Aborts (source 0, service-user) instead of answering the `nth` instance of the first association. */
const abortsOnce =
  (nth: number) =>
  (number: number): PeerModes =>
    number === 1 ? { at: [{ moment: 'unanswered', message: nth, act: 'abort', abort: [0, 0] }] } : {};

test('the exit code is 0 only if every instance was stored', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {}, 'b.dcm': {} });
  const good = await startPeer(t);
  const full = await startPeer(t, { answer: ({ nth }) => (nth === 2 ? 0xa700 : 0) });
  const refusing = await startPeer(t, { context: () => ({ result: 3 }) });
  const rejecting = await startPeer(t, { reject: [1, 1, 7] });
  const broken = await folderOf(t, { 'a.dcm': {} });
  await writeFile(join(broken, 'b.dcm'), sampleInstance({ seed: 7 }).file.subarray(0, 200));
  const closed = String(await freePort());
  for (const [what, port, path, code] of [
    ['all stored', String(good.port), folder, 0],
    ['a failure status', String(full.port), folder, 1],
    ['no presentation context', String(refusing.port), folder, 1],
    ['a damaged file', String(good.port), broken, 1],
    ['a path that is not there', String(good.port), join(folder, 'none'), 1],
    ['nothing to send', String(good.port), temporaryFolder(t), 1],
    ['rejected', String(rejecting.port), folder, 1],
    ['nobody there', closed, folder, 1],
  ] as const) {
    const exit = await runCli(['store', '127.0.0.1', port, path]);
    assert.equal(exit.code, code, `${what}: ${exit.stdout}`);
    // Said without any option, on stdout.
    if (code !== 0) assert.match(exit.stdout, /failed|skipped|No files/, what);
  }
});

test("a failure status is told with its file, the peer's comment and the offending element", async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t, {
    answer: () => 0xa900,
    elements: new Map([
      [0x0901, Buffer.from('10002000', 'hex')],
      [0x0902, Buffer.from('Patient ID is empty ')],
    ]),
  });
  const { code, stdout } = await runCli(['store', '127.0.0.1', String(peer.port), folder]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /A900H Data Set does not match SOP Class \("Patient ID is empty", offending element \(0010,0020\)/,
  );
  assert.match(stdout, /a\.dcm/);
});

test('an abort is told with source and reason, and the other files are stored on a new association', async (t) => {
  const files = { 'a.dcm': {}, 'b.dcm': {}, 'c.dcm': {} };
  const once = await startPeer(t, abortsOnce(2));
  const { code, stdout, stderr } = await runCli([
    ...['store', '127.0.0.1', String(once.port)],
    await folderOf(t, files),
  ]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /All 3 files stored/);
  assert.match(stderr, /abort/i);

  const always = await startPeer(t, { at: [{ moment: 'unanswered', act: 'abort', abort: [2, 6] }] });
  const lost = await runCli(['store', '127.0.0.1', String(always.port), await folderOf(t, { 'a.dcm': {} })]);
  assert.equal(lost.code, 1);
  assert.match(lost.stdout, /aborted the association: A-ABORT source 2, reason 6/);
});

test('every file goes out in its own transfer syntax where the peer takes it, without an option', {
  skip,
}, async (t) => {
  const syntaxes = [
    IMPLICIT_LE,
    EXPLICIT_LE,
    DEFLATED_LE,
    EXPLICIT_BE,
    RLE_LOSSLESS,
    JPEG_BASELINE,
    JPEG_2000_LOSSLESS,
  ].map((transferSyntax, index) => [`${index}.dcm`, { transferSyntax, pixelBytes: 4_000 }] as const);
  const folder = await folderOf(t, Object.fromEntries(syntaxes));
  const scp = await startStorescp(t, ['+B', '+xa']);
  const { code, stdout } = await runCli(['store', '127.0.0.1', String(scp.port), folder]);
  assert.equal(code, 0, stdout);
  assert.doesNotMatch(stdout, /Converted/);
  await scp.stop();
  assert.equal((await scp.dataSets()).size, syntaxes.length);
});

test('what is truncated or has an odd length is not sent, and the byte is told', async (t) => {
  const { file } = sampleInstance({ seed: 1, pixelBytes: 4_000 });
  const folder = await folderOf(t, { 'good.dcm': { seed: 9 } });
  await writeFile(join(folder, 'short.dcm'), file.subarray(0, -1_000));
  await writeFile(join(folder, 'odd.dcm'), sampleInstance({ seed: 3 }).file.subarray(0, -1));
  const peer = await startPeer(t);
  const report = join(temporaryFolder(t), 'report.json');
  const { code, stdout } = await runCli(['store', '127.0.0.1', String(peer.port), folder, '--report', report]);
  assert.equal(code, 1);
  assert.equal(received(peer).length, 1);
  assert.match(stdout, /1 of 3 files stored/);
  // The summary tells once what several files have in common, and the byte of each beside its path.
  assert.match(stdout, /short\.dcm: .* at byte \d+: 1,000 bytes are missing/);
  assert.match(stdout, /odd\.dcm: .* at byte \d+: 1 byte is missing/);
  const { instances } = JSON.parse(await readFile(report, 'utf8')) as {
    instances: { path: string; reason?: { what: string } }[];
  };
  const told = (name: string): string => instances.find(({ path }) => path.endsWith(name))?.reason?.what ?? '';
  assert.match(told('short.dcm'), /at byte \d+: 1,?000 bytes are missing/);
  assert.match(told('odd.dcm'), /at byte \d+: 1 byte is missing/);
});

test('no message to a person is a stack trace', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const classes = Object.fromEntries(
    Array.from({ length: 130 }, (_, index) => [`${index}.dcm`, { sopClass: `2.25.99.${index}` }]),
  );
  const many = await folderOf(t, classes);
  const peer = await startPeer(t);
  const aborting = await startPeer(t, abortsOnce(1));
  for (const argv of [
    ['127.0.0.1', String(peer.port), folder, '-aet', 'THIS IS TOO LONG FOR ONE'],
    ['no-such-host.invalid', '104', folder, '-tn', '1'],
    ['127.0.0.1', '70000', folder],
    ['127.0.0.1', String(peer.port), folder, '-pdu', '-1'],
    ['127.0.0.1', String(peer.port), folder, '-td', 'inf'],
    ['127.0.0.1', String(aborting.port), folder],
    ['127.0.0.1', String(peer.port), many],
  ]) {
    const { stdout, stderr } = await runCli(['store', ...argv]);
    assert.doesNotMatch(stdout + stderr, /^\s+at |Error:|\.ts:\d+|a bug of its own/m, argv.join(' '));
  }
  assert.equal(received(peer).length, 130);
});

test('Ctrl-C while a response is awaited ends at once, with A-ABORT to the peer and exit code 130', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const requested = Promise.withResolvers<void>();
  const peer = await startPeer(t, {
    answer: () => {
      requested.resolve();
      return undefined;
    },
  });
  const cli = startCli(['store', '127.0.0.1', String(peer.port), folder, '-td', '0']);
  await requested.promise;
  cli.child.kill('SIGINT');
  const { code, stdout } = await cli.exit;
  await peer.settled(SETTLE_MS);
  assert.equal(code, 130);
  assert.deepEqual(
    peer.associations.map(({ end }) => end),
    ['abort'],
  );
  // All of it was sent: nobody can say that it was not stored.
  assert.match(stdout, /1 sent without a valid answer/);
});

test('files without preamble or meta group are sent; a DICOMDIR and a text are skipped and do not fail', async (t) => {
  const folder = temporaryFolder(t);
  const options = [
    { preamble: false },
    { preamble: false, meta: false },
    { meta: false },
    { metaTransferSyntax: false },
  ];
  for (const [index, option] of options.entries()) {
    await writeFile(join(folder, `${index}`), buildFile(sampleInstance({ seed: index + 1 }), option as object));
  }
  const directory = { ...sampleInstance({ seed: 50 }), sopClass: MEDIA_STORAGE_DIRECTORY };
  await writeFile(join(folder, 'DICOMDIR'), buildFile(directory));
  await writeFile(join(folder, 'read.me'), 'not an instance\n');
  const peer = await startPeer(t);
  const { code, stdout } = await runCli(['store', '127.0.0.1', String(peer.port), folder]);
  assert.equal(code, 0, stdout);
  assert.equal(received(peer).length, options.length);
  assert.deepEqual(
    new Set(peer.associations[0]?.contexts.map(({ abstractSyntax }) => abstractSyntax)),
    new Set([CT_IMAGE]),
  );
  assert.match(stdout, /2 skipped/);
});
