import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { startReceiver } from '../../../../src/net/store-scp.ts';
import { seriesFolder } from '../../../../src/part10/header/series-folder.ts';
import { runSend } from '../../../../src/send/run.ts';
import { DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, sampleInstance } from '../../../support/dicom-builder.ts';
import { folderOf, peerAt, scanned } from '../../../support/jobs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const STUDY = '2.25.900000001';
const SERIES = '2.25.900000002';

describe('the folder of an instance', () => {
  it('is that of its study and series, in every encoding', () => {
    for (const transferSyntax of [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]) {
      const { dataSet } = sampleInstance({ transferSyntax, seed: 1 });
      assert.equal(seriesFolder(dataSet, transferSyntax), join(STUDY, SERIES), transferSyntax);
    }
  });

  it('is unknown where the UIDs are not among the first bytes', () => {
    const { dataSet } = sampleInstance({ transferSyntax: EXPLICIT_LE, seed: 1 });
    assert.equal(seriesFolder(dataSet.subarray(0, 40), EXPLICIT_LE), join('unknown', 'unknown'));
    assert.equal(seriesFolder(new Uint8Array(0), EXPLICIT_LE), join('unknown', 'unknown'));
  });

  it('has two names of UIDs only, whatever comes', () => {
    const element = (tag: number, value: string): Buffer => {
      const header = Buffer.from([0x20, 0, tag, 0, 0x55, 0x49, value.length & 0xff, value.length >> 8]);
      return Buffer.concat([header, Buffer.from(value, 'latin1')]);
    };
    const uid = fc.oneof(
      fc.constantFrom('..', '../..', '/etc', '.', '1.2/../..', 'a\\b', ''),
      fc.string({ maxLength: 80 }),
    );
    fc.assert(
      fc.property(uid, uid, (study, series) => {
        const folder = seriesFolder(Buffer.concat([element(0x0d, study), element(0x0e, series)]), EXPLICIT_LE);
        assert.match(
          folder.replace(sep, '/'),
          /^(unknown|[0-9][0-9.]*|[0-9a-f]{64})\/(unknown|[0-9][0-9.]*|[0-9a-f]{64})$/,
        );
        assert.doesNotMatch(folder, /\.\./);
      }),
    );
  });

  it('is where the receiver puts it, if it is asked to', async (t) => {
    const directory = temporaryFolder(t);
    const receiver = await startReceiver({ port: 0, directory, folders: 'study and series' });
    t.after(() => receiver.stop());
    const files = await scanned([await folderOf(t, 2)]);
    const result = await runSend({ peer: peerAt(receiver.port), files }, {}, new AbortController().signal);
    assert.equal(result.counts.stored, 2);
    assert.deepEqual(readdirSync(directory), [STUDY]);
    assert.deepEqual(readdirSync(join(directory, STUDY)), [SERIES]);
    assert.equal(readdirSync(join(directory, STUDY, SERIES)).length, 2);
  });
});
