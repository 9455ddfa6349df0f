// Packs headers for the way from the file thread to the main thread. Copying an object for each file would cost more than
// reading the file.

import { HEADER_FORMS, type InstanceHeader } from './header.ts';
import type { HeaderReading } from './read-header.ts';

export interface PackedHeaders {
  readonly count: number;
  /** FIELDS for each instance without findings. */
  readonly numbers: Float64Array;
  /** SOP Instance UIDs of the same. */
  readonly instanceUIDs: readonly string[];
  /** SOP classes and transfer syntaxes, each once. */
  readonly commonUIDs: readonly string[];
  /** All the others, with their places among all. */
  readonly others: readonly (readonly [number, HeaderReading])[];
}

/** So many numbers an instance: its two common UIDs by number, then the fields of its header, then its identity. */
const FIELDS = 11;

/** Leaves out the meta group's UIDs: the pre-flight check has compared them. */
export function packHeaders(readings: readonly HeaderReading[]): PackedHeaders {
  const numbers: number[] = [];
  const instanceUIDs: string[] = [];
  const common = new Map<string, number>();
  const others: [number, HeaderReading][] = [];
  const numberOf = (uid: string): number => {
    const number = common.get(uid) ?? common.size;
    common.set(uid, number);
    return number;
  };
  for (const [index, reading] of readings.entries()) {
    const { result, identity, findings } = reading;
    if (result.type === 'problem' || identity === undefined || findings.length > 0) {
      others.push([
        index,
        result.type === 'problem' ? reading : { ...reading, result: { ...result, mediaStorage: {} } },
      ]);
      continue;
    }
    const { sopClassUID, sopInstanceUID, transferSyntaxUID, dataSetOffset, dataSetLength, form } = result.header;
    numbers.push(
      numberOf(sopClassUID),
      numberOf(transferSyntaxUID),
      dataSetOffset,
      dataSetLength,
      HEADER_FORMS.indexOf(form),
    );
    numbers.push(identity.size, identity.mtimeMs, identity.ctimeMs, identity.ino, identity.dev);
    numbers.push(result.header.decodedLength ?? 0);
    instanceUIDs.push(sopInstanceUID);
  }
  const { length: count } = readings;
  return { count, numbers: Float64Array.from(numbers), instanceUIDs, commonUIDs: [...common.keys()], others };
}

export function unpackHeaders(packed: PackedHeaders): HeaderReading[] {
  const others = new Map(packed.others);
  const readings: HeaderReading[] = [];
  let taken = 0;
  for (let index = 0; index < packed.count; index += 1) {
    const other = others.get(index);
    readings.push(other ?? plainReading(packed, taken));
    if (other === undefined) taken += 1;
  }
  return readings;
}

function plainReading({ numbers, instanceUIDs, commonUIDs }: PackedHeaders, taken: number): HeaderReading {
  const at = taken * FIELDS;
  const decodedLength = numbers[at + 10] as number;
  const header: InstanceHeader = {
    sopClassUID: commonUIDs[numbers[at] as number] as string,
    sopInstanceUID: instanceUIDs[taken] as string,
    transferSyntaxUID: commonUIDs[numbers[at + 1] as number] as string,
    dataSetOffset: numbers[at + 2] as number,
    dataSetLength: numbers[at + 3] as number,
    form: HEADER_FORMS[numbers[at + 4] as number] as InstanceHeader['form'],
    ...(decodedLength === 0 ? {} : { decodedLength }),
  };
  const identity = {
    size: numbers[at + 5] as number,
    mtimeMs: numbers[at + 6] as number,
    ctimeMs: numbers[at + 7] as number,
    ino: numbers[at + 8] as number,
    dev: numbers[at + 9] as number,
  };
  return { result: { type: 'instance', header, mediaStorage: {} }, identity, findings: [] };
}
