// Files given to the header parser whole, and what it makes of them.

import assert from 'node:assert/strict';
import type { HeaderProblem, InstanceHeader } from '../../src/part10/header/header.ts';
import { type HeaderStep, parseHeader } from '../../src/part10/header/header-parser.ts';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  EXPLICIT_LE,
  encodeDataSet,
  type FileOptions,
} from './dicom-builder.ts';

export function parse(file: Uint8Array): HeaderStep {
  return parseHeader(file, file.length);
}

export function headerOf(file: Uint8Array): InstanceHeader {
  const step = parse(file);
  assert.equal(step.type, 'instance', JSON.stringify(step));
  return (step as { header: InstanceHeader }).header;
}

export function problemOf(file: Uint8Array): HeaderProblem {
  const step = parse(file);
  assert.equal(step.type, 'problem', JSON.stringify(step));
  return (step as { problem: HeaderProblem }).problem;
}

/** A file of the given elements, labelled as they are encoded. */
export function fileOf(
  elements: readonly BuiltElement[],
  transferSyntax = EXPLICIT_LE,
  options: FileOptions = {},
): Buffer {
  const dataSet = encodeDataSet(elements, transferSyntax);
  return buildFile({ transferSyntax, sopClass: CT_IMAGE, sopInstance: '2.25.77', dataSet }, options);
}
