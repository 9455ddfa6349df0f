// What DCMTK makes of a file and what we make of it hold the same elements with the same values.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { convertedSource } from '../../../../src/part10/convert/converted-source.ts';
import { loadStandardDictionary } from '../../../../src/part10/convert/standard-dictionary.ts';
import type { DataSetSource } from '../../../../src/part10/read/data-set-source.ts';
import { counted, sample } from '../../../support/conversion-sample.ts';
import { corpusDescribe, corpusFiles } from '../../../support/corpus.ts';
import {
  BIG,
  EXPLICIT,
  IMPLICIT,
  type NaiveElement,
  type NaiveEncoding,
  type NaiveRow,
  readDataSet,
  writeDataSet,
} from '../../../support/naive-data-set.ts';

const IMPLICIT_LE = '1.2.840.10008.1.2';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const DEFLATED_LE = '1.2.840.10008.1.2.1.99';
const EXPLICIT_BE = '1.2.840.10008.1.2.2';

/** How dcmconv is told to read a bare data set, and to write one. */
const TARGETS = [
  { uid: IMPLICIT_LE, encoding: IMPLICIT, read: '-ti', write: '+ti' },
  { uid: EXPLICIT_LE, encoding: EXPLICIT, read: '-te', write: '+te' },
  { uid: EXPLICIT_BE, encoding: BIG, read: '-tb', write: '+tb' },
] as const;

/** Corpus files that do not say what they are. */
const UNDECLARED: Readonly<Record<string, string>> = {
  'ExplVR_BigEndNoMeta.dcm': EXPLICIT_BE,
  'rtstruct.dcm': IMPLICIT_LE,
};

interface Subject {
  readonly name: string;
  readonly file: Uint8Array;
  readonly transferSyntax: string;
  readonly dataSet: Uint8Array;
}

const folder = mkdtempSync(join(tmpdir(), 'conversion-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const noDcmconv = spawnSync('dcmconv', ['--version']).status === 0 ? false : 'dcmconv of DCMTK is not installed';

/** dcmconv's data set in explicit lengths or not, with group lengths removed and nothing corrected. */
function dcmconv(name: string, file: Uint8Array, options: readonly string[]): Uint8Array | string {
  const from = join(folder, 'from');
  const to = join(folder, 'to');
  writeFileSync(from, file);
  rmSync(to, { force: true });
  const { status, stderr } = spawnSync('dcmconv', ['-dc', '-e', '-g', '-F', ...options, from, to], {
    encoding: 'utf8',
  });
  return status === 0 ? new Uint8Array(readFileSync(to)) : `${name}: ${stderr}`;
}

async function ours(subject: Subject, to: string): Promise<Uint8Array> {
  if (subject.transferSyntax === to) return subject.dataSet;
  const source: DataSetSource = {
    transferSyntaxUID: subject.transferSyntax,
    length: subject.dataSet.length,
    async *chunks() {
      yield { bytes: subject.dataSet, isLast: true };
    },
  };
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of convertedSource(source, to).chunks(0x4000)) pieces.push(Uint8Array.from(bytes));
  return new Uint8Array(Buffer.concat(pieces));
}

/** Group 0002 is in explicit VR little endian, with 16-bit lengths but for OB. PS3.10 7.1. */
function subjectOf(name: string, file: Uint8Array): Subject | undefined {
  const view = Buffer.from(file);
  let at = view.toString('latin1', 128, 132) === 'DICM' ? 132 : 0;
  let transferSyntax = UNDECLARED[name];
  while (at + 8 < view.length && view.readUInt16LE(at) === 2) {
    const isLong = view.toString('latin1', at + 4, at + 6) === 'OB';
    const length = isLong ? view.readUInt32LE(at + 8) : view.readUInt16LE(at + 6);
    const value = at + (isLong ? 12 : 8);
    if (view.readUInt16LE(at + 2) === 0x10)
      transferSyntax = view.toString('latin1', value, value + length).replace(/\0$/u, '');
    at = value + length;
  }
  const known = [DEFLATED_LE, ...TARGETS.map(({ uid }) => uid)].includes(transferSyntax ?? '');
  return transferSyntax !== undefined && known ? { name, file, transferSyntax, dataSet: file.subarray(at) } : undefined;
}

function readAs(encoding: NaiveEncoding, bytes: Uint8Array): NaiveRow[] {
  return readDataSet(bytes, encoding).filter(({ path }) => !path.endsWith('0000'));
}

/**
 * DCMTK keeps a dictionary of private elements, writes a UN of undefined length as an SQ, and coming from implicit VR
 * calls every native pixel data OW and everything that may be US or SS US.
 */
function comparableVR({ path, vr }: NaiveRow): string {
  const isPrivate = /[13579bdf]....(\[|$)/u.test(path);
  if (isPrivate) return '';
  if (vr === 'OB') return 'OW';
  return vr === 'SS' ? 'US' : vr;
}

function sameElements(mine: readonly NaiveRow[], theirs: readonly NaiveRow[]): void {
  const comparable = (row: NaiveRow) => `${row.path} ${comparableVR(row)} ${row.value}`;
  assert.deepEqual(mine.map(comparable), theirs.map(comparable));
}

async function agrees(subject: Subject, inputOptions: readonly string[] = []): Promise<void> {
  for (const { uid, encoding, read, write } of TARGETS) {
    const expected = dcmconv(subject.name, subject.file, [...inputOptions, write]);
    assert.ok(typeof expected !== 'string', String(expected));
    const mine = await ours(subject, uid);
    if (subject.transferSyntax !== uid) sameElements(readAs(encoding, mine), readAs(encoding, expected));
    // DCMTK's reader, too, must find in our bytes what it found in the file.
    const explicit = dcmconv(subject.name, subject.file, [...inputOptions, '+te']);
    const reread = dcmconv(subject.name, mine, ['-f', read, '+te']);
    assert.ok(typeof explicit !== 'string' && typeof reread !== 'string', `${String(explicit)} ${String(reread)}`);
    sameElements(readAs(EXPLICIT, reread), readAs(EXPLICIT, explicit));
  }
  const deflated = subject.transferSyntax === DEFLATED_LE ? subject.dataSet : await ours(subject, DEFLATED_LE);
  const explicit = subject.transferSyntax === EXPLICIT_LE ? subject.dataSet : await ours(subject, EXPLICIT_LE);
  assert.deepEqual(Buffer.compare(inflateRawSync(deflated), explicit), 0);
}

describe('dcmconv agrees', { skip: noDcmconv }, () => {
  for (const { uid, encoding, read } of TARGETS) {
    it(`on a data set of everything in ${uid}`, async () => {
      const dataSet = writeDataSet(sample, encoding);
      await agrees({ name: uid, file: dataSet, transferSyntax: uid, dataSet }, ['-f', read]);
    });
  }

  for (const { uid, encoding, read } of TARGETS.filter(({ encoding }) => encoding.explicit)) {
    it(`on UN of undefined length in ${uid}`, async () => {
      const unknown: NaiveElement = {
        tag: 0x00091010,
        vr: 'UN',
        value: [
          { elements: [{ tag: 0x00091011, vr: 'UN', value: counted(6) }], undefinedLength: true },
          { elements: [{ tag: 0x00091012, vr: 'UN', value: counted(4) }] },
        ],
      };
      const dataSet = writeDataSet([...sample.slice(0, 3), unknown, ...sample.slice(12)], encoding);
      await agrees({ name: uid, file: dataSet, transferSyntax: uid, dataSet }, ['-f', read]);
    });
  }

  corpusDescribe('on every uncompressed file of the corpus', () => {
    const subjects = corpusFiles().flatMap(({ name, path }) => subjectOf(name, readFileSync(path)) ?? []);

    it('of which there are some in every syntax', () => {
      assert.equal(new Set(subjects.map(({ transferSyntax }) => transferSyntax)).size, 4);
      assert.ok(subjects.length >= 15, `only ${subjects.length}`);
    });

    for (const subject of subjects) it(subject.name, () => agrees(subject));
  });
});

describe('DCMTK has the same VR', () => {
  const file = existsSync('/usr/share')
    ? readdirSync('/usr/share')
        .map((name) => join('/usr/share', name, 'dicom.dic'))
        .find((path) => existsSync(path))
    : undefined;

  it('for every standard element of its dictionary', {
    skip: file === undefined && 'no dicom.dic of DCMTK here',
  }, async () => {
    const dictionary = await loadStandardDictionary();
    const words: Readonly<Record<string, string>> = {
      ox: 'OB or OW',
      px: 'OB or OW',
      xs: 'US or SS',
      lt: 'US or OW',
      up: 'UL',
    };
    const different: string[] = [];
    let count = 0;
    for (const line of readFileSync(String(file), 'latin1').split('\n')) {
      const [, group = '', element = '', vr = ''] = /^\(([0-9A-F]{4}),([0-9A-F]{4})\)\t(\w\w)\t/u.exec(line) ?? [];
      if (group === '' || /[13579BDF]$|0002|FFFE/u.test(group) || element === '0000') continue;
      count += 1;
      const mine = dictionary.vrOf(Number.parseInt(group + element, 16));
      if (mine !== (words[vr] ?? vr)) different.push(`(${group},${element}) ${mine} is ${vr} in DCMTK`);
    }
    assert.ok(count > 3_000, `only ${count} elements`);
    assert.deepEqual(different, []);
  });
});
