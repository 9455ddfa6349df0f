import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { keepSend, readKept } from '../../src/extension/kept-sends.ts';
import { noCounts } from '../../src/extension/send-entries.ts';
import { reportJson } from '../../src/report/json.ts';
import { openJournal } from '../../src/send/journal.ts';
import { readJournals, remaining } from '../../src/send/journal-shelf.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { newSendId, sendFilePath } from '../../src/send/send-id.ts';
import { INVISIBLE } from '../../src/text/invisible.ts';
import { jsonText } from '../../src/text/json-text.ts';
import { attackSize } from '../support/attack.ts';
import { peerAt } from '../support/jobs.ts';
import { instanceSample } from '../support/scanned-samples.ts';
import { failedFile, sendResult } from '../support/send-results.ts';

/** As a reader of the file sees it: nothing but our own line breaks may be invisible. Independent of our list. */
const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Format characters that are seen: marks of several scripts around numbers, joiners of hieroglyphs. */
const SEEN = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u{13430}-\u{1343f}]/gu;

const hidden = fc.constantFrom(...INVISIBLE).chain(([from, to]) => fc.integer({ min: from, max: to }));
const unit = fc.oneof(
  hidden.map((code) => String.fromCodePoint(code)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(
    '\\',
    '"',
    '/',
    '\\u202e',
    '\x7f',
    '\x9b',
    '\u202e',
    '\u{e0041}',
    '\ud83d',
    '\ude00',
    'é',
    '名',
    '😀',
  ),
);
const hostile = fc.string({ unit, maxLength: 60 });
const numRuns = attackSize(300, 30_000);

const ATTACK = 'a\x7f\x9b31m\u202egpj.exe\u2066\u{e0041}\u{e007f}\u3164\ufe0f\u200d\u2028\ud800é名😀\\u202e"b';

describe('JSON that we write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'json-text-'));
  after(() => rmSync(folder, { recursive: true }));

  it('holds no invisible character but its line breaks, and is the same value when parsed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ stringUnit: unit as never }), fc.dictionary(hostile, hostile)), (value) => {
        for (const indent of [0, 2]) {
          const text = jsonText({ value }, indent);
          assert.doesNotMatch(text.replace(SEEN, ''), RAW);
          assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify({ value })));
        }
      }),
      { numRuns },
    );
  });

  it('leaves every character alone that is seen', () => {
    assert.equal(jsonText(['Grüße 名前 😀 \\ "']), '["Grüße 名前 😀 \\\\ \\""]');
    assert.equal(jsonText(['\u{e0041}\x7f\ud800']), '["\\udb40\\udc41\\u007f\\ud800"]');
  });

  it('is so in a report, whatever paths and names contain', () => {
    const file = failedFile(`/study/${ATTACK}`, { code: 'status', status: 0xa700, errorComment: ATTACK });
    const result = sendResult([file], { peer: { ...sendResult([]).peer, name: ATTACK, host: ATTACK } });
    const text = [...reportJson(result)].join('');
    assert.doesNotMatch(text, RAW);
    const { instances, peer } = JSON.parse(text) as { instances: { path: string }[]; peer: { name: string } };
    assert.equal(instances[0]?.path, `/study/${ATTACK}`);
    assert.equal(peer.name, ATTACK);
  });

  it('is so in a journal and in kept results, which give back the same paths', async () => {
    const journals = join(folder, 'journals');
    const path = `/study/${ATTACK}`;
    const files = ScannedFiles.of([instanceSample(0, { path })]);
    const journal = openJournal(journals, { peer: peerAt(104, { name: ATTACK }), files }, { selection: [path] });
    journal.close('interrupted');
    assert.doesNotMatch(readFileSync(sendFilePath(journals, journal.id), 'utf8'), RAW);
    const [read] = await readJournals(journals, Date.now());
    assert.equal(read?.peer.name, ATTACK);
    assert.deepEqual(read?.selection, [path]);
    assert.deepEqual(
      remaining(read ?? { files: new Map(), outcomes: new Map() }).map((file) => file.path),
      [path],
    );

    const sends = join(folder, 'sends');
    const id = newSendId(Date.now());
    const result = sendResult([failedFile(path, { code: 'status', status: 0xa700, errorComment: ATTACK })]);
    const facts = { selection: [path], roots: [{ path }], decided: [path], arePathsHidden: false, startedAtMs: 1 };
    const { peer, endedAtMs } = result;
    const head = { id, peer, ...facts, state: 'done', endedAtMs, files: 1, counts: noCounts(), problems: [] } as const;
    await keepSend(sends, head, result);
    for (const name of readdirSync(sends)) assert.doesNotMatch(readFileSync(join(sends, name), 'utf8'), RAW);
    assert.equal([...((await readKept(sends, id))?.outcomes ?? [])][0]?.path, path);
  });

  it('comes from one writer: what else calls JSON.stringify in src writes no file and no stream', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const found: string[] = [];
    for (const name of sources) {
      for (const line of readFileSync(join('src', name), 'utf8').split('\n')) {
        if (!line.includes('JSON.stringify(') || /^\s*(\/\/|\*)/.test(line)) continue;
        // An error, a digest, a comparison, or text that is sanitised at once.
        if (/throw new \w+\(|const facts = |roots|sanitize\(|nameWords\(|!== JSON\.stringify\(/.test(line)) continue;
        found.push(name);
      }
    }
    assert.deepEqual(found, [join('text', 'json-text.ts')]);
  });
});
