// What a data set may be converted to, under the person's policy, and the data set as it then goes onto the wire.

import { convertedSource } from '../part10/convert/converted-source.ts';
import { uncompressedAlternatives } from '../part10/convert/transfer-syntaxes.ts';
import type { DataSetSource } from '../part10/data-set-source.ts';
import { decoderThread } from '../part10/decompress/decoder-thread.ts';
import { decompressedSource } from '../part10/decompress/decompressed-source.ts';
import { decompressionOf } from '../part10/decompress/decompression.ts';
import { fileSource } from '../part10/file-source.ts';
import { EXPLICIT_VR_LE } from '../protocol/uids.ts';
import type { ScannedFile } from './job.ts';
import type { ConversionPolicy } from './options.ts';

/** Transfer syntaxes to propose beside `from`, best first; empty: it goes as it is or not at all. */
export function conversionTargets(from: string, policy: ConversionPolicy): readonly string[] {
  if (policy === 'never') return [];
  const decompression = decompressionOf(from);
  if (decompression === undefined) return uncompressedAlternatives(from);
  if (decompression === 'lossy' && policy !== 'any') return [];
  return [EXPLICIT_VR_LE, ...uncompressedAlternatives(EXPLICIT_VR_LE)];
}

/** The data sets of one send. Decoding takes a thread, which lives as long as it is needed. */
export class DataSets {
  readonly #decoders = decoderThread();

  /**
   * The file's own bytes, or converted where the peer takes only another syntax.
   * @param transferSyntaxUID the file's own, or one of its `conversionTargets`
   */
  sourceOf(file: Extract<ScannedFile, { type: 'instance' }>, transferSyntaxUID: string): DataSetSource {
    const own = fileSource(file.path, file.header, file.identity);
    if (own.transferSyntaxUID === transferSyntaxUID) return own;
    if (decompressionOf(own.transferSyntaxUID) === undefined) return convertedSource(own, transferSyntaxUID);
    const decompressed = decompressedSource(own, this.#decoders);
    return transferSyntaxUID === EXPLICIT_VR_LE ? decompressed : convertedSource(decompressed, transferSyntaxUID);
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#decoders.close();
  }
}
