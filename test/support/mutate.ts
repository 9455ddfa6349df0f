// Damages conversations and files by seed; a seed gives the same damage on every machine. It walks the bytes as PS3.8 9.3 and
// PS3.5 7.1 lay them out and prefers lengths and types to random bytes, as these are what a parser relies on.

/** Numbers from a seed (xorshift, 32 bits). */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds in a row must not begin alike.
    this.#state = (Math.imul(seed + 1, 0x9e37_79b1) ^ 0x5bf0_3635) >>> 0 || 1;
    for (let index = 0; index < 4; index += 1) this.below(2);
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state % Math.max(1, limit);
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}

/** Where a number that readers trust stands. */
export interface Field {
  readonly at: number;
  readonly size: 1 | 2 | 4;
  readonly littleEndian?: boolean;
  readonly kind: 'length' | 'type';
}

/** The fields of whole PDUs, one behind the other. */
export function pduFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at + 6 <= bytes.length; ) {
    const end = Math.min(bytes.length, at + 6 + bytes.readUInt32BE(at + 2));
    fields.push({ at, size: 1, kind: 'type' }, { at: at + 2, size: 4, kind: 'length' });
    const type = bytes[at];
    if (type === 1 || type === 2) itemFields(bytes, at + 74, end, fields);
    if (type === 4) pdvFields(bytes, at + 6, end, fields);
    at = end;
  }
  return fields;
}

function itemFields(bytes: Buffer, from: number, end: number, fields: Field[]): void {
  for (let at = from; at + 4 <= end; ) {
    const type = bytes[at] ?? 0;
    const itemEnd = Math.min(end, at + 4 + bytes.readUInt16BE(at + 2));
    fields.push({ at, size: 1, kind: 'type' }, { at: at + 2, size: 2, kind: 'length' });
    if (type === 0x20 || type === 0x21) itemFields(bytes, at + 8, itemEnd, fields);
    else if (type === 0x50) itemFields(bytes, at + 4, itemEnd, fields);
    else if (type >= 0x54 && type <= 0x59 && type !== 0x55) fields.push({ at: at + 4, size: 2, kind: 'length' });
    at = itemEnd;
  }
}

function pdvFields(bytes: Buffer, from: number, end: number, fields: Field[]): void {
  for (let at = from; at + 6 <= end; ) {
    const pdvEnd = Math.min(end, at + 4 + bytes.readUInt32BE(at));
    fields.push(
      { at, size: 4, kind: 'length' },
      { at: at + 4, size: 1, kind: 'type' },
      { at: at + 5, size: 1, kind: 'type' },
    );
    if (((bytes[at + 5] ?? 0) & 1) === 1) {
      for (let element = at + 6; element + 8 <= pdvEnd; ) {
        fields.push(
          { at: element + 2, size: 2, littleEndian: true, kind: 'type' },
          { at: element + 4, size: 4, littleEndian: true, kind: 'length' },
          { at: element + 8, size: 2, littleEndian: true, kind: 'type' },
        );
        element += 8 + bytes.readUInt32LE(element + 4);
      }
    }
    at = Math.max(pdvEnd, at + 4);
  }
}

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** The fields of a Part 10 file or a data set: group, element, VR and length of each element as far as it can be walked. */
export function elementFields(bytes: Buffer, from: number, explicit: boolean, littleEndian: boolean): Field[] {
  const fields: Field[] = [];
  const u32 = (at: number): number => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const u16 = (at: number): number => (littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  for (let at = from; at + 12 <= bytes.length; ) {
    fields.push({ at, size: 2, littleEndian, kind: 'type' }, { at: at + 2, size: 2, littleEndian, kind: 'type' });
    const vr = bytes.toString('latin1', at + 4, at + 6);
    const isItem = u16(at) === 0xfffe;
    const isLong = LONG.has(vr);
    const size = explicit && !isItem && !isLong ? 2 : 4;
    const lengthAt = explicit && !isItem ? (isLong ? at + 8 : at + 6) : at + 4;
    if (explicit && !isItem) fields.push({ at: at + 4, size: 2, littleEndian, kind: 'type' });
    fields.push({ at: lengthAt, size, littleEndian, kind: 'length' });
    const length = size === 2 ? u16(lengthAt) : u32(lengthAt);
    const isContainer = isItem || vr === 'SQ' || length === 0xffff_ffff;
    at = lengthAt + size + (isContainer ? 0 : length);
  }
  return fields;
}

function write(bytes: Buffer, { at, size, littleEndian }: Field, value: number): void {
  if (at + size > bytes.length) return;
  const wrapped = size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
  if (size === 1) bytes.writeUInt8(wrapped, at);
  else if (littleEndian === true) bytes.writeUIntLE(wrapped, at, size);
  else bytes.writeUIntBE(wrapped, at, size);
}

function read(bytes: Buffer, { at, size, littleEndian }: Field): number {
  if (at + size > bytes.length) return 0;
  return littleEndian === true ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}

function swapped(value: number, size: number): number {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes.readUIntLE(0, size);
}

function editField(bytes: Buffer, field: Field, random: Random): void {
  const value = read(bytes, field);
  const max = 2 ** (8 * field.size) - 1;
  const others =
    field.kind === 'type'
      ? [random.below(max + 1), value ^ (1 << random.below(8 * field.size)), 0, max, value + 1]
      : [
          value + 1,
          value - 1,
          0,
          1,
          2,
          max,
          max - 1,
          Math.floor(max / 2),
          swapped(value, field.size),
          value * 2,
          random.below(max + 1),
        ];
  write(bytes, field, random.pick(others));
}

/** One to four changes to these bytes. */
export function damage(original: Buffer, fieldsOf: (bytes: Buffer) => Field[], random: Random, donor: Buffer): Buffer {
  let bytes = Buffer.from(original);
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(bytes.length + 1);
    switch (random.below(9)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
      case 2:
      case 3:
      case 4: {
        const fields = fieldsOf(bytes);
        if (fields.length > 0) editField(bytes, random.pick(fields), random);
        break;
      }
      case 5:
        bytes = bytes.subarray(0, at);
        break;
      case 6: {
        const part = bytes.subarray(at, at + random.below(200));
        bytes = Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
        break;
      }
      case 7: {
        const from = random.below(donor.length);
        const part = donor.subarray(from, from + random.below(200));
        bytes = Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + random.below(2) * part.length)]);
        break;
      }
      default: {
        // Whole items and PDUs begin where a type stands: copied there, they are read as such.
        const fields = fieldsOf(bytes).filter(({ kind }) => kind === 'type');
        if (fields.length === 0) break;
        const [to, from] = [random.pick(fields).at, random.pick(fields).at];
        const part = bytes.subarray(from, from + 4 + random.below(100));
        bytes = Buffer.concat([bytes.subarray(0, to), part, bytes.subarray(to)]);
      }
    }
  }
  return Buffer.from(bytes);
}
