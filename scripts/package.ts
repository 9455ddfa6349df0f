// Makes the VSIX. `npm run package` writes send-to-pacs-<version>.vsix into the project's folder.
//
// What goes in is the allow-list in .vscodeignore. `npm run vscode:prepublish`, which vsce runs first, builds dist.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createVSIX } from '@vscode/vsce';

const root = join(import.meta.dirname, '..');

/** Returns the VSIX's absolute path: `out`, or its usual name in the project's folder. */
export async function packageVsix(out?: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    repository?: unknown;
  };
  const packagePath = resolve(out ?? join(root, `${manifest.name}-${manifest.version}.vsix`));
  await createVSIX({
    cwd: root,
    packagePath,
    dependencies: false,
    // vsce turns the README's relative links into addresses below the repository's; without a repository they stay as they are.
    allowMissingRepository: true,
    rewriteRelativeLinks: manifest.repository !== undefined,
  });
  return packagePath;
}

if (import.meta.main) await packageVsix(process.argv[2]);
