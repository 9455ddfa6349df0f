import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printable } from '../../../src/text/printable.ts';
import { canariesIn, writeCanaries } from '../../support/canary.ts';
import { receiverFor, runCli, stopCli } from '../../support/cli-process.ts';
import { sampleInstance } from '../../support/dicom-builder.ts';
import * as naive from '../../support/naive-pdu.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { connectClient, release, storeInstance } from '../../support/store-client.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Control sequences, C0 and C1: clear the screen, set the title, write to the clipboard, ring the bell. */
const STEERING = '\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x9b31m\x07\r\b';
const TURNING = '\u202egnp.exe\u2066\u200b';
// oxlint-disable-next-line no-control-regex -- what a terminal may not get
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]/;

describe('printable', () => {
  it('escapes characters that act on a terminal or reverse text, and keeps all others', () => {
    assert.equal(printable('Grüße 名前 😀\u200d'), 'Grüße 名前 😀\u200d');
    assert.equal(printable('\x1b[31m\u202e'), '\\x1b[31m\\u202e');
    assert.equal(printable('\u3164\u{e0041}\ud800'), '\\u3164\\u{e0041}\\ud800');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const shown = printable(text);
        assert.doesNotMatch(shown, /\n/);
        assert.doesNotMatch(shown, UNSEEN);
        assert.equal(printable(shown), shown);
      }),
    );
  });
});

describe('a terminal', () => {
  for (const level of ['-q', '-v', '-d'])
    it(`is not controlled by file names or text of the peer, with ${level}`, async (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, `a${STEERING}${TURNING}.dcm`), sampleInstance({ seed: 1 }).file);
      writeFileSync(join(folder, `b${STEERING}\n.dcm`), sampleInstance({ seed: 2 }).file);
      writeFileSync(join(folder, `${STEERING}.txt`), 'no DICOM');
      const peer = await startScriptedPeer(async (connection) => {
        await connection.accept({ userInformation: [naive.implementationVersionName('\x1b[2J\x9b1m\x07')] });
        for (let message = await connection.message(); message !== undefined; message = await connection.message())
          connection.respond(message, 0xa700, new Map([[0x0902, Buffer.from(STEERING, 'latin1')]]));
        if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
      });
      t.after(() => peer.stop());
      const { stdout, stderr } = await runCli(['store', '127.0.0.1', String(peer.port), folder, level]);
      assert.doesNotMatch(stdout + stderr, UNSEEN);
      if (level !== '-q') assert.match(stdout + stderr, /A700/i);
    });

  it('is not controlled by text of a sender to the receiver', async (t) => {
    const receiver = await receiverFor(t, ['-d'], `out\u202e`);
    const client = await connectClient(Number(receiver.port), '\x1b[2J\x9b1m\x07');
    await storeInstance(client, '\x1b[2J');
    await release(client);
    const { stdout, stderr } = await stopCli(receiver);
    assert.doesNotMatch(stdout + stderr, UNSEEN);
    assert.match(stdout, /^Received 4 bytes: 1 instance stored, in /m);
  });

  it('shows no patient data by default or with -v, and the report has only UIDs and paths', async (t) => {
    const folder = temporaryFolder(t);
    const study = writeCanaries(folder, 5);
    let count = 0;
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.serve(() => {
        count += 1;
        return count % 2 === 0 ? 0xa700 : 0;
      });
    });
    t.after(() => peer.stop());
    const report = join(folder, 'report.json');
    const store = ['store', '127.0.0.1', String(peer.port), study];
    for (const more of [[], ['-v'], ['--report', report]]) {
      const { code, stdout, stderr } = await runCli([...store, ...more], folder);
      assert.equal(code, 1);
      assert.match(stdout, /failed/);
      assert.deepEqual(canariesIn(stdout + stderr), [], more.join(' '));
    }
    assert.deepEqual(canariesIn(readFileSync(report)), ['instance UID']);
  });

  it('shows no data of a damaged file, and exits', async (t) => {
    const folder = temporaryFolder(t);
    const study = writeCanaries(folder, 1);
    // Cut at many places: no message may quote any data.
    const [whole] = [readFileSync(join(study, 'CANARYPATH-0.dcm'))];
    for (let at = 140; at < whole.length; at += 97) writeFileSync(join(study, `${at}.dcm`), whole.subarray(0, at));
    const { stdout, stderr } = await runCli(['store', '127.0.0.1', '1', study, '-v'], folder);
    assert.deepEqual(canariesIn(stdout + stderr), []);
    assert.doesNotMatch(stderr, /this is a bug/);
  });
});
