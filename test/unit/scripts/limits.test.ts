import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { limits, shownLimit } from '../../../scripts/limits.ts';

const HOME = 'src/protocol/limits.ts';

describe('limits', () => {
  it('each have a group, a reason and a unit, and are used', () => {
    const sources = globSync('src/**/*.ts').filter((path) => path !== HOME);
    const code = sources.map((path) => readFileSync(path, 'utf8')).join('\n');
    const all = limits();
    assert.ok(all.length > 60, `${all.length}`);
    assert.deepEqual(
      all.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(code)).map(({ name }) => name),
      [],
    );
  });

  it('are shown in units that people use', () => {
    const shown = (value: number, unit: string): string => shownLimit({ value, unit });
    assert.equal(shown(16 * 2 ** 30, 'bytes'), '16 GiB');
    assert.equal(shown(131_072, 'bytes'), '128 KiB');
    assert.equal(shown(1_000, 'bytes'), '1,000 bytes');
    assert.equal(shown(500, 'milliseconds'), '500 ms');
    assert.equal(shown(300_000, 'milliseconds'), '5 min');
    assert.equal(shown(30 * 24 * 3_600_000, 'milliseconds'), '30 days');
    assert.equal(shown(86_400, 'seconds'), '24 h');
    assert.equal(shown(32, 'associations'), '32 associations');
  });
});
