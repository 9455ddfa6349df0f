// Every file to peers that accept only some transfer syntaxes: what arrives has the same elements, and the outcome says what was
// done. decompress.test.ts compares decompressed pixels with other decoders.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { decompressionOf } from '../../src/part10/decompress/decompression.ts';
import { corpusFiles, isHeldBackForUIDs } from '../support/corpus.ts';
import { DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE } from '../support/dicom-builder.ts';
import { elementsOf, elementsOfImplicit } from '../support/file-elements.ts';
import { peerAt, send, writeInstances } from '../support/jobs.ts';
import { missing, startStorescp } from '../support/peers.ts';
import { rleFile } from '../support/store-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = missing('storescp');

/**
 * This file holds Referenced RT Plan Sequence as UN of defined length: bytes, which stay bytes. In Implicit VR its readers take
 * it for the sequence that it is, and so does the conversion.
 */
const OPAQUE: Readonly<Record<string, ReadonlySet<number>>> = { 'rtdose_rle_1frame.dcm': new Set([0x300c0002]) };
const PIXEL_DATA = '7fe00010';
/** What decompression sets or leaves out (PS3.3 C.7.6.3, C.7.6.1.1.5). */
const IMAGE_DESCRIPTION = /^(0028(0002|0004|0006|0100|0101|0102|0103|2110)|7fe0(0001|0002|0010)) /;

const SEQUENCE_AS_UN = 0x300c0002;

/** The rows of the sequence where it stands as bytes. */
function itemsOf(row: string): string[] {
  const name = SEQUENCE_AS_UN.toString(16);
  if (!row.startsWith(`${name} `) || row.endsWith(' items')) return [row];
  const value = Buffer.from(row.slice(name.length + 1), 'hex');
  const header = Buffer.alloc(8);
  header.writeUInt16LE(SEQUENCE_AS_UN >>> 16, 0);
  header.writeUInt16LE(SEQUENCE_AS_UN & 0xffff, 2);
  header.writeUInt32LE(value.length, 4);
  return elementsOfImplicit(Buffer.concat([header, value]));
}

const UNCOMPRESSED = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE];

for (const options of [[], ['+xi'], ['+xe'], ['+xb'], ['+xd'], ['+xa'], ['-pdu', '4096'], ['-pdu', '131072']]) {
  test(`storescp ${options.join(' ') || 'as it is'}: every file arrives or says why not`, { skip }, async (t) => {
    const folder = temporaryFolder(t);
    const uncompressed = await writeInstances(
      folder,
      UNCOMPRESSED.map((transferSyntax) => ({ transferSyntax, pixelBytes: 20_000 })),
    );
    const rlePath = join(folder, 'rle.dcm');
    await writeFile(rlePath, rleFile(100));
    // Each of these can be sent to each of these peers, as it is or converted.
    const generated = [...uncompressed.map(({ path }) => path), rlePath];
    const scp = await startStorescp(t, ['-pm', '+B', '-uf', ...options]);
    const paths = [...generated, ...corpusFiles().map(({ path }) => path)];
    const stored = new Set<string>();
    for (const path of paths) {
      const { result } = await send([path], peerAt(scp.port));
      const [outcome] = result.outcomes;
      assert.ok(outcome !== undefined);
      if (outcome.outcome === 'skipped' || isHeldBackForUIDs(path, outcome)) continue;
      const name = `${basename(path)} ${outcome.transferSyntaxUID}`;
      const isCompressed = !UNCOMPRESSED.includes(outcome.transferSyntaxUID ?? '');
      if (outcome.outcome === 'failed') {
        // Only what no policy of ours allows to decode, or what is no decodable image, may fail here.
        assert.ok(isCompressed, `${name}: ${JSON.stringify(outcome.reason)}`);
        assert.match(outcome.reason?.code ?? '', /^(presentation context refused|cannot convert)$/, name);
        if (outcome.reason?.code === 'presentation context refused') {
          assert.notEqual(decompressionOf(outcome.transferSyntaxUID ?? ''), 'lossless', name);
        }
        continue;
      }
      assert.equal(outcome.outcome, 'stored', name);
      stored.add(path);
      const held = await scp.newest();
      const isWalked = outcome.transferSyntaxOnWire === IMPLICIT_LE;
      const [own, theirs] = isWalked
        ? [elementsOf(await readFile(path)).flatMap(itemsOf), elementsOf(held)]
        : [elementsOf(await readFile(path)), elementsOf(held, OPAQUE[basename(path)])];
      if (isCompressed && outcome.transferSyntaxOnWire !== outcome.transferSyntaxUID) {
        const rest = (rows: string[]) => rows.filter((row) => !IMAGE_DESCRIPTION.test(row));
        assert.deepEqual(rest(theirs), rest(own), name);
        const hasPixels = (rows: string[]) => rows.some((row) => row.startsWith(`${PIXEL_DATA} `));
        assert.equal(hasPixels(theirs), hasPixels(own), name);
      } else {
        assert.deepEqual(theirs, own, name);
      }
    }
    assert.deepEqual(
      generated.filter((path) => !stored.has(path)),
      [],
    );
  });
}
