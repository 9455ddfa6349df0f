// A file larger than memory that needs no space on the disk.

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFile, element, encodeElements, sampleInstance } from './dicom-builder.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

const GIGABYTE = 2 ** 30;

export interface SparseFile {
  readonly path: string;
  /** Of the data set, in bytes. */
  readonly dataSetLength: number;
}

/** A file of so many GiB of zeros, in private elements (PS3.5 7.8) of 1 GiB. They are holes and take no room on the disk. */
export async function sparseFile(scope: Scope, gigabytes: number): Promise<SparseFile> {
  const path = join(temporaryFolder(scope), 'sparse.dcm');
  const instance = sampleInstance({ pixelBytes: 0 });
  const plain = instance.elements.filter(({ tag }) => tag < 0x7fe00010);
  const before = encodeElements([...plain, element(0x00990010, 'LO', 'SEND TO PACS TEST')].sort(byTag), 'explicit LE');
  const file = buildFile({ ...instance, dataSet: before });
  const handle = await open(path, 'w');
  await handle.write(file);
  let at = file.length;
  for (let index = 0; index < gigabytes; index += 1) {
    const header = encodeElements(
      [{ tag: 0x00991000 + index, vr: 'OB', value: new Uint8Array(), lyingLength: GIGABYTE }],
      'explicit LE',
    );
    await handle.write(header, 0, header.length, at);
    at += header.length + GIGABYTE;
  }
  await handle.truncate(at);
  await handle.close();
  return { path, dataSetLength: at - (file.length - before.length) };
}

const byTag = (a: { readonly tag: number }, b: { readonly tag: number }): number => a.tag - b.tag;
