// How many bytes go out at most: a peer may take uncompressed data sets only, and some kilobytes then become gigabytes.

import { conversionTargets } from './conversion.ts';
import { type ConversionPolicy, DEFAULT_SEND_OPTIONS } from './options.ts';
import type { Load, ScannedFiles } from './scanned-files.ts';

/** What a peer may make of a send, besides what the files have. */
export interface LoadOnWire extends Load {
  /** If the peer takes none of what is compressed; in bytes. */
  readonly mostBytes: number;
}

export function loadOnWire(
  files: ScannedFiles,
  policy: ConversionPolicy = DEFAULT_SEND_OPTIONS.conversion,
): LoadOnWire {
  let { bytes } = files.load;
  for (const [kind, growth] of files.growth) {
    if (conversionTargets(kind.transferSyntaxUID, policy).length > 0) bytes += growth;
  }
  return { ...files.load, mostBytes: bytes };
}
