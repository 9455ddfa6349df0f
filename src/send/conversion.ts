// What a data set may be converted to, under the person's policy.

import { uncompressedAlternatives } from '../part10/convert/transfer-syntaxes.ts';
import type { ConversionPolicy } from './options.ts';

/** Transfer syntaxes to propose beside `from`, best first; empty: it goes as it is or not at all. */
export function conversionTargets(from: string, policy: ConversionPolicy): readonly string[] {
  return policy === 'never' ? [] : uncompressedAlternatives(from);
}
