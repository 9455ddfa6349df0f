// A folder, a settings file or a peer tries to choose what the question says before data leave: it adds lines of its own,
// pushes the address out of view, imitates our sentences, or gives a peer the looks of another one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { consentQuestion, largeSendQuestion, machineWords } from '../../src/extension/consent.ts';
import { displayPathOf } from '../../src/extension/display-path.ts';
import { PeerNames } from '../../src/extension/peer-names.ts';
import { type ConfiguredPeer, listPeers, peerWords } from '../../src/extension/peers.ts';
import { nameWords, quotedWords } from '../../src/extension/plain-words.ts';
import { nameProblem, peerOf } from '../../src/extension/settings.ts';
import { attackSize } from '../support/attack.ts';

const LOAD = { files: 312, bytes: 6_600_000 };
const HOST = '203.0.113.7';
const OURS = 'Unencrypted, but stays on the machine that connects.';
const TRUE = 'Unencrypted: everyone on the way can read what is sent, patient data included.';

interface Chosen {
  readonly folderName: string;
  readonly name: string;
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly machine: string;
  readonly remote: string;
}

function linesFor(chosen: Chosen, addresses?: readonly string[]): string[] {
  const { folderName, machine, remote } = chosen;
  const peer = { ...peerOf({ name: '', host: HOST, port: 104 }, ''), ...chosen };
  const configured: ConfiguredPeer = { peer, origin: 'folder', folderName, overrides: [] };
  const { message, detail } = consentQuestion(configured, machineWords(machine, remote), LOAD, addresses);
  assert.equal(message, 'Send 312 DICOM files (6.6 MB) to another machine, unencrypted?');
  return detail.split('\n');
}

const fill = (text: string): Chosen => ({
  folderName: text,
  name: text,
  calledAETitle: text,
  callingAETitle: text,
  machine: text,
  remote: text,
});

/** What a person reads: without the isolates, which must be balanced and around the whole of what others chose. */
function read(line: string): string {
  const outside = line.replace(/\u2068[^\u2068\u2069]*\u2069/gu, '');
  // The spaces and hyphens of a name do not break lines.
  assert.doesNotMatch(outside, /[^ -~…\u00a0\u2011]/u, 'all but ASCII is isolated');
  return line.replace(/[\u2068\u2069]/gu, '');
}

const QUOTED = String.raw`"[^" \u201c-\u201f\u2033\uff02-]*"`;
const SHAPE: readonly RegExp[] = [
  /^203\.0\.113\.7:104$/,
  /^$/,
  new RegExp(`^${TRUE.replaceAll('.', '\\.')}$`),
  /^$/,
  new RegExp(`^Peer: ${QUOTED}$`),
  /^From the settings of a folder, not your own\.$/,
  new RegExp(`^Folder: ${QUOTED}$`),
  new RegExp(`^AE titles: ${QUOTED} \\(called\\), ${QUOTED} \\(calling\\)$`),
  new RegExp(`^Connects from: ${QUOTED} \\(remote: ${QUOTED}\\)$`),
  /^$/,
  /^You are asked once, and again when the address or an AE title changes\.$/,
];

function assertShape(chosen: Chosen): void {
  const lines = linesFor(chosen).map(read);
  assert.equal(lines.length, SHAPE.length, lines.join('\n'));
  for (const [index, line] of lines.entries()) {
    assert.match(line, SHAPE[index] ?? /^\b$/);
    // Invisible characters, independent of our list, and lone surrogates.
    assert.doesNotMatch(line, /[\p{Cc}\p{DI}\p{Zl}\p{Zp}\p{Cs}\u2800]/u);
    assert.doesNotMatch(line, /\p{M}{5}/u);
    // Two values at most, of 32 units each.
    assert.ok(line.length <= 100, line);
  }
}

/** Names of the attack that once succeeded, and its kind. */
const FORGERIES: readonly string[] = [
  `study", not from elsewhere\nStays on that machine, unencrypted.${'\n'.repeat(60)}"`,
  `x"\r\n\r\n${OURS}\r\nPeer: "PROD`,
  `x\u2028${OURS}\u2029${OURS}\u0085${OURS}\u000b${OURS}\u000c${OURS}`,
  `x”. ${OURS} “`,
  `x＂〞″ ${OURS}`,
  `\u202e\u2066\u2069\u2069\u2069.tset${OURS}`,
  `אבג 127.0.0.1:104 (${OURS})`,
  `${'\u00a0'.repeat(200)}${OURS}`,
  `${'\u3000 '.repeat(100)}${OURS}`,
  `a${'\u0300\u0327'.repeat(500)}`,
  `${'﷽'.repeat(500)}`,
  '\u3164\u115f\u1160\uffa0\ufe0f\u2800\u{e0041}\u180e',
  '',
  '"',
];

describe('The question before data leave', () => {
  for (const forgery of FORGERIES)
    it(`keeps its lines: ${JSON.stringify(forgery).slice(0, 60)}`, () => assertShape(fill(forgery)));

  it('keeps its lines, whatever others choose', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\n', '\r', '\u2028', '"', '“', '\u2068', '\u2069', '\u202e', ' ', '\u00a0', '\u0300', 'א', OURS),
    );
    const text = fc.string({ unit, maxLength: 120 });
    const chosen = fc.record({
      folderName: text,
      name: text,
      calledAETitle: text,
      callingAETitle: text,
      machine: text,
      remote: text,
    });
    fc.assert(fc.property(chosen, assertShape), { numRuns: attackSize(500, 50_000) });
  });

  it('begins with the address and where it leads, before anything that others choose', () => {
    const [first, second, , third] = linesFor(fill(FORGERIES[0] ?? ''), ['203.0.113.7', '10.0.0.1']);
    assert.equal(first, `${HOST}:104`);
    assert.equal(second, 'Now 203.0.113.7, 10.0.0.1, outside of private networks.');
    assert.equal(third, TRUE);
  });

  it('keeps the lines of the question before a large send', () => {
    for (const forgery of FORGERIES) {
      const peer = { ...peerOf({ name: 'P', host: HOST, port: 104 }, 'ME'), name: forgery };
      const { message, detail } = largeSendQuestion({ peer, origin: 'workspace', overrides: [] }, LOAD);
      assert.match(message, /^Send 312 DICOM files \(6\.6 MB\) to another machine, unencrypted\?$/);
      const lines = detail.split('\n').map(read);
      assert.equal(lines.length, 5);
      assert.equal(lines[0], `${HOST}:104`);
    }
  });

  it('shows text of others in notifications and lists as one isolated line', () => {
    for (const forgery of FORGERIES) {
      const peer = { ...peerOf({ name: 'P', host: HOST, port: 104 }, 'ME'), name: forgery };
      for (const words of [nameWords(forgery), quotedWords(forgery), peerWords(peer)])
        assert.doesNotMatch(read(words), /[\p{Cc}\p{DI}\p{Zl}\p{Zp}\p{Cs}\u2800]/u);
    }
  });
});

it('The name of a folder is one visible part of the paths of its files', () => {
  for (const label of [...FORGERIES, '..', '.', '../../etc', 'a\\b']) {
    const shown = displayPathOf([{ path: '/data/study', label }], [])('/data/study/series/IM1.dcm');
    assert.match(shown, /^[^/\\]+\/series\/IM1\.dcm$/);
    assert.doesNotMatch(shown, /^\.+\/|[\p{Cc}\p{DI}\p{Zl}\p{Zp}\p{Cs}\u2800]/u);
  }
});

describe('A peer of a workspace that looks like another peer', () => {
  const entry = (name: string, host = 'evil.example'): object => ({ name, host, port: 104 });
  const problemsOf = (own: readonly string[], theirs: readonly string[]): readonly string[] => {
    const user = { origin: 'user', peers: own.map((name) => entry(name, 'good')) } as const;
    const list = listPeers([{ origin: 'workspace', peers: theirs.map((name) => entry(name)) }, user], true);
    for (const { peer, origin } of list.peers) if (origin === 'user') assert.equal(peer.host, 'good');
    const added = list.peers.filter(({ origin }) => origin === 'workspace').map(({ peer }) => peer.name);
    assert.equal(added.length + list.problems.length, theirs.filter((name) => !own.includes(name)).length);
    return list.problems.map(({ message }) => message);
  };

  it('is refused, and the problem says which one it looks like', () => {
    for (const imitation of [
      'РROD',
      'PR0D',
      'ΡRΟD',
      'ＰＲＯＤ',
      '𝐏𝐑𝐎𝐃',
      'PROD ',
      ' PROD',
      'P ROD',
      'PRO\u3000D',
      'ⓅⓇⓄⒹ',
      'ᏢᎡOᎠ',
      'prod',
      'рrod',
    ]) {
      const [message, ...others] = problemsOf(['PROD', 'Test'], [imitation]);
      assert.deepEqual(others, [], imitation);
      assert.match(
        message ?? '',
        /entry 1 .*the name looks like "PROD" of the user settings.*give it another/,
        imitation,
      );
    }
    assert.match(problemsOf(['PROD'], ['РROD'])[0] ?? '', /it has U\+0420/);
    assert.match(problemsOf(['Archive 1'], ['Archive l'])[0] ?? '', /looks like "Archive 1"/);
    assert.match(problemsOf(['modern'], ['rnodern'])[0] ?? '', /looks like "modern"/);
  });

  it('is refused beside another one of the same settings', () => {
    assert.match(problemsOf([], ['PROD', 'РROD'])[0] ?? '', /entry 2 .*looks like "PROD" of the workspace settings/);
  });

  it('is no matter among a person’s own peers', () => {
    const pairs = [
      ['MRI', 'MR1'],
      ['CT-1', 'CT-l'],
      ['PACS1', 'PACS 1'],
      ['Archive', 'archive'],
      ['CT①', 'CT1'],
      ['アーカイブ一', 'アーカイブー'],
      ['МРТ', 'MPT'],
    ];
    for (const [first = '', second = ''] of pairs) {
      const user = { origin: 'user', peers: [entry(first), entry(second)] } as const;
      assert.deepEqual(listPeers([user], true).problems, [], first);
      const copied = { origin: 'workspace', peers: [entry(second)] } as const;
      assert.deepEqual(listPeers([user, copied], true).problems, [], 'the same name in a workspace');
      const known = new PeerNames();
      known.add({ name: first, where: 'user settings' });
      assert.match(problemsOf([first], [second])[0] ?? '', /looks like/, 'but it is in a workspace');
      assert.match(nameProblem(second, [], known) ?? '', /looks like/);
    }
  });

  it('is refused if it looks like something of our own', () => {
    for (const name of [
      'Built-in Receiver',
      'built‑in receiver',
      'BuiIt-in Receiver',
      'Built—in Rесeiver',
      'Add Peer…',
    ])
      assert.match(
        problemsOf([], [name])[0] ?? '',
        /is or looks like "(Built-in Receiver|Add Peer…)", a name of this/,
        name,
      );
  });

  it('is refused if a character of its name is invisible', () => {
    for (const hidden of '\u2028\u2029\u0085\u115f\u1160\u3164\uffa0\ufe0f\ufe00\u{e0100}\u180b\u180e\u180f\u{e0041}\u2800\u200b\u00ad\u202e\u2068\ud800')
      assert.match(problemsOf([], [`PR${hidden}OD`])[0] ?? '', /"name" must be 1 to 64 visible characters/);
    assert.match(problemsOf([], ['\u0300\u0301'])[0] ?? '', /visible characters/);
    assert.match(problemsOf([], ['❤\ufe0f PACS'])[0] ?? '', /U\+FE0F is invisible/);
    for (const misplaced of [
      'PR\u200cOD',
      '\u200cبیمار',
      'بیمار\u200c',
      'بی\u200c\u200cمار',
      'بی\u200cMRT',
      'بی\u200c مار',
    ])
      assert.match(problemsOf([], [misplaced])[0] ?? '', /U\+200C is invisible/, misplaced);
  });

  it('may be spelt with the joiners of its script, which tell no two names apart', () => {
    for (const name of ['بیمارستان\u200cها', 'क्\u200dष', 'ශ්\u200dරී']) {
      assert.deepEqual(problemsOf([], [name]), []);
      assert.match(problemsOf([name.replace(/[\u200c\u200d]/u, '')], [name])[0] ?? '', /looks like/);
    }
  });

  it('is another peer if people can tell the names apart', () => {
    const names = [
      'PROD',
      'PROD2',
      'Pröd',
      'AI',
      'AL',
      'mail',
      'mall',
      '放射線',
      '放射',
      'АРХИВ',
      'Архив 2',
      'ארכיון',
      'CT-1',
      'CT-2',
    ];
    assert.deepEqual(problemsOf([], names), []);
    assert.deepEqual(problemsOf(names, ['PROD']), [], 'the very same name is told by the list of peers');
  });
});
