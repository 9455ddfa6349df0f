// Reads a header and checks the structure of a file in memory as readHeader does on disk, and counts the bytes that were read.

import assert from 'node:assert/strict';
import type { Finding } from '../../src/part10/check/finding.ts';
import { inspect } from '../../src/part10/check/preflight.ts';
import type { HeaderProblem } from '../../src/part10/header/header.ts';
import { parseHeader } from '../../src/part10/header/header-parser.ts';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeDataSet,
  IMPLICIT_LE,
  RLE_LOSSLESS,
  seededBytes,
} from './dicom-builder.ts';

export const PLAIN = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE] as const;
export const WALKED = [...PLAIN, RLE_LOSSLESS] as const;

export interface Inspection {
  readonly findings: readonly Finding[] | undefined;
  /** Why it is no instance. */
  readonly problem?: HeaderProblem;
  /** [offset, length] of each read beyond the header's. */
  readonly reads: readonly (readonly [number, number])[];
}

/** As the product does it, from memory. Findings are undefined where the file is no instance at all. */
export async function wholeInspection(file: Uint8Array, signal?: AbortSignal): Promise<Inspection> {
  let prefix = file.subarray(0, 4096);
  let step = parseHeader(prefix, file.length);
  while (step.type === 'need more') {
    prefix = file.subarray(0, Math.max(step.bytes, 2 * prefix.length));
    step = parseHeader(prefix, file.length);
  }
  if (step.type !== 'instance') return { findings: undefined, problem: step.problem, reads: [] };
  const reads: [number, number][] = [];
  const read = async (offset: number, length: number) => {
    assert.ok(offset >= 0 && length > 0 && offset + length <= file.length, `read ${length} at ${offset}`);
    reads.push([offset, length]);
    return file.subarray(offset, offset + length);
  };
  return { findings: await inspect(step, prefix, read, signal), reads };
}

/** Without `no study or series`, which the smallest data sets all have. */
export async function inspection(file: Uint8Array, signal?: AbortSignal): Promise<Inspection> {
  const { findings, reads } = await wholeInspection(file, signal);
  return { findings: findings?.filter(({ code }) => code !== 'no study or series'), reads };
}

export async function findingsOf(file: Uint8Array): Promise<readonly Finding[]> {
  const { findings } = await inspection(file);
  assert.ok(findings !== undefined, 'no instance');
  return findings;
}

export interface Built {
  readonly file: Buffer;
  readonly start: number;
}

export function built(elements: readonly BuiltElement[], transferSyntax: string, behind = Buffer.alloc(0)): Built {
  const dataSet = Buffer.concat([encodeDataSet(elements, transferSyntax), behind]);
  const file = buildFile({ transferSyntax, sopClass: CT_IMAGE, sopInstance: '2.25.7', dataSet });
  return { file, start: file.length - dataSet.length };
}

export const UIDS = [element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', '2.25.7')];
/** Enough in front to be known for what it is. */
export const FRONT = [element(0x00080005, 'CS', 'ISO_IR 100'), ...UIDS, element(0x00080060, 'CS', 'CT')];
export const IMAGE = [...UIDS, element(0x00280010, 'US', [4]), element(0x7fe00010, 'OW', seededBytes(64, 1))];
