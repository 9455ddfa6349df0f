// The parts of dcmjs that src/part10/dcmjs-adapter.ts uses: its data dictionary, its reader of files, its log. The rest of
// dcmjs (segmentations, reports, a client of DICOMweb) makes functions from text and knows XMLHttpRequest. It is not shipped.
//
// esbuild leaves out what nothing refers to. dcmjs is one file, and a statement at its top level such as
// `Length.toolType = …` refers to a class that is used for nothing else. So such statements are left out first, and put back
// if the class is still there after that; this is repeated until nothing is added.

import { readFile } from 'node:fs/promises';
import { type Plugin, type TransformOptions, transform } from 'esbuild';

const EXPORTS = 'export { log, parts as data };';
const PARTS = 'const parts = { DicomMessage, DicomMetaDictionary };';
/** Private elements are looked up nowhere; their dictionary is a quarter of dcmjs. */
const PRIVATE_DICTIONARY = 'registerPrivatesModule(privateData);\n';

const PLAIN: TransformOptions = { format: 'esm', legalComments: 'none', target: 'node20' };

/** Whose property a statement sets, or whose method it calls; undefined for declarations and everything else. */
const ownerOf = (statement: string): string | undefined => /^(?:_defineProperty\()?([\w$]+)[.[,]/.exec(statement)?.[1];

const declaredIn = (code: string): ReadonlySet<string> =>
  new Set(
    [...code.matchAll(/^(?:var|let|const|class|function|async function) ([\w$]+)/gm)].map(([, name = '']) => name),
  );

/**
 * @param source dcmjs as an ES module
 * @throws where it is not built as it was when this was written
 */
export async function dcmjsParts(source: string): Promise<string> {
  // Printed by esbuild, each statement of the top level begins at the start of a line, and nothing else does.
  const printed = (await transform(source, { ...PLAIN, treeShaking: false })).code;
  const statements = printed
    // The wrappers of CommonJS modules in it do nothing but keep their result.
    .replaceAll(/ = (require\w+\(\);)$/gm, ' = /* @__PURE__ */ $1')
    .split(/^(?=[\w$])/m)
    .filter((statement) => !statement.startsWith('export ') && statement !== PRIVATE_DICTIONARY);
  for (const expected of [PRIVATE_DICTIONARY, 'var DicomMessage = ', 'var DicomMetaDictionary = ', 'var log = ']) {
    if (!printed.includes(`\n${expected}`)) throw new Error(`dcmjs has no "${expected.trim()}": see dcmjs-parts.ts`);
  }
  let reached: ReadonlySet<string> = new Set();
  for (;;) {
    const kept = statements.filter((statement) => {
      const owner = ownerOf(statement);
      return owner === undefined || reached.has(owner);
    });
    const { code } = await transform(`${kept.join('')}\n${PARTS}\n${EXPORTS}`, { ...PLAIN, treeShaking: true });
    const found = declaredIn(code);
    if (found.size === reached.size) return code;
    reached = found;
  }
}

/** Bundles these parts in the place of dcmjs. */
export const partsOfDcmjs: Plugin = {
  name: 'parts-of-dcmjs',
  setup(build) {
    build.onLoad({ filter: /[\\/]dcmjs[\\/]build[\\/]dcmjs\.es\.js$/ }, async ({ path }) => ({
      contents: await dcmjsParts(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};
