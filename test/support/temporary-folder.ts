// A folder that is removed when its test ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
/** A test's context, or whatever else says when it ends. */
export interface Scope {
  after(undo: () => unknown): void;
}

export function temporaryFolder(context: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'send-to-pacs-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
