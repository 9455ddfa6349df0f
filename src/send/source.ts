// The data set of a file as it goes onto the wire: its own bytes, or converted where the peer takes only another syntax.

import { convertedSource } from '../part10/convert/converted-source.ts';
import type { DataSetSource } from '../part10/data-set-source.ts';
import { fileSource } from '../part10/file-source.ts';
import type { ScannedFile } from './job.ts';

/** @param transferSyntaxUID one of those that the plan asked for on behalf of this file */
export function sourceOf(file: Extract<ScannedFile, { type: 'instance' }>, transferSyntaxUID: string): DataSetSource {
  const own = fileSource(file.path, file.header, file.identity);
  return own.transferSyntaxUID === transferSyntaxUID ? own : convertedSource(own, transferSyntaxUID);
}
