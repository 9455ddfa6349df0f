// Compares a whole text with a golden file. UPDATE_GOLDEN=1 writes the files anew; read the difference before you keep it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../transcripts/golden/', import.meta.url);

export function assertGolden(name: string, actual: string): void {
  const file = new URL(name, FOLDER);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'));
}

export const goldenText = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
