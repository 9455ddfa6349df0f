// Scanned files without a disk: what a scan reports, with different values in every field.

import type { HeaderProblem } from '../../src/part10/header/header.ts';
import type { ScannedFile, ScannedInstance } from '../../src/send/scanned-file.ts';

/** An instance; what is not given is made from `number`. */
export function instanceSample(number: number, changes: Partial<ScannedInstance> = {}): ScannedInstance {
  return {
    type: 'instance',
    path: `/studies/${number % 7}/IM${number}.dcm`,
    header: {
      sopClassUID: `1.2.840.10008.5.1.4.1.1.${number % 5}`,
      sopInstanceUID: `1.2.3.${number}`,
      transferSyntaxUID: `1.2.840.10008.1.2.${number % 3}`,
      dataSetOffset: 300 + number,
      dataSetLength: 2_000 + number,
      form: 'Part 10',
    },
    identity: {
      size: 2_300 + 2 * number,
      mtimeMs: 1_700_000_000_000.25 + number,
      ctimeMs: 1_700_000_000_001.5 + number,
      ino: 2 ** 40 + number,
      dev: 64,
    },
    findings: [],
    ...changes,
  };
}

export function skippedSample(path: string, problem: HeaderProblem = { code: 'DICOMDIR' }): ScannedFile {
  return { type: 'skipped', path, problem };
}
