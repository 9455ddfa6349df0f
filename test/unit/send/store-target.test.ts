// A send to a target that is no DICOM peer: what is true of associations must be true of any channel.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import type { SendJob, SendProgress, SendResult } from '../../../src/send/job.ts';
import { runSendTo } from '../../../src/send/run.ts';
import { ScannedFiles } from '../../../src/send/scanned-files.ts';
import type { ChannelFailure } from '../../../src/send/store-target.ts';
import { StoredInstances } from '../../../src/send/stored-instances.ts';
import { JPEG_BASELINE, MR_IMAGE, type SampleOptions } from '../../support/dicom-builder.ts';
import { peerAt, scanned, verdicts, type WrittenInstance, writeInstances } from '../../support/jobs.ts';
import { MemoryTarget, type MemoryTargetOptions } from '../../support/memory-target.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LOST: ChannelFailure = {
  reason: { code: 'connection lost', phase: 'response' },
  culprit: 'peer',
  isTransient: 'always',
  isByPeer: false,
};
const ABORTED: ChannelFailure = {
  ...LOST,
  reason: { code: 'association aborted', phase: 'response', source: 0, reason: 0 },
  isByPeer: true,
};

interface Sent {
  readonly result: SendResult;
  readonly target: MemoryTarget;
  readonly instances: readonly WrittenInstance[];
}

async function send(
  t: TestContext,
  samples: readonly SampleOptions[],
  behaviour: MemoryTargetOptions = {},
  job: Partial<SendJob> = {},
  signal = new AbortController().signal,
): Promise<Sent> {
  const folder = temporaryFolder(t);
  const instances = await writeInstances(folder, samples);
  const target = new MemoryTarget(behaviour);
  const files = await scanned([folder]);
  const result = await runSendTo(target, { peer: peerAt(104), files, ...job }, {}, signal);
  assert.ok(target.isClosed);
  assert.equal(target.openNow, 0);
  return { result, target, instances };
}

const plain = (count: number): SampleOptions[] => Array.from({ length: count }, () => ({}));

test('every data set arrives, byte for byte, whatever the window and the number of channels', async (t) => {
  for (const [window, associations] of [
    [1, 1],
    [4, 1],
    [1, 3],
    [4, 3],
  ] as const) {
    const { result, target, instances } = await send(
      t,
      plain(200),
      { window, fillsWindow: true },
      { options: { associations } },
    );
    assert.equal(result.counts.stored, 200);
    assert.deepEqual(result.associations, []);
    for (const { startedAtMs = Number.NaN, elapsedMs = Number.NaN } of result.outcomes) {
      assert.ok(startedAtMs >= result.startedAtMs && startedAtMs <= result.endedAtMs, String(startedAtMs));
      assert.ok(elapsedMs >= 0 && elapsedMs <= result.endedAtMs - startedAtMs + 2, String(elapsedMs));
    }
    for (const { sopInstance, dataSet } of instances) {
      assert.equal(target.stored.get(sopInstance), createHash('sha256').update(dataSet).digest('hex'));
      assert.equal(target.settled.get(sopInstance), 'stored');
    }
    assert.equal(target.openMost, associations);
    assert.equal(target.onTheirWayMost, window);
  }
});

test('kinds are arranged by the target: refused, or through channels of their own', async (t) => {
  const samples = [{}, { sopClass: MR_IMAGE }, { transferSyntax: JPEG_BASELINE }, {}];
  const { result, target } = await send(t, samples, {
    isApart: ({ sopClassUID }) => sopClassUID === MR_IMAGE,
    refusalOf: ({ transferSyntaxUID: from }) =>
      from === JPEG_BASELINE
        ? { code: 'cannot convert', from, to: '1.2', detail: 'not taken', why: 'not decoded' }
        : undefined,
  });
  assert.deepEqual(verdicts(result), ['stored', 'stored', 'failed: cannot convert', 'stored']);
  assert.equal(target.channels, 2);
});

test('a lost channel is opened again; what was on its way goes last, and twice at most', async (t) => {
  let poison = '';
  const { result, target } = await send(t, plain(20), {
    answer: (uid) => {
      if (poison === '') poison = uid;
      return uid === poison ? LOST : 'stored';
    },
  });
  assert.deepEqual(verdicts(result).sort(), [
    ...Array.from({ length: 19 }, () => 'stored'),
    'unknown: connection lost',
  ]);
  assert.equal(target.channels, 2);
});

const alone = { options: { associations: 1 } };

// At the same time, because a channel that was lost is waited for.
describe('channels lost in a row:', { concurrency: true }, () => {
  test('a peer that loses every channel is given up after six, one that ends them itself after ten', async (t) => {
    const lost = await send(t, plain(30), { answer: () => LOST }, alone);
    assert.equal(lost.target.channels, 6);
    assert.equal(lost.result.counts.failed + lost.result.counts.unknown, 30);
    const aborted = await send(t, plain(30), { answer: () => ABORTED }, alone);
    assert.equal(aborted.target.channels, 10);
    assert.equal(aborted.result.counts.failed, 20);
  });

  test('a peer that loses channels with nothing on its way is given up after three', async (t) => {
    const behaviour = { openingFails: () => LOST };
    const { result, target } = await send(t, plain(30), behaviour, alone);
    assert.equal(target.channels, 3);
    assert.equal(result.counts.failed, 30);
  });

  for (const [way, failure] of [
    ['ends', ABORTED],
    ['loses', LOST],
  ] as const) {
    test(`five files on which the peer ${way} the channel, anywhere before sixty others: all sixty are stored`, async (t) => {
      const sendFrom = async (first: number): Promise<void> => {
        const bad = new Set<string>();
        let asked = 0;
        const { result, target } = await send(
          t,
          plain(65),
          {
            answer: (uid) => {
              asked += 1;
              if (asked > first && bad.size < 5) bad.add(uid);
              return bad.has(uid) ? failure : 'stored';
            },
          },
          alone,
        );
        assert.equal(result.counts.stored, 60, `the first bad one is number ${first}`);
        assert.ok(target.channels <= 11, `${target.channels} channels`);
      };
      await Promise.all([0, 1, 30, 60].map(sendFrom));
    });
  }
});

test('a kind on which the peer always ends the channel is given up alone', async (t) => {
  const folder = temporaryFolder(t);
  const ofMr = plain(100).map(() => ({ sopClass: MR_IMAGE }));
  const instances = await writeInstances(folder, [...ofMr, ...plain(20)]);
  const poison = new Set(instances.slice(0, 100).map(({ sopInstance }) => sopInstance));
  const target = new MemoryTarget({ answer: (uid) => (poison.has(uid) ? ABORTED : 'stored') });
  const job = { peer: peerAt(104), files: await scanned([folder]), ...alone };
  const result = await runSendTo(target, job, {}, new AbortController().signal);
  assert.equal(result.counts.stored, 20);
  assert.equal(target.channels, 11);
});

test('one file of a hundred makes the peer end the channel: all others are stored, and each says what happened', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, plain(1));
  const [sample] = await scanned([folder]);
  assert.ok(sample?.type === 'instance');
  const files = ScannedFiles.of(
    Array.from({ length: 10_000 }, (_, index) => ({
      ...sample,
      header: { ...sample.header, sopInstanceUID: `2.25.${index}` },
    })),
  );
  // As if by chance, yet the same in every run.
  const isPoison = (uid: string): boolean => createHash('sha256').update(uid).digest().readUInt32LE() % 100 === 0;
  for (const window of [1, 2, 4]) {
    const target = new MemoryTarget({ window, answer: (uid) => (isPoison(uid) ? ABORTED : 'stored') });
    const result = await runSendTo(target, { peer: peerAt(104), files, ...alone }, {}, new AbortController().signal);
    const poison = Array.from({ length: files.length }, (_, index) => index).filter((index) =>
      isPoison(`2.25.${index}`),
    );
    for (const [index, { outcome, reason }] of [...result.outcomes].entries()) {
      const expected = poison.includes(index) ? 'unknown: association aborted' : 'stored: undefined';
      assert.equal(`${outcome}: ${reason?.code}`, expected, `${index}, window ${window}`);
    }
    assert.ok(target.channels <= 2 * poison.length + 1, `${target.channels} channels for ${poison.length} bad files`);
  }
});

test('a target that opens one channel only is asked for others once', async (t) => {
  const busy: ChannelFailure = {
    reason: { code: 'association rejected', result: 2, source: 3, reason: 2 },
    culprit: 'peer',
    isTransient: 'always',
    isByPeer: false,
  };
  const behaviour = { openingFails: (channel: number) => (channel === 1 ? undefined : busy) };
  const { result, target } = await send(t, plain(100), behaviour, { options: { associations: 4 } });
  assert.equal(result.counts.stored, 100);
  assert.equal(target.channels, 4);
});

test('a file that is gone fails alone, on the same channel', async (t) => {
  const folder = temporaryFolder(t);
  const [first] = await writeInstances(folder, plain(5));
  const files = await scanned([folder]);
  unlinkSync(first?.path ?? '');
  const target = new MemoryTarget();
  const job = { peer: peerAt(104), files, options: { associations: 1 } };
  const result = await runSendTo(target, job, {}, new AbortController().signal);
  assert.deepEqual(verdicts(result), ['failed: read error', 'stored', 'stored', 'stored', 'stored']);
  assert.equal(target.channels, 1);
});

test('cancelled: waiting files are cancelled, and progress ends with the final counts', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, plain(10));
  const files = await scanned([folder]);
  const controller = new AbortController();
  let answers = 0;
  const target = new MemoryTarget({
    answer: () => {
      answers += 1;
      if (answers === 4) controller.abort();
      return 'stored';
    },
  });
  let last: SendProgress | undefined;
  const progress = (state: SendProgress): void => {
    last = state;
  };
  const job = { peer: peerAt(104), files, options: { associations: 1 } };
  const result = await runSendTo(target, job, { progress }, controller.signal);
  assert.ok(result.cancelled);
  assert.equal(result.counts.stored, 4);
  assert.equal(result.counts.cancelled, 6);
  assert.deepEqual(last?.counts, result.counts);
  assert.equal(last?.filesDone, 10);
});

test('what is held back and what was stored before do not depend on the target', async (t) => {
  const earlier = new StoredInstances();
  const first = await send(t, [{}], {}, { earlier });
  assert.deepEqual(verdicts(first.result), ['stored']);
  const other = await send(t, [{ pixelBytes: 100 }], {}, { earlier });
  assert.deepEqual(verdicts(other.result), ['held back: pre-flight']);
  assert.equal(other.target.channels, 0);
});

test('a bug in one channel rejects the send, and is no unhandled rejection', async (t) => {
  const bug = new Error('a bug of the target');
  await assert.rejects(
    send(
      t,
      plain(50),
      {
        openingFails: (channel) => {
          if (channel === 2) throw bug;
          return undefined;
        },
      },
      { options: { associations: 2 } },
    ),
    bug,
  );
});
