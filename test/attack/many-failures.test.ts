// A send of which every file failed: its report names each of them, in memory that hardly grows with their number.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { attackSize, measured } from '../support/attack.ts';

const FILES = attackSize(40_000, 1_000_000);
/** For each failure: its place, and what the collector of garbage leaves for later. In bytes. */
const PER_FAILURE = 300;
const ROOM = 60_000_000;

interface Run {
  readonly ms: number;
  readonly characters: number;
  readonly rows: number;
  readonly peakKiB: number;
}

function run(count: number): Run {
  const script = join(import.meta.dirname, '../support/many-failures-run.ts');
  return JSON.parse(execFileSync(process.execPath, [script, String(count)], { encoding: 'utf8' })) as Run;
}

test('a report of very many failures names each of them, in bounded memory', () => {
  const few = run(100);
  const many = run(FILES);
  assert.equal(many.rows, FILES);
  const grown = (many.peakKiB - few.peakKiB) * 1024;
  assert.ok(grown < ROOM + FILES * PER_FAILURE, `${Math.round(grown / 1_000_000)} MB more`);
  measured(`report of ${FILES} failures`, many.ms, 'ms');
  measured(`memory for ${FILES} failures`, Math.round(grown / 1_000_000), 'MB');
});
