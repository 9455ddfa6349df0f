import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADER_FORMS } from '../../../../src/part10/header/header.ts';
import { packHeaders, unpackHeaders } from '../../../../src/part10/header/packed-headers.ts';
import type { HeaderReading } from '../../../../src/part10/header/read-header.ts';
import { instanceSample } from '../../../support/scanned-samples.ts';

function reading(number: number, changes: Partial<HeaderReading> = {}): HeaderReading {
  const { header, identity } = instanceSample(number);
  const form = HEADER_FORMS[number % 3] ?? 'Part 10';
  return {
    result: { type: 'instance', header: { ...header, form }, mediaStorage: {} },
    identity,
    findings: [],
    ...changes,
  };
}

test('headers arrive from another thread unchanged and in order, without the meta group’s own UIDs', () => {
  const { identity } = reading(9);
  const told: HeaderReading[] = [
    { result: { type: 'problem', problem: { code: 'not DICOM', looksLike: 'ZIP' } }, identity, findings: [] },
    ...Array.from({ length: 7 }, (_, number) => reading(number)),
    { result: { type: 'problem', problem: { code: 'empty file' } }, identity: undefined, findings: [] },
    reading(8, { findings: [{ code: 'zero padding', offset: 7, length: 3 }] }),
    reading(9),
  ];
  assert.deepEqual(unpackHeaders(structuredClone(packHeaders(told))), told);

  const { header } = instanceSample(1);
  const mediaStorage = { sopClass: { value: '1.2', offset: 150 } };
  const ofMeta = reading(1, { result: { type: 'instance', header, mediaStorage } });
  const bare = reading(1, { result: { type: 'instance', header, mediaStorage: {} } });
  const findings = [{ code: 'not checked', offset: 1 }] as const;
  assert.deepEqual(unpackHeaders(packHeaders([ofMeta, { ...ofMeta, findings }])), [bare, { ...bare, findings }]);
  assert.deepEqual(unpackHeaders(packHeaders([])), []);
});
