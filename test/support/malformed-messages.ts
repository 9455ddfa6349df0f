// Malformed P-DATA-TF and command sets. PS3.8 9.3.5 and Annex E, PS3.7 6.3.1.

import type { Malformed, Verdict } from './malformed-case.ts';
import { commandElement, commandSet, storeResponseElements, ul, us } from './naive-command-set.ts';
import * as naive from './naive-pdu.ts';

export function pData(): Malformed[] {
  const all: Malformed[] = [];
  const add = (name: string, verdict: Verdict, bytes: Buffer): void => {
    all.push({ kind: 'P-DATA', name, bytes, verdict });
  };
  add('no PDV', 'refused', naive.pData(''));
  for (const length of [0, 1, 3, 7, 100, 0x7fff_ffff, 2 ** 31, 2 ** 32 - 4, 2 ** 32 - 1]) {
    add(`a PDV of 2 bytes that claims ${length}`, 'refused', naive.pData(naive.pdv(1, 3, '', length)));
    const behind = naive.bytes(naive.pdv(1, 1, '0000'), naive.pdv(1, 1, '', length));
    add(`a PDV behind another that claims ${length}`, 'refused', naive.pData(behind));
  }
  add('a PDV with nothing in it', 'taken', naive.pData(naive.pdv(1, 1, '')));
  add('a PDV of odd length', 'taken', naive.pData(naive.pdv(1, 1, '000000')));
  for (const count of [1, 2, 3, 4, 5])
    add(
      `${count} bytes behind the PDV`,
      'refused',
      naive.pData(naive.bytes(naive.pdv(1, 1, '0000'), '00'.repeat(count))),
    );
  for (const id of [0, 2, 3, 255])
    add(`presentation context ${id}, which was not accepted`, 'refused', naive.pData(naive.pdv(id, 1, '0000')));
  for (const control of [0x05, 0x81, 0xfd])
    add(`reserved control bits ${control}`, 'taken', naive.pData(naive.pdv(1, control, '0000')));
  add('a data set that nobody announced', 'refused', naive.pData(naive.pdv(1, 0, '0000')));
  add('the last of a data set that nobody announced', 'refused', naive.pData(naive.pdv(1, 2, '')));
  add(
    'a data set between the fragments of a command',
    'refused',
    naive.pData(naive.bytes(naive.pdv(1, 1, '0000'), naive.pdv(1, 0, '0000'))),
  );
  add('a command that ends at once', 'refused', naive.pData(naive.pdv(1, 3, '')));
  add(
    '2,000 empty fragments of a command',
    'taken',
    naive.pData(...Array.from({ length: 2_000 }, () => naive.pdv(1, 1, ''))),
  );
  add('2,000 ends of nothing', 'refused', naive.pData(...Array.from({ length: 2_000 }, () => naive.pdv(1, 3, ''))));
  for (const cut of [7, 8, 10, 11, 12, 20]) {
    const whole = naive.pData(naive.pdv(1, 3, commandLie()));
    add(`${cut} bytes`, 'waits', whole.subarray(0, cut));
  }
  return all;
}

function commandLie(changes: ReadonlyMap<number, Buffer | undefined> = new Map(), groupLength?: number): Buffer {
  const elements = new Map<number, Buffer | undefined>([
    ...storeResponseElements(),
    [0x0120, commandElement(0x0120, us(1))],
    [0x0900, commandElement(0x0900, us(0))],
    ...changes,
  ]);
  const kept = [...elements.values()].filter((element) => element !== undefined);
  return commandSet(kept, groupLength);
}

export function commandSets(): Malformed[] {
  const all: Malformed[] = [];
  const add = (name: string, verdict: Verdict, command: naive.Piece): void => {
    all.push({ kind: 'command set', name, bytes: naive.pData(naive.pdv(1, 3, command)), verdict });
  };
  const change = (
    name: string,
    verdict: Verdict,
    ...changes: readonly (readonly [number, Buffer | undefined])[]
  ): void => add(name, verdict, commandLie(new Map(changes)));
  change('no Status', 'refused', [0x0900, undefined]);
  change('no Message ID Being Responded To', 'refused', [0x0120, undefined]);
  change('no Command Field', 'refused', [0x0100, undefined]);
  change('no Command Data Set Type', 'taken', [0x0800, undefined]);
  for (const element of [0x0100, 0x0120, 0x0800, 0x0900]) {
    const name = `(0000,${element.toString(16).padStart(4, '0')})`;
    // A C-STORE-RSP has no data set, whatever (0000,0800) is.
    const isNeeded = element !== 0x0800;
    change(`${name} of no bytes`, isNeeded ? 'refused' : 'taken', [element, commandElement(element, '')]);
    for (const length of [1, 3, 100]) {
      const bytes = commandElement(element, Buffer.alloc(length));
      change(`${name} of ${length} bytes`, isNeeded ? 'refused' : 'taken', [element, bytes]);
    }
    // 0 in four bytes is 0, which is no Command Field of a response and the Message ID of nobody.
    const isRequest = element === 0x0100;
    const long = commandElement(element, ul(0));
    change(`${name} of 4 bytes`, isRequest ? 'refused' : 'taken', [element, long]);
    change(`${name} of 4 bytes, high`, isNeeded ? 'refused' : 'taken', [element, commandElement(element, us(0, 1))]);
    for (const length of [0xffff, 2 ** 31, 2 ** 32 - 1]) {
      change(`${name} that claims ${length} bytes`, 'refused', [element, commandElement(element, us(0), length)]);
    }
    const twice = Buffer.concat([commandElement(element, us(1)), commandElement(element, us(1))]);
    change(`${name} twice`, 'refused', [element, twice]);
  }
  for (const length of [1, 2, 3, 5, 6]) {
    change(`Offending Element of ${length} bytes`, 'taken', [0x0901, commandElement(0x0901, Buffer.alloc(length))]);
  }
  change('a UID of odd length', 'taken', [0x1000, commandElement(0x1000, '1.2')]);
  change('a UID of 1,000 characters', 'taken', [0x1000, commandElement(0x1000, '1'.repeat(1_000))]);
  change('a UID that is a path', 'taken', [0x1000, commandElement(0x1000, '../../../etc/passwd')]);
  change('an Error Comment of control characters', 'taken', [0x0902, commandElement(0x0902, '\x1b[2J\x00\r\n\x9b')]);
  change('an Error Comment of 60,000 characters', 'taken', [0x0902, commandElement(0x0902, 'x'.repeat(12_000))]);
  change('an element of another group', 'taken', [0x0902, commandElement(0x0010, 'x ', undefined, 0x0008)]);
  change('group FFFE', 'taken', [0x0902, commandElement(0xe000, '', undefined, 0xfffe)]);
  change('another instance', 'taken', [0x1000, commandElement(0x1000, '9.9.9\0')]);
  change('another Message ID', 'taken', [0x0120, commandElement(0x0120, us(4711))]);
  for (const field of [0x0001, 0x8030, 0x0020, 0x0fff, 0x7fff, 0xffff]) {
    change(`Command Field ${field.toString(16)}`, 'either', [0x0100, commandElement(0x0100, us(field))]);
  }
  change('a data set is announced that never comes', 'taken', [0x0800, commandElement(0x0800, us(0))]);
  for (const status of [0xff00, 0xfe00, 0xffff, 0x1234])
    change(`Status ${status.toString(16)}`, 'taken', [0x0900, commandElement(0x0900, us(status))]);
  for (const length of [0, 1, 0xffff, 2 ** 32 - 1])
    add(`a group length of ${length}`, 'taken', commandLie(new Map(), length));
  add(
    'a group length of 2 bytes',
    'refused',
    naive.bytes(commandElement(0, us(2)), commandElement(0x0100, us(0x8001))),
  );
  const right = commandLie();
  for (let cut = 1; cut < right.length; cut += 7) add(`cut after ${cut} bytes`, 'either', right.subarray(0, cut));
  add('zeros', 'refused', Buffer.alloc(64));
  add('ff', 'refused', Buffer.alloc(64, 0xff));
  add('big endian', 'refused', naive.bytes('00000100 00000002 8001'));
  add('explicit VR', 'refused', naive.bytes('00000001 5553 0200 0180'));
  const fragments = [...right].map((byte, index) => naive.pdv(1, index === right.length - 1 ? 3 : 1, Buffer.of(byte)));
  all.push({
    kind: 'command set',
    name: 'in fragments of one byte',
    bytes: naive.pData(...fragments),
    verdict: 'taken',
  });
  const never = Array.from({ length: 20 }, () => naive.pData(naive.pdv(1, 1, ul(0))));
  all.push({ kind: 'command set', name: 'that never ends', bytes: Buffer.concat(never), verdict: 'taken' });
  const megabyte = Array.from({ length: 64 }, () => naive.pData(naive.pdv(1, 1, Buffer.alloc(16_376))));
  all.push({ kind: 'command set', name: 'of a megabyte', bytes: Buffer.concat(megabyte), verdict: 'refused' });
  const many = Array.from({ length: 1_900 }, (_, index) => commandElement(0x2000 + index, ''));
  add('1,900 unknown elements', 'taken', commandSet([...[...storeResponseElements().values()].slice(0, 5), ...many]));
  return all;
}
