// Sequences as PS3.5 7.5 does not have them, each in a file of its own that is right otherwise.

import {
  type BuiltElement,
  type Encoding,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeElements,
  encodingOfSyntax,
  IMPLICIT_LE,
} from './dicom-builder.ts';
import { type Built, built, FRONT, IMAGE } from './inspection.ts';

export interface SequenceFault {
  readonly name: string;
  readonly transferSyntax: string;
  readonly file: Buffer;
  /** Where the fault is, in bytes from the start of the file, and words that stand in the finding. */
  readonly offset: number;
  readonly detail: string;
}

const REFERENCED_IMAGES = 0x00081140;
const REFERENCE = [element(0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'), element(0x00081155, 'UI', '2.25.77')];

/** An element of any content: `length` may lie. */
const raw = (tag: number, vr: string, value: Uint8Array, lyingLength?: number): BuiltElement => ({
  tag,
  vr,
  value,
  ...(lyingLength === undefined ? {} : { lyingLength }),
});

const item = (encoding: Encoding, content: Uint8Array, length = content.length): Buffer => {
  const header = Buffer.alloc(8);
  if (encoding === 'explicit BE') {
    header.writeUInt32BE(0xfffee000, 0);
    header.writeUInt32BE(length, 4);
  } else {
    header.writeUInt32LE(0xe000fffe, 0);
    header.writeUInt32LE(length, 4);
  }
  return Buffer.concat([header, content]);
};

function fault(
  name: string,
  transferSyntax: string,
  sequence: BuiltElement,
  at: number,
  detail: string,
): SequenceFault {
  const before = encodeElements(FRONT, encodingOfSyntax(transferSyntax)).length;
  const { file, start }: Built = built([...FRONT, sequence, ...IMAGE.slice(2)], transferSyntax);
  return { name, transferSyntax, file, offset: start + before + at, detail };
}

/** A header of a sequence, of an item: explicit with 32-bit length, implicit. */
const ITEM_HEADER = 8;

export function sequenceFaults(): readonly SequenceFault[] {
  const faults: SequenceFault[] = [];
  for (const transferSyntax of [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE]) {
    const encoding = encodingOfSyntax(transferSyntax);
    const isImplicit = encoding === 'implicit LE';
    const value = isImplicit ? 8 : 12;
    const reference = encodeElements(REFERENCE, encoding);
    const add = (name: string, at: number, detail: string, content: Uint8Array, length?: number): void => {
      faults.push(
        fault(`${name}, ${encoding}`, transferSyntax, raw(REFERENCED_IMAGES, 'SQ', content, length), at, detail),
      );
    };
    add('text', value, 'no item of (0008,1140) where', Buffer.from('a reference to another image'));
    add('elements without an item', value, 'no item of (0008,1140) where', reference);
    add(
      'a delimiter for an item',
      value,
      '(FFFE,E00D) where an item',
      Buffer.concat(
        [item(encoding, new Uint8Array(0)), item(encoding, reference)].map((bytes, index) => {
          if (index > 0) return bytes;
          const delimiter = Buffer.from(bytes);
          if (encoding === 'explicit BE') delimiter.writeUInt32BE(0xfffee00d, 0);
          else delimiter.writeUInt32LE(0xe00dfffe, 0);
          return delimiter;
        }),
      ),
    );
    const long = encodeElements([{ tag: 0x00081150, vr: 'UI', value: '1.2.3.45', lyingLength: 300 }], encoding);
    add('an element longer than its item', value + ITEM_HEADER, '(0008,1150) in (0008,1140)', item(encoding, long));
    add(
      'an item longer than its sequence',
      value,
      'an item in (0008,1140) is longer than the sequence',
      item(encoding, reference, reference.length + 20),
    );
    const two = Buffer.concat([item(encoding, reference), item(encoding, reference)]);
    add('a sequence longer than its items', value + two.length, 'no item of (0008,1140) where', two, two.length + 12);
    add(
      'a sequence shorter than its items',
      value + two.length / 2,
      'an item in (0008,1140) is longer',
      two,
      two.length - 4,
    );
    add(
      'an item that is not full',
      value + ITEM_HEADER + reference.length,
      'the last 4 bytes of an item of (0008,1140) are no element',
      item(encoding, Buffer.concat([reference, Buffer.alloc(4)])),
    );
    const inner = encodeElements([raw(0x0040a170, 'SQ', Buffer.from('purpose of it'))], encoding);
    add('text in a nested one', value + ITEM_HEADER + value, 'of (0040,A170)', item(encoding, inner));
    if (!isImplicit) {
      add(
        'items in Implicit VR',
        value + ITEM_HEADER,
        encoding === 'explicit BE' ? 'an element in (0008,1140)' : '(0008,1150) in (0008,1140)',
        item(encoding, encodeElements(REFERENCE, 'implicit LE')),
      );
    }
  }
  const unknown = (content: Uint8Array): BuiltElement => raw(0x00091001, 'UN', content, 0xffff_ffff);
  const explicitItems = item('explicit LE', encodeElements(REFERENCE, 'explicit LE'));
  const close = Buffer.from('feffdde000000000', 'hex');
  faults.push(
    fault(
      'items in Explicit VR under UN',
      EXPLICIT_LE,
      unknown(Buffer.concat([explicitItems, close])),
      12 + ITEM_HEADER,
      'in (0009,1001) is longer than the item',
    ),
  );
  return faults;
}
