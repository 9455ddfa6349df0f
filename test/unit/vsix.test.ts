import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { packageVsix } from '../../scripts/package.ts';
import { basesOf, deadTargets, packagedText } from '../../scripts/packaged-text.ts';
import { type PackedHeaders, unpackHeaders } from '../../src/part10/header/packed-headers.ts';
import { CONTROL, type FileThreadReply } from '../../src/part10/read/file-thread.ts';
import { endThread } from '../../src/part10/thread-end.ts';
import { encodeFrame } from '../support/frame-encoder.ts';

/** The files of a ZIP archive (APPNOTE 4.3.12 central directory, 4.3.16 its end), small and without ZIP64. */
function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  assert.notEqual(end, -1, 'no end of central directory');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(archive.toString('latin1', at, at + 4), 'PK\x01\x02');
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const data = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(data, data + size);
    files.set(name, method === 0 ? bytes : inflateRawSync(bytes));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

let files: Map<string, Buffer>;
let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'vsix-'));
  const path = join(scratch, 'packed.vsix');
  await packageVsix(path);
  files = readZip(await readFile(path));
});

after(() => rm(scratch, { recursive: true, force: true }));

function text(name: string): string {
  const bytes = files.get(name);
  assert.ok(bytes, `${name} is not in the VSIX`);
  return bytes.toString('utf8');
}

test('the VSIX holds what runs and what the Marketplace shows, and nothing else', () => {
  const expected = [
    '[Content_Types].xml',
    'extension.vsixmanifest',
    'extension/LICENSE.txt',
    'extension/changelog.md',
    'extension/dist/THIRD-PARTY-NOTICES.txt',
    'extension/dist/cli.cjs',
    'extension/dist/codecs-worker.cjs',
    'extension/dist/dcmjs-native-codecs.wasm',
    'extension/dist/dcmjs.cjs',
    'extension/dist/extension-base.cjs',
    'extension/dist/extension-work.cjs',
    'extension/dist/extension.cjs',
    'extension/dist/file-worker.cjs',
    'extension/dist/webview-results.css',
    'extension/dist/webview-results.js',
    'extension/media/icon.png',
    'extension/media/view.svg',
    'extension/media/walkthrough/peer.svg',
    'extension/media/walkthrough/send.svg',
    'extension/media/walkthrough/trace.svg',
    'extension/media/walkthrough/verify.svg',
    'extension/package.json',
    'extension/readme.md',
  ];
  assert.deepEqual([...files.keys()].sort(), expected.sort());
});

test('README and changelog in the VSIX have no dead picture and no dead link', () => {
  // test/e2e/install.test.ts looks at the page that VS Code makes of it.
  for (const name of ['readme.md', 'changelog.md']) {
    const markdown = text(`extension/${name}`);
    assert.ok(markdown.length > 1_000, name);
    assert.deepEqual(deadTargets(markdown), [], name);
  }
});

const LINKED = `a

![picture](media/x.png)

![drawing](docs/x.svg)

[b](docs/b.md#c), [d](https://d.example/), [e
e](#e) ![f](https://f.example/f.png) \`[g](g.md)\` [\`h[0]\`](docs/h.md)

## E!

\`\`\`md
[i](i.md)
\`\`\`
`;

test('a packaged text without a repository keeps links to the web and to its own headings, and every word', () => {
  assert.equal(
    packagedText(LINKED, basesOf(undefined)),
    'a\n\nb, [d](https://d.example/), [e\ne](#e) ![f](https://f.example/f.png) `[g](g.md)` `h[0]`\n\n' +
      '## E!\n\n```md\n[i](i.md)\n```\n',
  );
});

test('a packaged text with a repository links to its files there, and shows its pictures', () => {
  const base = 'https://github.com/o/r';
  for (const repository of [base, `${base}.git`, { type: 'git', url: `git+${base}.git` }]) {
    assert.equal(
      packagedText(LINKED, basesOf(repository)),
      `a\n\n![picture](${base}/raw/HEAD/media/x.png)\n\n[b](${base}/blob/HEAD/docs/b.md#c), [d](https://d.example/), ` +
        `[e\ne](#e) ![f](https://f.example/f.png) \`[g](g.md)\` [\`h[0]\`](${base}/blob/HEAD/docs/h.md)\n\n` +
        '## E!\n\n```md\n[i](i.md)\n```\n',
    );
  }
  assert.equal(basesOf('https://gitlab.com/a/b/c')?.files, 'https://gitlab.com/a/b/c/-/blob/HEAD/');
  // Another host's addresses are not known: as without a repository.
  assert.equal(basesOf('https://git.example.org/o/r'), undefined);
});

test('README and changelog with a repository name only files that there are', async () => {
  const folder = join(import.meta.dirname, '../..');
  const bases = basesOf('https://github.com/o/r');
  for (const name of ['README.md', 'CHANGELOG.md']) {
    const markdown = packagedText(await readFile(join(folder, name), 'utf8'), bases);
    const paths = [...markdown.matchAll(/https:\/\/github\.com\/o\/r\/(?:blob|raw)\/HEAD\/([^)#]+)/g)];
    assert.ok(paths.length > 3, name);
    for (const [, path = ''] of paths) await access(join(folder, path));
  }
});

test('a text with a link that would be dead is not packaged', () => {
  for (const dead of [
    '[a](#nowhere)',
    '[a](docs/b.md "title")',
    '[a][b]\n\n[b]: docs/b.md',
    '[a](http://a.example/)',
    '[a](command:b)',
    '<img src="a.png">',
    '![a](http://a.example/a.png)',
  ]) {
    assert.throws(() => packagedText(`${dead}\n`, undefined), /lead nowhere/, dead);
  }
});

test('every worker thread has its file in the VSIX', () => {
  const workers = globSync('src/**/*-worker.ts', { cwd: join(import.meta.dirname, '../..') });
  assert.ok(workers.length >= 2);
  for (const worker of workers) {
    const name = `extension/dist/${basename(worker, '.ts')}.cjs`;
    assert.ok(files.has(name), `${name} is missing`);
  }
});

test('the licences of everything that others wrote are in the VSIX', () => {
  const notices = text('extension/dist/THIRD-PARTY-NOTICES.txt');
  for (const name of [
    'dcmjs',
    'dcmjs-codecs',
    'valibot',
    'OpenJPEG',
    'CharLS',
    'Independent JPEG Group',
    'OpenJPH',
    'libjxl',
    'Highway',
    'Brotli',
    'skcms',
    'loglevel',
    'pako',
    '@babel/runtime-corejs3',
  ]) {
    assert.ok(notices.includes(name), name);
  }
});

test('everything that the manifest points at is in the VSIX', () => {
  const manifest = JSON.parse(text('extension/package.json')) as { main: string; icon: string; bin: object };
  for (const path of [manifest.main, manifest.icon, ...Object.values(manifest.bin)]) {
    assert.ok(files.has(join('extension', path)), `${path} is missing`);
  }
});

test('dcmjs is in its own file only, and the others load that file when they need it', () => {
  const ofDcmjs = /naturalizeDataset|setDicomMessageClass/;
  assert.match(text('extension/dist/dcmjs.cjs'), ofDcmjs);
  const { length } = text('extension/dist/dcmjs.cjs');
  assert.ok(length < 400_000, `dcmjs.cjs has grown to ${length} characters: more of dcmjs than is used`);
  for (const bundle of ['extension/dist/extension-work.cjs', 'extension/dist/cli.cjs']) {
    assert.doesNotMatch(text(bundle), ofDcmjs, `${bundle} contains dcmjs`);
    assert.match(text(bundle), /require\("\.\/dcmjs\.cjs"\)/, `${bundle} does not load dcmjs.cjs`);
    // The whole of src has 650 kB or so: a further package would show.
    assert.ok(text(bundle).length < 750_000, `${bundle} has grown to ${text(bundle).length} characters: what got in?`);
  }
});

const START_UP = ['extension.cjs', 'extension-base.cjs'];
const OF_EXTENSION = [...START_UP, 'extension-work.cjs'];

/** Modules that a bundle loads, those of an import that waits for its first use among them. */
function requiredBy(bundle: string): string[] {
  return [...text(`extension/dist/${bundle}`).matchAll(/require\("([^"]+)"\)/g)].map(([, id]) => String(id));
}

test('the extension asks the extension host for nothing but its own files, Node and vscode', () => {
  const foreign = new Set(OF_EXTENSION.flatMap(requiredBy).filter((id) => !id.startsWith('node:')));
  assert.deepEqual([...foreign].sort(), ['./dcmjs.cjs', './extension-base.cjs', './extension-work.cjs', 'vscode']);
});

test('what is loaded when the extension starts has less than 150 kB, and no network and no file access in it', () => {
  const bytes = START_UP.reduce((sum, bundle) => sum + (files.get(`extension/dist/${bundle}`)?.length ?? 0), 0);
  assert.ok(bytes > 10_000 && bytes < 150_000, `${bytes} bytes`);
  const loaded = new Set(START_UP.flatMap(requiredBy));
  assert.deepEqual([...loaded].filter((id) => !id.startsWith('.')).sort(), ['node:crypto', 'node:path', 'vscode']);
  for (const bundle of START_UP)
    for (const [before] of text(`extension/dist/${bundle}`).matchAll(/.{10}require\("\.\/extension-work\.cjs"\)/g))
      assert.match(before, /=>/, `${bundle} loads extension-work.cjs at once`);
});

test('a page that the editor shows has less than 120 kB, and nothing of Node', () => {
  const pages = [...files.keys()].filter((name) => /\/webview-[^/]*$/.test(name));
  assert.ok(pages.length >= 2);
  for (const name of pages) {
    const { length } = text(name);
    assert.ok(length > 1_000 && length < 120_000, `${name}: ${length} characters`);
    assert.doesNotMatch(text(name), /\brequire\(|\bprocess\.|\bBuffer\b|@import|url\(/, name);
  }
});

test('a class of the extension is in one of its files only', () => {
  const classes = OF_EXTENSION.flatMap((bundle) =>
    [...text(`extension/dist/${bundle}`).matchAll(/\b(\w+)=class\b|\bclass (\w+)(?: extends [\w$.]+)?\{/g)].map(
      ([, assigned, declared]) => String(assigned ?? declared),
    ),
  );
  assert.ok(classes.length > 30, `only ${classes.length} classes seen`);
  const root = join(import.meta.dirname, '../..');
  const sources = globSync('src/**/*.ts', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
  const writtenAs = (name: string): number =>
    sources.filter((source) => new RegExp(`\\bclass ${name}\\b`).test(source)).length;
  // Two classes of one name are told apart by a digit in the bundle.
  const names = classes.map((name) => (writtenAs(name) === 0 ? name.replace(/\d+$/, '') : name));
  for (const name of new Set(names)) {
    const shipped = names.filter((other) => other === name).length;
    assert.ok(shipped <= writtenAs(name), `${name} ships more than once`);
  }
});

/** Activates what is packed, in a process of its own, and runs `command` there. */
async function activatePacked(without: readonly string[], command: string): Promise<{ ms: number; shown: string }> {
  const folder = await mkdtemp(join(scratch, 'activated-'));
  for (const name of OF_EXTENSION)
    if (!without.includes(name)) await writeFile(join(folder, name), files.get(`extension/dist/${name}`) ?? '');
  const run = join(import.meta.dirname, '../support/activation-run.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [run, join(folder, 'extension.cjs'), folder, command]);
  return JSON.parse(stdout) as { ms: number; shown: string };
}

test('what is packed is activated in less than 50 ms', async () => {
  const times: number[] = [];
  // Other work on this machine makes it slower, never faster.
  while (times.length < 20 && Math.min(...times) >= 50)
    times.push((await activatePacked(['extension-work.cjs'], '')).ms);
  assert.ok(Math.min(...times) < 50, `${times.join(', ')} ms`);
});

test('where a file of the extension is gone, a command says so and what to do', async () => {
  const { shown } = await activatePacked(['extension-work.cjs'], 'sendToPacs.verifyConnection');
  assert.match(shown, /updated or removed while this window was open\. Reload the window, then try again\./);
});

test('what is packed runs: a command of the extension', async () => {
  const { shown } = await activatePacked([], 'sendToPacs.resume');
  assert.match(shown, /[Nn]othing to resume|no interrupted send/i);
});

test('nothing in the VSIX needs a source map or names the folder that it was built in', () => {
  for (const [name, bytes] of files) {
    assert.ok(!name.endsWith('.map'), `${name} is a source map`);
    if (!name.endsWith('.cjs')) continue;
    assert.doesNotMatch(bytes.toString('latin1'), /sourceMappingURL=/, `${name} points at a source map`);
    assert.ok(!bytes.includes(process.cwd()), `${name} names ${process.cwd()}`);
  }
});

/** What no file of ours may have: makers of code from text, ways to the network and to other programs, loaders of modules. */
const FORBIDDEN =
  /\beval\b|\bFunction\s*\(|\bconstructor\s*\(\s*["'`]|\b(?:XMLHttpRequest|WebSocket|EventSource|WebTransport|sendBeacon|importScripts)\b|\bfetch\s*\(|\bchild_process\b|\bdgram\b|\brequire\(["'`](?:node:)?https?2?["'`]|\bnode:https?2?\b|\bnode:(?:tls|vm|inspector|module|cluster|repl|wasi)\b|\bprocess\.(?:binding|dlopen|getBuiltinModule)\b|\bcreateRequire\b|\bimport\s*\(|\bdata:(?:text|application)\//;

test('no script that ships makes code from text, opens connections but by node:net, or starts another program', () => {
  const scripts = [...files.keys()].filter((name) => /\.[cm]?js$/.test(name));
  assert.ok(scripts.length >= 5);
  for (const name of scripts) {
    const script = text(name);
    const found = FORBIDDEN.exec(script);
    assert.equal(
      found?.[0],
      undefined,
      `${name}: …${script.slice((found?.index ?? 0) - 40, (found?.index ?? 0) + 40)}…`,
    );
    // A module's name is always written out, so the list above is whole.
    const loads = /(?:[=,;(:?]|return )require\b(?!\("[\w:./-]+"\))|\brequire\s*\((?!"[\w:./-]+"\))/.exec(script);
    assert.equal(loads?.[0], undefined, `${name} requires what it works out`);
    const opensConnections = script.includes('require("node:net")');
    assert.equal(opensConnections, /\/(?:cli|extension-work)\.cjs$/.test(name), `${name} and node:net`);
  }
  for (const attack of [
    'new Function("a")',
    'Function ("return this")()',
    '(0,eval)("1")',
    'x.constructor("return 1")',
    'new XMLHttpRequest',
    'require("https")',
    'require("node:http2")',
    'import(x)',
    'await fetch(u)',
  ]) {
    assert.match(attack, FORBIDDEN);
  }
});

/** The types of Node do not know it. */
const importsOf = (module: WebAssembly.Module): readonly { readonly module: string; readonly name: string }[] =>
  (WebAssembly.Module as unknown as { imports(of: WebAssembly.Module): { module: string; name: string }[] }).imports(
    module,
  );

test('the WebAssembly module that ships is handed memory, clocks and messages: no files, no sockets', async () => {
  const module = await WebAssembly.compile(Uint8Array.from(files.get('extension/dist/dcmjs-native-codecs.wasm') ?? []));
  assert.deepEqual(
    importsOf(module)
      .map((wanted) => `${wanted.module}.${wanted.name}`)
      .sort(),
    [
      'env.emscripten_notify_memory_growth',
      'env.onCodecsException',
      'env.onCodecsInfo',
      'env.onCodecsTrace',
      'wasi_snapshot_preview1.clock_time_get',
      'wasi_snapshot_preview1.environ_get',
      'wasi_snapshot_preview1.environ_sizes_get',
      // Of standard output and error alone: nothing here can open a file.
      'wasi_snapshot_preview1.fd_close',
      'wasi_snapshot_preview1.fd_seek',
      'wasi_snapshot_preview1.fd_write',
      'wasi_snapshot_preview1.proc_exit',
    ],
  );
});

/** Addresses that may stand in what ships, each with the reason. Nothing loads any of them by itself. */
const ADDRESSES: readonly (readonly [where: RegExp, address: RegExp, reason: string])[] = [
  [/\.vsixmanifest$|\[Content_Types\]\.xml$/, /^http:\/\/schemas\./, 'a namespace of XML'],
  [/\.svg$/, /^http:\/\/www\.w3\.org\/2000\/svg$/, 'the namespace of SVG'],
  [/\/webview-[^/]*\.js$/, /^http:\/\/www\.w3\.org\/2000\/svg$/, 'a namespace of XML'],
  [/(?:readme|changelog)\.md$/, /^https:\/\//, 'a link, which a person clicks'],
  [/THIRD-PARTY-NOTICES\.txt$|LICENSE\.txt$/, /^https?:\/\//, 'text of a licence'],
];

test('nothing in the VSIX names a remote address but those with a reason', () => {
  for (const [name, bytes] of files) {
    // Compiled in is the dictionary of Brotli, which is full of scraps of web pages; the imports above say what it can do.
    if (name.endsWith('.wasm')) continue;
    for (const [address] of bytes.toString('latin1').matchAll(/\b(?:https?|wss?|ftp):\/\/[^\s"'`)<>]*/g)) {
      const isAllowed = ADDRESSES.some(([where, allowed]) => where.test(name) && allowed.test(address));
      assert.ok(isAllowed, `${name} names ${address}`);
    }
  }
});

test('the manifest in the VSIX starts nothing when the extension is installed or removed', () => {
  const { scripts } = JSON.parse(text('extension/package.json')) as { scripts: Readonly<Record<string, string>> };
  // vsce runs vscode:prepublish where the package is made. VS Code runs vscode:uninstall.
  const hooks = Object.keys(scripts).filter((name) => name.startsWith('vscode:'));
  assert.deepEqual(hooks, ['vscode:prepublish']);
});

test('what is packed runs: the command line, and dcmjs from its own file', async () => {
  for (const bundle of ['cli.cjs', 'dcmjs.cjs']) {
    await writeFile(join(scratch, bundle), files.get(`extension/dist/${bundle}`) ?? '');
  }
  const { version } = JSON.parse(text('extension/package.json')) as { version: string };
  const { stdout } = await promisify(execFile)(process.execPath, [join(scratch, 'cli.cjs'), '--version']);
  assert.ok(stdout.includes(version), `--version says ${stdout}`);

  const dcmjs = createRequire(import.meta.url)(join(scratch, 'dcmjs.cjs')) as typeof import('dcmjs');
  assert.equal(dcmjs.data.DicomMetaDictionary.dictionary['00100010']?.vr, 'PN');
});

test('what is packed runs: the thread that decodes pixels, with its WebAssembly module beside it', async () => {
  for (const name of ['codecs-worker.cjs', 'dcmjs-native-codecs.wasm']) {
    await writeFile(join(scratch, name), files.get(`extension/dist/${name}`) ?? '');
  }
  const pixels = Uint8Array.from({ length: 12 }, (_, at) => 20 * at);
  const image = { rows: 3, columns: 4, samplesPerPixel: 1 } as const;
  const frame = Uint8Array.from(await encodeFrame('JPEG 2000', { ...image, bits: 8, pixels }));
  const module = await WebAssembly.compile(await readFile(join(scratch, 'dcmjs-native-codecs.wasm')));
  const worker = new Worker(join(scratch, 'codecs-worker.cjs'));
  const answered = once(worker, 'message', { signal: AbortSignal.timeout(20_000) });
  const format = { ...image, codec: 'JPEG 2000', bitsAllocated: 8, convertsToRgb: false } as const;
  worker.postMessage({ module });
  worker.postMessage({ frame, format });
  const answer = await answered;
  await endThread(worker);
  assert.deepEqual(answer[0]?.pixels, pixels);
});

test('what is packed runs: the thread that works on files', async () => {
  await writeFile(join(scratch, 'file-worker.cjs'), files.get('extension/dist/file-worker.cjs') ?? '');
  const path = join(scratch, 'text.txt');
  await writeFile(path, 'no image');
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  const worker = new Worker(join(scratch, 'file-worker.cjs'), { workerData: control });
  const answered = once(worker, 'message', { signal: AbortSignal.timeout(20_000) });
  const question = { type: 'headers', paths: [path], areKnownFiles: [true], stop: new Int32Array(1) };
  worker.postMessage({ type: 'ask', id: 7, question });
  const [{ id, answer }] = (await answered) as [FileThreadReply];
  await endThread(worker);
  assert.equal(id, 7);
  assert.deepEqual(unpackHeaders(answer as PackedHeaders)[0]?.result, {
    type: 'problem',
    problem: { code: 'not DICOM', looksLike: 'text' },
  });
});
