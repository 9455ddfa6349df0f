import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as whole from 'dcmjs';
import { dcmjsParts } from '../../../scripts/dcmjs-parts.ts';
import { buildFile, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, sampleInstance } from '../../support/dicom-builder.ts';

const MODULE = fileURLToPath(import.meta.resolve('dcmjs'));

describe('the parts of dcmjs that ship', () => {
  let folder: string;
  let source: string;
  let parts: typeof whole;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dcmjs-parts-'));
    source = await readFile(MODULE, 'utf8');
    const path = join(folder, 'parts.mjs');
    await writeFile(path, await dcmjsParts(source));
    parts = (await import(pathToFileURL(path).href)) as typeof whole;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('know every standard element as the whole does', () => {
    const of = ({ data }: typeof whole): string[] => {
      const { dictionary } = data.DicomMetaDictionary;
      const told: string[] = [];
      for (const group of [
        ...Array(0x60).keys(),
        0x2200,
        0x3002,
        0x300a,
        0x4010,
        0x5000,
        0x5400,
        0x6000,
        0x6002,
        0x7fe0,
      ]) {
        for (let number = 0; number < 0x4000; number += 1) {
          const tag = ((group << 16) | number).toString(16).toUpperCase().padStart(8, '0');
          const entry = dictionary[tag];
          if (entry !== undefined) told.push(`${tag} ${entry.vr} ${entry.name}`);
        }
      }
      return told;
    };
    const expected = of(whole);
    assert.ok(expected.length > 1_500, `${expected.length}`);
    assert.deepEqual(of(parts), expected);
  });

  it('read a file as the whole does', () => {
    for (const transferSyntax of [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE]) {
      const { buffer } = Uint8Array.from(buildFile(sampleInstance({ transferSyntax, seed: 5 })));
      const read = ({ data }: typeof whole): string => JSON.stringify(data.DicomMessage.readFile(buffer).dict);
      assert.equal(read(parts), read(whole), transferSyntax);
    }
  });

  it('are refused where dcmjs is built in another way', async () => {
    await assert.rejects(
      dcmjsParts(source.replace('registerPrivatesModule(privateData);', '')),
      /registerPrivatesModule/,
    );
  });
});
