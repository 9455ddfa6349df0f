// Real DICOM files of many makers, if there are any. They are not part of the project. Without them the tests on them do not
// exist, and `npm test` says so. Generated files show the same.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { FileOutcome } from '../../src/send/outcome.ts';

export interface CorpusFile {
  readonly name: string;
  readonly path: string;
  /** Columns of manifest.tsv; '' where the manifest says nothing. */
  readonly transferSyntax: string;
  readonly sopClass: string;
  readonly hasPreamble: boolean;
  readonly hasMeta: boolean;
}

export const corpusFolder =
  process.env['SEND_TO_PACS_CORPUS'] ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'corpus');

export const hasCorpus = existsSync(join(corpusFolder, 'manifest.tsv'));

const leaveOut = (): Promise<void> => Promise.resolve();

/** node:test's `test` where the corpus is, nothing elsewhere. */
export const corpusTest = hasCorpus ? test : (leaveOut as unknown as typeof test);
/** node:test's `describe` where the corpus is, nothing elsewhere. */
export const corpusDescribe = hasCorpus ? describe : (leaveOut as unknown as typeof describe);

/** Their data sets have no SOP Class or Instance UID: DCMTK and Orthanc answer C000, so they are held back. */
const WITHOUT_UIDS: ReadonlySet<string> = new Set(
  ['UN_sequence', 'chrSQEncoding', 'no_meta_group_length', 'priv_SQ'].map((name) => `${name}.dcm`),
);

/** Whether an outcome is the one that such a file must have; false for all other files. */
export function isHeldBackForUIDs(path: string, { outcome, reason }: Pick<FileOutcome, 'outcome' | 'reason'>): boolean {
  if (!WITHOUT_UIDS.has(basename(path))) return false;
  assert.equal(outcome, 'held back', path);
  assert.ok(reason?.code === 'pre-flight' && reason.finding.code === 'missing attribute', path);
  return true;
}

export function corpusFiles(): readonly CorpusFile[] {
  if (!hasCorpus) return [];
  const [head = '', ...rows] = readFileSync(join(corpusFolder, 'manifest.tsv'), 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    const cell = (column: string) => cells[columns.indexOf(column)] ?? '';
    return {
      name: cell('file'),
      path: join(corpusFolder, cell('file')),
      transferSyntax: cell('transfer_syntax'),
      sopClass: cell('sop_class'),
      hasPreamble: cell('preamble') === 'y',
      hasMeta: cell('group0002') === 'y',
    };
  });
}
