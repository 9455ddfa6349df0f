// Runs fuzz inputs, keeps those that fail, and measures their cost. A failed input is kept as bytes, not as a seed: a seed means
// something else as soon as the mutations change.

import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FuzzInput, type FuzzTarget, fuzzInput, runFuzzInput } from './fuzz-input.ts';
import { collectGarbage } from './heap.ts';
import { leastThreadMs, STALL_MS } from './stall.ts';

export const SEEDS_FOLDER = join(import.meta.dirname, '../property/seeds');

const WARM_UP = 1_000;
const COLLECTIONS = 4;

export interface FuzzFailure {
  readonly seed: number;
  readonly input: FuzzInput;
  readonly problem: string;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly failures: readonly FuzzFailure[];
  readonly elapsedMs: number;
  /** Of heap and buffers after collection, from after the warm-up to the end, in bytes. */
  readonly heapGrowth: number;
  readonly counts: Readonly<Record<FuzzTarget, number>>;
}

/** What is wrong with the input; undefined = nothing. */
export function problemOf(input: FuzzInput): string | undefined {
  let leastMs: number;
  try {
    leastMs = leastThreadMs(() => runFuzzInput(input));
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return leastMs > STALL_MS ? `held the event loop for ${leastMs.toFixed(0)} ms` : undefined;
}

/** Seeds `from` to `from + count - 1`. Stops at ten failures. */
export async function fuzz(from: number, count: number, progress?: (done: number) => void): Promise<FuzzReport> {
  const failures: FuzzFailure[] = [];
  const counts: Record<FuzzTarget, number> = { requestor: 0, acceptor: 0, header: 0, convert: 0 };
  const began = performance.now();
  let heapBefore = await collectedHeap();
  let inputs = 0;
  for (let seed = from; seed < from + count && failures.length < 10; seed += 1) {
    const input = fuzzInput(seed);
    counts[input.target] += 1;
    const problem = problemOf(input);
    if (problem !== undefined) failures.push({ seed, input, problem });
    inputs += 1;
    if (inputs % 500 === 0) await turn();
    if (inputs === WARM_UP) heapBefore = await collectedHeap();
    if (inputs % 10_000 === 0) progress?.(inputs);
  }
  const elapsedMs = performance.now() - began;
  return { inputs, failures, elapsedMs, heapGrowth: (await collectedHeap()) - heapBefore, counts };
}

/** Node frees some memory only between two turns of its event loop, such as zlib's buffers. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The least after several collections: on a busy machine buffers are freed late. In bytes. */
async function collectedHeap(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < COLLECTIONS; round += 1) {
    await turn();
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
}

interface KeptInput {
  readonly target: FuzzTarget;
  readonly direction?: number;
  readonly pieces: readonly string[];
  readonly problem: string;
}

/** Writes the input where the tests find it again. Returns the path. */
export function keep({ seed, input, problem }: FuzzFailure): string {
  mkdirSync(SEEDS_FOLDER, { recursive: true });
  const path = join(SEEDS_FOLDER, `${input.target}-${seed}.json`);
  const [firstLine = ''] = problem.split('\n');
  const kept: KeptInput = { ...input, pieces: input.pieces.map((piece) => piece.toString('hex')), problem: firstLine };
  writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`);
  return path;
}

/** Inputs that once failed. */
export function keptInputs(): { readonly name: string; readonly input: FuzzInput }[] {
  return globSync('*.json', { cwd: SEEDS_FOLDER })
    .sort()
    .map((name) => {
      const kept = JSON.parse(readFileSync(join(SEEDS_FOLDER, name), 'utf8')) as KeptInput;
      const { target, direction, pieces } = kept;
      const input = { target, pieces: pieces.map((hex) => Buffer.from(hex, 'hex')) };
      return { name, input: direction === undefined ? input : { ...input, direction } };
    });
}
