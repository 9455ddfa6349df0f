// Names of files and folders that are not UTF-8, as in old archives: found, sent, reported whole, and owed after a crash.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { keepSend, readKept } from '../../src/extension/kept-sends.ts';
import { hangingFileCalls } from '../../src/part10/read/file-access.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { summaryText } from '../../src/report/summary.ts';
import { openJournal } from '../../src/send/journal.ts';
import { readJournals, remaining } from '../../src/send/journal-shelf.ts';
import { bytesOfPath } from '../../src/text/path-bytes.ts';
import { startCli } from '../support/cli-process.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import { peerAt, scanned, send, verdicts } from '../support/jobs.ts';
import { startPeer } from '../support/peer-modes.ts';
import { reportErrors } from '../support/report-schema.ts';
import { sendIdFor } from '../support/send-ids.ts';
import { type Scope, temporaryFolder } from '../support/temporary-folder.ts';

const FOLDER = 'M\udcfcller';
const NAMES = ['1.dcm', '2 caf\udce9.dcm', '3 caf\udce8.dcm'];

/** A folder with a folder in it, and instances in that. */
function planted(t: Scope): string {
  const root = temporaryFolder(t);
  mkdirSync(bytesOfPath(join(root, FOLDER)));
  for (const [seed, name] of NAMES.entries()) {
    writeFileSync(bytesOfPath(join(root, FOLDER, name)), sampleInstance({ seed, pixelBytes: 64 }).file);
  }
  return root;
}

interface Report {
  readonly instances: readonly { readonly path: string; readonly pathBytes?: string; readonly outcome: string }[];
}

suite('names that are not UTF-8', { skip: process.platform !== 'linux' && 'names are text here' }, () => {
  test('are sent, shown with their bytes, and kept whole by journals and results', async (t) => {
    const root = planted(t);
    const paths = NAMES.map((name) => join(root, FOLDER, name));
    const peer = await startPeer(t, { answer: ({ count }) => (count === 2 ? 0xa700 : 0) });
    const { result, trace } = await send([root], peerAt(peer.port));
    assert.deepEqual(
      [...result.outcomes].map(({ path }) => path),
      paths,
    );
    assert.deepEqual(verdicts(result), ['stored', 'failed: status', 'stored']);
    for (const text of [summaryText(result), [...reportMarkdown(result)].join('')]) {
      assert.match(text, /M\\xFCller\/2 caf\\xE9\.dcm/);
      assert.equal(text.isWellFormed(), true);
    }
    const begun = trace.flatMap(({ event }) => (event.type === 'file begins' ? [event.path] : []));
    assert.deepEqual(begun, paths);

    const journals = join(root, 'journals');
    openJournal(journals, { peer: peerAt(1), files: await scanned([root]) }, { selection: [join(root, FOLDER)] });
    const [journal] = await readJournals(journals, Date.now());
    assert.ok(journal !== undefined);
    assert.deepEqual(journal.selection, [join(root, FOLDER)]);
    const owed = remaining(journal).map(({ path }) => path);
    assert.deepEqual(owed, paths);
    // What is owed is found again by its path.
    assert.deepEqual(
      [...(await scanned(owed))].map(({ type, path }) => `${type} ${path}`),
      paths.map((path) => `instance ${path}`),
    );

    const sends = join(root, 'sends');
    const id = sendIdFor('one');
    const head = {
      id,
      peer: peerAt(1),
      selection: [join(root, FOLDER)],
      roots: [],
      decided: paths,
      arePathsHidden: false,
      startedAtMs: result.startedAtMs,
      state: 'done',
      endedAtMs: result.endedAtMs,
      files: 3,
      counts: result.counts,
      problems: [],
    } as const;
    await keepSend(sends, head, result);
    const kept = await readKept(sends, id);
    assert.deepEqual(
      [...(kept?.outcomes ?? [])].map(({ path }) => path),
      paths,
    );
    assert.equal(hangingFileCalls(), 0);
  });

  test('on the command line: in a folder, as arguments, as the working folder and as the report', async (t) => {
    const root = planted(t);
    const expected = NAMES.map((name) => ({
      path: join(root, FOLDER, name),
      bytes: bytesOfPath(join(root, FOLDER, name)),
    }));
    const peer = await startPeer(t, {});
    const report = join(root, 'report\udcff.json');
    const sent = async (limits: string, args: readonly string[]): Promise<Report> => {
      const cli = startCli(['store', '127.0.0.1', String(peer.port)], root, `${limits}; set -- "$@" ${args.join(' ')}`);
      const exit = await cli.exit;
      assert.equal(exit.code, 0, exit.stderr);
      const json: unknown = JSON.parse(readFileSync(bytesOfPath(report), 'utf8'));
      assert.deepEqual(reportErrors(json), []);
      return json as Report;
    };
    const octal = { folder: '"$(printf "M\\374ller")"', file: '"$(printf "2 caf\\351.dcm")"' };
    const toReport = `--report "$(printf "%s/report\\377.json" '${root}')"`;

    const whole = await sent('true', [`${octal.folder}`, toReport]);
    assert.deepEqual(
      whole.instances.map(({ pathBytes }) => Buffer.from(pathBytes ?? '', 'base64')),
      expected.map(({ bytes }) => bytes),
    );
    assert.ok(whole.instances[1]?.path.endsWith('M\\xFCller/2 caf\\xE9.dcm'));

    const one = await sent(`cd ${octal.folder}`, [octal.file, '1.dcm', toReport]);
    assert.deepEqual(
      one.instances.map(({ pathBytes }) => Buffer.from(pathBytes ?? '', 'base64')),
      [expected[1]?.bytes, expected[0]?.bytes],
    );
  });
});
