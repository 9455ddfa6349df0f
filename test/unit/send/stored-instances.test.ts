import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESTINATIONS_MAX } from '../../../src/protocol/limits.ts';
import { StoredInstances } from '../../../src/send/stored-instances.ts';
import { peerAt } from '../../support/jobs.ts';
import { instanceSample } from '../../support/scanned-samples.ts';

const AT = peerAt(104);

test('finds the file that was stored last under a UID', () => {
  const stored = new StoredInstances().at(AT);
  assert.ok(stored.isEmpty);
  const files = Array.from({ length: 5_000 }, (_, index) => instanceSample(index));
  for (const file of files) stored.add(file, file === files[7] ? 'ab' : undefined);
  for (const [index, { path, header, identity }] of files.entries()) {
    const found = stored.find(header.sopInstanceUID);
    assert.equal(found?.path, path);
    assert.equal(found.transferSyntaxUID, header.transferSyntaxUID);
    assert.equal(found.dataSetLength, header.dataSetLength);
    assert.equal(found.digest, index === 7 ? 'ab' : undefined);
    assert.ok(found.isOf(identity));
    assert.ok(!found.isOf({ ...identity, mtimeMs: identity.mtimeMs + 1 }));
  }
  const [, , , , , , , seventh] = files;
  assert.ok(seventh !== undefined);
  stored.add({ ...seventh, path: 'C:\\ä\\☃.dcm' });
  assert.equal(stored.find(seventh.header.sopInstanceUID)?.path, 'C:\\ä\\☃.dcm');
  assert.equal(stored.find(seventh.header.sopInstanceUID)?.digest, undefined);
  assert.equal(stored.find('1.2.3'), undefined);
});

test('keeps peers apart by host, port and called AE title', () => {
  const stored = new StoredInstances();
  const file = instanceSample(1);
  stored.at(AT).add(file);
  const uid = file.header.sopInstanceUID;
  for (const other of [{ host: 'localhost' }, { port: 105 }, { calledAETitle: 'OTHER' }]) {
    assert.equal(stored.at({ ...AT, ...other }).find(uid), undefined);
  }
  assert.equal(
    stored.at({ ...AT, name: 'another name', callingAETitle: 'ME' } as typeof AT).find(uid)?.path,
    file.path,
  );
});

test('forgets the oldest of too many instances, and the peers used longest ago', () => {
  const stored = new StoredInstances(100);
  const files = Array.from({ length: 1_000 }, (_, index) => instanceSample(index));
  for (const file of files) stored.at(AT).add(file);
  const known = files.filter(({ header }) => stored.at(AT).find(header.sopInstanceUID) !== undefined);
  assert.deepEqual(known, files.slice(-known.length));
  assert.ok(known.length >= 100 && known.length <= 200);
  for (let port = 1; port < DESTINATIONS_MAX; port += 1) stored.at(peerAt(port));
  assert.ok(!stored.at(AT).isEmpty);
  for (let port = 1; port <= DESTINATIONS_MAX; port += 1) stored.at(peerAt(port));
  assert.ok(stored.at(AT).isEmpty);
});

test('a hundred thousand instances take less than 8 MB', () => {
  const stored = new StoredInstances().at(AT);
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 100_000; index += 1) stored.add(instanceSample(index));
  const megabytes = (process.memoryUsage().arrayBuffers - before) / 1e6;
  assert.ok(megabytes > 1 && megabytes < 8, `${megabytes} MB`);
});
