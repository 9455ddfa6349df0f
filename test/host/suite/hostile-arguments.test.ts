import * as assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import * as vscode from 'vscode';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { EXPLICIT_LE } from '../../support/dicom-builder.ts';
import {
  type CountingListener,
  listen,
  makeFolder,
  ownLogs,
  PEER,
  peerEntry,
  resetSettings,
  setWorkspace,
  writeInstances,
} from './support.ts';

const trap = (): never => {
  throw new Error('trapped');
};
const hostileProxy: unknown = new Proxy(
  {},
  { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap },
);
const cyclic: unknown[] = [];
cyclic.push(cyclic);

const ARGUMENTS: readonly unknown[] = [
  null,
  '',
  '/etc/passwd',
  'file:///etc/passwd',
  '../../../etc/passwd',
  'x'.repeat(5_000_000),
  '__proto__',
  'constructor',
  -1,
  Number.NaN,
  10n,
  Symbol('s'),
  true,
  {},
  cyclic,
  new Array(1_000_000).fill('/etc/passwd'),
  hostileProxy,
  () => 'x',
  Promise.resolve('x'),
  { scheme: 'file', fsPath: '/etc/passwd', path: '/etc/passwd' },
  vscode.Uri.parse('http://127.0.0.1/x.dcm'),
  vscode.Uri.parse('vscode-remote://host/x.dcm'),
  vscode.Uri.parse('untitled:x.dcm'),
  vscode.Uri.parse('command:sendToPacs.send'),
  vscode.Uri.file('/dev/zero'),
  vscode.Uri.file('/does/not/exist'),
];

/** In bytes. */
const logLength = (): number => ownLogs().reduce((sum, path) => sum + statSync(path).size, 0);

// Any extension and any keybinding can call a command with any arguments. The command must refuse, or ask for the same
// consent as always. In a test host nobody can agree to a dialog, which must count as a no.
describe('A command that another extension calls with hostile arguments', () => {
  let attacker: CountingListener;
  let study: Awaited<ReturnType<typeof makeFolder>>;
  let logLengthBefore: number;
  const unhandled: unknown[] = [];
  const keep = (reason: unknown): void => {
    unhandled.push(reason);
  };

  before(async () => {
    process.on('unhandledRejection', keep);
    logLengthBefore = logLength();
    attacker = await listen();
    study = await makeFolder();
    await writeInstances(study.path, [EXPLICIT_LE], 3_000);
    await setWorkspace({ peers: [peerEntry(attacker.port)], defaultPeer: PEER });
  });

  after(async () => {
    process.off('unhandledRejection', keep);
    await resetSettings();
    await attacker.close();
    await study.remove();
  });

  /** Never rejects: resolves with the result or the error. */
  async function call(command: string, ...args: unknown[]): Promise<unknown> {
    try {
      return await vscode.commands.executeCommand(command, ...args);
    } catch (error) {
      return error;
    }
  }

  function assertRefused(outcome: unknown, where: string): void {
    // A file that cannot be read is skipped: nothing is sent, so no consent is needed.
    const isNothing = (outcome as Partial<SendSummary> | undefined)?.bytesSent === 0;
    assert.ok(outcome === undefined || outcome instanceof Error || isNothing, `${where}: ${String(outcome)}`);
    assert.deepEqual(attacker.seen, { connections: 0, bytes: 0 }, where);
  }

  const sent = vscode.Uri.file;
  for (const [index, argument] of ARGUMENTS.entries())
    it(`sends nothing without consent: argument ${index}`, async () => {
      const target = sent(study.path);
      assertRefused(await call('sendToPacs.send', argument), 'clicked');
      assertRefused(await call('sendToPacs.send', target, argument), 'selection');
      assertRefused(await call('sendToPacs.send', target, [argument, target, argument]), 'inside of the selection');
      assertRefused(await call('sendToPacs.send', target, undefined, argument), 'peer');
      assertRefused(await call('sendToPacs.verifyConnection', argument), 'verify');
      if (typeof argument === 'string') assertRefused(await call('sendToPacs.resume', argument), 'resume');
      assertRefused(await call('sendToPacs.showTrace', argument), 'trace');
    });

  it('writes less than 1 MB to the log: more would rotate away what happened before', () => {
    assert.ok(logLength() > 0);
    assert.ok(logLength() - logLengthBefore < 1_000_000, `${logLength() - logLengthBefore} bytes`);
  });

  it('leaves the extension host alive, without unhandled rejections', async () => {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const ours = unhandled.filter(
      (reason) => reason instanceof Error && /trapped|sendToPacs/.test(String(reason.stack)),
    );
    assert.deepEqual(ours, []);
    assert.equal(vscode.extensions.getExtension('send-to-pacs.send-to-pacs')?.isActive, true);
  });
});
