import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { keepSend, keptHeads, readKept, tidyKept } from '../../src/extension/kept-sends.ts';
import { noCounts } from '../../src/extension/send-entries.ts';
import { Sends } from '../../src/extension/sends.ts';
import { forget, openJournal } from '../../src/send/journal.ts';
import { findJournal, readJournals, tidyJournals } from '../../src/send/journal-shelf.ts';
import { isSendId, newSendId, type SendId, sendFilePath } from '../../src/send/send-id.ts';
import { attackSize, measured } from '../support/attack.ts';
import { changeHolder, jobOf, outcomeOf } from '../support/journaled-jobs.ts';
import { sendResult, storedFile } from '../support/send-results.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR_MS = 3_600_000;
const OWN = newSendId(Date.now());

/** What stands where an id is expected. Some would be another file, some another id to whoever compares carelessly. */
const FOREIGN: readonly unknown[] = [
  'x/../../../victim',
  'x/../../victim',
  `${OWN}/../../victim`,
  `../journals/send-${OWN}`,
  `${OWN}\0`,
  `${OWN}\n`,
  ` ${OWN}`,
  `${OWN}.jsonl`,
  OWN.toUpperCase(),
  OWN.replace('-', '\u2010'),
  OWN.replace('-', '%2d'),
  'victim',
  '-',
  '',
  '..',
  '/etc/passwd',
  'C:\\victim',
  '__proto__',
  undefined,
  null,
  7,
  {},
  [OWN],
  { toString: () => OWN },
];

/** The extension's storage with a journal of an interrupted send in it, and a file of somebody else beside it. */
function storageWithVictim(t: TestContext): { storage: string; journals: string; sends: string; id: SendId } {
  let victims: readonly string[] = [];
  // Before the folder is removed.
  t.after(() => {
    for (const path of victims) assert.equal(readFileSync(path, 'utf8'), 'precious');
  });
  const outer = temporaryFolder(t);
  const storage = join(outer, 'storage');
  const journals = join(storage, 'journals');
  const sends = join(storage, 'sends');
  mkdirSync(storage);
  victims = [join(outer, 'victim'), join(outer, 'victim.jsonl'), join(storage, 'victim.jsonl')];
  for (const path of victims) writeFileSync(path, 'precious');
  const journal = openJournal(journals, jobOf(3));
  journal.record(0, outcomeOf(0));
  changeHolder(journals, journal.id);
  // With it `x/..` leads somewhere.
  mkdirSync(join(journals, 'send-x'));
  return { storage, journals, sends, id: journal.id };
}

/** The journal says that it has this id. */
function forge(journals: string, id: SendId, forged: unknown): void {
  const path = sendFilePath(journals, id);
  const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [JSON.stringify({ ...JSON.parse(first), id: forged }), ...rest].join('\n'));
}

const sendsIn = (storage: string): Sends => new Sends({ storage, note: (text) => assert.fail(text) });

async function keep(sends: string, id: SendId, more: object = {}): Promise<void> {
  const result = sendResult([storedFile('/study/a.dcm')]);
  const facts = { selection: [], roots: [], decided: [], arePathsHidden: false, startedAtMs: 1, problems: [] };
  const head = { id, peer: result.peer, ...facts, state: 'done' as const, endedAtMs: 2, files: 1, counts: noCounts() };
  await keepSend(sends, { ...head, ...more }, result);
}

describe('the id of a journal', () => {
  it('is what we made, and nothing else', () => {
    assert.ok(isSendId(newSendId(Date.now())));
    for (const id of FOREIGN) assert.equal(isSendId(id), false, String(JSON.stringify(id)));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (id) => assert.equal(isSendId(id), false)),
      { numRuns: attackSize(200, 20_000) },
    );
  });

  it('is never a way to another file: no journal with a foreign one is listed, resumed or forgotten', async (t) => {
    const { storage, journals, id } = storageWithVictim(t);
    for (const foreign of [...FOREIGN, newSendId(0)]) {
      forge(journals, id, foreign);
      assert.deepEqual(await readJournals(journals, Date.now()), []);
      assert.equal(await findJournal(journals, id, Date.now()), undefined);
      const list = sendsIn(storage);
      await list.refresh();
      assert.deepEqual(list.list(), []);
      if (isSendId(foreign)) continue;
      assert.equal(await findJournal(journals, foreign as SendId, Date.now()), undefined);
      // As whoever does not ask the compiler would.
      assert.throws(() => sendFilePath(journals, foreign as SendId), RangeError);
      assert.equal(forget(journals, foreign as SendId), false);
      await list.forget(foreign as SendId);
      assert.equal(await list.resultOf(foreign as SendId), undefined);
      assert.equal(list.find(foreign as SendId), undefined);
    }
    forge(journals, id, id);
    assert.equal((await readJournals(journals, Date.now())).length, 1);
    assert.equal(forget(journals, id), true);
  });

  it('in kept results is the id in the name of their file, as is that of their journal', async (t) => {
    const { storage, sends } = storageWithVictim(t);
    for (const foreign of FOREIGN) {
      const id = newSendId(Date.now());
      await assert.rejects(keep(sends, foreign as SendId));
      if (foreign !== undefined) await keep(sends, id, { journalId: foreign });
    }
    const copied = newSendId(1);
    const original = newSendId(2);
    await keep(sends, original);
    renameSync(sendFilePath(sends, original), sendFilePath(sends, copied));
    const list = sendsIn(storage);
    await list.refresh();
    assert.deepEqual(
      list.list().filter(({ hasResults }) => hasResults),
      [],
    );
  });
});

describe('a file in the extension’s storage', () => {
  const skip = process.platform === 'win32' && 'links need a privilege there';

  it('is not read, listed, changed or removed through a symbolic link', { skip }, async (t) => {
    const { storage, journals, sends, id } = storageWithVictim(t);
    const elsewhere = temporaryFolder(t);
    const target = sendFilePath(elsewhere, id);
    renameSync(sendFilePath(journals, id), target);
    symlinkSync(target, sendFilePath(journals, id));
    await keep(elsewhere, OWN);
    mkdirSync(sends);
    symlinkSync(sendFilePath(elsewhere, OWN), sendFilePath(sends, OWN));
    const before = readdirSync(elsewhere).map((name) => readFileSync(join(elsewhere, name), 'utf8'));

    assert.deepEqual(await readJournals(journals, Date.now()), []);
    assert.equal(await findJournal(journals, id, Date.now()), undefined);
    assert.deepEqual((await keptHeads(sends, new Set())).heads, []);
    assert.equal(await readKept(sends, OWN), undefined);
    const list = sendsIn(storage);
    await list.refresh();
    assert.deepEqual(list.list(), []);
    const late = Date.now() + 1_000 * HOUR_MS;
    await tidyJournals(journals, late);
    await tidyKept(sends, late);
    await list.forget(OWN);
    forget(journals, id);
    assert.deepEqual(
      readdirSync(elsewhere).map((name) => readFileSync(join(elsewhere, name), 'utf8')),
      before,
    );
  });

  it('leads to a journal that is read in no time, though gigabytes of nothing follow', async (t) => {
    const { journals, id } = storageWithVictim(t);
    truncateSync(sendFilePath(journals, id), 2 ** 31);
    const began = performance.now();
    const journal = await findJournal(journals, id, Date.now());
    const ms = Math.round(performance.now() - began);
    measured('A journal with a hole of 2 GiB', ms, 'ms');
    assert.ok(ms < 2_000, `${ms} ms`);
    assert.equal(journal?.total, 3);
    assert.equal(journal?.outcomes.size, 1);
  });

  it('leads to no journal and no results whose time is none: lists would show none at all', async (t) => {
    const { journals, sends, id } = storageWithVictim(t);
    await keep(sends, OWN);
    for (const startedAtMs of ['1e300', '-8.7e15', '8640000000000001', 'null', '"1"']) {
      for (const path of [sendFilePath(journals, id), sendFilePath(sends, OWN)]) {
        const text = readFileSync(path, 'utf8').replace(/"startedAtMs":[^,}]+/, `"startedAtMs":${startedAtMs}`);
        assert.ok(text.includes(startedAtMs));
        writeFileSync(path, text);
      }
      assert.deepEqual(await readJournals(journals, Date.now()), [], startedAtMs);
      assert.deepEqual((await keptHeads(sends, new Set())).heads, [], startedAtMs);
    }
  });

  it('is not written through a link that stands where it is to be', { skip }, async (t) => {
    const { sends } = storageWithVictim(t);
    const victim = join(temporaryFolder(t), 'victim');
    writeFileSync(victim, 'precious');
    mkdirSync(sends);
    symlinkSync(victim, sendFilePath(sends, OWN));
    symlinkSync(victim, `${sendFilePath(sends, OWN)}.${process.pid}.tmp`);
    await keep(sends, OWN);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
    assert.ok(lstatSync(sendFilePath(sends, OWN)).isFile());
    assert.notEqual(await readKept(sends, OWN), undefined);
  });

  it('is not in a folder that is a link, whose target keeps its mode and its files', { skip }, async (t) => {
    const { storage, journals, id } = storageWithVictim(t);
    const elsewhere = temporaryFolder(t);
    const linked = join(storage, 'linked');
    mkdirSync(join(elsewhere, 'home'), { mode: 0o755 });
    symlinkSync(join(elsewhere, 'home'), linked);
    renameSync(sendFilePath(journals, id), sendFilePath(join(elsewhere, 'home'), id));
    const late = Date.now() + 1_000 * HOUR_MS;

    await assert.rejects(keep(linked, OWN));
    let troubles = 0;
    const journal = openJournal(linked, jobOf(1), { trouble: () => (troubles += 1) });
    journal.close('interrupted');
    assert.equal(troubles, 1);
    assert.deepEqual(await readJournals(linked, Date.now()), []);
    assert.equal(await findJournal(linked, id, Date.now()), undefined);
    assert.deepEqual([...(await keptHeads(linked, new Set())).ids], []);
    assert.equal(forget(linked, id), false);
    await tidyJournals(linked, late);
    await tidyKept(linked, late);
    assert.deepEqual(readdirSync(join(elsewhere, 'home')), [`send-${id}.jsonl`]);
    assert.equal(statSync(join(elsewhere, 'home')).mode & 0o777, 0o755);
    assert.ok(existsSync(linked));
  });
});
