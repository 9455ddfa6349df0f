// Puts the name and the number of a patient where something else belongs: into every element of a file, and into every field
// of a conversation, both ways. Nothing that is told of it at the highest verbosity may show them, as text or in hex. AE
// titles, implementation version names, the Error Comment and paths are exempt: they are shown as others wrote them.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import type { PduRecord } from '../../src/net/pdu-tap.ts';
import { Association } from '../../src/protocol/association.ts';
import type { Effect } from '../../src/protocol/effects.ts';
import { redactPdu } from '../../src/protocol/ul/redact.ts';
import { contextOf } from '../../src/trace/explain.ts';
import { explainEcho } from '../../src/trace/explain-echo.ts';
import { TextTrace } from '../../src/trace/text.ts';
import { attackSize } from '../support/attack.ts';
import { MISPLACED, sightsOf } from '../support/canary.ts';
import { receiverFor, runCli, stopCli } from '../support/cli-process.ts';
import * as dicom from '../support/dicom-builder.ts';
import { peerAt } from '../support/jobs.ts';
import { Random } from '../support/mutate.ts';
import {
  commandElement,
  commandSet,
  storeRequestElements,
  storeResponseElements,
  us,
} from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { PeerConnection, startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WORDS = Object.values(MISPLACED);
const NAME = naive.text(MISPLACED.name);
/** What is put somewhere: both words, and the name as other encodings have it. */
const FORMS: readonly Buffer[] = [
  NAME,
  naive.text(MISPLACED.number),
  Buffer.from(MISPLACED.name, 'utf16le'),
  naive.text(NAME.toString('hex')),
  naive.text(NAME.toString('base64')),
  naive.text(`1.2.840.${MISPLACED.name}`),
];
/** A number within a UID is a UID. */
const ANYWHERE = FORMS.filter((form) => !/^\d+$/.test(form.toString('latin1')));
const VERIFICATION = '1.2.840.10008.1.1';

// --- Files ---

/** A file for each place and form. */
function* hostileFiles(random: Random): Generator<Buffer> {
  const sample = dicom.sampleInstance({ pixelBytes: 64 });
  const meta = [0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013, 0x00020102];
  for (const value of FORMS) {
    for (const [at, { tag, vr }] of sample.elements.entries()) {
      const elements = sample.elements.with(at, dicom.element(tag, vr, value));
      yield dicom.buildFile({ ...sample, dataSet: dicom.encodeDataSet(elements, dicom.EXPLICIT_LE) });
    }
    const text = value.toString('latin1');
    yield dicom.buildFile(sample, { metaSopClass: text });
    yield dicom.buildFile(sample, { metaSopInstance: text });
    yield dicom.buildFile(sample, { metaTransferSyntax: text });
    yield dicom.buildFile(sample, { extraMeta: meta.map((tag) => dicom.element(tag, 'UI', value)) });
    yield dicom.buildFile(sample, { preamble: Buffer.concat([value, Buffer.alloc(128)]).subarray(0, 128) });
    yield Buffer.concat([value, sample.file]);
    yield Buffer.concat([sample.file, value]);
    yield value;
    const more = [
      dicom.element(0x00090010, 'LO', value),
      dicom.element(0x00091001, 'UN', value),
      dicom.element(0x00101002, 'SQ', { items: [[dicom.element(0x00080018, 'UI', value)]] }),
      dicom.element(0x0020000d, 'UI', value),
      dicom.element(0x00280004, 'CS', `YBR_PARTIAL${text}`),
    ];
    for (const syntax of ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.80']) {
      const fragments = [new Uint8Array(0), Buffer.concat([Buffer.from('ffd8fffe0040', 'hex'), value, value, value])];
      const compressed = dicom.element(0x7fe00010, 'OB', { fragments });
      const dataSet = dicom.encodeDataSet([...sample.elements.slice(0, -1), compressed], syntax);
      yield dicom.buildFile({ ...sample, transferSyntax: syntax, dataSet });
    }
    for (const one of more) {
      const elements = [...sample.elements.filter(({ tag }) => tag !== one.tag), one].sort((a, b) => a.tag - b.tag);
      const syntax = one.vr === 'CS' ? dicom.RLE_LOSSLESS : dicom.EXPLICIT_LE;
      const dataSet = dicom.encodeDataSet(elements, syntax);
      yield dicom.buildFile({ ...sample, transferSyntax: syntax, dataSet });
    }
  }
  // And anywhere: over a VR, a length, a delimiter.
  for (let count = attackSize(60, 5_000); count > 0; count -= 1) {
    const file = Buffer.from(sample.file);
    const value = random.pick(ANYWHERE);
    value.copy(file, 128 + random.below(file.length - 128 - value.length));
    yield file;
  }
}

/** The number of each file is its name. */
function writeFiles(folder: string): void {
  mkdirSync(folder);
  let count = 0;
  for (const file of hostileFiles(new Random(7))) writeFileSync(join(folder, `${count++}.dcm`), file);
}

async function sendsWithoutQuotes(t: TestContext, converts: boolean): Promise<void> {
  const folder = temporaryFolder(t);
  writeFiles(join(folder, 'study'));
  const peer = await startScriptedPeer(async (connection) => {
    const answer = ({ transferSyntaxes }: { transferSyntaxes: readonly string[] }) =>
      transferSyntaxes.includes(dicom.IMPLICIT_LE)
        ? { result: 0, transferSyntax: dicom.IMPLICIT_LE }
        : { result: 4, transferSyntax: '' };
    await connection.accept(converts ? { answer } : {});
    await connection.serve((count) => (count % 3 === 0 ? 0xa700 : 0));
  }, t);
  const report = join(folder, 'report.json');
  const args = ['store', '127.0.0.1', String(peer.port), 'study', '-ll', 'trace', '--report', report];
  const { code, stdout, stderr } = await runCli(args, folder);
  assert.equal(code, 1);
  assert.match(stderr, /^T:/m);
  assert.doesNotMatch(stderr, /this is a bug/);
  for (const text of [stdout, stderr, readFileSync(report, 'utf8')]) assert.deepEqual(sightsOf(WORDS, text), []);
}

suite('a file with a patient where something else belongs', () => {
  test('is sent or refused, and not quoted', (t) => sendsWithoutQuotes(t, false));
  test('is converted or refused, and not quoted', (t) => sendsWithoutQuotes(t, true));
});

// --- Conversations ---

/** The items of an A-ASSOCIATE PDU with `value` at one place each. `context`: 20H or 21H. */
function hostileItems(value: Buffer, context: (...syntaxes: readonly string[]) => Buffer): readonly naive.Piece[][] {
  const text = value.toString('latin1');
  const plain = context(VERIFICATION, dicom.IMPLICIT_LE);
  const withInformation = (...subItems: readonly naive.Piece[]): naive.Piece[] => [
    naive.applicationContext(),
    plain,
    naive.userInformation(naive.maximumLength(16_384), ...subItems),
  ];
  return [
    [naive.applicationContext(text), plain, naive.userInformation(naive.maximumLength(16_384))],
    naive.plainItems(context(text, dicom.IMPLICIT_LE), plain),
    naive.plainItems(context(VERIFICATION, text), plain),
    naive.plainItems(plain, naive.item(0x77, value)),
    naive.plainItems(plain, naive.item(0x20, value), naive.item(0x21, value)),
    withInformation(naive.implementationClassUID(text)),
    withInformation(naive.item(0x51, value)),
    withInformation(naive.item(0x53, value)),
    withInformation(naive.roleSelection(text, 1, 1)),
    withInformation(naive.item(0x54, naive.bytes(naive.field(naive.text(VERIFICATION)), value))),
    withInformation(naive.extendedNegotiation(VERIFICATION, value), naive.extendedNegotiation(text, value)),
    withInformation(naive.commonExtendedNegotiation(VERIFICATION, text, [VERIFICATION, text])),
    withInformation(
      naive.item(0x57, naive.bytes(naive.commonExtendedNegotiation('1.2', '1.2', []).subarray(4), value)),
    ),
    withInformation(naive.userIdentity(2, 1, value, value)),
    withInformation(naive.userIdentityServerResponse(value)),
    withInformation(naive.item(0x58, value)),
    withInformation(naive.item(0x5a, value), naive.item(0x99, value)),
    withInformation(naive.item(0x50, value), naive.item(0x40, value)),
    withInformation(value),
  ];
}

/** Further messages with `value` at one place each. `elements`: of a whole and right command set. */
function hostileMessages(value: Buffer, elements: ReadonlyMap<number, Buffer>): readonly Buffer[] {
  const command = (number: number): Buffer =>
    naive.pData(
      naive.pdv(1, 3, commandSet([...new Map([...elements, [number, commandElement(number, value)]]).values()])),
    );
  const dataSet = dicom.encodeElements([dicom.element(0x00100010, 'PN', value)], 'implicit LE');
  const whole = commandSet([...elements.values()]);
  return [
    // Every element of the table but the Error Comment and the AE title, and some that are not in it.
    ...[...elements.keys(), 0x0003, 0x0901, 0x0903, 0x1001, 0x1002, 0x1008, 0x1031, 0x0001, 0x0300, 0x4000].map(
      command,
    ),
    naive.pData(naive.pdv(1, 3, dataSet)),
    naive.pData(naive.pdv(1, 3, naive.bytes(whole, dataSet))),
    naive.pData(naive.pdv(1, 1, whole), naive.pdv(1, 3, dataSet)),
    naive.pData(naive.pdv(1, 1, dataSet), naive.pdv(1, 0, dataSet)),
    naive.pData(naive.pdv(1, 2, dataSet)),
    naive.pData(naive.pdv(3, 3, value)),
    naive.pData(naive.pdv(1, 3, value, 0xffff)),
    naive.pData(value),
    naive.pdu(0x05, value.subarray(0, 4)),
    naive.pdu(0x07, value.subarray(0, 4)),
    naive.pdu(0x07, value),
    value,
  ];
}

function associateWithReserved(type: number, value: Buffer, items: readonly naive.Piece[]): Buffer {
  const reserved = Buffer.concat([value, Buffer.alloc(32)]).subarray(0, 32);
  return naive.pdu(type, naive.bytes('0001', '4a4a', naive.aeTitle('A'), naive.aeTitle('B'), reserved, ...items));
}

suite('a requestor with a patient where something else belongs', () => {
  test('is not quoted by the receiver', async (t) => {
    const receiver = await receiverFor(t, ['-ll', 'trace']);
    const context = (...[abstract = '', ...transfer]: readonly string[]): Buffer =>
      naive.proposedContext(1, abstract, transfer);
    const ct = naive.plainItems(naive.proposedContext(1, dicom.CT_IMAGE, [dicom.IMPLICIT_LE]));
    const conversations: Buffer[][] = [];
    for (const value of FORMS) {
      for (const items of hostileItems(value, context)) conversations.push([naive.associateRq({ items })]);
      conversations.push([associateWithReserved(0x01, value, ct)]);
      const elements = storeRequestElements();
      for (const message of hostileMessages(value, elements)) {
        conversations.push([naive.associateRq({ items: ct }), message]);
      }
    }
    for (const [first, second] of conversations) {
      const socket = new Socket();
      const connection = new PeerConnection(socket);
      socket.connect(Number(receiver.port), '127.0.0.1');
      connection.send(first ?? '');
      const answer = await connection.pdu();
      if (answer?.type === 0x02 && second !== undefined) {
        // The data set is what a C-STORE-RQ waits for. After the release or an abort the connection ends.
        connection.send(second, naive.pData(naive.pdv(1, 2, '08000500')), naive.releaseRq());
        for (let pdu = await connection.pdu(); pdu?.type === 0x04; ) pdu = await connection.pdu();
      }
      socket.destroy();
    }
    const { stdout, stderr } = await stopCli(receiver);
    assert.match(stderr, /^T:/m);
    assert.doesNotMatch(stderr, /this is a bug/);
    assert.deepEqual(sightsOf(WORDS, stdout), []);
    assert.deepEqual(sightsOf(WORDS, stderr), []);
  });
});

suite('an acceptor with a patient where something else belongs', () => {
  test('is not quoted by the trace, the explanation or a capture', async (t) => {
    const context = (...[, transfer = '']: readonly string[]): Buffer => naive.contextResult(1, 0, transfer);
    const good = naive.associateAc({ items: naive.plainItems(context('', dicom.IMPLICIT_LE)) });
    const conversations: (readonly [Buffer, Buffer?])[] = [];
    for (const value of FORMS) {
      for (const items of hostileItems(value, context)) conversations.push([naive.associateAc({ items })]);
      conversations.push([associateWithReserved(0x02, value, naive.plainItems(context('', dicom.IMPLICIT_LE)))]);
      conversations.push([naive.pdu(0x03, value.subarray(0, 4))], [naive.pdu(0x03, value)], [value]);
      const elements = storeResponseElements();
      elements.set(0x0100, commandElement(0x0100, us(0x8030)));
      elements.set(0x0120, commandElement(0x0120, us(1)));
      elements.delete(0x0902);
      for (const message of hostileMessages(value, elements)) conversations.push([good, message]);
    }
    const peer = await startScriptedPeer(async (connection, number) => {
      const [first, second] = conversations[number - 1] ?? [naive.abort(0, 0)];
      await connection.expect(0x01);
      connection.send(first);
      if ((await connection.pdu())?.type === 0x04) connection.send(second ?? value0);
      connection.socket.end();
    }, t);
    const value0 = naive.abort(0, 0);
    const lines: string[] = [];
    const captured: PduRecord[] = [];
    const trace = new TextTrace({ level: () => 'trace', write: (some) => lines.push(...some.map(({ text }) => text)) });
    const one = peerAt(peer.port);
    for (let at = 0; at < conversations.length; at += 1) {
      const { signal } = new AbortController();
      const result = await echo(one, (record) => trace.record(record), signal, {
        pdus: (record) => captured.push(record),
      });
      lines.push(JSON.stringify(explainEcho(result, contextOf(one, undefined))));
    }
    trace.flush();
    assert.ok(captured.length > 2 * conversations.length);
    assert.deepEqual(sightsOf(WORDS, lines.join('\n')), []);
    for (const word of WORDS) {
      const bytes = captured.flatMap(({ parts }) =>
        parts.flatMap((part) => (part.type === 'bytes' ? [part.bytes] : [])),
      );
      assert.deepEqual(sightsOf([word], bytes.map((some) => Buffer.from(some).toString('latin1')).join('\n')), []);
    }
  });
});

test('a patient anywhere in a conversation is not in its trace', () => {
  const items = [
    naive.applicationContext(),
    naive.proposedContext(1, dicom.CT_IMAGE, [dicom.IMPLICIT_LE, dicom.EXPLICIT_LE]),
    naive.userInformation(
      naive.maximumLength(16_384),
      naive.implementationClassUID('1.2.3'),
      naive.roleSelection(dicom.CT_IMAGE, 1, 1),
      naive.extendedNegotiation(dicom.CT_IMAGE, Buffer.alloc(20)),
      naive.commonExtendedNegotiation(dicom.CT_IMAGE, '1.2.840.10008.4.2', [dicom.MR_IMAGE]),
      naive.userIdentity(1, 0, Buffer.alloc(12), ''),
    ),
  ];
  const rq = naive.associateRq({ items });
  const command = naive.pData(naive.pdv(1, 3, commandSet([...storeRequestElements().values()])));
  const dataSet = naive.pData(naive.pdv(1, 2, dicom.encodeElements(dicom.sampleInstance().elements, 'implicit LE')));
  const random = new Random(42);
  for (let count = attackSize(1_500, 100_000); count > 0; count -= 1) {
    const pdus = [Buffer.from(rq), Buffer.from(command), Buffer.from(dataSet)];
    const pdu = random.pick(pdus);
    const value = random.pick(ANYWHERE);
    // Not where the AE titles are.
    const from = pdu === pdus[0] ? 42 : 0;
    const at = from + random.below(pdu.length - from - value.length);
    value.copy(pdu, at);
    const seen: Effect[] = [];
    const association = new Association({ role: 'acceptor', maxPduLength: 16_384 });
    seen.push(...association.handle({ type: 'transport connected' }));
    for (const bytes of pdus) {
      seen.push(...association.handle({ type: 'bytes', bytes }));
      if (association.state === 'Sta3') association.handle({ type: 'A-ASSOCIATE response', answer: acceptance() });
    }
    const lines: string[] = [];
    const trace = new TextTrace({ level: () => 'trace', write: (some) => lines.push(...some.map(({ text }) => text)) });
    for (const effect of seen) {
      if (effect.type === 'trace') trace.record({ timeMs: 0, association: 1, event: effect.event });
    }
    trace.flush();
    const where = `at byte ${at} of ${pdu === pdus[0] ? 'the request' : 'a message'}`;
    assert.deepEqual(sightsOf(WORDS, lines.join('\n')), [], where);
    for (const one of pdus) {
      for (const part of redactPdu(one)) {
        if (part.type === 'bytes')
          assert.deepEqual(sightsOf(WORDS, Buffer.from(part.bytes).toString('latin1')), [], where);
      }
    }
  }
});

function acceptance() {
  return {
    type: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAETitle: 'A',
    callingAETitle: 'B',
    applicationContextName: '1.2.840.10008.3.1.1.1',
    presentationContexts: [{ presentationContextId: 1, result: 0, transferSyntax: dicom.IMPLICIT_LE }],
    userInformation: { maximumLength: 16_384 },
  } as const;
}
