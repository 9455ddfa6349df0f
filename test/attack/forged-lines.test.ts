// A peer puts line breaks and other control characters where text is expected, to make lines of its own in the output: into
// AE titles and an Error Comment. What it writes stays within the line that is about it.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CliExit, receiverFor, runCli, stopCli } from '../support/cli-process.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { connectClient, release, storeInstance } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** C0, DEL and C1: every control character that a byte can be. */
const CONTROLS = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index)];
/** Text of at most 16 bytes each, with all of them. */
const TITLES = Array.from({ length: Math.ceil(CONTROLS.length / 7) }, (_, index) =>
  CONTROLS.slice(7 * index, 7 * index + 7).reduce((text, code) => `${text}${String.fromCharCode(code)}S`, 'S'),
);

/** Of the receiver, with every title as the calling one of a request for `CT` that is stored, and then stopped. */
async function outputOf(t: TestContext, ...options: string[]): Promise<CliExit> {
  const receiver = await receiverFor(t, options);
  for (const [index, title] of TITLES.entries()) {
    const client = await connectClient(Number(receiver.port), title);
    if (client.answer === 2) {
      await storeInstance(client, `1.2.3.${index}`);
      await release(client);
    } else client.socket.destroy();
  }
  await stopCli(receiver);
  return receiver.exit;
}

function assertLines(text: string, beginnings: RegExp): string[] {
  assert.doesNotMatch(text, /(?!\n)[\p{Cc}\u2028\u2029]/u);
  const lines = text.split('\n').slice(0, -1);
  for (const line of lines) assert.match(line, beginnings);
  return lines;
}

test('an AE title begins no line of the receiver, neither of results nor of the trace', async (t) => {
  for (const level of ['-v', '-d']) {
    const { stdout, stderr } = await outputOf(t, level);
    const lines = assertLines(stdout, /^(Listening on |Stored .*, from S.*S\)$|Received )/);
    assert.equal(lines.length, TITLES.length + 2);
    assertLines(stderr, /^[EWID]: /);
  }
});

test('a rejected association is told in one line, with the reason and both AE titles', async (t) => {
  const { stderr } = await outputOf(t, '-aet', 'ARCHIVE');
  const lines = assertLines(
    stderr,
    /^W: (?:\[\d+\] )?Rejecting Association S.*S -> .*: Called AE title not recognised \(Result: /,
  );
  assert.equal(lines.length, TITLES.length);
});

test('an Error Comment begins no line of a send', async (t) => {
  const { file } = sampleInstance({});
  const path = join(temporaryFolder(t), 'a.dcm');
  writeFileSync(path, file);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    if (message === undefined) return;
    connection.respond(message, 0xa700, new Map([[0x0902, Buffer.from('x\nI: Stored: a\r\u0085b', 'latin1')]]));
    await connection.serve();
  }, t);
  const { stdout, stderr } = await runCli(['store', '127.0.0.1', String(peer.port), path]);
  assertLines(stdout, /^(0 of 1 file stored|Problems$| {2}|$)/);
  assertLines(stderr, /^[EW]: /);
});
