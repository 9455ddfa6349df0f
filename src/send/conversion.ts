// What a data set may be converted to, under the person's policy, and the data set as it then goes onto the wire.

import { BlockPool } from '../part10/block-pool.ts';
import { convertedSource } from '../part10/convert/converted-source.ts';
import { uncompressedAlternatives } from '../part10/convert/transfer-syntaxes.ts';
import type { DataSetSource } from '../part10/data-set-source.ts';
import { decoderThread } from '../part10/decompress/decoder-thread.ts';
import { decompressedSource } from '../part10/decompress/decompressed-source.ts';
import { decompressionOf } from '../part10/decompress/decompression.ts';
import { fileSource } from '../part10/file-source.ts';
import type { SmallFileRequest } from '../part10/small-file.ts';
import { SMALL_LENGTH, SmallFileThread } from '../part10/small-file-thread.ts';
import { EXPLICIT_VR_LE } from '../protocol/uids.ts';
import type { ScannedFile } from './job.ts';
import type { ConversionPolicy } from './options.ts';

type ScannedInstance = Extract<ScannedFile, { type: 'instance' }>;

/** Transfer syntaxes to propose beside `from`, best first; empty: it goes as it is or not at all. */
export function conversionTargets(from: string, policy: ConversionPolicy): readonly string[] {
  if (policy === 'never') return [];
  const decompression = decompressionOf(from);
  if (decompression === undefined) return uncompressedAlternatives(from);
  if (decompression === 'lossy' && policy !== 'any') return [];
  return [EXPLICIT_VR_LE, ...uncompressedAlternatives(EXPLICIT_VR_LE)];
}

/** The data sets of one send, with the threads and buffers that they share. */
export class DataSets {
  readonly #decoders = decoderThread();
  readonly #smallFiles = new SmallFileThread();
  readonly #pool = new BlockPool();

  /** Files whose turn comes soon, as they are: small ones are read ahead. */
  expect(file: ScannedInstance): void {
    if (isSmall(file)) this.#smallFiles.expect(requestOf(file));
  }

  /**
   * The file's own bytes, or converted where the peer takes only another syntax.
   * @param transferSyntaxUID the file's own, or one of its `conversionTargets`
   */
  sourceOf(file: ScannedInstance, transferSyntaxUID: string): DataSetSource {
    const streamed = fileSource(file.path, file.header, file.identity, this.#pool);
    const own = isSmall(file) ? this.#smallFiles.source(requestOf(file), streamed) : streamed;
    if (own.transferSyntaxUID === transferSyntaxUID) return own;
    if (decompressionOf(own.transferSyntaxUID) === undefined) return convertedSource(own, transferSyntaxUID);
    const decompressed = decompressedSource(own, this.#decoders);
    return transferSyntaxUID === EXPLICIT_VR_LE ? decompressed : convertedSource(decompressed, transferSyntaxUID);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#decoders.close(), this.#smallFiles.close()]);
  }
}

/** Deflated data sets of odd length get a padding byte on their way, which is the stream's business. */
function isSmall({ header }: ScannedInstance): boolean {
  return header.dataSetLength <= SMALL_LENGTH && header.dataSetLength % 2 === 0;
}

function requestOf({ path, header, identity }: ScannedInstance): SmallFileRequest {
  return { path, offset: header.dataSetOffset, length: header.dataSetLength, identity };
}
