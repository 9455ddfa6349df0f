// docs/storescu.md on options: the real command line against peers that record what came.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from '../../src/cli/command-line.ts';
import { store } from '../../src/cli/store.ts';
import { runCli, startCliReceiver, stopCli } from '../support/cli-process.ts';
import {
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  encodeDataSet,
  IMPLICIT_LE,
  JPEG_BASELINE,
  MR_IMAGE,
  RLE_LOSSLESS,
  sampleInstance,
} from '../support/dicom-builder.ts';
import type { PeerModes } from '../support/mode-types.ts';
import { startPeer } from '../support/peer-modes.ts';
import { missing, startStorescp } from '../support/peers.ts';
import { assertRefused, folderOf, instance, received, withSwappedWords } from '../support/store-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = missing('storescp');
const UNCOMPRESSED = [IMPLICIT_LE, EXPLICIT_LE, DEFLATED_LE, EXPLICIT_BE];

/** How many files the summary of a send counts as converted, of all kinds. */
function convertedFiles(summary: string): number {
  const counts = [...summary.matchAll(/^ {2}(?:Converted| {9}) {5}(\d+) files?: .* -> /gm)].map(([, count]) =>
    Number(count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

test('ADDR is a host name, an IPv4 or an IPv6 address; an unknown host is told in a sentence', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  for (const [listen, addresses] of [
    ['127.0.0.1', ['127.0.0.1', 'localhost']],
    ['::1', ['::1', '[::1]']],
  ] as const) {
    const receiver = await startCliReceiver(temporaryFolder(t), ['--host', listen]);
    for (const address of addresses) {
      const { code, stderr } = await runCli(['store', address, receiver.port, folder]);
      assert.equal(code, 0, `${address}: ${stderr}`);
    }
    await stopCli(receiver);
  }
  const unknown = await runCli(['store', 'no-such-host.invalid', '104', folder, '-tn', '3']);
  assert.equal(unknown.code, 1);
  assert.match(
    unknown.stdout,
    /no-such-host\.invalid.* (was not found|could not be looked up|did not answer the connection request)/,
  );
});

test('PORT is a number from 1 to 65535, anything else a usage error', async () => {
  for (const port of ['x', '0', '-5', '70000']) {
    const isPort = (thrown: unknown) => thrown instanceof UsageError && /is not a port/.test(thrown.message);
    await assert.rejects(store(['127.0.0.1', port, 'file']), isPort);
  }
});

test('PATH is several files and folders in the order given, numbers in their order, each file once', async (t) => {
  const folder = await folderOf(t, { 'z.dcm': {}, 'sub/IM10': {}, 'sub/IM2': {}, 'sub/.hidden': {}, 'a.dcm': {} });
  const peer = await startPeer(t);
  const paths = ['z.dcm', 'sub', '-v', join('sub', '..', 'z.dcm'), 'a.dcm'];
  const { code } = await runCli(['store', '127.0.0.1', String(peer.port), ...paths], folder);
  assert.equal(code, 0);
  assert.deepEqual(received(peer), [1, 4, 3, 2, 5].map(instance));
});

test('-q prints nothing, not even errors, and the exit code tells', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t, { answer: () => 0xa700 });
  for (const option of ['-q', '--quiet']) {
    const exit = await runCli(['store', option, '127.0.0.1', String(peer.port), folder]);
    assert.deepEqual(exit, { code: 1, stdout: '', stderr: '' });
  }
  const missingFile = await runCli([
    'store',
    '-q',
    '-ll',
    'debug',
    '127.0.0.1',
    String(peer.port),
    join(folder, 'none'),
  ]);
  assert.deepEqual(missingFile, { code: 1, stdout: '', stderr: '' });
  await assertRefused(t, ['-q', '-v'], /exclude each other/);
});

test('-v, -d and every -ll level print that level and what is more important, and nothing else', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {}, 'b.dcm': {} });
  const peer = await startPeer(t, { answer: ({ nth }) => (nth === 1 ? 0xb000 : 0xa700) });
  const LETTERS = 'EWID';
  for (const [options, count] of [
    [['-ll', 'critical'], 0],
    [['-ll', 'error'], 1],
    [[], 2],
    [['--log-level', 'warning'], 2],
    [['-v'], 3],
    [['-ll=info'], 3],
    [['--debug'], 4],
    [['-ll', 'debug'], 4],
  ] as const) {
    const { code, stderr } = await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder]);
    assert.equal(code, 1);
    const levels = new Set(stderr.split('\n').map((line) => line.slice(0, 3)));
    levels.delete('');
    const expected = [...LETTERS.slice(0, count)].map((letter) => `${letter}: `);
    assert.deepEqual([...levels].sort(), expected.sort(), `${options.join(' ')}\n${stderr}`);
  }
});

test('-r also takes what is in folders inside the folder; without it only what is directly in it', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {}, 'one/b.dcm': {}, 'one/two/c.dcm': {} });
  for (const [options, count] of [
    [[], 1],
    [['-r'], 3],
    [['--recurse'], 3],
  ] as const) {
    const peer = await startPeer(t);
    assert.equal((await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder])).code, 0);
    assert.equal(received(peer).length, count, options.join());
  }
});

test('-aet and -aec are on the wire, padded to 16 characters; without them STORESCU and ANY-SCP', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t);
  for (const [options, calling, called] of [
    [[], 'STORESCU', 'ANY-SCP'],
    [['-aet', 'OURS', '-aec', 'THEIR TITLE'], 'OURS', 'THEIR TITLE'],
    [['--calling-aet=1234567890123456', '--called-aet', 'x'], '1234567890123456', 'x'],
  ] as const) {
    assert.equal((await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder])).code, 0);
    const last = peer.associations.at(-1);
    assert.equal(last?.callingAETitle, calling.padEnd(16));
    assert.equal(last?.calledAETitle, called.padEnd(16));
  }
});

test('an AE title that is none is a usage error and never cut', async (t) => {
  for (const option of ['-aet', '-aec']) {
    for (const title of ['12345678901234567', '', '   ', 'A\\B', 'KÖLN']) {
      await assertRefused(t, [option, title], new RegExp(`${option} .*is not an AE title`));
    }
  }
});

/** Long enough that a deadline of no time at all would have passed. */
const MOMENT_MS = 100;
const moment = (): Promise<void> => new Promise((done) => setTimeout(done, MOMENT_MS));

test('-ta bounds the wait for the association; 0 is no limit', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const run = async (modes: PeerModes, ...options: string[]) => {
    const peer = await startPeer(t, modes);
    return runCli(['store', '127.0.0.1', String(peer.port), folder, ...options]);
  };
  const silent = await run({ at: [{ moment: 'requested', act: 'silence' }] }, '-ta', '0.2');
  assert.equal(silent.code, 1);
  assert.match(silent.stdout, /did not answer the association request within 200 ms/);
  const late: PeerModes = { at: [{ moment: 'requested', act: moment }] };
  assert.equal((await run(late, '-ta', '0')).code, 0);
  assert.equal((await run(late, '--acse-timeout', '20.5')).code, 0);
});

test('-td bounds the wait for a response; 0 is no limit', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const run = async (modes: PeerModes, ...options: string[]) => {
    const peer = await startPeer(t, modes);
    return runCli(['store', '127.0.0.1', String(peer.port), folder, ...options]);
  };
  const silent = await run({ answer: () => undefined }, '-td', '0.2');
  assert.equal(silent.code, 1);
  assert.match(silent.stdout, /did not answer within 200 ms after everything was sent/);
  const late: PeerModes = { answer: () => moment().then(() => 0) };
  assert.equal((await run(late, '-td', '0')).code, 0);
  assert.equal((await run(late, '--dimse-timeout', '20')).code, 0);
});

test('-tn bounds the time in which the peer takes no bytes; 0 is no limit', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': { pixelBytes: 30_000_000 } });
  const run = async (modes: PeerModes, ...options: string[]) => {
    const peer = await startPeer(t, modes);
    return runCli(['store', '127.0.0.1', String(peer.port), folder, '-td', '1', ...options]);
  };
  const stalled = await run({ at: [{ moment: 'before', act: 'stop reading' }] }, '-tn', '0.3');
  assert.equal(stalled.code, 1);
  assert.match(stalled.stdout, /took no data for 300 ms/);
  // Without that limit the wait for the response is what ends it, once everything is taken.
  let isPaused = false;
  const pausing: PeerModes = {
    answer: () => undefined,
    reading: (bytesRead, { socket }) => {
      if (isPaused || bytesRead < 1_000_000) return;
      isPaused = true;
      socket.pause();
      void moment().then(() => socket.resume());
    },
  };
  const { stdout } = await run(pausing, '--network-timeout=0');
  assert.match(stdout, /did not answer within 1 s after everything was sent/);
});

test('a timeout that is negative or no number is a usage error', async (t) => {
  for (const option of ['-ta', '-td', '-tn']) {
    for (const value of ['-1', 'nan', 'NaN', 'inf', '1e3', 'soon']) {
      await assertRefused(t, [option, value], new RegExp(`${option} '.*' is not a timeout`));
    }
  }
});

test('-pdu is announced as it is: 0, 8 to 4294967295, else a usage error', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t);
  for (const [options, length] of [
    [[], 16_382],
    [['-pdu', '0'], 0],
    [['-pdu', '8'], 8],
    [['--max-pdu', '131072'], 131_072],
    [['-pdu=4294967295'], 4_294_967_295],
  ] as const) {
    assert.equal((await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder])).code, 0);
    assert.equal(peer.associations.at(-1)?.maximumLength, length);
  }
  for (const value of ['-1', '7', '4294967296', 'x'])
    await assertRefused(t, ['-pdu', value], /is not a maximum length/);
});

const REQUESTS = [
  ['-xe', '--request-little', EXPLICIT_LE],
  ['-xb', '--request-big', EXPLICIT_BE],
  ['-xi', '--request-implicit', IMPLICIT_LE],
] as const;

for (const [short, long, syntax] of REQUESTS) {
  test(`${short} proposes that transfer syntax alone, and converts every data set to it`, { skip }, async (t) => {
    const all = [...UNCOMPRESSED, RLE_LOSSLESS];
    const folder = await folderOf(t, Object.fromEntries(all.map((own) => [own, { transferSyntax: own }])));
    for (const option of [short, long]) {
      const peer = await startPeer(t);
      assert.equal((await runCli(['store', option, '127.0.0.1', String(peer.port), folder])).code, 0);
      assert.deepEqual(
        peer.associations.flatMap(({ contexts }) => contexts.map((context) => context.transferSyntaxes)),
        [[syntax]],
      );
    }
    const scp = await startStorescp(t, ['+B', '+xa']);
    const { code, stdout } = await runCli(['store', short, '127.0.0.1', String(scp.port), folder]);
    assert.equal(code, 0, stdout);
    assert.equal(convertedFiles(stdout), 4, stdout);
    await scp.stop();
    const held = [...(await scp.dataSets()).values()];
    assert.equal(held.length, all.length);
    for (const [index, own] of UNCOMPRESSED.entries()) {
      const { elements } = sampleInstance({ seed: index + 1, transferSyntax: own });
      const isSwapped = (own === EXPLICIT_BE) !== (syntax === EXPLICIT_BE);
      const expected = encodeDataSet(isSwapped ? elements.map(withSwappedWords) : elements, syntax);
      assert.ok(
        held.some((dataSet) => dataSet.equals(expected)),
        `${own} as ${syntax}`,
      );
    }
  });
}

test('-xe, -xb and -xi exclude each other', async (t) => {
  await assertRefused(t, ['-xe', '-xb'], /-xe, -xb and -xi exclude each other/);
  await assertRefused(t, ['-xb', '--request-implicit'], /-xe, -xb and -xi exclude each other/);
});

test('-xi fails what cannot be converted, says so, and proposes nothing for it', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {}, 'b.dcm': { transferSyntax: JPEG_BASELINE, sopClass: MR_IMAGE } });
  const peer = await startPeer(t);
  const { code, stdout } = await runCli(['store', '-xi', '127.0.0.1', String(peer.port), folder]);
  assert.equal(code, 1);
  assert.match(stdout, /cannot be converted from JPEG Baseline \(Process 1\) to Implicit VR Little Endian/);
  assert.deepEqual(
    peer.associations[0]?.contexts.map(({ abstractSyntax }) => abstractSyntax),
    [CT_IMAGE],
  );
});

test('-cx proposes what the files need, as without it, and -xi holds with it', async (t) => {
  const folder = await folderOf(t, { a: {}, b: { transferSyntax: RLE_LOSSLESS }, c: { sopClass: MR_IMAGE } });
  const peer = await startPeer(t);
  const proposed = async (...options: string[]) => {
    assert.equal((await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder])).code, 0);
    return peer.associations
      .at(-1)
      ?.contexts.map(({ abstractSyntax, transferSyntaxes }) => [abstractSyntax, [...transferSyntaxes]]);
  };
  const needed = [
    [CT_IMAGE, [EXPLICIT_LE]],
    [CT_IMAGE, [IMPLICIT_LE, EXPLICIT_BE]],
    [CT_IMAGE, [RLE_LOSSLESS]],
    [MR_IMAGE, [EXPLICIT_LE]],
    [MR_IMAGE, [IMPLICIT_LE, EXPLICIT_BE]],
  ];
  assert.deepEqual(await proposed(), needed);
  assert.deepEqual(await proposed('-cx'), needed);
  assert.deepEqual(await proposed('--required-contexts'), needed);
  assert.deepEqual(await proposed('-cx', '-xi'), [
    [CT_IMAGE, [IMPLICIT_LE]],
    [MR_IMAGE, [IMPLICIT_LE]],
  ]);
});

test("--all-contexts fills the association up to 128 contexts with the documentation's transfer syntaxes", async (t) => {
  const folder = await folderOf(t, { a: { transferSyntax: RLE_LOSSLESS } });
  const peer = await startPeer(t);
  for (const [options, syntaxes] of [
    [[], UNCOMPRESSED],
    [['-xb'], [EXPLICIT_BE]],
  ] as const) {
    assert.equal(
      (await runCli(['store', '--all-contexts', ...options, '127.0.0.1', String(peer.port), folder])).code,
      0,
    );
    const contexts = peer.associations.at(-1)?.contexts ?? [];
    assert.equal(contexts.length, 128);
    assert.deepEqual(
      contexts.map(({ id }) => id),
      Array.from({ length: 128 }, (_, index) => 2 * index + 1),
    );
    assert.equal(contexts[0]?.abstractSyntax, CT_IMAGE);
    const others = contexts.filter(({ abstractSyntax }) => abstractSyntax !== CT_IMAGE);
    assert.equal(new Set(others.map(({ abstractSyntax }) => abstractSyntax)).size, others.length);
    for (const { transferSyntaxes } of others) assert.deepEqual([...transferSyntaxes].sort(), [...syntaxes].sort());
  }
  await assertRefused(t, ['-cx', '--all-contexts'], /exclude each other/);
});

test('--associations opens that many at the same time, each file on one of them', async (t) => {
  const folder = await folderOf(t, Object.fromEntries(Array.from({ length: 24 }, (_, index) => [`${index}.dcm`, {}])));
  for (const [count, expected] of [
    ['1', 1],
    ['3', 3],
  ] as const) {
    const peer = await startPeer(t);
    const { code } = await runCli(['store', '--associations', count, '127.0.0.1', String(peer.port), folder]);
    assert.equal(code, 0);
    assert.equal(peer.associations.length, expected);
    assert.equal(new Set(received(peer)).size, 24);
    assert.equal(received(peer).length, 24);
  }
});

test('--async-window is proposed as it is given, and not at all without it', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t);
  for (const [options, window] of [
    [[], undefined],
    [['--async-window', '1'], undefined],
    [
      ['--async-window', '16'],
      [16, 1],
    ],
    [['--async-window=0'], [0, 1]],
  ] as const) {
    assert.equal((await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder])).code, 0);
    assert.deepEqual(peer.associations.at(-1)?.operationsWindow, window, options.join());
  }
});

test('--priority is in every request: medium, low or high', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {}, 'b.dcm': {} });
  const peer = await startPeer(t);
  for (const [options, priority] of [
    [[], 0],
    [['--priority', 'medium'], 0],
    [['--priority', 'high'], 1],
    [['--priority', 'low'], 2],
  ] as const) {
    assert.equal((await runCli(['store', ...options, '127.0.0.1', String(peer.port), folder])).code, 0);
    const priorities = peer.associations.at(-1)?.messages.map(({ command }) => command.get(0x0700)?.readUInt16LE(0));
    assert.deepEqual(priorities, [priority, priority]);
  }
});

test('--conversion never fails what the peer refuses, lossless converts it and says so', { skip }, async (t) => {
  const folder = await folderOf(t, { a: { transferSyntax: EXPLICIT_BE }, b: { transferSyntax: RLE_LOSSLESS } });
  const scp = await startStorescp(t, ['+B', '+xi']);
  const never = await runCli(['store', '--conversion', 'never', '127.0.0.1', String(scp.port), folder]);
  assert.equal(never.code, 1);
  assert.match(never.stdout, /^0 of 2 files stored/);
  for (const options of [[], ['--conversion', 'lossless'], ['--conversion=any']]) {
    const { code, stdout } = await runCli(['store', ...options, '127.0.0.1', String(scp.port), folder]);
    assert.equal(code, 0, stdout);
    assert.equal(convertedFiles(stdout), 2, stdout);
  }
});

test('--preflight sends what is held back by default, and holds back what is sent', async (t) => {
  const folder = temporaryFolder(t);
  const { file } = sampleInstance();
  // 512 zeros behind the last element: sent by default, with a note.
  await writeFile(join(folder, 'padded.dcm'), Buffer.concat([file, Buffer.alloc(512)]));
  const peer = await startPeer(t);
  const run = (...options: string[]) => runCli(['store', ...options, '127.0.0.1', String(peer.port), folder]);
  assert.equal((await run()).code, 0);
  const heldBack = await run('--preflight', 'zero padding=skip');
  assert.equal(heldBack.code, 1);
  assert.match(heldBack.stdout, /^0 of 1 file/);
  await writeFile(join(folder, 'padded.dcm'), file.subarray(0, -10));
  assert.equal((await run()).code, 1);
  assert.equal((await run('--preflight=truncated=send')).code, 0);
});

test('--version and --help stand alone, without the positional arguments', async () => {
  const version = { code: 0, stdout: `send-to-pacs ${manifest.version}\n`, stderr: '' };
  assert.deepEqual(await runCli(['--version']), version);
  assert.deepEqual(await runCli(['store', '--version']), version);
  for (const option of ['-h', '--help']) {
    const { code, stdout, stderr } = await runCli(['store', option]);
    assert.deepEqual([code, stderr], [0, '']);
    for (const spelling of ['-xe', '-xb', '-xi', '-cx', '--all-contexts', '--associations', '--priority'])
      assert.ok(stdout.includes(spelling), spelling);
  }
});
