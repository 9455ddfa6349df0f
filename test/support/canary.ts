// Instances of a patient whose name, number, dates and UIDs occur nowhere else, and a search for them in everything that was
// written.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFile, CT_IMAGE, EXPLICIT_LE, element, encodeDataSet } from './dicom-builder.ts';
import { disguises } from './secrets.ts';

/** What stands in the data sets. */
export const PATIENT: Readonly<Record<string, string>> = {
  name: 'CANARYFAMILY^CANARYGIVEN',
  'family name': 'CANARYFAMILY',
  'given name': 'CANARYGIVEN',
  id: 'CANARYID7701',
  'birth date': '19010203',
  'accession number': 'CANARYACC42',
  'study description': 'CANARYSTUDYTEXT',
  physician: 'CANARYPHYSICIAN',
  'study UID': '2.25.770000000000000001',
  'series UID': '2.25.770000000000000002',
};
/** Each instance's UID begins so. */
export const INSTANCE_UID = '2.25.77000000000000001';
/** In the names of the folder and of the files. */
export const PATH_WORD = 'CANARYPATH';

/** Writes `count` instances below `parent`. Returns the folder that they are in. */
export function writeCanaries(parent: string, count: number): string {
  const folder = join(parent, `${PATH_WORD}-study`);
  mkdirSync(folder);
  for (let at = 0; at < count; at++) {
    const sopInstance = `${INSTANCE_UID}${at}`;
    const elements = [
      element(0x00080016, 'UI', CT_IMAGE),
      element(0x00080018, 'UI', sopInstance),
      element(0x00080050, 'SH', PATIENT['accession number'] ?? ''),
      element(0x00080060, 'CS', 'CT'),
      element(0x00080090, 'PN', PATIENT['physician'] ?? ''),
      element(0x00081030, 'LO', PATIENT['study description'] ?? ''),
      element(0x00100010, 'PN', PATIENT['name'] ?? ''),
      element(0x00100020, 'LO', PATIENT['id'] ?? ''),
      element(0x00100030, 'DA', PATIENT['birth date'] ?? ''),
      element(0x0020000d, 'UI', PATIENT['study UID'] ?? ''),
      element(0x0020000e, 'UI', PATIENT['series UID'] ?? ''),
      element(0x7fe00010, 'OW', new Uint8Array(2_000)),
    ];
    const dataSet = encodeDataSet(elements, EXPLICIT_LE);
    const file = buildFile({ transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance, dataSet });
    writeFileSync(join(folder, `${PATH_WORD}-${at}.dcm`), file);
  }
  // Cut in its data set: pre-flight has something to say of it.
  const whole = encodeDataSet([element(0x00100010, 'PN', PATIENT['name'] ?? '')], EXPLICIT_LE);
  const cut = {
    transferSyntax: EXPLICIT_LE,
    sopClass: CT_IMAGE,
    sopInstance: `${INSTANCE_UID}cut`.replace('cut', '99'),
  };
  writeFileSync(join(folder, `${PATH_WORD}-cut.dcm`), buildFile({ ...cut, dataSet: whole }).subarray(0, -5));
  writeFileSync(join(folder, `${PATH_WORD}.txt`), PATIENT['name'] ?? '');
  return folder;
}

/** Names the patient's attributes that stand in `text`. `also`: further words to look for, by name. */
export function canariesIn(text: string | Uint8Array, also: Readonly<Record<string, string>> = {}): string[] {
  const bytes = Buffer.from(text);
  const words = Object.entries({ ...PATIENT, 'instance UID': INSTANCE_UID, ...also });
  return words
    .filter(([, word]) => bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le')))
    .map(([what]) => what);
}

/** Where no name belongs: a name of a patient, and a number of one, which has the characters of a UID. */
export const MISPLACED = { name: 'DOE^JANE', number: '7701770155' } as const;

const DUMPED = /^(?:[A-Z]: )?(?:\[\d+\] )?  [0-9A-F]{4} ((?: {1,2}(?:[0-9A-F]{2}|\*\*))+)/gm;

/** The lines of `text` that show one of the words in any disguise; a hex dump is read across its lines. */
export function sightsOf(words: readonly string[], text: string): string[] {
  const needles = words.flatMap(disguises);
  const isSeen = (bytes: Buffer): boolean => needles.some((needle) => bytes.includes(needle));
  const lines = isSeen(Buffer.from(text)) ? text.split('\n').filter((line) => isSeen(Buffer.from(line))) : [];
  const digits = [...text.matchAll(DUMPED)].map(([, columns = '']) => columns.replaceAll('**', '00')).join('');
  return isSeen(Buffer.from(digits.replaceAll(' ', ''), 'hex')) ? [...lines, 'a hex dump'] : lines;
}
