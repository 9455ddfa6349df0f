// Malformed A-ASSOCIATE-RQ and -AC. PS3.8 9.3.2 and 9.3.3, PS3.7 D.3.3.

import type { Malformed, Verdict } from './malformed-case.ts';
import * as naive from './naive-pdu.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';

const rqItems = (): naive.Piece[] => naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT]));
const acItems = (): naive.Piece[] => naive.plainItems(naive.contextResult(1, 0, EXPLICIT));
const BOTH = [
  ['A-ASSOCIATE-RQ', naive.associateRq, rqItems, () => naive.proposedContext(1, CT, [EXPLICIT])],
  ['A-ASSOCIATE-AC', naive.associateAc, acItems, () => naive.contextResult(1, 0, EXPLICIT)],
] as const;

export function itemLengths(): Malformed[] {
  const all: Malformed[] = [];
  for (const [pdu, write, items, context] of BOTH) {
    const parts = [
      ['application context', naive.applicationContext()],
      ['presentation context', context()],
      ['user information', naive.userInformation(naive.maximumLength(16_384), naive.implementationClassUID('1.2.3'))],
    ] as const;
    for (const [what, part] of parts) {
      const right = part.readUInt16BE(2);
      const lengths = [1, right - 1, right + 1, right + 2, right + 4, right + 20, 0x7fff, 0xfffe, 0xffff];
      for (const length of lengths) {
        const lying = Buffer.from(part);
        lying.writeUInt16BE(length, 2);
        const others = items().filter((_item, index) => parts[index]?.[0] !== what);
        const kind = 'item length';
        const name = `${pdu}: ${what} of ${length} instead of ${right} bytes`;
        const last: Verdict = length > right ? 'refused' : 'either';
        all.push({ kind, name: `${name}, last`, bytes: write({ items: [...others, lying] }), verdict: last });
        all.push({ kind, name: `${name}, first`, bytes: write({ items: [lying, ...others] }), verdict: 'either' });
      }
      const empty = Buffer.from(part.subarray(0, 4));
      empty.writeUInt16BE(0, 2);
      const others = items().filter((_item, index) => parts[index]?.[0] !== what);
      const emptyVerdict = what === 'presentation context' ? 'refused' : 'taken';
      all.push({
        kind: 'item length',
        name: `${pdu}: ${what} empty`,
        bytes: write({ items: [empty, ...others] }),
        verdict: emptyVerdict,
      });
      for (let cut = 1; cut < part.length; cut += 3) {
        const bytes = write({ items: [...others, part.subarray(0, cut)] });
        all.push({ kind: 'item cut', name: `${pdu}: ${what} cut after ${cut} bytes`, bytes, verdict: 'refused' });
      }
    }
  }
  return all;
}

export function contextItems(): Malformed[] {
  const all: Malformed[] = [];
  const kind = 'presentation context';
  const add = (name: string, verdict: Verdict, rq: naive.Piece, ac: naive.Piece): void => {
    all.push({ kind, name: `RQ: ${name}`, bytes: naive.associateRq({ items: naive.plainItems(rq) }), verdict });
    all.push({ kind, name: `AC: ${name}`, bytes: naive.associateAc({ items: naive.plainItems(ac) }), verdict });
  };
  const inside = (type: number, ...parts: naive.Piece[]): Buffer => naive.item(type, naive.bytes('01000000', ...parts));
  const each = (name: string, verdict: Verdict, ...parts: naive.Piece[]): void =>
    add(name, verdict, inside(0x20, naive.abstractSyntax(CT), ...parts), inside(0x21, ...parts));
  each('no transfer syntax', 'taken');
  each('a transfer syntax of no bytes', 'taken', naive.item(0x40, ''));
  for (const claimed of [1, 20, 255, 0x7fff, 0xffff]) {
    each(`a transfer syntax of 0 bytes that claims ${claimed}`, 'refused', naive.item(0x40, '', claimed));
    each(
      `a transfer syntax behind the right one that claims ${claimed}`,
      'refused',
      naive.transferSyntax(EXPLICIT),
      naive.item(0x40, '', claimed),
    );
  }
  each('a transfer syntax that is no UID', 'taken', naive.transferSyntax('no UID \x1b[31m'));
  each('a transfer syntax of 1,000 characters', 'taken', naive.transferSyntax('1'.repeat(1_000)));
  each('a transfer syntax of control characters', 'taken', naive.item(0x40, '00010203041b0d0a'));
  each('an unknown sub-item', 'taken', naive.transferSyntax(EXPLICIT), naive.item(0x77, '0102'));
  each('half a sub-item header', 'refused', naive.transferSyntax(EXPLICIT), '4000');
  const twoSyntaxes = [naive.transferSyntax(EXPLICIT), naive.transferSyntax('1.2.840.10008.1.2')];
  add(
    'two transfer syntaxes',
    'taken',
    inside(0x20, naive.abstractSyntax(CT), ...twoSyntaxes),
    naive.contextResult(3, 4),
  );
  add(
    'two answers',
    'refused',
    inside(0x20, naive.abstractSyntax(CT), naive.abstractSyntax(CT)),
    inside(0x21, ...twoSyntaxes),
  );
  add('no abstract syntax', 'taken', inside(0x20, naive.transferSyntax(EXPLICIT)), naive.contextResult(1, 3));
  for (const id of [0, 2, 255]) {
    add(`id ${id}`, 'taken', naive.proposedContext(id, CT, [EXPLICIT]), naive.contextResult(id, 0, EXPLICIT));
  }
  add('never proposed', 'taken', naive.proposedContext(99, '', []), naive.contextResult(99, 0, EXPLICIT));
  for (const result of [1, 2, 3, 4, 5, 99, 255]) {
    add(`result ${result}`, 'taken', naive.proposedContext(1, '1.2.3', ['']), naive.contextResult(1, result));
  }
  add('three bytes', 'refused', naive.item(0x20, '010000'), naive.item(0x21, '010000'));
  const doubled = (context: naive.Piece): Buffer => naive.bytes(context, context);
  add(
    'twice',
    'taken',
    doubled(naive.proposedContext(1, CT, [EXPLICIT])),
    doubled(naive.contextResult(1, 0, EXPLICIT)),
  );
  return all;
}

export function items(): Malformed[] {
  const all: Malformed[] = [];
  for (const [pdu, write, , context] of BOTH) {
    const add = (name: string, verdict: Verdict, ...parts: naive.Piece[]): void => {
      all.push({ kind: 'items', name: `${pdu}: ${name}`, bytes: write({ items: parts }), verdict });
    };
    const application = naive.applicationContext();
    const user = naive.userInformation(naive.maximumLength(16_384), naive.implementationClassUID('1.2.3'));
    add('no items', 'taken');
    add('no application context', 'taken', context(), user);
    add('no presentation context', 'taken', application, user);
    add('no user information', 'taken', application, context());
    add('empty user information', 'taken', application, context(), naive.userInformation());
    add('application context twice', 'refused', application, application, context(), user);
    add('user information twice', 'refused', application, context(), user, user);
    add('back to front', 'taken', user, context(), application);
    add('another application context', 'taken', naive.applicationContext('1.2.3'), context(), user);
    add(
      "the other direction's context",
      'taken',
      application,
      naive.contextResult(1, 0, EXPLICIT),
      naive.proposedContext(3, CT, [EXPLICIT]),
      user,
    );
    for (const type of [0x00, 0x11, 0x22, 0x30, 0x40, 0x51, 0x5a, 0x60, 0xff]) {
      add(`unknown item ${type}`, 'taken', application, naive.item(type, '00'.repeat(9)), context(), user);
      add(`unknown item ${type} beyond the end`, 'refused', application, context(), user, naive.item(type, '00', 500));
    }
    for (const count of [1, 2, 3])
      add(`${count} bytes behind the last item`, 'refused', application, context(), user, '60'.repeat(count));
    add('zeros behind the last item', 'taken', application, context(), user, '00'.repeat(8));
    for (const title of ['', '                ', '\0'.repeat(16), '\x1b[31mESC', '\\\\host', '\xff'.repeat(16)]) {
      const bytes = write({ calledAETitle: title, callingAETitle: title, items: [application, context(), user] });
      all.push({ kind: 'items', name: `${pdu}: AE title ${JSON.stringify(title)}`, bytes, verdict: 'taken' });
    }
    for (const version of [0, 2, 0xffff]) {
      const bytes = write({ protocolVersion: version, items: [application, context(), user] });
      all.push({ kind: 'items', name: `${pdu}: protocol version ${version}`, bytes, verdict: 'taken' });
    }
    const whole = write({ items: [application, context(), user] });
    for (const cut of [7, 20, 40, 60, 73]) {
      const bytes = naive.pdu(whole.readUInt8(0), whole.subarray(6, cut));
      all.push({ kind: 'items', name: `${pdu}: fixed fields cut at ${cut}`, bytes, verdict: 'refused' });
    }
  }
  return all;
}

export function userInformation(): Malformed[] {
  const all: Malformed[] = [];
  for (const [pdu, write, , context] of BOTH) {
    const add = (name: string, verdict: Verdict, ...parts: naive.Piece[]): void => {
      const bytes = write({ items: [naive.applicationContext(), context(), naive.userInformation(...parts)] });
      all.push({ kind: 'user information', name: `${pdu}: ${name}`, bytes, verdict });
    };
    for (const length of [0, 1, 2, 3, 5, 8, 100])
      add(`51H of ${length} bytes`, 'refused', naive.item(0x51, Buffer.alloc(length)));
    for (const length of [0, 1, 2, 3, 5, 8])
      add(`53H of ${length} bytes`, 'refused', naive.item(0x53, Buffer.alloc(length)));
    for (const type of [0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59]) {
      const name = `${type.toString(16)}H`;
      add(`${name} that claims 65535`, 'refused', naive.item(type, '00'.repeat(4), 0xffff));
      add(`${name} that claims one byte more than there is`, 'refused', naive.item(type, '00'.repeat(4), 5));
      add(`${name} of ff`, 'either', naive.item(type, 'ff'.repeat(40)));
      add(`${name} of zeros`, 'either', naive.item(type, '00'.repeat(40)));
    }
    for (const type of [0x54, 0x56, 0x57, 0x58, 0x59]) {
      add(`${type.toString(16)}H of no bytes`, 'refused', naive.item(type, ''));
      add(`${type.toString(16)}H of one byte`, 'refused', naive.item(type, '00'));
    }
    for (const claimed of [3, 0x00ff, 0xfffe, 0xffff]) {
      add(
        `54H whose UID claims ${claimed}`,
        'refused',
        naive.item(0x54, naive.bytes(naive.field('3132', claimed), '0000')),
      );
      add(`56H whose UID claims ${claimed}`, 'refused', naive.item(0x56, naive.field('3132', claimed)));
      add(
        `57H whose first UID claims ${claimed}`,
        'refused',
        naive.item(0x57, naive.bytes(naive.field('3132', claimed), '')),
      );
      add(
        `57H whose related UIDs claim ${claimed}`,
        'refused',
        naive.item(
          0x57,
          naive.bytes(
            naive.field('31'),
            naive.field('32'),
            naive.field('000131', claimed + 1 > 0xffff ? 0xffff : claimed + 1),
          ),
        ),
      );
      add(
        `58H whose primary field claims ${claimed}`,
        'refused',
        naive.item(0x58, naive.bytes('0100', naive.field('3132', claimed))),
      );
      add(
        `58H whose secondary field claims ${claimed}`,
        'refused',
        naive.item(0x58, naive.bytes('0200', naive.field('31'), naive.field('3132', claimed))),
      );
      add(`59H whose response claims ${claimed}`, 'refused', naive.item(0x59, naive.field('3132', claimed)));
    }
    add('51H twice', 'refused', naive.maximumLength(1), naive.maximumLength(2));
    add('52H twice', 'refused', naive.implementationClassUID('1'), naive.implementationClassUID('2'));
    add('53H twice', 'refused', naive.asynchronousOperationsWindow(1, 1), naive.asynchronousOperationsWindow(1, 1));
    add('55H twice', 'refused', naive.implementationVersionName('a'), naive.implementationVersionName('b'));
    add('55H of control characters', 'taken', naive.item(0x55, '1b5b33316d0d0a00'));
    add('52H that is no UID', 'taken', naive.implementationClassUID('../../etc/passwd'));
    add('54H whose UID is none', 'taken', naive.roleSelection('../..', 9, 255));
    add(
      '500 times 54H',
      'taken',
      ...Array.from({ length: 500 }, (_, index) => naive.roleSelection(`1.2.${index}.${'3'.repeat(50)}`, 1, 1)),
    );
    for (const length of [1, 2, 6, 7, 8, 2 ** 31, 2 ** 32 - 1])
      add(`51H says ${length}`, 'taken', naive.maximumLength(length));
  }
  return all;
}

export function manyItems(): Malformed[] {
  const all: Malformed[] = [];
  const kind = 'many items';
  const repeat = (count: number, piece: (index: number) => naive.Piece): naive.Piece[] =>
    Array.from({ length: count }, (_, index) => piece(index));
  for (const [pdu, write, , context] of BOTH) {
    const user = naive.userInformation(naive.maximumLength(16_384));
    const add = (name: string, ...parts: naive.Piece[]): void => {
      all.push({
        kind,
        name: `${pdu}: ${name}`,
        bytes: write({ items: [naive.applicationContext(), ...parts] }),
        verdict: 'taken',
      });
    };
    add('10,000 unknown items', context(), ...repeat(10_000, () => naive.item(0x99, '0000')), user);
    add('10,000 times the same context', ...repeat(10_000, context), user);
    add(
      '256 contexts, every id',
      ...repeat(256, (id) => naive.proposedContext(id, CT, [EXPLICIT])),
      ...repeat(256, (id) => naive.contextResult(id, 0, EXPLICIT)),
      user,
    );
    add(
      '10,000 unknown sub-items',
      context(),
      naive.userInformation(...repeat(10_000, () => naive.item(0x99, '0000'))),
    );
    add(
      '3,000 role selections',
      context(),
      naive.userInformation(...repeat(3_000, (index) => naive.roleSelection(`1.2.${index}`, 1, 1))),
    );
    add(
      'a full user information of role selections',
      context(),
      naive.userInformation(...repeat(5_957, () => naive.roleSelection('1', 1, 1)), '99000004 00000000'),
    );
    add(
      '4,000 related classes',
      context(),
      naive.userInformation(naive.commonExtendedNegotiation('1', '2', repeat(4_000, () => '3') as string[])),
    );
  }
  const syntaxes = repeat(10_000, () => EXPLICIT.slice(0, 2)) as string[];
  all.push({
    kind,
    name: 'A-ASSOCIATE-RQ: 10,000 transfer syntaxes',
    bytes: naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, syntaxes)) }),
    verdict: 'taken',
  });
  return all;
}
