// Bundles the extension as three files, so that a window that sends nothing loads little:
//
// - extension.cjs: what VS Code calls when it activates the extension.
// - extension-base.cjs: what both others use. Loaded together with extension.cjs.
// - extension-work.cjs: everything that sources of the extension load by `await import('./x.ts')`: commands, scan, network,
//   reports. Loaded by the first such import, all at once.
//
// esbuild splits ES modules only, into a file for every such import and files for what some of these share: some 90 files.
// So all dynamic imports become imports of one entry, which exports each of their modules under a name, and only the three
// files are left; then each is turned into CommonJS. Every module is in one of them: there is one instance of each, with its
// state and its classes.

import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin, transform } from 'esbuild';

/** The name of the entry that stands for everything that is loaded later. */
const WORK = 'send-to-pacs:work';
const IMPORT_CALL = /(?<!typeof )\bimport\('(\.[^']+)'\)/g;

/** 'src/net/echo-scu.ts' → 'src_net_echo_scu_ts' */
function exportName(path: string): string {
  return path.replaceAll(/\W/g, '_');
}

/** Every module of src that something reachable loads by an import call, relative to the project. */
function loadedLater({ inputs }: Metafile): string[] {
  const paths = Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external).map(({ path }) => path),
  );
  return [...new Set(paths)].sort();
}

function workInOneFile(root: string, later: readonly string[]): Plugin {
  return {
    name: 'work-in-one-file',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${WORK}$`) }, () => ({ path: WORK, namespace: 'work' }));
      build.onLoad({ filter: /.*/, namespace: 'work' }, () => ({
        contents: later.map((path) => `export * as ${exportName(path)} from './${path}';`).join('\n'),
        resolveDir: root,
        loader: 'ts',
      }));
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source.replaceAll(IMPORT_CALL, (_call, specifier: string) => {
          const target = relative(root, join(dirname(path), specifier)).replaceAll('\\', '/');
          return `import('${WORK}').then((work) => work.${exportName(target)})`;
        });
        return { contents, loader: 'ts' };
      });
    },
  };
}

export interface ExtensionBuild {
  readonly outputFiles: readonly OutputFile[];
  readonly metafile: Metafile;
}

/** @param options those of every bundle; a shorter text and CommonJS come here */
export async function buildExtension(options: BuildOptions, root: string): Promise<ExtensionBuild> {
  const { minifyWhitespace, minifySyntax, format: _, supported, ...shared } = options;
  const entry = 'src/extension/activate.ts';
  const modules: BuildOptions = { ...shared, format: 'esm', outdir: 'dist', write: false, metafile: true };
  const all = await build({ ...modules, entryPoints: [entry] });
  const plugins = [...(options.plugins ?? []), workInOneFile(root, loadedLater(all.metafile as Metafile))];
  const split = await build({
    ...modules,
    entryPoints: { extension: entry, 'extension-work': WORK },
    plugins,
    splitting: true,
    // A second file of shared code would have the same name, which esbuild refuses.
    chunkNames: 'extension-base',
    outExtension: { '.js': '.cjs' },
  });
  const outputFiles = await Promise.all(
    (split.outputFiles ?? []).map(async ({ path, text, hash }) => {
      const { code } = await transform(text, {
        format: 'cjs',
        platform: 'node',
        ...(minifyWhitespace === undefined ? {} : { minifyWhitespace }),
        ...(minifySyntax === undefined ? {} : { minifySyntax }),
        legalComments: 'none',
        ...(options.target === undefined ? {} : { target: options.target }),
        ...(supported === undefined ? {} : { supported }),
      });
      return { path, hash, text: code, contents: Buffer.from(code) };
    }),
  );
  return { outputFiles, metafile: split.metafile as Metafile };
}
