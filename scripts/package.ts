// Makes the VSIX. `npm run package` writes send-to-pacs-<version>.vsix into the project's folder.
//
// What goes in is the allow-list in .vscodeignore. `npm run vscode:prepublish`, which vsce runs first, builds dist.
//
// README and changelog link to files of the repository, which would be dead on the extension's page: copies are packaged
// in which they lead somewhere or are text (packaged-text.ts).

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { basesOf, packagedText } from './packaged-text.ts';

const root = join(import.meta.dirname, '..');
/** For the copies of README and changelog; .vscodeignore names them. */
const FOLDER = 'out/vsix';

async function packagedCopy(name: string, repository: unknown): Promise<string> {
  const text = await readFile(join(root, name), 'utf8');
  const path = `${FOLDER}/${name}`;
  await mkdir(join(root, FOLDER), { recursive: true });
  await writeFile(join(root, path), packagedText(text, basesOf(repository)));
  return path;
}

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
    readmePath: await packagedCopy('README.md', manifest.repository),
    changelogPath: await packagedCopy('CHANGELOG.md', manifest.repository),
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
}

/** Writes the VSIX to `path`. What vsce prints is part of the error when it fails. */
export async function packageVsix(path: string): Promise<void> {
  await promisify(execFile)(process.execPath, [import.meta.filename, path], { cwd: root }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`the VSIX could not be made:\n${stdout}${stderr}`, { cause: error });
  });
}

if (import.meta.main) await main(process.argv[2]);
