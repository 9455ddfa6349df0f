import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CURRENT_STORAGE, RETIRED_STORAGE } from '../../../src/protocol/sop-classes.ts';
import { TRANSFER_SYNTAXES } from '../../../src/protocol/transfer-syntaxes.ts';
import { shortNameOf } from '../../../src/trace/names.ts';

describe('short names', () => {
  it('are what people say', () => {
    for (const [uid, name] of [
      ['1.2.840.10008.5.1.4.1.1.2', 'CT'],
      ['1.2.840.10008.5.1.4.1.1.4.1', 'Enhanced MR'],
      ['1.2.840.10008.5.1.4.1.1.1.1', 'Digital X-Ray - For Presentation'],
      ['1.2.840.10008.1.2.1', 'Explicit VR LE'],
      ['1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless'],
      ['1.2.840.10008.1.2.4.70', 'JPEG Lossless SV1'],
      ['1.2.840.10008.1.2.4.201', 'HTJ2K Lossless'],
      ['1.2.3', '1.2.3 (unknown)'],
    ] as const) {
      assert.equal(shortNameOf(uid), name);
    }
  });

  it('stay different', () => {
    const syntaxes = TRANSFER_SYNTAXES.map(({ uid }) => uid);
    assert.equal(new Set(syntaxes.map(shortNameOf)).size, syntaxes.length);
    const current = CURRENT_STORAGE.map(([uid]) => uid);
    assert.equal(new Set(current.map(shortNameOf)).size, current.length);
    // The names of some retired classes are those of their successors in the registry, too.
    const all = new Map([...CURRENT_STORAGE, ...RETIRED_STORAGE]);
    assert.equal(new Set([...all.keys()].map(shortNameOf)).size, new Set(all.values()).size);
  });
});
