import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PEER_NAME, PeerNames } from '../../../src/extension/peer-names.ts';
import {
  aeTitleProblem,
  hostProblem,
  nameProblem,
  parseCallingAETitle,
  parsePeers,
  parsePlaintextConsent,
  parseReceiverMismatch,
  parseReceiverPort,
  peerOf,
  peerSendOptions,
  portProblem,
} from '../../../src/extension/settings.ts';
import { DEFAULT_TIMEOUTS } from '../../../src/net/peer.ts';
import { PEERS_MAX } from '../../../src/protocol/limits.ts';
import { DEFAULT_SEND_OPTIONS } from '../../../src/send/options.ts';
import { type Schema, schemaErrors } from '../../support/json-schema.ts';

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, Schema> } };
};
const schemaOf = (setting: string): Schema => {
  const schema = manifest.contributes.configuration.properties[setting];
  assert.ok(schema, `${setting} is in the manifest`);
  return schema;
};

const GOOD = { name: 'ORTHANC', host: '127.0.0.1', port: 4242 };

const ACCEPTED: readonly unknown[] = [
  GOOD,
  { ...GOOD, calledAETitle: 'ORTHANC', callingAETitle: 'a b-c_D.9' },
  { ...GOOD, calledAETitle: '1234567890123456' },
  { ...GOOD, name: 'Röntgen – Archiv (2)' },
  { ...GOOD, name: '放射線 '.repeat(16) },
  { ...GOOD, host: 'pacs.example.org' },
  { ...GOOD, host: 'my_docker-host' },
  { ...GOOD, host: '::1' },
  { ...GOOD, host: 'fe80::1%eth0' },
  { ...GOOD, host: '::ffff:127.0.0.1' },
  { ...GOOD, port: 1 },
  { ...GOOD, port: 65_535 },
  { ...GOOD, timeouts: {} },
  { ...GOOD, timeouts: { connect: 0, association: 0.5, response: 86_400, writeStall: 1, release: 3 } },
  { ...GOOD, maxPduLength: 0 },
  { ...GOOD, maxPduLength: 1024 },
  { ...GOOD, maxPduLength: 1_048_576 },
  { ...GOOD, associations: 1 },
  { ...GOOD, associations: 'auto' },
  { ...GOOD, associations: 8, asynchronousOperations: 0 },
  { ...GOOD, asynchronousOperations: 65_535 },
  ...['low', 'medium', 'high'].map((priority) => ({ ...GOOD, priority })),
  ...['never', 'lossless', 'any'].map((conversion) => ({ ...GOOD, conversion })),
  { ...GOOD, preflight: {} },
  { ...GOOD, preflight: { truncated: 'send', 'zero padding': 'skip' } },
  ...['explicit little endian', 'implicit little endian', 'explicit big endian'].map((requestTransferSyntax) => ({
    ...GOOD,
    requestTransferSyntax,
  })),
  { ...GOOD, proposeAllStorage: true },
  { ...GOOD, proposeAllStorage: false },
];

/** An invalid entry, and what the message must name. */
const REFUSED: readonly (readonly [unknown, RegExp])[] = [
  ['ORTHANC', /must be an object/],
  [null, /must be an object/],
  [[], /must be an object/],
  [{ host: 'a', port: 104 }, /has no "name"; add it/],
  [{ name: 'A', port: 104 }, /has no "host"; add it/],
  [{ name: 'A', host: 'a' }, /has no "port"; add it/],
  [{ ...GOOD, name: '' }, /"name" must be/],
  [{ ...GOOD, name: '   ' }, /"name" must be/],
  [{ ...GOOD, name: 'a\nb' }, /"name" must be/],
  [{ ...GOOD, name: 'evil\u202Egnp' }, /"name" must be/],
  [{ ...GOOD, name: 'a\u2028b' }, /"name" must be/],
  [{ ...GOOD, name: 'PROD\u3164' }, /"name" must be 1 to 64 visible characters/],
  [{ ...GOOD, name: '\u2800' }, /"name" must be/],
  [{ ...GOOD, name: 'x'.repeat(65) }, /"name" must be/],
  [{ ...GOOD, name: 5 }, /"name" must be/],
  [{ ...GOOD, host: '' }, /"host" must be/],
  [{ ...GOOD, host: 'pacs:104' }, /"host" must be.*without port/],
  [{ ...GOOD, host: 'http://pacs' }, /"host" must be/],
  [{ ...GOOD, host: 'a b' }, /"host" must be/],
  [{ ...GOOD, host: 'pacs\u0000.evil' }, /"host" must be/],
  [{ ...GOOD, host: '[::1]' }, /"host" must be/],
  [{ ...GOOD, host: 'h'.repeat(254) }, /"host" must be/],
  [{ ...GOOD, port: 0 }, /"port" must be a whole number from 1 to 65535, not 0/],
  [{ ...GOOD, port: 65_536 }, /"port".*not 65536/],
  [{ ...GOOD, port: 104.5 }, /"port".*not 104.5/],
  [{ ...GOOD, port: '104' }, /"port".*not "104"/],
  [{ ...GOOD, calledAETitle: '' }, /"calledAETitle" must be 1 to 16/],
  [{ ...GOOD, calledAETitle: '    ' }, /"calledAETitle" must be/],
  [{ ...GOOD, calledAETitle: '12345678901234567' }, /"calledAETitle" must be/],
  [{ ...GOOD, calledAETitle: 'A\\B' }, /"calledAETitle" must be.*backslash/],
  [{ ...GOOD, calledAETitle: 'A\tB' }, /"calledAETitle" must be/],
  [{ ...GOOD, callingAETitle: 'ÄE' }, /"callingAETitle" must be/],
  [{ ...GOOD, timeouts: { connect: -1 } }, /"timeouts.connect" must be/],
  [{ ...GOOD, timeouts: { release: 86_401 } }, /"timeouts.release" must be/],
  [{ ...GOOD, timeouts: { response: '60' } }, /"timeouts.response" must be/],
  [{ ...GOOD, timeouts: { artim: 1 } }, /field "timeouts.artim" that is not known; known are connect,/],
  [{ ...GOOD, timeouts: 30 }, /"timeouts" must be an object/],
  [{ ...GOOD, timeouts: [] }, /"timeouts" must be an object/],
  [{ ...GOOD, timeouts: null }, /"timeouts" must be an object/],
  [{ ...GOOD, host: null }, /"host" must be/],
  [{ ...GOOD, ['a\u202Eb"'.repeat(40)]: 1 }, /that is not known/],
  [{ ...GOOD, maxPduLength: 7 }, /"maxPduLength" must be 0/],
  [{ ...GOOD, maxPduLength: 1_048_577 }, /"maxPduLength" must be/],
  [{ ...GOOD, associations: 0 }, /"associations" must be "auto" or a whole number from 1 to 8, not 0/],
  [{ ...GOOD, associations: 'many' }, /"associations" must be "auto"/],
  [{ ...GOOD, associations: 9 }, /"associations" must be/],
  [{ ...GOOD, associations: 1.5 }, /"associations" must be/],
  [{ ...GOOD, associations: '2' }, /"associations" must be.*not "2"/],
  [{ ...GOOD, asynchronousOperations: -1 }, /"asynchronousOperations" must be a whole number from 0/],
  [{ ...GOOD, asynchronousOperations: 65_536 }, /"asynchronousOperations" must be/],
  [{ ...GOOD, priority: 'urgent' }, /"priority" must be one of "low", "medium", "high", not "urgent"/],
  [{ ...GOOD, priority: 0 }, /"priority" must be one of/],
  [{ ...GOOD, priority: null }, /"priority" must be one of/],
  [{ ...GOOD, preflight: { truncated: 'maybe' } }, /"preflight.truncated" must be one of "send", "skip"/],
  [{ ...GOOD, preflight: { cut: 'send' } }, /field "preflight.cut" that is not known; known are truncated,/],
  [{ ...GOOD, preflight: [] }, /"preflight" must be an object/],
  [{ ...GOOD, conversion: 'lossy' }, /"conversion" must be one of "never", "lossless", "any"/],
  [{ ...GOOD, conversion: 'toString' }, /"conversion" must be one of/],
  [{ ...GOOD, requestTransferSyntax: '1.2.840.10008.1.2' }, /"requestTransferSyntax" must be one of "explicit little/],
  [{ ...GOOD, requestTransferSyntax: '' }, /"requestTransferSyntax" must be one of/],
  [{ ...GOOD, proposeAllStorage: 'yes' }, /"proposeAllStorage" must be true or false, not "yes"/],
  [{ ...GOOD, proposeAllStorage: 1 }, /"proposeAllStorage" must be true or false/],
  [{ ...GOOD, aet: 'X' }, /field "aet" that is not known; known are name, host/],
];

describe('sendToPacs.peers', () => {
  const peersSchema = schemaOf('sendToPacs.peers');

  for (const entry of ACCEPTED)
    it(`takes ${JSON.stringify(entry).slice(0, 100)}`, () => {
      assert.deepEqual(parsePeers([entry], 'user'), { entries: [entry], problems: [] });
      assert.deepEqual(schemaErrors(peersSchema, [entry]), []);
    });

  for (const [entry, words] of REFUSED)
    it(`refuses ${JSON.stringify(entry).slice(0, 100)}`, () => {
      const { entries, problems } = parsePeers([GOOD, entry], 'workspace');
      assert.deepEqual(entries, [GOOD], 'the good entry still works');
      assert.equal(problems.length, 1);
      const message = problems[0]?.message ?? '';
      assert.match(message, /^Setting "sendToPacs\.peers" \(workspace settings\), entry 2/);
      assert.match(message, words);
      // Values that are not plain ASCII are isolated.
      assert.doesNotMatch(
        message.replace(/\u2068[^\u2068\u2069]*\u2069/g, (value) => value.slice(1, -1)),
        /\p{Cc}|\p{Cf}/u,
      );
      assert.notDeepEqual(schemaErrors(peersSchema, [entry]), [], 'the schema refuses it, too');
    });

  it('has one pattern of names, in the schema, too', () => {
    const { properties } = peersSchema['items'] as { properties: Record<string, Schema> };
    assert.equal(properties['name']?.['pattern'], PEER_NAME.source);
  });

  it('says the same as the schema for any text in any field', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom('a', 'Z', '0', ' ', '\\', ':', '.', '-', '%', '[', ']', '~', '\u007f', 'é'),
        maxLength: 20,
      }),
    );
    const field = fc.constantFrom('name', 'host', 'calledAETitle', 'callingAETitle');
    fc.assert(
      fc.property(field, text, (name, value) => {
        const entry = { ...GOOD, [name]: value };
        const isTaken = parsePeers([entry], 'user').problems.length === 0;
        assert.equal(schemaErrors(peersSchema, [entry]).length === 0, isTaken);
      }),
      { numRuns: 2000 },
    );
  });

  it('says the same as the schema for any number in any field', () => {
    const number = fc.oneof(
      fc.integer({ min: -2, max: 2_000_000 }),
      fc.integer({ min: -2, max: 10 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const field = fc.constantFrom(
      'port',
      'maxPduLength',
      'associations',
      'asynchronousOperations',
      'connect',
      'release',
    );
    fc.assert(
      fc.property(field, number, (name, value) => {
        const isTimeout = name === 'connect' || name === 'release';
        const entry = isTimeout ? { ...GOOD, timeouts: { [name]: value } } : { ...GOOD, [name]: value };
        const isTaken = parsePeers([entry], 'user').problems.length === 0;
        assert.equal(schemaErrors(peersSchema, [entry]).length === 0, isTaken);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever stands there', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), (value) => {
        for (const setting of [value, [value], [GOOD, value]]) {
          const { problems } = parsePeers(setting, 'workspace');
          for (const { message } of problems) assert.ok(message.length < 2000);
        }
      }),
    );
  });

  it('needs a list', () => {
    assert.match(parsePeers({ ...GOOD }, 'user').problems[0]?.message ?? '', /must be a list of peers/);
  });

  it('accepts each name once', () => {
    const { entries, problems } = parsePeers([GOOD, { ...GOOD, host: 'elsewhere' }], 'user');
    assert.deepEqual(entries, [GOOD]);
    assert.match(problems[0]?.message ?? '', /entry 2 \("ORTHANC"\): the name is already used/);
  });

  it('bounds the list', () => {
    const many = Array.from({ length: PEERS_MAX + 1 }, (_, index) => ({ ...GOOD, name: `P${index}` }));
    const { entries, problems } = parsePeers(many, 'user');
    assert.equal(entries.length, PEERS_MAX);
    assert.equal(problems.length, 1);
    assert.equal(peersSchema['maxItems'], PEERS_MAX);
  });
});

describe('peerOf', () => {
  it('fills in the defaults', () => {
    assert.deepEqual(peerOf(GOOD, 'ME'), {
      name: 'ORTHANC',
      host: '127.0.0.1',
      port: 4242,
      calledAETitle: 'ANY-SCP',
      callingAETitle: 'ME',
      maxPduLength: 16_382,
      timeouts: DEFAULT_TIMEOUTS,
    });
  });

  it('converts seconds to milliseconds; 0 stays no limit, and no small value becomes 0', () => {
    const { timeouts } = peerOf({ ...GOOD, timeouts: { connect: 0, association: 2.5, release: 0.0001 } }, 'ME');
    assert.deepEqual(timeouts, {
      ...DEFAULT_TIMEOUTS,
      connectMs: Number.POSITIVE_INFINITY,
      associationMs: 2500,
      releaseMs: 1,
    });
  });

  it('has the defaults that the manifest shows', () => {
    const item = schemaOf('sendToPacs.peers')['items'] as { properties: Record<string, Schema> };
    const timeouts = (item.properties['timeouts'] as { properties: Record<string, Schema> }).properties;
    const peer = peerOf(GOOD, schemaOf('sendToPacs.callingAETitle')['default'] as string);
    assert.equal(parseCallingAETitle(undefined, 'user').value, peer.callingAETitle);
    assert.equal(item.properties['calledAETitle']?.['default'], peer.calledAETitle);
    assert.equal(item.properties['maxPduLength']?.['default'], peer.maxPduLength);
    for (const [name, schema] of Object.entries(timeouts))
      assert.equal((schema['default'] as number) * 1000, peer.timeouts[`${name}Ms` as keyof typeof peer.timeouts]);
  });
});

describe('peerSendOptions', () => {
  it('is empty if the entry sets none', () => {
    assert.deepEqual(peerSendOptions(GOOD), {});
  });

  it('converts every field of an entry to the option of the job', () => {
    const entry = {
      ...GOOD,
      associations: 3,
      asynchronousOperations: 0,
      priority: 'high',
      conversion: 'never',
      requestTransferSyntax: 'explicit big endian',
      proposeAllStorage: true,
    } as const;
    assert.deepEqual(peerSendOptions(entry), {
      associations: 3,
      operationsInvoked: 0,
      priority: 1,
      conversion: 'never',
      requestOnly: '1.2.840.10008.1.2.2',
      propose: 'all storage',
    });
  });

  it('has the defaults that the manifest shows', () => {
    const item = schemaOf('sendToPacs.peers')['items'] as { properties: Record<string, Schema> };
    const shownDefaults = Object.fromEntries(
      ['associations', 'asynchronousOperations', 'priority', 'conversion', 'proposeAllStorage'].map((name) => [
        name,
        item.properties[name]?.['default'],
      ]),
    );
    const { entries } = parsePeers([{ ...GOOD, ...shownDefaults }], 'user');
    assert.ok(entries[0]);
    // The deadline of a file is no setting.
    const { fileTimeoutMs: _none, ...settable } = DEFAULT_SEND_OPTIONS;
    assert.deepEqual(peerSendOptions(entries[0]), settable);
  });
});

describe('single settings', () => {
  it('callingAETitle falls back and says so', () => {
    assert.deepEqual(parseCallingAETitle('LAB', 'user'), { value: 'LAB' });
    const { value, problem } = parseCallingAETitle('TOO-LONG-AE-TITLE', 'workspace');
    assert.equal(value, 'SENDTOPACS');
    assert.match(problem?.message ?? '', /"sendToPacs.callingAETitle" \(workspace settings\) must be 1 to 16/);
    assert.notDeepEqual(schemaErrors(schemaOf('sendToPacs.callingAETitle'), 'TOO-LONG-AE-TITLE'), []);
  });

  it('receiver.port', () => {
    const schema = schemaOf('sendToPacs.receiver.port');
    for (const port of [0, 1, 11_112, 65_535]) {
      assert.deepEqual(parseReceiverPort(port), { value: port });
      assert.deepEqual(schemaErrors(schema, port), []);
    }
    for (const port of [-1, 65_536, 1.5, '104', null]) {
      assert.equal(parseReceiverPort(port).problem === undefined, port === null, String(port));
      assert.notDeepEqual(schemaErrors(schema, port), []);
    }
  });

  it("receiver.mismatch: any invalid value means 'refuse'", () => {
    for (const value of ['accept', 'refuse']) {
      assert.equal(parseReceiverMismatch(value), value);
      assert.deepEqual(schemaErrors(schemaOf('sendToPacs.receiver.mismatch'), value), []);
    }
    for (const value of [undefined, 'ACCEPT', true, {}]) assert.equal(parseReceiverMismatch(value), 'refuse');
  });

  it("plaintextConsent: any invalid value means 'ask'", () => {
    for (const value of ['allow', 'refuse', 'ask']) {
      assert.equal(parsePlaintextConsent(value), value);
      assert.deepEqual(schemaErrors(schemaOf('sendToPacs.plaintextConsent'), value), []);
    }
    for (const value of [undefined, 'ALLOW', true, {}]) assert.equal(parsePlaintextConsent(value), 'ask');
  });

  it('settings that a folder must not decide cannot be set in a folder', () => {
    for (const setting of [
      'plaintextConsent',
      'followLinks',
      'receiver.port',
      'receiver.directory',
      'receiver.mismatch',
    ].map((name) => `sendToPacs.${name}`))
      assert.match(String(schemaOf(setting)['scope']), /^(application|machine)$/, setting);
  });
});

describe('input boxes', () => {
  it('say what is wrong', () => {
    assert.equal(aeTitleProblem('ORTHANC'), undefined);
    assert.match(aeTitleProblem('ORTHANC-ORTHANC-ORTHANC') ?? '', /1 to 16/);
    assert.equal(hostProblem('10.0.0.1'), undefined);
    assert.match(hostProblem('10.0.0.1:104') ?? '', /without port/);
    assert.equal(portProblem('104'), undefined);
    for (const text of ['', '0', '65536', '1e3', ' 104', '-1', '104.0'])
      assert.match(portProblem(text) ?? '', /1 to 65535/, text);
    assert.equal(nameProblem('A', ['B'], new PeerNames()), undefined);
    assert.match(nameProblem('A', ['A'], new PeerNames()) ?? '', /already/);
    const known = new PeerNames();
    known.add({ name: 'PROD', where: 'user settings' });
    assert.match(nameProblem(' ', [], known) ?? '', /not only spaces/);
    assert.match(nameProblem('РROD', [], known) ?? '', /looks like "PROD" of the user settings/);
    assert.match(nameProblem('Built-in receiver', [], known) ?? '', /a name of this extension/);
    assert.equal(nameProblem('PROD', [], known), undefined, 'the same name in another scope');
  });
});
