// Ended sends on disk: a file is read exactly as it was written, and any other file counts as missing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import type { KeptHead } from '../../../src/extension/kept-send-file.ts';
import { forgetKept, keepSend, keptHeads, readKept, tidyKept } from '../../../src/extension/kept-sends.ts';
import { unfinishedPath } from '../../../src/part10/write/unfinished-file.ts';
import { KEPT_AGE_MAX_MS, KEPT_BYTES_MAX, KEPT_FILES_MAX } from '../../../src/protocol/limits.ts';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import type { AssociationSummary, SendResult } from '../../../src/send/job.ts';
import { type FileOutcome, OUTCOMES, type Outcome } from '../../../src/send/outcome.ts';
import type { SendId } from '../../../src/send/send-id.ts';
import { MISPLACED, sightsOf } from '../../support/canary.ts';
import { peerAt } from '../../support/jobs.ts';
import { missing } from '../../support/peers.ts';
import { sendFileFor, sendIdFor } from '../../support/send-ids.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PEER = peerAt(4242);
const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const JPEG = '1.2.840.10008.1.2.4.50';
const NO_FIFO = missing('mkfifo');
const ONE = sendIdFor('one');
const NOBODY: ReadonlySet<string> = new Set();

const instance = (path: string, uid: string, rest: Partial<FileOutcome>): FileOutcome => ({
  path,
  outcome: 'stored',
  sopClassUID: CT,
  sopInstanceUID: uid,
  transferSyntaxUID: JPEG,
  bytesSent: 0,
  ...rest,
});

const ASSOCIATIONS: readonly AssociationSummary[] = [
  {
    association: 3,
    startedAtMs: 1_000,
    endedAtMs: 2_000,
    contexts: [],
    operationsInvoked: Number.POSITIVE_INFINITY,
    peerMaximumLength: 16_384,
  },
  {
    association: 4,
    startedAtMs: 2_000,
    endedAtMs: 2_500,
    contexts: [],
    operationsInvoked: 1,
    failure: { code: 'association aborted', phase: 'response', source: 2, reason: 0 },
  },
];

/** One file of each kind, with names that could break lines of JSON. */
const FILES: readonly FileOutcome[] = [
  instance('/study/a b/IM1.dcm', '1.2.3', {
    status: 0,
    bytesSent: 4_000,
    startedAtMs: 1_250,
    elapsedMs: 0.9634520000000002,
    leadsTo: '/elsewhere/IM1.dcm',
    transferSyntaxOnWire: JPEG,
  }),
  instance('/study/a b/line\u2028\n"\\.dcm', '1.2.4', {
    status: 0,
    bytesSent: 1,
    startedAtMs: 990,
    elapsedMs: 3,
    transferSyntaxOnWire: EXPLICIT_LE,
  }),
  instance('C:\\study\\\ud800.dcm', '1.2.5', {
    outcome: 'stored with warning',
    status: 0xb000,
    reason: { code: 'status', status: 0xb000, errorComment: 'coerced\u0000', offendingElement: [0x0010_0010] },
    findings: [{ code: 'odd length', offset: 340, length: 7 }],
  }),
  instance('/study/IM4.dcm', '1.2.6', {
    outcome: 'failed',
    reason: { code: 'given up', lostAssociations: 3, last: { code: 'connection lost', phase: 'write' } },
  }),
  instance('/study/IM5.dcm', '1.2.7', { outcome: 'cancelled', reason: { code: 'cancelled', phase: 'write' } }),
  instance('/study/IM6.dcm', '1.2.8', {
    outcome: 'unknown',
    reason: { code: 'timeout', phase: 'response', afterMs: 9 },
  }),
  instance('/study/IM7.dcm', '1.2.8', {
    outcome: 'skipped',
    reason: {
      code: 'pre-flight',
      finding: { code: 'duplicate instance', sopInstanceUID: '1.2.8', firstPath: '/study/IM6.dcm' },
    },
  }),
  {
    path: '/study/more',
    outcome: 'skipped',
    bytesSent: 0,
    reason: { code: 'link out of the selection', leadsTo: '/elsewhere' },
  },
  { path: 'README', outcome: 'skipped', bytesSent: 0, reason: { code: 'not DICOM', looksLike: 'text' } },
];

function resultOf(outcomes: readonly FileOutcome[]): SendResult {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of outcomes) counts[outcome] += 1;
  const times = { startedAtMs: 1_000, endedAtMs: 3_000 };
  return { peer: PEER, ...times, outcomes, counts, bytesSent: 4_001, associations: ASSOCIATIONS, cancelled: true };
}

function headOf(id: SendId, result: SendResult): KeptHead {
  const { name, host, port, calledAETitle, callingAETitle } = PEER;
  return {
    id,
    peer: { name, host, port, calledAETitle, callingAETitle },
    selection: ['/study'],
    roots: [{ path: '/study', label: 'study' }, { path: '/other' }],
    decided: ['/study/IM9.dcm'],
    arePathsHidden: false,
    startedAtMs: 900,
    state: 'cancelled',
    endedAtMs: result.endedAtMs,
    files: result.outcomes.length,
    counts: result.counts,
    problems: [{ outcome: 'failed', brief: 'A900', text: 'It failed.', count: 1 }],
    journalId: sendIdFor('journal'),
  };
}

async function kept(directory: string, id: SendId = ONE, files = FILES): Promise<{ path: string; result: SendResult }> {
  const result = resultOf(files);
  await keepSend(directory, headOf(id, result), result);
  return { path: join(directory, `send-${id}.jsonl`), result };
}

describe('an ended send on disk', () => {
  it('is read as it was written, file by file and as a report', async (t) => {
    const directory = join(temporaryFolder(t), 'sends');
    const { result } = await kept(directory);
    const read = await readKept(directory, ONE);
    assert.ok(read !== undefined);
    assert.deepEqual([...read.outcomes], [...result.outcomes]);
    assert.deepEqual({ ...read, outcomes: [] }, { ...result, outcomes: [] });
    assert.deepEqual([...reportMarkdown(read)], [...reportMarkdown(result)]);
    const { ids, heads } = await keptHeads(directory, NOBODY);
    assert.deepEqual([...ids], [ONE]);
    assert.deepEqual(heads, [headOf(ONE, result)]);
    assert.deepEqual((await keptHeads(directory, ids)).heads, [], 'what is known is not read again');
  });

  it('is read without the times of its files where an earlier version wrote it', async (t) => {
    const directory = temporaryFolder(t);
    const { path, result } = await kept(directory);
    // The last member of a file's line, which earlier versions did not have.
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -2);
    const old = lines.map((line) => {
      const fields: unknown = JSON.parse(line);
      return Array.isArray(fields) ? JSON.stringify(fields.slice(0, fields[11] === null ? 11 : 12)) : line;
    });
    const text = `${old.join('\n')}\n`;
    const sha256 = createHash('sha256').update(text).digest('hex');
    writeFileSync(path, `${text}${JSON.stringify({ sha256 })}\n`);
    const read = await readKept(directory, ONE);
    assert.deepEqual(
      [...(read?.outcomes ?? [])],
      [...result.outcomes].map((file) =>
        Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'startedAtMs')),
      ),
    );
  });

  it('holds nothing at the place of a UID that is none, such as the number of a patient', async (t) => {
    const directory = join(temporaryFolder(t), 'sends');
    const words = Object.values(MISPLACED);
    const files = words.flatMap((word): FileOutcome[] => [
      instance('/study/IM1.dcm', word, { sopClassUID: word, transferSyntaxUID: word }),
      instance('/study/IM2.dcm', word, {
        outcome: 'held back',
        reason: {
          code: 'pre-flight',
          finding: { code: 'conflicting instance', sopInstanceUID: word, firstPath: '/study/IM1.dcm' },
        },
      }),
      instance('/study/IM3.dcm', '1.2.3', {
        outcome: 'failed',
        reason: {
          code: 'given up',
          lostAssociations: 3,
          last: {
            code: 'presentation context refused',
            sopClassUID: word,
            refused: [{ transferSyntaxUID: word, result: 3 }],
            accepted: [word],
          },
        },
      }),
      instance('/study/IM4.dcm', '1.2.4', {
        outcome: 'failed',
        reason: {
          code: 'cannot convert',
          from: word,
          to: word,
          detail: 'no conversion is allowed or known',
          why: 'not allowed',
        },
      }),
    ]);
    const context = { presentationContextId: 1, abstractSyntax: words[1] ?? '', proposedTransferSyntaxes: words };
    const associations = words.map((word) => ({
      ...(ASSOCIATIONS[0] as AssociationSummary),
      contexts: [{ ...context, result: 0 }],
      peerImplementationClassUID: word,
    }));
    const result = { ...resultOf(files), associations };
    await keepSend(directory, headOf(ONE, result), result);
    const text = readFileSync(join(directory, sendFileFor('one')), 'utf8');
    assert.deepEqual(sightsOf(words, text), []);
    const read = await readKept(directory, ONE);
    assert.equal(read?.outcomes.length, files.length);
    assert.deepEqual(sightsOf(words, [...reportMarkdown(result)].join('')), []);
  });

  it('can be read by its owner alone, and leaves nothing half written behind', async (t) => {
    const directory = join(temporaryFolder(t), 'sends');
    const { path } = await kept(directory);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(directory), [sendFileFor('one')]);
  });

  it('counts as missing when it is cut off anywhere', async (t) => {
    const directory = temporaryFolder(t);
    const { path } = await kept(directory);
    const { length } = readFileSync(path);
    // Without the last newline the file is still whole.
    for (let end = length - 2; end >= 0; end -= 7) {
      truncateSync(path, end);
      assert.equal(await readKept(directory, ONE), undefined, `${end} of ${length} bytes`);
    }
    const { ids, heads } = await keptHeads(directory, NOBODY);
    assert.deepEqual([ids.size, heads.length], [0, 0]);
  });

  it('counts as missing when a byte has changed, or the version or kind is another', async (t) => {
    const directory = temporaryFolder(t);
    const { path } = await kept(directory);
    const text = readFileSync(path, 'utf8');
    for (const [from, to] of [
      ['IM4', 'IM5'],
      ['"stored"', '"failed"'],
      ['"bytesSent":4001', '"bytesSent":4002'],
      ['{"send":1', '{"send":2'],
    ] as const) {
      assert.ok(text.includes(from));
      writeFileSync(path, text.replace(from, to));
      assert.equal(await readKept(directory, ONE), undefined, `${from} is ${to}`);
    }
    assert.deepEqual((await keptHeads(directory, NOBODY)).heads, []);
    for (const foreign of [
      '',
      '\n',
      'null\n',
      '[]\n',
      '{}\n',
      '{"send":1}\n',
      '\xff\xfe\0',
      `{"send":1,"id":"${ONE}","peer":{}}`,
    ]) {
      writeFileSync(path, foreign, 'latin1');
      assert.equal(await readKept(directory, ONE), undefined, foreign);
      assert.deepEqual((await keptHeads(directory, NOBODY)).heads, [], foreign);
    }
    writeFileSync(path, text);
    assert.notEqual(await readKept(directory, ONE), undefined);
  });

  it('counts as missing when it is no file: nothing waits for it', { skip: NO_FIFO, timeout: 10_000 }, async (t) => {
    const directory = temporaryFolder(t);
    await kept(directory);
    execFileSync('mkfifo', [join(directory, sendFileFor('fifo'))]);
    mkdirSync(join(directory, sendFileFor('folder')));
    for (const name of ['fifo', 'folder']) assert.equal(await readKept(directory, sendIdFor(name)), undefined, name);
    assert.deepEqual([...(await keptHeads(directory, NOBODY)).ids], [ONE]);
  });

  it('is found by its own id only, and no id leads out of the folder', async (t) => {
    const directory = join(temporaryFolder(t), 'sends');
    const { path } = await kept(directory);
    const foreign = [`../sends/send-${ONE}`, `${ONE}.jsonl`, '', '/etc/passwd'] as SendId[];
    for (const id of [sendIdFor('two'), ...foreign]) {
      assert.equal(await readKept(directory, id), undefined, id);
      await forgetKept(directory, id);
    }
    assert.ok(existsSync(path));
    await forgetKept(directory, ONE);
    assert.ok(!existsSync(path));
    assert.equal(await readKept(directory, ONE), undefined);
  });

  it('is not kept, and leaves nothing, if it cannot be written', async (t) => {
    const place = join(temporaryFolder(t), 'sends');
    writeFileSync(place, '');
    await assert.rejects(kept(place), /EEXIST|ENOTDIR/);
    assert.deepEqual((await keptHeads(place, NOBODY)).heads, []);
    await tidyKept(place, Date.now());
  });

  it('of 100,000 files is written and read in pieces, and stays packed in memory', async (t) => {
    const directory = temporaryFolder(t);
    const outcomes = Array.from({ length: 100_000 }, (_, index) =>
      instance(`/archive/series-${index >> 8}/IM${index}.dcm`, `1.2.826.0.1.3680043.9.${index}`, {
        status: 0,
        bytesSent: 500_000,
        transferSyntaxOnWire: JPEG,
      }),
    );
    let isOver = false;
    let turns = 0;
    const countTurns = (): void => {
      turns += 1;
      if (!isOver) setImmediate(countTurns);
    };
    countTurns();
    const { path } = await kept(directory, ONE, outcomes);
    // 64 KiB a piece; more than one piece in a turn would be too long.
    const pieces = Math.floor(statSync(path).size / 70_000);
    assert.ok(pieces > 50 && turns >= pieces, `${turns} turns to write ${pieces} pieces`);
    turns = 0;
    const read = await readKept(directory, ONE);
    isOver = true;
    assert.ok(turns >= pieces, `${turns} turns to read ${pieces} pieces`);
    assert.ok(read !== undefined && !Array.isArray(read.outcomes));
    assert.deepEqual(read.outcomes.at(99_999), outcomes.at(99_999));
    assert.deepEqual([...(read.outcomes.notable ?? [{}])], []);
  });
});

describe('the folder of ended sends', () => {
  const NOW = Date.now();
  const touch = (path: string, ageMs: number): void => {
    const seconds = (NOW - ageMs) / 1_000;
    utimesSync(path, seconds, seconds);
  };
  const put = (directory: string, name: string, ageMs: number, size = 10): void => {
    writeFileSync(join(directory, name), '');
    truncateSync(join(directory, name), size);
    touch(join(directory, name), ageMs);
  };
  const names = (directory: string): string[] => readdirSync(directory).toSorted();

  it('keeps nothing for more than 30 days', async (t) => {
    const directory = temporaryFolder(t);
    put(directory, sendFileFor('old'), KEPT_AGE_MAX_MS + 60_000);
    put(directory, sendFileFor('young'), KEPT_AGE_MAX_MS - 60_000);
    const begun = basename(unfinishedPath(directory, 'keeping'));
    const dead = begun.replace(/^(\.keeping-\d+-[0-9a-f]{8})-[0-9a-f]{8}/, '$1-00000000');
    put(directory, begun, 48 * 3_600_000);
    put(directory, dead, 60_000);
    put(directory, 'something else', KEPT_AGE_MAX_MS * 2);
    await tidyKept(directory, NOW);
    assert.deepEqual(names(directory), [begun, sendFileFor('young'), 'something else'].toSorted());
  });

  it('keeps the newest 200 files', async (t) => {
    const directory = temporaryFolder(t);
    for (let age = 0; age < KEPT_FILES_MAX + 3; age++) put(directory, sendFileFor(`age ${age}`), age * 1_000);
    await tidyKept(directory, NOW);
    assert.equal(names(directory).length, KEPT_FILES_MAX);
    for (let age = 0; age < 3; age++)
      assert.ok(!existsSync(join(directory, sendFileFor(`age ${KEPT_FILES_MAX + age}`))), 'the oldest are gone');
  });

  it('keeps the newest 128 MiB, and the very newest file whatever its size', async (t) => {
    const directory = temporaryFolder(t);
    put(directory, sendFileFor('c'), 3_000, KEPT_BYTES_MAX / 2);
    put(directory, sendFileFor('b'), 2_000, KEPT_BYTES_MAX / 4);
    put(directory, sendFileFor('a'), 1_000, KEPT_BYTES_MAX / 2);
    await tidyKept(directory, NOW);
    assert.deepEqual(names(directory), [sendFileFor('a'), sendFileFor('b')].toSorted());
    put(directory, sendFileFor('huge'), 0, KEPT_BYTES_MAX + 1);
    await tidyKept(directory, NOW);
    assert.deepEqual(names(directory), [sendFileFor('huge')]);
  });
});
