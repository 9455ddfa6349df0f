import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { abandonedFileThreadsEnd } from '../../../src/part10/read/file-thread.ts';
import { endIdleFileThreads } from '../../../src/part10/read/file-threads.ts';
import { scan } from '../../../src/send/scan.ts';
import type { ScannedFile } from '../../../src/send/scanned-file.ts';
import { sampleInstance } from '../../support/dicom-builder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NEVER = new AbortController().signal;

async function collected(paths: readonly string[], recurse: boolean, signal: AbortSignal): Promise<ScannedFile[]> {
  const files: ScannedFile[] = [];
  for await (const file of scan(paths, { recurse }, signal)) files.push(file);
  return files;
}

async function scanned(paths: readonly string[], recurse = true): Promise<ScannedFile[]> {
  return collected(paths, recurse, NEVER);
}

/** Descriptors of this process when all file threads have ended. */
async function openFiles(): Promise<number> {
  await endIdleFileThreads();
  assert.equal(await abandonedFileThreadsEnd(10_000), 0);
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

/** Relative paths of what was found; of a skipped one with the reason's code. */
function listing(root: string, files: readonly ScannedFile[]): string[] {
  return files.map((file) => {
    const path = relative(root, file.path);
    if (file.type === 'instance') return path;
    const { problem } = file;
    return `${path}: ${problem.code === 'unreadable' ? problem.error.code : problem.code}`;
  });
}

/** Writes instances, each another one, making folders as needed. */
function plant(root: string, names: readonly string[]): void {
  for (const [seed, name] of names.entries()) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), sampleInstance({ seed, pixelBytes: 16 }).file);
  }
}

describe('order', () => {
  test('natural inside folders, folders among files, hidden ones too', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['IM10', 'IM2', 'IM1', 'b/IM2', 'b/IM11', '.hidden', 'B2/x', 'a', 'SE2/IM1', 'SE10/IM1']);
    assert.deepEqual(listing(root, await scanned([root])), [
      '.hidden',
      'a',
      'b/IM2',
      'b/IM11',
      'B2/x',
      'IM1',
      'IM2',
      'IM10',
      'SE2/IM1',
      'SE10/IM1',
    ]);
  });

  test('of the selection, where it is one', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['z', 'folder/1', 'folder/2', 'a']);
    const given = ['z', 'folder', 'a'].map((name) => join(root, name));
    assert.deepEqual(listing(root, await scanned(given)), ['z', 'folder/1', 'folder/2', 'a']);
  });

  test('holds for more files than are read at once, however long each takes', async (context) => {
    const root = temporaryFolder(context);
    plant(
      root,
      Array.from({ length: 150 }, (_, index) => `IM${index}`),
    );
    // Large headers among small ones would overtake nobody.
    for (const name of ['IM3', 'IM40']) writeFileSync(join(root, name), Buffer.alloc(900_000, 'text '));
    const names = (await scanned([root])).map((file) => basename(file.path));
    assert.deepEqual(
      names,
      Array.from({ length: 150 }, (_, index) => `IM${index}`),
    );
  });

  test('names that differ only in leading zeros have one order', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['1', '01', '001']);
    assert.deepEqual(listing(root, await scanned([root])), ['001', '01', '1']);
  });
});

describe('each file once', () => {
  test('nested selections and repeated ones', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['a/b/1', 'a/2']);
    writeFileSync(join(root, 'a/b/text'), 'text');
    const given = ['a/b', 'a', 'a/b/1', 'a/b/text', 'a/../a'].map((name) => `${root}/${name}`);
    assert.deepEqual(listing(root, await scanned(given)), ['a/b/1', 'a/b/text: not DICOM', 'a/2']);
  });

  test('hard links and symbolic links to files', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['a/1', 'a/2']);
    linkSync(join(root, 'a/1'), join(root, 'a/3'));
    symlinkSync('2', join(root, 'a/4'));
    plant(join(root, 'elsewhere'), ['5']);
    symlinkSync('../elsewhere/5', join(root, 'a/5'));
    const out = 'a/5: link out of the selection';
    assert.deepEqual(listing(root, await scanned([join(root, 'a')])), ['a/1', 'a/2', out]);
    assert.deepEqual(listing(root, await scanned([root])), ['a/1', 'a/2', 'a/5']);
  });

  test('symbolic links to folders in the selection are followed, loops end', { timeout: 5000 }, async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['a/1', 'elsewhere/2']);
    symlinkSync('.', join(root, 'a/again'));
    symlinkSync('..', join(root, 'a/up'));
    symlinkSync('../elsewhere', join(root, 'a/there'));
    symlinkSync('itself', join(root, 'a/itself'));
    const found = listing(root, await scanned([join(root, 'a')]));
    assert.deepEqual(found, [
      'a/1',
      'a/itself: ELOOP',
      'a/there: link out of the selection',
      'a/up: link out of the selection',
    ]);
    // The same where both are selected, in whatever order.
    const both = listing(root, await scanned([join(root, 'a'), join(root, 'elsewhere')]));
    assert.deepEqual(both, ['a/1', 'a/itself: ELOOP', 'a/there/2', 'a/up: link out of the selection']);
  });
});

describe('every problem is an entry', () => {
  test('paths that are not there', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['a']);
    symlinkSync('nowhere', join(root, 'dangling'));
    const given = ['missing', 'dangling', 'a/below', 'a'].map((name) => join(root, name));
    const expected = ['missing: ENOENT', 'dangling: ENOENT', 'a/below: ENOTDIR', 'a'];
    assert.deepEqual(listing(root, await scanned(given)), expected);
  });

  test('files that hold no instance', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['good']);
    writeFileSync(join(root, 'empty'), '');
    writeFileSync(join(root, 'notes.txt'), 'some notes\n');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    symlinkSync('/dev/null', join(root, 'null'));
    assert.deepEqual(listing(root, await scanned([root])), [
      'empty: empty file',
      'good',
      'notes.txt: not DICOM',
      'null: link out of the selection',
      'pipe: not a regular file',
    ]);
  });

  test('a folder too deep for the system, beside others that are not', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['z']);
    // Deeper than PATH_MAX: made step by step from inside, as a path would be refused.
    const name = 'd'.repeat(250);
    execFileSync('sh', ['-c', `for i in $(seq 20); do mkdir ${name} && cd -P ${name} || exit 1; done`], { cwd: root });
    context.after(() => execFileSync('rm', ['-rf', join(root, name)]));
    const found = await scanned([root]);
    const codes = listing(root, found).map((line) => line.split(': ')[1]);
    assert.deepEqual(codes, ['ENAMETOOLONG', undefined]);
  });
});

test('a folder that cannot be read is told as a folder', { skip: process.platform === 'win32' }, async (context) => {
  const root = temporaryFolder(context);
  plant(root, ['1', 'closed/2', 'closed/3']);
  chmodSync(root, 0o755);
  chmodSync(join(root, 'closed'), 0);
  // The file threads load their code before this process gives up its rights.
  await scanned([join(root, '1')]);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    for (const given of [[root], [join(root, '1'), join(root, 'closed')]]) {
      const [file, folder, ...others] = await scanned(given);
      assert.equal(file?.type, 'instance');
      assert.deepEqual(others, []);
      assert.ok(folder?.type === 'skipped' && folder.problem.code === 'unreadable folder');
      assert.equal(folder.problem.error.code, 'EACCES');
    }
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(join(root, 'closed'), 0o755);
  }
});

describe('names that are no UTF-8', { skip: process.platform !== 'linux' && 'names are text here' }, () => {
  const bytes = (root: string, name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);

  test('are names like others, in their order, beside those that look the same', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['a \u{1f600}\n#%?.dcm', 'b\ufffd', 'e\u0301', '\u00e9']);
    // 'b' and FFH: what Node makes of it is the name of a file that is there.
    for (const [seed, name] of ['b\xff', 'c\xfe', 'c\xff', 'z\xed\xb3\xa4'].entries())
      writeFileSync(bytes(root, name), sampleInstance({ seed: 50 + seed }).file);
    mkdirSync(bytes(root, 'f\xe9'));
    writeFileSync(bytes(root, 'f\xe9/g\xe4'), sampleInstance({ seed: 60 }).file);
    const found = listing(root, await scanned([root]));
    assert.deepEqual(
      found.toSorted(),
      [
        'a \u{1f600}\n#%?.dcm',
        'b\udcff',
        'b\ufffd',
        'c\udcfe',
        'c\udcff',
        'e\u0301',
        'f\udce9/g\udce4',
        'z\udced\udcb3\udca4',
        '\u00e9',
      ].toSorted(),
    );
    assert.deepEqual(found, listing(root, await scanned([root])));
    assert.deepEqual(listing(root, await scanned([join(root, 'f\udce9'), join(root, 'c\udcff')])), [
      'f\udce9/g\udce4',
      'c\udcff',
    ]);
  });

  test('links to them and from them are judged as others', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['in/1']);
    mkdirSync(bytes(root, 'in/f\xe9'));
    mkdirSync(bytes(root, 'out\xe9'));
    writeFileSync(bytes(root, 'in/f\xe9/2'), sampleInstance({ seed: 2 }).file);
    writeFileSync(bytes(root, 'out\xe9/3'), sampleInstance({ seed: 3 }).file);
    symlinkSync(bytes(root, 'in/f\xe9'), bytes(root, 'in/a\xe9'));
    symlinkSync(bytes(root, 'out\xe9'), join(root, 'in/z'));
    const selected = join(root, 'in');
    assert.deepEqual(listing(selected, await scanned([selected])), ['1', 'a\udce9/2', 'z: link out of the selection']);
    const files: ScannedFile[] = [];
    for await (const file of scan([selected], { recurse: true, followLinks: true }, NEVER)) files.push(file);
    assert.equal(files.at(-1)?.type === 'instance' && files.at(-1)?.path, join(selected, 'z/3'));
    const last = files.at(-1);
    assert.equal(last?.type === 'instance' && last.leadsTo, join(root, 'out\udce9/3'));
  });
});

test('without recursion a folder gives its own files only', async (context) => {
  const root = temporaryFolder(context);
  plant(root, ['a/1', 'a/b/2', 'c/3']);
  symlinkSync('../c', join(root, 'a/link'));
  const given = [join(root, 'a'), join(root, 'c')];
  assert.deepEqual(listing(root, await scanned(given, false)), ['a/1', 'c/3']);
});

test('a relative path becomes absolute', async (context) => {
  const root = temporaryFolder(context);
  plant(root, ['1']);
  const [file] = await scanned([relative(process.cwd(), join(root, '1'))]);
  assert.equal(file?.path, join(root, '1'));
});

describe('cancelling', () => {
  test('before the first file', async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['1']);
    const reason = new Error('enough');
    await assert.rejects(collected([root], true, AbortSignal.abort(reason)), reason);
  });

  test('between files throws the reason and leaves nothing open', async (context) => {
    const root = temporaryFolder(context);
    plant(
      root,
      Array.from({ length: 300 }, (_, index) => `IM${index}`),
    );
    await scanned([root]);
    const before = await openFiles();
    const cancel = new AbortController();
    const reason = new Error('enough');
    let count = 0;
    await assert.rejects(async () => {
      for await (const _ of scan([root], { recurse: true }, cancel.signal)) {
        count += 1;
        if (count === 5) cancel.abort(reason);
      }
    }, reason);
    assert.equal(count, 5);
    if (process.platform === 'linux') assert.equal(await openFiles(), before);
  });

  test('while it waits for the system', { timeout: 5000 }, async (context) => {
    const root = temporaryFolder(context);
    plant(root, ['1', '2']);
    const cancel = new AbortController();
    const files = scan([root], { recurse: true }, cancel.signal);
    const first = files.next();
    cancel.abort(new Error('enough'));
    await assert.rejects(Promise.race([first, delay(2000)]), /enough/u);
  });

  test('no listener stays on the signal', async (context) => {
    const root = temporaryFolder(context);
    plant(
      root,
      Array.from({ length: 40 }, (_, index) => `IM${index}`),
    );
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    context.mock.method(signal, 'addEventListener', (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    });
    context.mock.method(signal, 'removeEventListener', (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    });
    const files = await collected([root], true, signal);
    assert.equal(files.length, 40);
    await new Promise((done) => setImmediate(done));
    assert.equal(listeners, 0);
  });
});
