import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { EXPLICIT_LE } from '../../support/dicom-builder.ts';
import { type ModalPeer, startPeer } from '../../support/peer-modes.ts';
import { makeFolder, PEER, peerEntry, resetSettings, setUser, writeInstances } from './support.ts';

// Counts the extension's calls of the editor's API while files are sent. This file wraps the API when it is loaded, before
// the extension is activated and creates its channel. Each call is a message to another process, and most cause a write to
// disk or drawing.
//
// It writes megabytes to the log at level Debug, after which the editor does not always show the end of the log. So its name
// makes this file run after those that read the channel.

const FILES = 3_000;
/** The peer waits for another update after this many files, so that there are updates on a machine of any speed. */
const FILES_PER_UPDATE = 500;
const WRITES_PER_SECOND = 10;
const UPDATES_PER_SECOND = 4;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

interface Call {
  readonly atMs: number;
  readonly text: string;
}

const writes: Call[] = [];
const updates: Call[] = [];
const waiting = new Set<() => void>();
const note = (calls: Call[], text = ''): void => {
  calls.push({ atMs: performance.now(), text });
};

const { createOutputChannel, withProgress } = vscode.window;

function countedChannel(...args: unknown[]): vscode.LogOutputChannel {
  const channel = Reflect.apply(createOutputChannel, vscode.window, args) as vscode.LogOutputChannel;
  for (const level of LEVELS) {
    const write = channel[level].bind(channel);
    channel[level] = (message: string | Error, ...rest: unknown[]): void => {
      note(writes, String(message));
      write(message as string, ...rest);
    };
  }
  return channel;
}

const countedProgress: typeof withProgress = (options, task) =>
  withProgress(options, (progress, token) => {
    const report: typeof progress.report = (value) => {
      note(updates, value.message);
      for (const look of waiting) look();
      progress.report(value);
    };
    return task({ report }, token);
  });

Object.assign(vscode.window, { createOutputChannel: countedChannel, withProgress: countedProgress });

function updatesReach(count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (updates.length < count) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
}

/** The most calls within any one second. */
function mostInASecond(calls: readonly Call[]): number {
  return Math.max(
    0,
    ...calls.map(({ atMs }) => calls.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1_000).length),
  );
}

describe('While thousands of small files are sent at log level Debug', () => {
  let study: Awaited<ReturnType<typeof makeFolder>>;
  let peer: ModalPeer;
  const undo: (() => unknown)[] = [];

  before(async function prepare() {
    this.timeout(60_000);
    study = await makeFolder();
    await writeInstances(
      study.path,
      Array.from({ length: FILES }, () => EXPLICIT_LE),
      100_000,
    );
    peer = await startPeer(
      { after: (work) => undo.push(work) },
      {
        keeps: 'lengths',
        answer: ({ count }) =>
          count % FILES_PER_UPDATE === 0 && count < FILES ? updatesReach(count / FILES_PER_UPDATE).then(() => 0) : 0,
      },
    );
    await setUser({ peers: [peerEntry(peer.port, { associations: 1 })], defaultPeer: PEER });
    await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'debug');
    for (const calls of [writes, updates]) calls.length = 0;
    const summary = await vscode.commands.executeCommand<SendSummary>('sendToPacs.send', vscode.Uri.file(study.path));
    assert.equal(summary.counts.stored, FILES);
    // Show Trace writes what is still batched.
    await vscode.commands.executeCommand('sendToPacs.showTrace');
  });

  after(async () => {
    await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'info');
    for (const work of undo) await work();
    await study.remove();
    await resetSettings();
  });

  it(`the channel is written at most ${WRITES_PER_SECOND} times a second, and no line is lost`, () => {
    const text = writes.map((write) => write.text).join('\n');
    assert.equal(text.match(/Message Type +: C-STORE RSP/g)?.length, FILES);
    assert.ok(mostInASecond(writes) <= WRITES_PER_SECOND, `${mostInASecond(writes)} of ${writes.length} in a second`);
  });

  it(`the progress is told at most ${UPDATES_PER_SECOND} times a second, and to the end`, () => {
    assert.match(updates.at(-1)?.text ?? '', /3,000\/3,000\sfiles/);
    assert.ok(
      mostInASecond(updates) <= UPDATES_PER_SECOND,
      `${mostInASecond(updates)} of ${updates.length} in a second`,
    );
  });
});
