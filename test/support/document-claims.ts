// What the documents promise, and the tests that they name for it. A document names a test as `test/…/x.test.ts` › and how
// its title begins; a file alone stands for all of its tests.
//
// Two things are checked of a name. Unit tests: there is such a test. `npm test`, at its end: that test ran and passed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export interface NamedTest {
  /** From the project's folder: test/faults/store.test.ts. */
  readonly file: string;
  /** How the title begins; '' for every test of the file. */
  readonly name: string;
}

/** A heading of the third level and what stands below it. */
export interface DocumentEntry {
  readonly section: string;
  readonly title: string;
  /** Its paragraphs, one line each. */
  readonly text: string;
  /** Its list items, one line each, without the bullet. */
  readonly items: readonly string[];
  readonly tests: readonly NamedTest[];
}

/** Documents whose promises name tests. */
export const DOCUMENTS = ['SECURITY.md', 'docs/faults.md', 'docs/reliability.md', 'docs/storescu.md'];

/** Paragraphs, headings and list items, each on one line: what is wrapped is joined. */
function lines(markdown: string): string[] {
  const joined: string[] = [];
  let isOpen = false;
  for (const line of markdown.split('\n')) {
    const begins = !isOpen || line.trim() === '' || /^(?:#|\s*- )/.test(line);
    if (begins) joined.push(line.trimEnd());
    else joined.push(`${joined.pop()} ${line.trim()}`);
    isOpen = line.trim() !== '' && !line.startsWith('#');
  }
  return joined.filter((line) => line !== '');
}

/** Tests that a line names. Of several, `; ` separates them. */
export function testsIn(line: string): NamedTest[] {
  return [...line.matchAll(/`(test\/[\w./-]+\.test\.ts)`(?: › (.+?)(?=$|; `test\/))?/g)].map(
    ([, file = '', name = '']) => ({
      file,
      name: name.trim(),
    }),
  );
}

export function documentEntries(path: string, markdown = read(path)): DocumentEntry[] {
  const entries: (DocumentEntry & { text: string; items: string[]; tests: NamedTest[] })[] = [];
  let section = '';
  for (const line of lines(markdown)) {
    const [, hashes = '', title = ''] = /^(#+) (.*)/.exec(line) ?? [];
    if (hashes.length === 3) entries.push({ section, title, text: '', items: [], tests: [] });
    else if (hashes.length === 2) section = title;
    const entry = entries.at(-1);
    if (hashes !== '' || entry === undefined || entry.section !== section) continue;
    if (line.startsWith('- ')) entry.items.push(line.slice(2));
    else entry.text = [entry.text, line].filter((part) => part !== '').join(' ');
    entry.tests.push(...testsIn(line));
  }
  return entries;
}

/** Every test that a document names. */
export function namedTests(path: string, markdown = read(path)): NamedTest[] {
  return lines(markdown).flatMap(testsIn);
}

/** What stands as first argument of `test` or `it` in a file, as it is written: of a template, `${…}` too. */
export function titlesIn(file: string): string[] {
  const calls = read(file).matchAll(/\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g);
  return [...calls].map(([, , title = '']) => title.replaceAll("\\'", "'"));
}

/** Whether a file has a test with a title that begins so. */
export function hasTest({ file, name }: NamedTest): boolean {
  return titlesIn(file).some((title) => {
    if (title.startsWith(name)) return true;
    const pattern = title.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return pattern.length > 1 && new RegExp(`^${pattern.join('.*')}$`).test(name);
  });
}

/** What a run of tests came to: `file › title` of each test. */
export interface TestRun {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** Whether `title`, as a run reports it, is of the named test. The tests of test/host are reported as 'host › suite title'. */
export function isOf({ file, name }: NamedTest, title: string): boolean {
  if (file.startsWith('test/host/')) return title.startsWith('host › ') && title.endsWith(name);
  if (title === file) return true;
  return title.startsWith(`${file} › `) && title.slice(file.length + 3).startsWith(name);
}

/** Named tests of the stages that ran (folders below test/) which neither passed nor were skipped. */
export function unproven(stages: readonly string[], run: TestRun, documents = DOCUMENTS): string[] {
  return documents.flatMap((path) =>
    namedTests(path)
      .filter(({ file }) => stages.includes(file.split('/')[1] ?? ''))
      .filter((named) => {
        if (run.failed.some((title) => isOf(named, title))) return true;
        // A suite that is skipped does not report its tests.
        const isSkipped = run.skipped.some((title) => isOf({ file: named.file, name: '' }, title));
        return !isSkipped && !run.passed.some((title) => isOf(named, title));
      })
      .map(({ file, name }) => `${path} relies on ${file}${name === '' ? '' : ` › ${name}`}`),
  );
}
