// Malformed PDUs, made by the naive writer: each length wrong, each part missing, doubled or unknown, each reader led beyond its
// end. PS3.8 9.3, PS3.7 6.3.1 and D.3.3.

import { contextItems, itemLengths, items, manyItems, userInformation } from './malformed-associate.ts';
import type { Malformed } from './malformed-case.ts';
import { commandSets, pData } from './malformed-messages.ts';
import * as naive from './naive-pdu.ts';

function fixedLengths(): Malformed[] {
  const all: Malformed[] = [];
  for (const [type, name] of [
    [0x03, 'A-ASSOCIATE-RJ'],
    [0x05, 'A-RELEASE-RQ'],
    [0x06, 'A-RELEASE-RP'],
    [0x07, 'A-ABORT'],
  ] as const) {
    for (const length of [0, 1, 2, 3, 5, 8, 64, 65_535, 2 ** 31, 2 ** 32 - 16, 2 ** 32 - 1]) {
      const body = Buffer.alloc(Math.min(length, 64), 1);
      const bytes = naive.pdu(type, body, length);
      all.push({ kind: 'fixed length', name: `${name} of ${length} bytes`, bytes, verdict: 'refused' });
    }
    for (let cut = 1; cut < 10; cut += 1) {
      const bytes = naive.pdu(type, '00010101').subarray(0, cut);
      all.push({ kind: 'beginning', name: `${cut} bytes of ${name}`, bytes, verdict: 'waits' });
    }
  }
  return all;
}

function announcedLengths(): Malformed[] {
  const all: Malformed[] = [];
  for (const [type, name] of [
    [0x01, 'A-ASSOCIATE-RQ'],
    [0x02, 'A-ASSOCIATE-AC'],
    [0x04, 'P-DATA-TF'],
  ] as const) {
    for (const length of [1024 * 1024 + 1, 16 * 1024 * 1024, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 16, 2 ** 32 - 1]) {
      const bytes = naive.pdu(type, '00'.repeat(100), length);
      all.push({ kind: 'announced length', name: `${name} announces ${length} bytes`, bytes, verdict: 'refused' });
    }
    const trickle = naive.pdu(type, '00'.repeat(100), 16_000);
    all.push({ kind: 'beginning', name: `${name} of which little comes`, bytes: trickle, verdict: 'waits' });
    for (const length of [0, 1, 3]) {
      const bytes = naive.pdu(type, '00'.repeat(length));
      all.push({ kind: 'announced length', name: `${name} of ${length} bytes`, bytes, verdict: 'refused' });
    }
  }
  for (let cut = 1; cut < 6; cut += 1) {
    const bytes = naive.associateRq({ items: naive.plainItems() }).subarray(0, cut);
    all.push({ kind: 'beginning', name: `${cut} bytes of A-ASSOCIATE-RQ`, bytes, verdict: 'waits' });
  }
  return all;
}

function unknownTypes(): Malformed[] {
  return [0x00, 0x08, 0x09, 0x10, 0x20, 0x50, 0x7f, 0x80, 0x99, 0xfe, 0xff].flatMap((type) =>
    ['', '00000000', '00'.repeat(200)].map((body) => ({
      kind: 'unknown type',
      name: `PDU type ${type} with ${body.length / 2} bytes`,
      bytes: naive.pdu(type, body),
      verdict: 'refused' as const,
    })),
  );
}

function foreignProtocols(): Malformed[] {
  let state = 4711;
  const noise = Buffer.from(
    Array.from({ length: 100_000 }, () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16) & 0xff),
  );
  noise[0] = 0xee;
  const others: readonly (readonly [string, Buffer])[] = [
    ['HTTP response', naive.text('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')],
    ['HTTP request', naive.text('GET / HTTP/1.1\r\nHost: pacs\r\n\r\n')],
    ['TLS alert', naive.bytes('15030300020246')],
    ['TLS client hello', naive.bytes('16030102000100 01fc0303', '00'.repeat(508))],
    ['SSH banner', naive.text('SSH-2.0-OpenSSH_9.2\r\n')],
    ['SMTP banner', naive.text('220 mail ESMTP\r\n')],
    ['MLLP', naive.text('\x0bMSH|^~\\&|A|B\r\x1c\r')],
    ['FTP banner', naive.text('220 ready\r\n')],
    ['a megabyte of zeros', Buffer.alloc(1_000_000)],
    ['a megabyte of ff', Buffer.alloc(1_000_000, 0xff)],
    ['noise', noise],
    ['a Part 10 file', naive.bytes('00'.repeat(128), naive.text('DICM'), '02000000554c0400')],
  ];
  return others.map(([name, bytes]) => ({ kind: 'foreign protocol', name, bytes, verdict: 'refused' as const }));
}

export const MALFORMED: readonly Malformed[] = [
  ...fixedLengths(),
  ...announcedLengths(),
  ...unknownTypes(),
  ...itemLengths(),
  ...contextItems(),
  ...items(),
  ...userInformation(),
  ...pData(),
  ...commandSets(),
  ...manyItems(),
  ...foreignProtocols(),
];
