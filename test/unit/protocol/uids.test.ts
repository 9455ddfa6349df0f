import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../../../src/protocol/implementation.ts';
import { MISPRINTED_STORAGE, OTHER_SOP_CLASSES } from '../../../src/protocol/sop-classes.ts';
import { TRANSFER_SYNTAXES } from '../../../src/protocol/transfer-syntaxes.ts';
import {
  DEFLATED_EXPLICIT_VR_LE,
  EXPLICIT_VR_BE,
  EXPLICIT_VR_LE,
  IMPLICIT_VR_LE,
  MEDIA_STORAGE_DIRECTORY,
  sopClassName,
  storageSOPClasses,
  transferSyntax,
  uidName,
  VERIFICATION,
} from '../../../src/protocol/uids.ts';

/** PS3.5 9.1: components without leading zeros, at most 64 characters. */
function isUid(uid: string): boolean {
  return uid.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(uid);
}

const STORAGE = '1.2.840.10008.5.1.4.1.1';

const documented = (
  JSON.parse(readFileSync(new URL('storescu-sop-classes.json', import.meta.url), 'utf8')) as {
    readonly rows: readonly (readonly [uid: string, name: string])[];
  }
).rows;

/** Where PS3.6 has another name than the documentation of storescu. */
const REGISTRY_NAMES: Readonly<Record<string, string>> = {
  [`${STORAGE}.1.1.1.1`]: 'Digital X-Ray Image Storage - For Processing (misprinted UID)',
  '1.2.840.10008.5.1.1.4.1.1.3.1': 'Digital Intra-Oral X-Ray Image Storage - For Processing (misprinted UID)',
  [`${STORAGE}.9.6.2`]: 'Multi-channel Respiratory Waveform Storage',
  [`${STORAGE}.9.7.1`]: 'Routine Scalp Electroencephalogram Waveform Storage',
  [`${STORAGE}.481.11`]: 'RT Segment Annotation Storage',
  [`${STORAGE}.481.15`]: 'Robotic-Arm Radiation Storage',
  [`${STORAGE}.481.20`]: 'Robotic Radiation Record Storage',
  '1.2.840.10008.5.1.4.34.10': 'RT Brachy Application Setup Delivery Instruction Storage',
};

suite('the tables', () => {
  test('every UID is well-formed, occurs once and has a name', () => {
    const all = [
      ...storageSOPClasses.map(({ uid, name }) => [uid, name] as const),
      ...OTHER_SOP_CLASSES,
      ...TRANSFER_SYNTAXES.map(({ uid, name }) => [uid, name] as const),
    ];
    for (const [uid, name] of all) {
      assert.ok(isUid(uid), uid);
      assert.ok(name.length > 0 && name === name.trim(), uid);
      assert.equal(uidName(uid), name);
    }
    assert.equal(new Set(all.map(([uid]) => uid)).size, all.length);
  });

  test('names are unique among current classes', () => {
    const names = storageSOPClasses.filter(({ retired }) => retired === undefined).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  test('have as many rows as the standard', () => {
    assert.equal(storageSOPClasses.filter(({ retired, misprintOf }) => !retired && !misprintOf).length, 194);
    assert.equal(storageSOPClasses.filter(({ retired }) => retired).length, 20);
    assert.equal(storageSOPClasses.filter(({ misprintOf }) => misprintOf !== undefined).length, 2);
    assert.equal(TRANSFER_SYNTAXES.length, 64);
  });
});

suite('SOP classes', () => {
  test("all 157 rows of storescu's documentation are known, under the registry's names", () => {
    assert.equal(documented.length, 157);
    assert.equal(new Set(documented.map(([uid]) => uid)).size, 157);
    const known = new Map(storageSOPClasses.map((sopClass) => [sopClass.uid, sopClass]));
    for (const [uid, name] of documented) {
      assert.equal(known.get(uid)?.name, REGISTRY_NAMES[uid] ?? name, uid);
      assert.equal(sopClassName(uid), REGISTRY_NAMES[uid] ?? name, uid);
    }
  });

  test('a misprinted UID names the UID that was meant', () => {
    assert.equal(MISPRINTED_STORAGE.length, 2);
    const known = new Map(storageSOPClasses.map((sopClass) => [sopClass.uid, sopClass]));
    for (const [uid, meant] of MISPRINTED_STORAGE) {
      assert.equal(known.get(uid)?.misprintOf, meant);
      assert.equal(known.get(meant)?.misprintOf, undefined);
      assert.equal(known.get(uid)?.name, `${known.get(meant)?.name} (misprinted UID)`);
    }
    assert.equal(sopClassName(`${STORAGE}.1.1.1`), 'Digital X-Ray Image Storage - For Processing');
    assert.equal(sopClassName(`${STORAGE}.1.3.1`), 'Digital Intra-Oral X-Ray Image Storage - For Processing');
  });

  test('classes that the documentation lacks are known', () => {
    const suffixes =
      '1.1.1 1.3.1 6.3 9.1.4 9.100.1 9.100.2 11.12 66.7 66.8 77.1.8 77.1.9 88.77 481.23 481.24 481.25 200.1 200.3 200.7 ' +
      '201.1 501.1 501.2.1 501.2.2 501.3 501.4 501.5 501.6 601.1 601.2 601.3 601.4 601.5';
    const others = ['38.1', '39.1', '43.1', '44.1', '45.1'].map((suffix) => `1.2.840.10008.5.1.4.${suffix}`);
    const current = new Set(storageSOPClasses.filter(({ retired }) => !retired).map(({ uid }) => uid));
    for (const uid of [...suffixes.split(' ').map((suffix) => `${STORAGE}.${suffix}`), ...others]) {
      assert.ok(current.has(uid), uid);
    }
  });

  test('retired classes that old archives hold are known as retired', () => {
    const suffixes = '3 5 6 8 9 9.1 10 11 12.3 77.1 77.2 88.1 88.2 88.3 88.4 129';
    const others = ['1.2.840.10008.5.1.1.27', '1.2.840.10008.5.1.1.29', '1.2.840.10008.5.1.1.30'];
    const retired = new Set(storageSOPClasses.filter((sopClass) => sopClass.retired).map(({ uid }) => uid));
    for (const uid of [...suffixes.split(' ').map((suffix) => `${STORAGE}.${suffix}`), ...others]) {
      assert.ok(retired.has(uid), uid);
    }
  });

  test('services other than storage have names, and are not storage', () => {
    assert.equal(sopClassName(VERIFICATION), 'Verification SOP Class');
    assert.equal(sopClassName(MEDIA_STORAGE_DIRECTORY), 'Media Storage Directory Storage');
    assert.equal(sopClassName('1.2.840.10008.1.20.1'), 'Storage Commitment Push Model SOP Class');
    const storage = new Set(storageSOPClasses.map(({ uid }) => uid));
    for (const [uid] of OTHER_SOP_CLASSES) assert.ok(!storage.has(uid), uid);
  });
});

suite('transfer syntaxes', () => {
  test('the four that are not encapsulated', () => {
    const facts = { encapsulated: false, byteOrder: 'little', explicitVR: true, deflated: false };
    assert.deepEqual(transferSyntax(IMPLICIT_VR_LE), {
      ...facts,
      uid: IMPLICIT_VR_LE,
      name: 'Implicit VR Little Endian',
      explicitVR: false,
    });
    assert.deepEqual(transferSyntax(EXPLICIT_VR_LE), {
      ...facts,
      uid: EXPLICIT_VR_LE,
      name: 'Explicit VR Little Endian',
    });
    assert.deepEqual(transferSyntax(DEFLATED_EXPLICIT_VR_LE), {
      ...facts,
      uid: DEFLATED_EXPLICIT_VR_LE,
      name: 'Deflated Explicit VR Little Endian',
      deflated: true,
    });
    assert.deepEqual(transferSyntax(EXPLICIT_VR_BE), {
      ...facts,
      uid: EXPLICIT_VR_BE,
      name: 'Explicit VR Big Endian',
      byteOrder: 'big',
      retired: true,
    });
  });

  test('deflated are exactly those whose whole data set is (PS3.5 A.5, A.7, A.12)', () => {
    assert.deepEqual(
      TRANSFER_SYNTAXES.filter(({ deflated }) => deflated).map(({ uid }) => uid),
      ['1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.4.95', '1.2.840.10008.1.2.4.205'],
    );
  });

  test('big endian is one; implicit are three', () => {
    assert.deepEqual(
      TRANSFER_SYNTAXES.filter(({ byteOrder }) => byteOrder === 'big').map(({ uid }) => uid),
      [EXPLICIT_VR_BE],
    );
    assert.deepEqual(
      TRANSFER_SYNTAXES.filter(({ explicitVR }) => !explicitVR)
        .map(({ uid }) => uid)
        .toSorted(),
      [IMPLICIT_VR_LE, '1.2.840.10008.1.20', '1.2.840.113619.5.2'].toSorted(),
    );
  });

  test('everything compressed is encapsulated, explicit and little endian (PS3.5 A.4)', () => {
    const suffixes =
      '1.98 4.50 4.51 4.57 4.70 4.80 4.81 4.90 4.91 4.92 4.93 4.100 4.100.1 4.101 4.101.1 4.102 4.102.1 4.103 4.103.1 ' +
      '4.104 4.104.1 4.105 4.105.1 4.106 4.106.1 4.107 4.108 4.110 4.111 4.112 4.201 4.202 4.203 5 8.1';
    for (const suffix of suffixes.split(' ')) {
      const syntax = transferSyntax(`1.2.840.10008.1.2.${suffix}`);
      assert.ok(syntax, suffix);
      assert.ok(syntax.encapsulated && syntax.explicitVR && syntax.byteOrder === 'little' && !syntax.retired, suffix);
    }
    for (const suffix of ['4.94', '4.95', '4.204', '4.205', '7.1', '7.2', '7.3']) {
      assert.equal(transferSyntax(`1.2.840.10008.1.2.${suffix}`)?.encapsulated, false, suffix);
    }
  });

  test('an unknown one is undefined, as is a SOP class', () => {
    assert.equal(transferSyntax('1.2.3.4'), undefined);
    assert.equal(transferSyntax(VERIFICATION), undefined);
  });
});

test('uidName names SOP classes, transfer syntaxes and the application context, and nothing else', () => {
  assert.equal(uidName(`${STORAGE}.2`), 'CT Image Storage');
  assert.equal(uidName('1.2.840.10008.1.2.5'), 'RLE Lossless');
  assert.equal(uidName('1.2.840.10008.3.1.1.1'), 'DICOM Application Context Name');
  for (const unknown of ['', '1.2.3', 'constructor', '__proto__']) assert.equal(uidName(unknown), undefined);
});

test('the implementation identifies itself within the limits of the standard', () => {
  assert.ok(isUid(IMPLEMENTATION_CLASS_UID));
  const uuid = BigInt(IMPLEMENTATION_CLASS_UID.replace(/^2\.25\./, ''));
  // RFC 9562: version 4 (random), variant 10.
  assert.equal((uuid >> 76n) & 0xfn, 4n);
  assert.equal((uuid >> 62n) & 0x3n, 2n);
  assert.match(IMPLEMENTATION_VERSION_NAME, /^[A-Z0-9_]{1,16}$/);
});
