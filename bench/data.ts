// The files to send: CT slices of 525 KB, files of 2 KB, one file of 1 GB. Made once, the same on every machine, by the tests'
// writer, which shares no code with the product.

import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  EXPLICIT_LE,
  element,
  encodeElements,
  seededBytes,
} from '../test/support/dicom-builder.ts';
import { cacheFolder, exists } from './cache.ts';

const MULTI_FRAME_WORD = '1.2.840.10008.5.1.4.1.1.7.3';
const FILES_IN_A_FOLDER = 100;
const FRAME_LENGTH = 512 * 512 * 2;
/** Part of the folders' names. Change it if the content of the files changes. */
const EDITION = 1;

export interface DataSelection {
  /** Arguments of a sender: folders of 100 files each, or single files if fewer are needed. */
  readonly paths: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

interface Kind {
  readonly name: string;
  readonly uidRoot: string;
  readonly pixelLength: number;
}

const CT: Kind = { name: 'ct', uidRoot: '2.25.11', pixelLength: FRAME_LENGTH };
const SMALL: Kind = { name: 'small', uidRoot: '2.25.12', pixelLength: 1_184 };

export const ctSlices = (count: number): Promise<DataSelection> => folders(CT, count);
export const smallFiles = (count: number): Promise<DataSelection> => folders(SMALL, count);

async function folders(kind: Kind, count: number): Promise<DataSelection> {
  const paths: string[] = [];
  let length = 0;
  let noise: Buffer | undefined;
  for (let folder = 0; folder * FILES_IN_A_FOLDER < count; folder++) {
    const path = join(cacheFolder, `data-${EDITION}`, kind.name, String(folder).padStart(4, '0'));
    paths.push(path);
    length = instanceFile(kind, 0, Buffer.alloc(kind.pixelLength)).length;
    if (await exists(path)) continue;
    noise ??= seededBytes(kind.pixelLength + 65_536, kind.pixelLength);
    const unfinished = `${path}.unfinished`;
    await mkdir(unfinished, { recursive: true });
    for (let index = 0; index < FILES_IN_A_FOLDER; index++) {
      const number = folder * FILES_IN_A_FOLDER + index;
      const at = (number * 62) % 65_536;
      const file = instanceFile(kind, number, noise.subarray(at, at + kind.pixelLength));
      await writeFile(join(unfinished, fileName(number)), file);
    }
    await rename(unfinished, path);
  }
  if (count >= FILES_IN_A_FOLDER) return { paths, files: count, bytes: count * length };
  const files = Array.from({ length: count }, (_, number) => join(paths[0] ?? '', fileName(number)));
  return { paths: files, files: count, bytes: count * length };
}

const fileName = (number: number): string => `IM${String(number).padStart(6, '0')}.dcm`;

/** UIDs and numbers have the same number of digits in all files, so all files have the same length. */
function instanceFile({ uidRoot, pixelLength }: Kind, number: number, pixels: Uint8Array): Buffer {
  const columns = pixelLength === FRAME_LENGTH ? 512 : 16;
  const sopInstance = `${uidRoot}${String(number).padStart(8, '0')}`;
  const elements = [...head(CT_IMAGE, sopInstance, number), ...image(pixelLength / 2 / columns, columns)];
  const dataSet = encodeElements([...elements, element(0x7fe00010, 'OW', pixels)], 'explicit LE');
  return buildFile({ transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance, dataSet });
}

/** One multi-frame file; `megabytes` in units of 1,048,576 bytes of pixels. */
export async function largeFile(megabytes: number): Promise<DataSelection> {
  const path = join(cacheFolder, `data-${EDITION}`, `large-${megabytes}.dcm`);
  const pixelLength = megabytes * 1_048_576;
  const sopInstance = `2.25.13${String(megabytes).padStart(8, '0')}`;
  const elements = [
    ...head(MULTI_FRAME_WORD, sopInstance, 1),
    ...image(512, 512, pixelLength / FRAME_LENGTH),
    { ...element(0x7fe00010, 'OW', new Uint8Array(0)), lyingLength: pixelLength },
  ];
  const dataSet = encodeElements(elements, 'explicit LE');
  const start = buildFile({ transferSyntax: EXPLICIT_LE, sopClass: MULTI_FRAME_WORD, sopInstance, dataSet });
  if (!(await exists(path))) {
    await mkdir(join(path, '..'), { recursive: true });
    const noise = seededBytes(4 * 1_048_576, megabytes);
    const handle = await open(`${path}.unfinished`, 'w');
    try {
      await handle.writeFile(start);
      for (let left = pixelLength; left > 0; left -= noise.length) await handle.writeFile(noise.subarray(0, left));
    } finally {
      await handle.close();
    }
    await rename(`${path}.unfinished`, path);
  }
  return { paths: [path], files: 1, bytes: start.length + pixelLength };
}

function head(sopClass: string, sopInstance: string, number: number): BuiltElement[] {
  return [
    element(0x00080005, 'CS', 'ISO_IR 100'),
    element(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'),
    element(0x00080016, 'UI', sopClass),
    element(0x00080018, 'UI', sopInstance),
    element(0x00080020, 'DA', '20200101'),
    element(0x00080030, 'TM', '120000'),
    element(0x00080050, 'SH', 'BENCH1'),
    element(0x00080060, 'CS', sopClass === CT_IMAGE ? 'CT' : 'OT'),
    element(0x00080070, 'LO', 'BENCH'),
    element(0x00100010, 'PN', 'BENCH^DATA'),
    element(0x00100020, 'LO', 'BENCH-1'),
    element(0x0020000d, 'UI', '2.25.900000011'),
    element(0x0020000e, 'UI', '2.25.900000012'),
    element(0x00200010, 'SH', '1'),
    element(0x00200013, 'IS', String(number).padStart(8, '0')),
  ];
}

function image(rows: number, columns: number, frames?: number): BuiltElement[] {
  return [
    element(0x00280002, 'US', [1]),
    element(0x00280004, 'CS', 'MONOCHROME2'),
    ...(frames === undefined ? [] : [element(0x00280008, 'IS', String(frames))]),
    element(0x00280010, 'US', [rows]),
    element(0x00280011, 'US', [columns]),
    element(0x00280100, 'US', [16]),
    element(0x00280101, 'US', [16]),
    element(0x00280102, 'US', [15]),
    element(0x00280103, 'US', [0]),
  ];
}
