// Makes the VSIX. `npm run package` writes send-to-pacs-<version>.vsix into the project's folder.
//
// What goes in is the allow-list in .vscodeignore. `npm run vscode:prepublish`, which vsce runs first, builds dist.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createVSIX } from '@vscode/vsce';

const root = join(import.meta.dirname, '..');

async function main(out: string | undefined): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    repository?: unknown;
  };
  await createVSIX({
    cwd: root,
    packagePath: resolve(out ?? join(root, `${manifest.name}-${manifest.version}.vsix`)),
    dependencies: false,
    // vsce turns the README's relative links into addresses below the repository's; without a repository they stay as they are.
    allowMissingRepository: true,
    rewriteRelativeLinks: manifest.repository !== undefined,
  });
}

/** Writes the VSIX to `path`. What vsce has to say is heard when it fails. */
export async function packageVsix(path: string): Promise<void> {
  await promisify(execFile)(process.execPath, [import.meta.filename, path], { cwd: root }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`the VSIX could not be made:\n${stdout}${stderr}`, { cause: error });
  });
}

if (import.meta.main) await main(process.argv[2]);
