import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TraceEvent, TraceRecord } from '../../../src/net/trace-record.ts';
import { printable } from '../../../src/text/printable.ts';
import { TextTrace, type TraceLevel, type TraceLine } from '../../../src/trace/text.ts';
import { threadMs } from '../../support/stall.ts';
import {
  ac,
  CT,
  EXPLICIT,
  OURS,
  proposed,
  Records,
  rq,
  START_MS,
  storeRsp,
  THEIRS,
} from '../../support/trace-records.ts';
import { echoWithIdentity, PASSCODE, SERVER_RESPONSE, USERNAME } from '../../transcripts/scenarios.ts';

const LEVELS: readonly TraceLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];

function linesOf(records: readonly TraceRecord[], level: TraceLevel | 'off'): TraceLine[] {
  const lines: TraceLine[] = [];
  const trace = new TextTrace({ level: () => level, write: (some) => lines.push(...some) });
  for (const record of records) trace.record(record);
  trace.flush();
  return lines;
}

const texts = (records: readonly TraceRecord[], level: TraceLevel | 'off' = 'debug'): string[] =>
  linesOf(records, level).flatMap(({ text }) => text.split('\n'));

const dataEvent = (length: number): Extract<TraceEvent, { type: 'P-DATA-TF' }> => ({
  type: 'P-DATA-TF',
  direction: 'sent',
  presentationContextId: 3,
  isCommand: false,
  isLastFragment: false,
  pdus: 1,
  length,
});

describe('folding', () => {
  it('folds 100,000 P-DATA-TF into one line at almost no cost', () => {
    const written: TraceLine[] = [];
    const trace = new TextTrace({ level: () => 'trace', write: (lines) => written.push(...lines) });
    const record: TraceRecord = { timeMs: START_MS, association: 1, event: dataEvent(16_000) };
    const startedMs = threadMs();
    for (let index = 0; index < 100_000; index += 1) trace.record(record);
    const elapsedMs = threadMs() - startedMs;
    assert.equal(written.length, 0);
    trace.flush();
    assert.deepEqual(
      written.map(({ text }) => text),
      [
        'Sent P-DATA-TF ×100,000, 1.6 GB (presentation context 3, data set, no last fragment)',
        'Lengths of the PDUs: 100,000 × 16000 bytes',
      ],
    );
    // Processor time of this thread. Measured: 10 ms. A line for each PDU would take a hundred times as long.
    assert.ok(elapsedMs < 500, `${elapsedMs} ms`);
  });

  it('shows the length of each PDU at the level trace, equal ones together', () => {
    const data = (pdus: number, length: number, isLastFragment: boolean, eachLength?: number): TraceRecord => ({
      timeMs: START_MS,
      association: 1,
      event: {
        ...dataEvent(length),
        pdus,
        isLastFragment,
        ...(eachLength === undefined ? {} : { eachLength }),
      },
    });
    const records = [data(4, 4 * 16_390, false, 16_390), data(1, 16_390, false), data(2, 16_390 + 818, true, 16_390)];
    assert.deepEqual(texts(records, 'trace').slice(1), ['Lengths of the PDUs: 6 × 16390, 818 bytes']);
    assert.equal(texts(records, 'debug').length, 1);
    const uneven = Array.from({ length: 100 }, (_, index) => data(1, 100 + index, index === 99));
    assert.match(texts(uneven, 'trace')[1] ?? '', /^Lengths of the PDUs: 100, 101, [\d, ]+107 bytes and more$/);
  });

  it('does not fold another direction, context or kind', () => {
    const records = new Records()
      .dataPdus(1, 1, 100, false)
      .dataPdus(3, 1, 100, false)
      .commandPdu('sent', 3, 50)
      .commandPdu('received', 3, 50)
      .commandPdu('received', 3, 50);
    assert.equal(texts(records.all).length, 5);
  });

  it('continues while lines are drained', () => {
    const lines: string[] = [];
    const trace = new TextTrace({
      level: () => 'debug',
      batch: 100,
      write: (some) => lines.push(...some.flatMap(({ text }) => text.split('\n'))),
    });
    trace.record({ timeMs: START_MS, association: 1, event: { type: 'connecting', host: '::1', port: 104 } });
    trace.record({ timeMs: START_MS, association: 1, event: dataEvent(10) });
    assert.deepEqual(lines, []);
    trace.drain();
    trace.record({ timeMs: START_MS, association: 1, event: dataEvent(10) });
    trace.drain();
    assert.deepEqual(lines, ['Connecting to [::1]:104']);
    trace.flush();
    assert.equal(lines[1], 'Sent P-DATA-TF ×2, 20 bytes (presentation context 3, data set, no last fragment)');
  });
});

describe('an association beside others, until it is open', () => {
  it('is no error of the send: its end is a note at level info', () => {
    const { all } = new Records()
      .add({ type: 'timeout', phase: 'association', afterMs: 30_000 })
      .pdu('sent', { type: 'A-ABORT', source: 0, reason: 0 })
      .pdu('received', { type: 'A-ASSOCIATE-RJ', result: 2, source: 3, reason: 2 });
    assert.match(texts(all, 'warn')[0] ?? '', /^ACSE timeout reached/);
    const further = all.map((record): TraceRecord => ({ ...record, isFurther: true }));
    assert.deepEqual(texts(further, 'warn'), []);
    assert.match(texts(further, 'info')[0] ?? '', /^Further association: ACSE timeout reached while waiting/);
    assert.match(texts(further, 'info').join('\n'), /Further association: Association Rejected/);
  });
});

describe('levels', () => {
  it('each level shows what the levels above it show, and more', () => {
    const records = echoWithIdentity();
    let quieter: string[] = [];
    for (const level of LEVELS) {
      const lines = texts(records, level);
      assert.ok(lines.length >= quieter.length);
      let at = 0;
      for (const line of lines) if (line === quieter[at]) at += 1;
      assert.equal(at, quieter.length);
      quieter = lines;
    }
    assert.deepEqual(texts(records, 'off'), []);
  });

  it('keeps the lines of a block apart from other lines of the same time', () => {
    const records = new Records()
      .command('received', 1, storeRsp(1, 0))
      .commandPdu('sent', 1, 50)
      .transition('Sta6', 'Evt11', 'AR-1', 'Sta7').all;
    const lines = linesOf(records, 'debug');
    assert.deepEqual(
      lines.map(({ text }) => text.split(' ')[0]),
      ['Received', '==========================', 'Sent', 'Sta6'],
    );
    assert.match(lines[1]?.text ?? '', /^=+ INCOMING DIMSE MESSAGE =+\nMessage Type[^]*\n=+ END DIMSE MESSAGE =+$/);
  });

  it('formats no text for levels that are off', () => {
    const pdu = rq([proposed(1, CT, EXPLICIT)]);
    const untouchable = { ...pdu, userInformation: new Proxy(OURS, { get: () => assert.fail('was read') }) };
    assert.deepEqual(texts(new Records().pdu('sent', untouchable).all, 'info'), ['Requesting Association']);
  });

  it('follows a level that changes', () => {
    let level: TraceLevel | 'off' = 'off';
    const lines: string[] = [];
    const trace = new TextTrace({
      level: () => level,
      write: (some) => lines.push(...some.flatMap(({ text }) => text.split('\n'))),
    });
    const [record] = new Records().pdu('sent', { type: 'A-RELEASE-RQ' }).all;
    assert.ok(record !== undefined);
    trace.record(record);
    level = 'info';
    trace.record(record);
    assert.deepEqual(lines, ['Releasing Association']);
  });
});

describe('associations', () => {
  it('have numbers once there was a second one, and keep them', () => {
    const first = new Records(1).add({ type: 'connecting', host: 'a', port: 1 });
    const second = new Records(2).add({ type: 'connecting', host: 'b', port: 2 }).closed();
    const last = new Records(1).pdu('sent', { type: 'A-RELEASE-RQ' });
    assert.deepEqual(texts([...first.all, ...second.all, ...last.all]), [
      'Connecting to a:1',
      '[2] Connecting to b:2',
      '[2] Connection closed by us',
      '[1] Releasing Association',
      '[1] Sent A-RELEASE-RQ PDU',
    ]);
  });

  it('have numbers from the first line on where that is asked for', () => {
    const lines: string[] = [];
    const trace = new TextTrace({
      level: () => 'debug',
      isNumbered: true,
      write: (some) => lines.push(...some.map(({ text }) => text)),
    });
    for (const record of new Records(9).add({ type: 'connecting', host: 'a', port: 1 }).all) trace.record(record);
    assert.deepEqual(lines, ['[9] Connecting to a:1']);
  });

  it('are told again, with what was negotiated, after so many characters', () => {
    const lines: string[] = [];
    const trace = new TextTrace({
      level: () => 'info',
      isNumbered: true,
      remindAfter: 1_000,
      write: (some) => lines.push(...some.map(({ text }) => text)),
    });
    const opened = new Records(1)
      .add({ type: 'connecting', host: 'a', port: 1 })
      .pdu('sent', rq([proposed(1, CT, EXPLICIT)]))
      .pdu('received', ac([{ presentationContextId: 1, result: 0, transferSyntax: EXPLICIT }]));
    for (const record of opened.all) trace.record(record);
    const path = 'x'.repeat(300);
    for (let count = 0; count < 8; count += 1)
      trace.record({ timeMs: START_MS, association: 1, event: { type: 'file begins', path, messageId: 1, length: 1 } });
    const told = lines.filter((text) => text.includes('Still open'));
    assert.ok(told.length >= 2);
    assert.match(
      told[0] ?? '',
      /^\[1\] Still open: STORESCU -> ANY-SCP, accepted at \d\d:\d\d:\d\d\n\[1\] {3}Presentation context \d+: CT Image Storage, /,
    );
  });

  it('have lines with the times of what they tell, also where P-DATA-TF PDUs were folded', () => {
    const times: [string, number][] = [];
    const trace = new TextTrace({
      level: () => 'debug',
      write: (lines) => times.push(...lines.map(({ text, timeMs }): [string, number] => [text, timeMs - START_MS])),
    });
    const at = (ms: number, event: TraceRecord['event']): void =>
      trace.record({ timeMs: START_MS + ms, association: 1, event });
    at(0, { type: 'connecting', host: 'a', port: 1 });
    at(5, dataEvent(10));
    at(7, dataEvent(10));
    at(75, { type: 'connection closed', by: 'peer' });
    assert.deepEqual(
      times.map(([text, ms]) => [text.split(' ').slice(0, 2).join(' '), ms]),
      [
        ['Connecting to', 0],
        ['Sent P-DATA-TF', 7],
        ['Connection closed', 75],
      ],
    );
  });

  it('are not opened again by records after their end', () => {
    const first = new Records(1)
      .add({ type: 'connecting', host: 'a', port: 1 })
      .closed()
      .transition('Sta13', 'Evt17', 'AR-5', 'Sta1')
      .add({ type: 'file ends', path: 'a', outcome: 'cancelled', elapsedMs: 1, bytes: 0 });
    const second = new Records(2).add({ type: 'connecting', host: 'b', port: 2 });
    assert.equal(texts([...first.all, ...second.all]).at(-1), '[2] Connecting to b:2');
  });
});

describe('text of the peer', () => {
  const HOSTILE = '\u001b[31mred\u0000\u202eevil\r\nI: Association Accepted';
  /** Events of every kind, with `words` wherever a peer can put text. */
  const hostileRecords = (words: string): TraceRecord[] =>
    new Records()
      .add({ type: 'connecting', host: words, port: 104 })
      .pdu('received', {
        ...rq([proposed(1, words, words)], {
          implementationClassUID: words,
          implementationVersionName: words,
          roleSelections: [{ sopClassUID: words, scuRole: true, scpRole: true }],
          sopClassExtendedNegotiations: [{ sopClassUID: words, serviceClassApplicationInformation: new Uint8Array(3) }],
          sopClassCommonExtendedNegotiations: [
            { sopClassUID: words, serviceClassUID: words, relatedGeneralSOPClassUIDs: [words] },
          ],
          asynchronousOperationsWindow: { maximumNumberOperationsInvoked: 1, maximumNumberOperationsPerformed: 1 },
        }),
        calledAETitle: words,
        callingAETitle: words,
        applicationContextName: words,
      })
      .pdu('received', ac([{ presentationContextId: 1, result: 0, transferSyntax: words }], THEIRS))
      .pdu('received', { type: 'A-ASSOCIATE-RJ', result: 9, source: 9, reason: 99 })
      .pdu('received', { type: 'A-ABORT', source: 1, reason: 255 })
      .command('received', 1, storeRsp(1, 0x1234, { ErrorComment: words }, words, words))
      .command('received', 1, { type: 'other', CommandField: 0x8020, AffectedSOPClassUID: words, Status: 0xff00 })
      .add({
        type: 'connected',
        localAddress: { host: words, port: 1 },
        remoteAddress: { host: words, port: 2 },
        elapsedMs: 1,
      })
      .add({
        type: 'connection accepted',
        localAddress: { host: words, port: 1 },
        remoteAddress: { host: words, port: 2 },
      })
      .add({
        type: 'requestor ended',
        reason: 'place needed',
        remoteAddress: { host: words, port: 2 },
        callingAETitle: words,
        count: 2,
      })
      .add({ type: 'unexpected message', command: storeRsp(7, 0xa700, { ErrorComment: words }, words, words) })
      .add({ type: 'protocol error', reason: 77, detail: words })
      .add({ type: 'connection failed', error: { code: words, message: words } })
      .add({ type: 'instance received', path: words, bytes: 1 })
      .add({ type: 'instance mismatch', attributes: ['SOP Class UID'], isStored: false })
      .add({ type: 'instance not written', error: { code: words, message: words } })
      .add({ type: 'connection closed', by: 'peer', error: { code: words, message: words } })
      .add({ type: 'file begins', path: words, messageId: 1, length: undefined })
      .add({ type: 'file ends', path: words, outcome: words, elapsedMs: 0, bytes: 0 }).all;

  it('cannot begin a line, move the cursor or reverse text', () => {
    for (const level of LEVELS) {
      for (const text of texts(hostileRecords(HOSTILE), level)) assert.doesNotMatch(text, /[\p{Cc}\u202e\u2028]/u);
    }
  });

  it('has no character that acts on a terminal, whatever the peer sends', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom('\x1b[2J', '\x9b1m', '\x07', '\n', '\r', '\u200b', '\u2066', '\ufeff', 'a', ' '),
      }),
    );
    fc.assert(
      fc.property(words, (text) => {
        for (const line of texts(hostileRecords(text), 'trace')) assert.equal(printable(line), line);
      }),
    );
  });

  it('is shown as numbers if the standard has no words for them', () => {
    const shown = texts(hostileRecords(HOSTILE), 'error').join('\n');
    assert.match(shown, /Result: Rejected 9 \(unknown\), Source: 9 \(unknown\)\nReason: 99 \(unknown\)/);
    assert.match(shown, /Status: 0x1234 - Failure/);
  });

  it('does not flood the trace', () => {
    const uids = Array.from({ length: 50_000 }, () => '1.2');
    const lines = texts(new Records().pdu('received', rq([proposed(1, CT, ...uids)])).all);
    assert.ok(lines.length < 5000);
    assert.match(lines.at(-1) ?? '', /more lines$/);
  });
});

describe('privacy', () => {
  const CANARIES = [USERNAME, PASSCODE, SERVER_RESPONSE, 'CANARY^PATIENT'];
  const hexOf = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

  /** An event that wrongly contains bytes of a data set. */
  const leaky = (): TraceRecord[] => [
    ...echoWithIdentity(),
    {
      timeMs: START_MS,
      association: 1,
      event: {
        ...dataEvent(100),
        type: 'P-DATA-TF',
        parts: [],
        command: Buffer.from('CANARY^PATIENT'),
      } as unknown as TraceEvent,
    },
  ];

  for (const level of LEVELS) {
    it(`no data of patients and no secrets at level ${level}`, () => {
      const lines = texts(leaky(), level);
      const joined = lines.join('\n');
      // The columns of the hex dump, joined over its lines.
      const hex = lines.flatMap((line) => /^ {2}[0-9A-F]{4} {2}(.{49})/.exec(line)?.[1] ?? []).join('');
      const ascii = lines.flatMap((line) => /^ {2}[0-9A-F]{4} {2}.{48} {2}(.*)$/.exec(line)?.[1] ?? []).join('');
      for (const canary of CANARIES) {
        assert.ok(!joined.includes(canary));
        assert.ok(!ascii.includes(canary));
        assert.ok(!hex.replaceAll(' ', '').includes(hexOf(canary)));
      }
      if (level === 'trace') {
        // Checks the reading of the dump itself: bytes that are no secret are found in both columns.
        assert.ok(ascii.includes('OFFIS_DCMTK_367'));
        assert.ok(hex.replaceAll(' ', '').includes(hexOf('OFFIS_DCMTK_367')));
      }
    });
  }
});
