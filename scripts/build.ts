// Bundles what the VSIX ships: dist/extension*.cjs (VS Code's extension host; extension-parts.ts), dist/cli.cjs (a terminal),
// dist/dcmjs.cjs and the files of worker threads.
//
// dcmjs is large and rarely needed, so it is a file of its own that its adapter loads. esbuild splits ES modules only, hence
// the plugin: `import('dcmjs')` becomes a require of './dcmjs.cjs', which is bundled from the parts of the same package that
// the adapter uses (dcmjs-parts.ts).

import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { isUnfinishedName, removeLeftovers, unfinishedPath } from '../src/part10/write/unfinished-file.ts';
import { partsOfDcmjs } from './dcmjs-parts.ts';
import { buildExtension } from './extension-parts.ts';

const root = join(import.meta.dirname, '..');

const dcmjsInItsOwnFile: Plugin = {
  name: 'dcmjs-in-its-own-file',
  setup(build) {
    build.onResolve({ filter: /^dcmjs(\/|$)/ }, ({ path, kind }) => {
      if (path !== 'dcmjs') return { errors: [{ text: `Only 'dcmjs' itself has a bundle, not '${path}'` }] };
      if (kind !== 'dynamic-import')
        return { errors: [{ text: `'dcmjs' is loaded lazily: use await import('dcmjs')` }] };
      return { path: './dcmjs.cjs', external: true };
    });
  },
};

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // Names stay as they are: stack traces that users report can be read. To shorten them and keep the names beside them
  // (keepNames) would run a call for each function that is made, measured at 4 % of the time of a send of small files.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // In a CommonJS file `import()` would use the ES module loader of the extension host; require does not.
  supported: { 'dynamic-import': false },
  // A CommonJS file has no import.meta.
  define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
  // The other members of import.meta are only used by code that runs from source.
  logOverride: { 'empty-import-meta': 'silent' },
  logLevel: 'warning',
};

const extension: BuildOptions = {
  ...shared,
  external: ['vscode'],
  // The extension host of the oldest VS Code that `engines.vscode` allows.
  target: 'node22',
  plugins: [dcmjsInItsOwnFile],
};

const bundles: readonly BuildOptions[] = [
  {
    ...shared,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.cjs',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [dcmjsInItsOwnFile],
  },
  {
    ...shared,
    stdin: { contents: `export { data, log } from 'dcmjs';\n`, resolveDir: root },
    outfile: 'dist/dcmjs.cjs',
    target: 'node20',
    minifyIdentifiers: true,
    plugins: [partsOfDcmjs],
  },
];

/** Pages that the editor shows, each a script and a style sheet. They run in a browser, without Node. */
const pages: readonly BuildOptions[] = ['src/webview/results-page.ts', 'src/webview/results.css'].map((entry) => ({
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  format: 'iife',
  minify: true,
  legalComments: 'none',
  target: 'chrome128',
  logLevel: 'warning',
  entryPoints: [entry],
  outfile: `dist/webview-results${extname(entry) === '.css' ? '.css' : '.js'}`,
}));

/** Worker threads start from a file of their own, beside the bundle that starts them. */
const workers: readonly BuildOptions[] = globSync('src/**/*-worker.ts', { cwd: root }).map((entry) => ({
  ...shared,
  entryPoints: [entry],
  outfile: `dist/${basename(entry, '.ts')}.cjs`,
  target: 'node20',
  plugins: [dcmjsInItsOwnFile],
}));
/** The pixel codecs, which their worker reads from the folder that it is in. */
const codecs = 'dcmjs-codecs/build/dcmjs-native-codecs.wasm';
const copies = workers.some(({ outfile }) => outfile === 'dist/codecs-worker.cjs') ? [codecs] : [];

/** Each file is renamed into its place, so that a second build or a running program sees whole files only. */
async function put(path: string, contents: Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old !== undefined && old.equals(contents)) return;
  const fresh = unfinishedPath(dirname(path), 'building');
  await writeFile(fresh, contents, { mode: path.endsWith('cli.cjs') ? 0o755 : 0o644 });
  await rename(fresh, path);
}

/** dcmjs is published as one file; these packages are compiled into the parts of it that ship. */
const COMPILED_INTO_DCMJS = ['@babel/runtime-corejs3', 'loglevel', 'pako'];

function folderInDcmjs(name: string): string {
  const own = `node_modules/dcmjs/node_modules/${name}`;
  return existsSync(join(root, own)) ? own : `node_modules/${name}`;
}

/** The licences of all packages in the bundles. */
async function notices(inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  for (const name of COMPILED_INTO_DCMJS) folders.add(folderInDcmjs(name));
  if (copies.length > 0) folders.add('node_modules/dcmjs-codecs');
  const parts: string[] = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
      license?: string;
    };
    const file = (await readdir(join(root, folder))).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? '' : `\n${(await readFile(join(root, folder, file), 'utf8')).trim()}\n`;
    parts.push(`${name} ${version}: ${license ?? 'see below'}\n${text}`);
  }
  if (copies.length > 0) parts.push(await readFile(join(root, 'docs/licences/pixel-codecs.txt'), 'utf8'));
  return `This product contains work of others, under these licences.\n\n${parts.join(`\n${'='.repeat(72)}\n\n`)}`;
}

export async function buildAll(): Promise<void> {
  const dist = join(root, 'dist');
  const built = await Promise.all([
    buildExtension(extension, root),
    ...[...bundles, ...pages, ...workers].map((options) => build({ ...options, write: false, metafile: true })),
  ]);
  const files: { path: string; contents: Uint8Array }[] = built.flatMap(({ outputFiles }) => outputFiles ?? []);
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  files.push({ path: join(dist, 'THIRD-PARTY-NOTICES.txt'), contents: Buffer.from(await notices(inputs)) });
  for (const copy of copies) {
    const contents = await readFile(fileURLToPath(import.meta.resolve(copy)));
    files.push({ path: join(dist, basename(copy)), contents });
  }
  await mkdir(dist, { recursive: true });
  for (const { path, contents } of files) await put(path, contents);

  await removeLeftovers(dist, Date.now());
  const names = new Set(files.map(({ path }) => basename(path)));
  for (const name of await readdir(dist)) {
    // Another build may be under way.
    if (!names.has(name) && !isUnfinishedName(name)) await rm(join(dist, name), { recursive: true, force: true });
  }
}

if (import.meta.main) await buildAll();
