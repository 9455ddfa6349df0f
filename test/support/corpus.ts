// Real DICOM files of many makers, where they are at hand. They are not part of the project: suites that need them skip
// with a reason.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

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

/** false, or why there is nothing to test with: what node:test takes as `skip`. */
export const corpusSkip = existsSync(join(corpusFolder, 'manifest.tsv'))
  ? false
  : 'no corpus: set SEND_TO_PACS_CORPUS to a folder with manifest.tsv';

export function corpusFiles(): readonly CorpusFile[] {
  if (corpusSkip !== false) return [];
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
