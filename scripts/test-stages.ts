// How the stages of `npm test` are run and counted.
//
// Counts come from what ran: events of node:test or mocha, or a tool's exit code. A file without a test, a stage without a
// test and a file that does not end are failures, because they would otherwise look like success.

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';

export const root = join(import.meta.dirname, '..');

/** What one stage did. */
export interface Tally {
  passed: number;
  /** Of the tests that passed, if the stage knows them. */
  readonly passedTitles: string[];
  /** Title and what went wrong. */
  readonly failed: { readonly title: string; readonly detail: string }[];
  /** Title and why. */
  readonly skipped: { readonly title: string; readonly reason: string }[];
}

export function emptyTally(): Tally {
  return { passed: 0, passedTitles: [], failed: [], skipped: [] };
}

/** A tool that passes with exit code 0. Counts as one test. */
export async function runTool(title: string, command: string, args: readonly string[]): Promise<Tally> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const tally = emptyTally();
  if (code === 0) tally.passed = 1;
  else tally.failed.push({ title, detail: output.trim() || `ended with ${code}` });
  return tally;
}

export interface NodeTestOptions {
  /** Files at the same time. */
  readonly concurrency: number;
  /** For the whole stage. What is still running then has failed. */
  readonly deadlineMs: number;
  /** Gets what tests write to stdout, as it comes, and after that the end of the test that wrote it. */
  readonly watch?: (seen: Seen) => void;
}

export type Seen =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly title: string; readonly ms: number };

export function testFiles(folder: string): string[] {
  return globSync(`test/${folder}/**/*.test.ts`, { cwd: root }).sort();
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Runs node:test files, a process each. Paths are relative to the project or absolute. */
export async function runNodeTests(
  files: readonly string[],
  { concurrency, deadlineMs, watch }: NodeTestOptions,
): Promise<Tally> {
  const tally = emptyTally();
  if (files.length === 0) return tally;
  const printed = new Map<string, string>();
  const failedFiles = new Set<string>();
  const reasonOf = (mark: string | boolean | undefined): string =>
    typeof mark === 'string' ? mark : 'no reason given';

  const events = run({
    files: files.map((file) => resolve(root, file)),
    concurrency,
    isolation: 'process',
    signal: AbortSignal.timeout(deadlineMs),
  });
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      printed.set(data.file, (printed.get(data.file) ?? '') + data.message);
      if (type === 'test:stdout') watch?.({ type: 'text', text: data.message });
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const file = relative(root, data.file ?? '');
    // node:test reports a file as a test of that name when it has no tests, could not be loaded or was ended.
    const isWholeFile = data.name === data.file;
    const title = isWholeFile ? file : `${file} › ${data.name}`;
    if (type === 'test:fail') {
      const { error } = data.details;
      const isOnlyItsChildren = (error as { failureType?: string }).failureType === 'subtestsFailed';
      if (isOnlyItsChildren) continue;
      tally.failed.push({ title, detail: messageOf(error) });
      if (data.file !== undefined) failedFiles.add(data.file);
    } else if (isWholeFile) {
      tally.failed.push({ title, detail: 'the file has no tests' });
    } else if (data.skip !== undefined) {
      tally.skipped.push({ title, reason: reasonOf(data.skip) });
    } else if (data.todo !== undefined) {
      tally.skipped.push({ title, reason: `to do: ${reasonOf(data.todo)}` });
    } else if (data.details.type !== 'suite') {
      tally.passed += 1;
      tally.passedTitles.push(title);
      watch?.({ type: 'end', title, ms: data.details.duration_ms });
    }
  }
  for (const file of failedFiles) {
    const text = printed.get(file)?.trim();
    if (text) console.log(`  ${relative(root, file)} printed:\n${indent(text.slice(-8000))}`);
  }
  return tally;
}

export function indent(text: string): string {
  return text.replaceAll(/^/gm, '      ');
}
