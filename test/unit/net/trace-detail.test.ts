// What a trace does not show of P-DATA-TF is not made, whoever passes its records on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinkBefore, type TraceRecord } from '../../../src/net/trace-record.ts';
import type { DataDetail } from '../../../src/protocol/trace-event.ts';
import { runSend } from '../../../src/send/run.ts';
import { TextTrace, type TraceLevel } from '../../../src/trace/text.ts';
import { peerAt, scanned } from '../../support/jobs.ts';
import { startPeer } from '../../support/peer-modes.ts';
import { folderOf } from '../../support/store-command.ts';

test('P-DATA-TF is traced in as much detail as the level shows', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t);
  const details: Record<'info' | 'debug' | 'trace', DataDetail> = {
    info: 'nothing',
    debug: 'amounts',
    trace: 'bytes',
  };
  for (const [level, detail] of Object.entries(details)) {
    const text = new TextTrace({ level: () => level as TraceLevel, write: () => undefined });
    const records: TraceRecord[] = [];
    const trace = sinkBefore(text.sink, (record) => {
      records.push(record);
      text.record(record);
    });
    const job = { peer: peerAt(peer.port), files: await scanned([folder]) };
    const { counts } = await runSend(job, { trace }, new AbortController().signal);
    assert.equal(counts.stored, 1);
    const data = records.map(({ event }) => event).filter((event) => event.type === 'P-DATA-TF');
    assert.equal(data.length > 0, detail !== 'nothing', level);
    const withBytes = data.filter(({ isCommand, parts }) => isCommand && parts !== undefined);
    assert.equal(withBytes.length > 0, detail === 'bytes', level);
  }
});

test('what is not shown is not made on a further association either', async (t) => {
  const folder = await folderOf(t, Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.dcm`, {}])));
  const peer = await startPeer(t);
  const associations = new Set<number>();
  let made = 0;
  const trace = Object.assign(
    ({ association, event }: TraceRecord) => {
      associations.add(association);
      if (event.type === 'P-DATA-TF') made += 1;
    },
    { dataDetail: (): DataDetail => 'nothing' },
  );
  const job = { peer: peerAt(peer.port), files: await scanned([folder]), options: { associations: 2 } };
  await runSend(job, { trace }, new AbortController().signal);
  assert.ok(associations.size > 1);
  assert.equal(made, 0);
});

test('a trace that cannot say what it shows does not stop a send', async (t) => {
  const folder = await folderOf(t, { 'a.dcm': {} });
  const peer = await startPeer(t);
  const trace = Object.assign(() => undefined, {
    dataDetail: (): DataDetail => {
      throw new Error('no level');
    },
  });
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const job = { peer: peerAt(peer.port), files: await scanned([folder]) };
  const { counts } = await runSend(job, { trace }, new AbortController().signal);
  assert.equal(counts.stored, 1);
  assert.equal((await warned).message, 'no level');
});
