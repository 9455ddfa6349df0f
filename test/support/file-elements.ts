// The elements of a DICOM file as a list that does not depend on its transfer syntax, to compare what was sent with what arrived.

import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import { loadDictionary } from '../../src/part10/dcmjs-adapter.ts';
import { parseHeader } from '../../src/part10/header/header-parser.ts';
import { DEFLATED_LE, EXPLICIT_BE, IMPLICIT_LE } from './dicom-builder.ts';
import { BIG, EXPLICIT, IMPLICIT, readDataSet, withoutVRs } from './naive-data-set.ts';

// In Implicit VR only a dictionary tells what a sequence of defined length is.
const { vrOf } = await loadDictionary();

/**
 * 'path value' of each element, without group lengths and without padding behind the last one.
 * @param opaque tags that are to be read as bytes, not as sequences
 */
export function elementsOf(file: Buffer, opaque: ReadonlySet<number> = new Set()): string[] {
  const parsed = parseHeader(file, file.length);
  assert.ok(parsed.type === 'instance');
  const { transferSyntaxUID, dataSetOffset } = parsed.header;
  const raw = file.subarray(dataSetOffset);
  const dataSet = transferSyntaxUID === DEFLATED_LE ? inflateRawSync(raw) : raw;
  const encoding = transferSyntaxUID === IMPLICIT_LE ? IMPLICIT : transferSyntaxUID === EXPLICIT_BE ? BIG : EXPLICIT;
  const rows = readDataSet(dataSet, encoding, (tag) => vrOf(tag) === 'SQ' && !opaque.has(tag));
  return withoutVRs(rows).filter((row) => !row.startsWith('fffcfffc '));
}

/** The same of a data set in Implicit VR Little Endian. */
export function elementsOfImplicit(dataSet: Buffer): string[] {
  return withoutVRs(readDataSet(dataSet, IMPLICIT, (tag) => vrOf(tag) === 'SQ'));
}
