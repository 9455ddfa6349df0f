import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ageWords, peerDescription, peerLabel } from '../../../src/extension/peer-rows.ts';
import type { ConfiguredPeer } from '../../../src/extension/peers.ts';
import type { EchoResult } from '../../../src/net/echo-scu.ts';
import { echoFault, faultWords } from '../../../src/trace/echo-fault.ts';
import { peerAt } from '../../support/jobs.ts';

const MIN = 60_000;
const peer = { ...peerAt(104, { calledAETitle: 'MINI', callingAETitle: 'ME' }), name: 'ARCHIVE', host: '10.20.4.11' };
const user: ConfiguredPeer = { peer, origin: 'user', overrides: [] };
const NOW = 1_800_000_000_000;

describe('the row of a peer', () => {
  it('says first what must survive in a narrow view', () => {
    assert.equal(peerDescription(user, undefined, false, NOW), '10.20.4.11:104 · never verified · user');
    assert.equal(
      peerDescription(user, { atMs: NOW - 3 * MIN, failures: 0, roundTripMs: 2.512 }, true, NOW),
      '10.20.4.11:104 · default · 2.5 ms · 3 min · user',
    );
    assert.equal(
      peerDescription(
        { ...user, origin: 'workspace' },
        { atMs: NOW - 20 * MIN, failures: 1, fault: 'busy' },
        false,
        NOW,
      ),
      '10.20.4.11:104 · failed 20 min ago · workspace',
    );
  });

  it('makes nothing of what a folder is called', () => {
    const folder: ConfiguredPeer = { ...user, origin: 'folder', folderName: 'a\n$(check) \u202eb' };
    assert.doesNotMatch(peerDescription(folder, undefined, false, NOW), /\n|\$\(|\u202e/);
  });

  it('is read aloud with its state first, and with what is wrong', () => {
    assert.equal(
      peerLabel(user, { atMs: NOW - 3 * MIN, failures: 1, fault: 'called AE title' }, true, NOW),
      'ARCHIVE, failed 3 min ago, AE title MINI is not known there, 10.20.4.11 port 104, default peer, user settings',
    );
  });

  it('has ages that grow, also where the clock was set back', () => {
    const ages = [-5, 0, 59_999, MIN, 59 * MIN, 60 * MIN, 47 * 60 * MIN, 48 * 60 * MIN].map(ageWords);
    assert.deepEqual(ages, ['just now', 'just now', 'just now', '1 min', '59 min', '1 h', '47 h', '2 d']);
  });
});

describe('the fault of a peer that was not verified', () => {
  const fault = (failure: EchoResult['failure']): string =>
    echoFault({ verified: false, phases: {}, ...(failure === undefined ? {} : { failure }) });

  it('is a word that can be kept', () => {
    const rejected = (source: number, reason: number, result = 1) =>
      fault({ code: 'association rejected', result, source, reason });
    assert.equal(rejected(1, 7), 'called AE title');
    assert.equal(rejected(1, 3), 'calling AE title');
    assert.equal(rejected(3, 2, 2), 'busy');
    assert.equal(rejected(1, 1), 'rejected');
    const failed = (code: string) => fault({ code: 'connection failed', error: { code, message: '' } });
    assert.equal(failed('ECONNREFUSED'), 'port closed');
    assert.equal(failed('ENOTFOUND'), 'host not found');
    assert.equal(failed('EMFILE'), 'this machine');
    assert.equal(fault({ code: 'timeout', phase: 'connect', afterMs: 1 }), 'host silent');
    assert.equal(fault({ code: 'timeout', phase: 'association', afterMs: 1 }), 'says nothing');
    assert.equal(fault({ code: 'protocol error', phase: 'association', detail: '', looksLike: 'HTTP' }), 'web server');
    assert.equal(fault(undefined), 'status of failure');
  });

  it('says one short sentence, with the peer’s values in it made harmless', () => {
    assert.equal(faultWords('called AE title').says(peer), 'AE title MINI is not known there');
    assert.equal(faultWords('called AE title').field, 'calledAETitle');
    assert.doesNotMatch(faultWords('host silent').says({ ...peer, host: 'a\u202e\nb' }), /[\n\u202e]/);
  });
});
