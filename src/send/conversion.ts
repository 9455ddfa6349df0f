// The transfer syntaxes to which a data set may be converted, and the bytes of a data set in the one that is sent.

import { convertedSource } from '../part10/convert/converted-source.ts';
import { uncompressedAlternatives } from '../part10/convert/convertible-syntaxes.ts';
import { decoderThread } from '../part10/decompress/decoder-thread.ts';
import { decompressedSource } from '../part10/decompress/decompressed-source.ts';
import { compressedSyntax, decompressionOf } from '../part10/decompress/decompression.ts';
import { type DataSetInFile, fileSource } from '../part10/read/data-set-file.ts';
import type { DataSetSource } from '../part10/read/data-set-source.ts';
import type { FragmentRoom } from '../part10/read/fragment-room.ts';
import { ReadAhead } from '../part10/read/read-ahead.ts';
import { FILE_TIMEOUT_MS } from '../protocol/limits.ts';
import { EXPLICIT_VR_LE } from '../protocol/uids.ts';
import type { ConversionPolicy } from './options.ts';
import type { ScannedInstance } from './scanned-file.ts';

/** Transfer syntaxes to offer beside `from`, best first; empty: no conversion is allowed or known. */
export function conversionTargets(from: string, policy: ConversionPolicy): readonly string[] {
  if (policy === 'never') return [];
  const decompression = decompressionOf(from);
  if (decompression === undefined) return uncompressedAlternatives(from);
  if (decompression === 'lossy' && policy !== 'any') return [];
  return [EXPLICIT_VR_LE, ...uncompressedAlternatives(EXPLICIT_VR_LE)];
}

/** The data sets of one send, with the threads and buffers that they share. */
export class DataSetSources {
  readonly #decoders = decoderThread();
  /** Codecs that the decoders were warmed for. */
  readonly #warmed = new Set<string>();
  readonly #readAhead: ReadAhead;
  readonly #fileTimeoutMs: number;

  /** @param fileTimeoutMs for each system call on a file; Infinity: no limit */
  constructor(fileTimeoutMs = FILE_TIMEOUT_MS) {
    this.#fileTimeoutMs = fileTimeoutMs;
    this.#readAhead = new ReadAhead(fileTimeoutMs);
  }

  /**
   * Reads files ahead whose turn comes soon, in this order.
   * @param room how the association that will probably carry them cuts their bytes into fragments
   * @returns how many of them, from the first, need not be named again
   */
  expect(files: readonly ScannedInstance[], room: FragmentRoom): number {
    return this.#readAhead.expect(files.map(dataSetOf), room);
  }

  /**
   * Data sets in `from` will go out in `to`: where that takes a decoder, it is made ready. Once in a send is enough: later
   * channels may have no such file left.
   */
  foresee(from: string, to: string): void {
    const codec = from === to ? undefined : compressedSyntax(from)?.codec;
    if (codec === undefined || this.#warmed.has(codec)) return;
    this.#warmed.add(codec);
    this.#decoders.warm(codec);
  }

  /**
   * The file's own bytes, or converted ones where the peer takes only another transfer syntax.
   * @param transferSyntaxUID the file's own, or one of its `conversionTargets`
   */
  sourceOf(file: ScannedInstance, transferSyntaxUID: string): DataSetSource {
    const own = this.ownSourceOf(file);
    if (own.transferSyntaxUID === transferSyntaxUID) return own;
    if (decompressionOf(own.transferSyntaxUID) === undefined) return convertedSource(own, transferSyntaxUID);
    const decompressed = decompressedSource(own, this.#decoders);
    return transferSyntaxUID === EXPLICIT_VR_LE ? decompressed : convertedSource(decompressed, transferSyntaxUID);
  }

  /** The file's own bytes, in its own transfer syntax. */
  ownSourceOf(file: ScannedInstance): DataSetSource {
    const streamed = fileSource(file.path, file.header, file.identity, this.#fileTimeoutMs);
    return this.#readAhead.source(dataSetOf(file), streamed);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    this.#readAhead.close();
    await this.#decoders.close();
  }
}

function dataSetOf({ path, header, identity }: ScannedInstance): DataSetInFile {
  return { path, offset: header.dataSetOffset, length: header.dataSetLength, identity };
}
