import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { SystemErrorInfo } from '../../../src/part10/system-error.ts';
import { UNSEEN_SILENCE_MS } from '../../../src/part10/write/file-holder.ts';
import { JOURNAL_AGE_MAX_MS, JOURNALS_KEPT } from '../../../src/protocol/limits.ts';
import { beginJournal, forget, type Journal, openJournal } from '../../../src/send/journal.ts';
import { findJournal, readJournals, remaining, tidyJournals } from '../../../src/send/journal-shelf.ts';
import { OUTCOMES } from '../../../src/send/outcome.ts';
import { ScannedFiles } from '../../../src/send/scanned-files.ts';
import { type SendId, sendFilePath } from '../../../src/send/send-id.ts';
import { changeHolder, jobOf, outcomeOf, pathOf } from '../../support/journaled-jobs.ts';
import { skippedSample } from '../../support/scanned-samples.ts';
import { sendFileFor, sendIdFor } from '../../support/send-ids.ts';
import { threadMs } from '../../support/stall.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOW_MS = 1_760_000_000_000;
const HOUR_MS = 3_600_000;

/** Paths that the only journal of the folder still owes. */
async function owed(directory: string): Promise<string[]> {
  const journals = await readJournals(directory, Date.now());
  assert.equal(journals.length, 1);
  return journals.flatMap((journal) => remaining(journal).map(({ path }) => path));
}

const paths = (...indexes: number[]): string[] => indexes.map(pathOf);

describe('A journal', () => {
  test('names the peer, the files and their outcomes', async (t) => {
    const directory = join(temporaryFolder(t), 'new', 'journals');
    const journal = openJournal(
      directory,
      { ...jobOf(3), options: { operationsInvoked: 4 } },
      { nowMs: NOW_MS, selection: ['/studies'] },
    );
    journal.record(1, { ...outcomeOf(1), outcome: 'failed', status: 0xa700 });
    const [read, ...others] = await readJournals(directory, NOW_MS);
    assert.deepEqual(others, []);
    assert.ok(read !== undefined);
    const { files, outcomes, holder, ...rest } = read;
    assert.equal(holder.pid, process.pid);
    assert.deepEqual(rest, {
      id: journal.id,
      startedAtMs: NOW_MS,
      peer: {
        name: 'ARCHIVE',
        host: '127.0.0.1',
        port: 11_112,
        calledAETitle: 'ANY-SCP',
        callingAETitle: 'TESTSCU',
      },
      options: { operationsInvoked: 4 },
      selection: ['/studies'],
      isHeld: true,
      end: undefined,
      total: 3,
    });
    assert.deepEqual([...outcomes], [[1, 'failed']]);
    assert.deepEqual(files.get(2), { path: pathOf(2), size: 1_202, mtimeMs: 1_700_000_000_000.25 });
    assert.deepEqual(await findJournal(directory, journal.id, NOW_MS), read);
    assert.equal(await findJournal(directory, `../journals/send-${journal.id}` as SendId, NOW_MS), undefined);
    journal.close('interrupted');
  });

  test('is not there where the system does not let its folder be looked at', async (t) => {
    const circle = join(temporaryFolder(t), 'circle');
    symlinkSync(circle, circle);
    const directory = join(circle, 'journals');
    const id = sendIdFor('circle');
    assert.equal(await findJournal(directory, id, NOW_MS), undefined);
    assert.equal(forget(directory, id), false);
  });

  test('owes every file but those that are stored, stored with warning, skipped or held back', async (t) => {
    const directory = temporaryFolder(t);
    const journal = openJournal(directory, jobOf(OUTCOMES.length + 1));
    OUTCOMES.forEach((outcome, index) => journal.record(index, outcomeOf(index, outcome)));
    // stored, stored with warning, failed, skipped, cancelled, unknown; and one without an outcome.
    assert.deepEqual(await owed(directory), paths(2, 5, 6, 7));
    journal.close('done');
    assert.deepEqual(await owed(directory), paths(2, 5, 6, 7));
  });

  test('ignores unknown files, and never owes a stored file again', async (t) => {
    const directory = temporaryFolder(t);
    const journal = openJournal(directory, jobOf(2));
    journal.record(7, outcomeOf(7));
    journal.record(0, outcomeOf(0));
    journal.record(0, outcomeOf(0, 'failed'));
    assert.deepEqual(await owed(directory), paths(1));
    journal.close('interrupted');
    journal.record(1, outcomeOf(1));
    journal.close('done');
    assert.deepEqual(await owed(directory), paths(1));
    assert.equal((await readJournals(directory, NOW_MS))[0]?.end, 'interrupted');
  });

  test('keeps owing files of an earlier send that cannot be read now', async (t) => {
    const directory = temporaryFolder(t);
    const carried = [{ path: '/unplugged/9.dcm', size: 9, mtimeMs: 9 }];
    const journal = openJournal(directory, jobOf(1), { carried });
    journal.record(1, { path: '/unplugged/9.dcm', outcome: 'skipped', bytesSent: 0 });
    journal.record(0, outcomeOf(0));
    journal.close('done');
    assert.deepEqual(await owed(directory), ['/unplugged/9.dcm']);
  });

  test('numbers only files that can be sent, also with others between them', async (t) => {
    const directory = temporaryFolder(t);
    const { peer, files } = jobOf(4);
    const mixed = ScannedFiles.of(
      [skippedSample('/a'), ...files].toSpliced(3, 0, skippedSample('/b'), skippedSample('/c')),
    );
    const journal = openJournal(directory, { peer, files: mixed });
    for (const index of [0, 3, 4]) journal.record(index, { path: '/', outcome: 'skipped', bytesSent: 0 });
    journal.record(1, outcomeOf(0));
    journal.record(5, outcomeOf(2));
    journal.close('done');
    assert.deepEqual(await owed(directory), paths(1, 3));
  });

  test('begun in pieces, gives way to the event loop and has the same lines', async (t) => {
    const directory = temporaryFolder(t);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const journal = await beginJournal(directory, jobOf(20_000));
    clearImmediate(timer);
    assert.ok(turns >= 5, `${turns} turns of the event loop`);
    journal.record(19_999, outcomeOf(19_999));
    journal.close('interrupted');
    const text = (id: SendId): string[] => readFileSync(sendFilePath(directory, id), 'utf8').split('\n');
    const whole = openJournal(directory, jobOf(20_000));
    assert.deepEqual(text(whole.id).slice(1, -1), text(journal.id).slice(1, -3));
  });

  test('is readable by its owner only, and so is its folder, also an existing one', (t) => {
    const directory = join(temporaryFolder(t), 'journals');
    mkdirSync(directory, { mode: 0o755 });
    const { id } = openJournal(directory, jobOf(1));
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.equal(statSync(sendFilePath(directory, id)).mode & 0o777, 0o600);
  });

  test('is one file for each send, and only one caller deletes it', async (t) => {
    const directory = temporaryFolder(t);
    const ids = Array.from({ length: 50 }, () => openJournal(directory, jobOf(1), { nowMs: NOW_MS }).id);
    assert.equal(new Set(ids).size, 50);
    assert.equal((await readJournals(directory, NOW_MS)).length, 50);
    const [first = sendIdFor('none')] = ids;
    assert.deepEqual([forget(directory, first), forget(directory, first)], [true, false]);
    assert.equal(readdirSync(directory).length, 49);
  });

  test('costs less than 0.5 s of processor time for 20,000 outcomes', (t) => {
    const directory = temporaryFolder(t);
    const job = jobOf(20_000);
    const outcomes = Array.from(job.files, (_, index) => outcomeOf(index));
    const journal = openJournal(directory, job);
    const beganMs = threadMs();
    outcomes.forEach((outcome, index) => journal.record(index, outcome));
    const heldMs = threadMs() - beganMs;
    t.diagnostic(`${heldMs.toFixed(0)} ms of the processor`);
    assert.ok(heldMs < 500, `${heldMs} ms`);
    journal.close('done');
    assert.deepEqual(readdirSync(directory), []);
  });
});

describe('A journal that was damaged', () => {
  const COUNT = 6;

  async function written(directory: string): Promise<{ path: string; bytes: Buffer }> {
    const journal = openJournal(directory, jobOf(COUNT));
    for (const index of [3, 0, 5]) journal.record(index, outcomeOf(index));
    journal.record(1, outcomeOf(1, 'failed'));
    journal.close('interrupted');
    const path = sendFilePath(directory, journal.id);
    return { path, bytes: readFileSync(path) };
  }

  test('torn at any byte, owes each file that has a line and no outcome', async (t) => {
    const directory = temporaryFolder(t);
    const { path, bytes } = await written(directory);
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const [journal] = await readJournals(directory, Date.now());
      // Counted on the bytes, by another way than the reader's: a line counts when its last brace is there.
      const lines = bytes.subarray(0, length).toString('latin1').split('\n');
      if (lines[0]?.endsWith(`"files":${COUNT}}`) !== true) {
        assert.equal(journal, undefined, `${length} bytes`);
        continue;
      }
      assert.ok(journal !== undefined, `${length} bytes`);
      const listed = lines.filter((line) => /^\[\d,.*\]$/.test(line)).map((line) => Number(line[1]));
      const stored = lines.flatMap((line) => /^\{"file":(\d),"outcome":"stored","status":0\}$/.exec(line)?.[1] ?? []);
      assert.deepEqual(
        remaining(journal).map(({ path: owedPath }) => owedPath),
        listed.filter((index) => !stored.includes(String(index))).map(pathOf),
        `${length} bytes`,
      );
      assert.equal(journal.total, COUNT);
    }
  });

  test('with any byte or line damaged, calls nothing stored that was not', async (t) => {
    const directory = temporaryFolder(t);
    const { path, bytes } = await written(directory);
    const stored = new Set(paths(0, 3, 5));
    const text = bytes.toString('utf8').split('\n');
    const spoilt = [
      ...Array.from({ length: bytes.length }, (_, at) => {
        const copy = Buffer.from(bytes);
        copy[at] = 0;
        return copy;
      }),
      ...text.map((_, at) => Buffer.from(text.filter((_line, other) => other !== at).join('\n'))),
      ...text.map((_, at) => Buffer.from(text.with(at, '{"file":99,"outcome":"stored"}').join('\n'))),
      ...text.map((_, at) => Buffer.from(text.with(at, '{"file":1,"outcome":"great"}').join('\n'))),
      ...text.map((_, at) => Buffer.from(text.with(at, `${'[7,'.repeat(1_000)}`).join('\n'))),
    ];
    for (const content of spoilt) {
      writeFileSync(path, content);
      for (const journal of await readJournals(directory, Date.now())) {
        const owing = new Set(remaining(journal).map(({ path: owedPath }) => owedPath));
        for (const file of journal.files.values())
          if (!owing.has(file.path)) assert.ok(stored.has(file.path), content.toString('latin1'));
      }
    }
  });

  test('without a header is ignored, and deleted after a day', async (t) => {
    const directory = temporaryFolder(t);
    const contents = ['', '\n', 'null', '{}', '[1,2,3]\n', '{"journal":2}\n', '\0\0\0', '{"journal":1,"id":"x"}\n'];
    contents.forEach((content, index) => writeFileSync(join(directory, sendFileFor(`${index}`)), content));
    writeFileSync(join(directory, sendFileFor('big')), Buffer.alloc(3_000_000, 'x'));
    mkdirSync(join(directory, sendFileFor('folder')));
    writeFileSync(join(directory, 'notes.txt'), 'not ours');
    assert.deepEqual(await readJournals(directory, Date.now()), []);
    await tidyJournals(directory, Date.now());
    assert.equal(readdirSync(directory).length, contents.length + 3);
    await tidyJournals(directory, Date.now() + 25 * HOUR_MS);
    assert.deepEqual(readdirSync(directory).sort(), ['notes.txt', sendFileFor('folder')]);
    assert.deepEqual(await readJournals(join(directory, 'not there'), NOW_MS), []);
    await tidyJournals(join(directory, 'not there'), NOW_MS);
  });
});

describe('A journal that cannot be written', () => {
  function opened(directory: string): { journal: Journal; troubles: SystemErrorInfo[] } {
    const troubles: SystemErrorInfo[] = [];
    const journal = openJournal(directory, jobOf(100), { trouble: (error) => troubles.push(error) });
    return { journal, troubles };
  }

  test('for want of a folder, reports it once and does not stop the send', (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, '');
    const { journal, troubles } = opened(join(file, 'journals'));
    for (let index = 0; index < 100; index++) journal.record(index, outcomeOf(index));
    journal.close('done');
    assert.deepEqual(
      troubles.map(({ code }) => code),
      ['ENOTDIR'],
    );
  });

  test('for want of a folder that the system allows, reports it once', {
    skip: process.platform !== 'linux' && 'needs /proc',
  }, () => {
    const { journal, troubles } = opened('/proc/no/journals');
    journal.close('done');
    assert.deepEqual(
      troubles.map(({ code }) => code),
      ['ENOENT'],
    );
  });

  test('any longer, reports it once and does not stop the send', {
    skip: process.platform !== 'linux' && 'needs /proc',
  }, (t) => {
    const directory = temporaryFolder(t);
    const { journal, troubles } = opened(directory);
    journal.record(0, outcomeOf(0));
    const descriptor = readdirSync('/proc/self/fd').find((name) => {
      const target = existsSync(`/proc/self/fd/${name}`) ? readlinkSync(`/proc/self/fd/${name}`) : '';
      return target === sendFilePath(directory, journal.id);
    });
    closeSync(Number(descriptor));
    for (let index = 1; index < 100; index++) journal.record(index, outcomeOf(index));
    journal.close('done');
    assert.deepEqual(
      troubles.map(({ code }) => code),
      ['EBADF'],
    );
    assert.deepEqual(readdirSync(directory), [], 'every file was stored: nothing is left to remember');
  });

  // A real limit of the system: writes fail in the middle of a line, as on a full disk. Later on there is room again.
  test('for a while, loses those lines and calls nothing stored that was not', {
    skip: process.platform !== 'linux' && 'needs ulimit',
  }, async (t) => {
    const directory = temporaryFolder(t);
    const script = join(import.meta.dirname, '../../support/journal-on-full-disk.ts');
    const command = ['-c', 'ulimit -S -f 20; exec "$0" "$@"', process.execPath, script, directory];
    const said = execFileSync('bash', command, { encoding: 'utf8' });
    const full = Number(/^EFBIG (\d+)\n$/.exec(said)?.[1] ?? Number.NaN);
    assert.ok(full > 20 && full < 250, said);
    const [journal] = await readJournals(directory, Date.now());
    assert.ok(journal !== undefined);
    assert.equal(journal.isHeld, false);
    assert.equal(journal.files.size, 300);
    for (const [index, outcome] of journal.outcomes) assert.equal(outcome, index % 2 === 0 ? 'stored' : 'failed');
    assert.ok(!journal.outcomes.has(full));
    const after = [...journal.outcomes.keys()].filter((index) => index > full);
    assert.ok(after.length > 10, `${after.length} lines where there was room again`);
    assert.equal(remaining(journal).length, 300 - [...journal.outcomes.values()].filter((o) => o === 'stored').length);
  });
});

describe('A journal that a process writes', () => {
  const isHeld = async (directory: string, nowMs = Date.now()): Promise<boolean | undefined> =>
    (await readJournals(directory, nowMs))[0]?.isHeld;

  test('is held while the process runs and the send has not ended', async (t) => {
    const directory = temporaryFolder(t);
    const journal = openJournal(directory, jobOf(1));
    assert.equal(await isHeld(directory), true);
    journal.close('cancelled');
    assert.equal(await isHeld(directory), false);
  });

  test('is not held by another process with the same ID', async (t) => {
    const directory = temporaryFolder(t);
    const { id } = openJournal(directory, jobOf(1));
    changeHolder(directory, id);
    assert.equal(await isHeld(directory), false);
    changeHolder(directory, id, { pid: process.ppid });
    assert.equal(await isHeld(directory), false);
    changeHolder(directory, id, { pid: 2 ** 22 + 1 });
    assert.equal(await isHeld(directory), false);
  });

  test('is not held after the machine has restarted', {
    skip: process.platform !== 'linux' && 'needs /proc',
  }, async (t) => {
    const directory = temporaryFolder(t);
    const { id } = openJournal(directory, jobOf(1));
    changeHolder(directory, id, { boot: 'another' });
    assert.equal(await isHeld(directory), false);
  });

  test('is held as long as it grows, where its process cannot be seen', async (t) => {
    const directory = temporaryFolder(t);
    const { id } = openJournal(directory, jobOf(1));
    for (const elsewhere of [{ host: 'another', boot: 'another' }, { space: 'pid:[1]' }]) {
      changeHolder(directory, id, elsewhere);
      assert.equal(await isHeld(directory), true);
      assert.equal(await isHeld(directory, Date.now() + UNSEEN_SILENCE_MS + 1_000), false);
    }
  });
});

describe('Of the journals', () => {
  const kept = async (directory: string): Promise<string[]> =>
    (await readJournals(directory, NOW_MS)).map(({ id }) => id);

  test('those whose files are all stored are deleted at once', (t) => {
    const directory = temporaryFolder(t);
    const journal = openJournal(directory, jobOf(3));
    journal.record(0, outcomeOf(0));
    journal.record(1, outcomeOf(1, 'stored with warning'));
    journal.record(2, outcomeOf(2, 'skipped'));
    assert.equal(readdirSync(directory).length, 1);
    journal.close('done');
    assert.deepEqual(readdirSync(directory), []);
  });

  test(`the newest ${JOURNALS_KEPT} others are kept, newest first`, async (t) => {
    const directory = temporaryFolder(t);
    const ids = Array.from({ length: JOURNALS_KEPT + 5 }, (_, index) => {
      const journal = openJournal(directory, jobOf(1), { nowMs: NOW_MS + index });
      journal.close(index % 2 === 0 ? 'done' : 'interrupted');
      return journal.id;
    });
    await tidyJournals(directory, NOW_MS);
    assert.deepEqual(await kept(directory), ids.slice(5).reverse());
  });

  test('none is older than 30 days', async (t) => {
    const directory = temporaryFolder(t);
    for (const ageMs of [JOURNAL_AGE_MAX_MS + 1, JOURNAL_AGE_MAX_MS, 0])
      openJournal(directory, jobOf(1), { nowMs: NOW_MS - ageMs }).close('done');
    const dead = openJournal(directory, jobOf(1), { nowMs: NOW_MS - 2 * JOURNAL_AGE_MAX_MS });
    changeHolder(directory, dead.id);
    await tidyJournals(directory, NOW_MS);
    const journals = await readJournals(directory, NOW_MS);
    assert.deepEqual(
      journals.map(({ startedAtMs }) => NOW_MS - startedAtMs),
      [0, JOURNAL_AGE_MAX_MS],
    );
  });

  test('one that is being written is never deleted', async (t) => {
    const directory = temporaryFolder(t);
    const old = openJournal(directory, jobOf(1), { nowMs: NOW_MS - 2 * JOURNAL_AGE_MAX_MS });
    for (let index = 0; index < JOURNALS_KEPT; index++)
      openJournal(directory, jobOf(1), { nowMs: NOW_MS + index }).close('done');
    utimesSync(sendFilePath(directory, old.id), 0, 0);
    chmodSync(sendFilePath(directory, old.id), 0o600);
    await tidyJournals(directory, NOW_MS);
    assert.equal((await kept(directory)).length, JOURNALS_KEPT + 1);
  });
});
