// `npm run docs`: writes the documents that are made from code. A unit test compares each with what this would write.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceStatement } from './conformance.ts';
import { limitsDocument } from './limits.ts';
import { sequenceTagsModule } from './sequence-tags.ts';
import { stateMachine } from './state-machine.ts';
import { troubleshooting } from './troubleshooting.ts';

/** Path from the project's folder, and what stands in it. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'docs/conformance.md': conformanceStatement,
  'docs/limits.md': limitsDocument,
  'docs/state-machine.md': stateMachine,
  'docs/troubleshooting.md': troubleshooting,
};

if (import.meta.main) {
  for (const [path, text] of Object.entries(GENERATED)) writeFileSync(join(import.meta.dirname, '..', path), text());
  writeFileSync(join(import.meta.dirname, '../src/part10/sequence-tags.ts'), await sequenceTagsModule());
}
