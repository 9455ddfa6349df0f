// Checks a deflated data set: the deflate stream, which ends with a final block and at most one padding byte (PS3.5 A.5, RFC 1951),
// and the structure of what it inflates to. That is looked at piece by piece and discarded.

import { createInflateRaw, type InflateRaw } from 'node:zlib';
import { INFLATED_CHECK_MIN, INFLATED_CHECK_RATIO } from '../../protocol/limits.ts';
import type { FilePart, ReadPart, StopSignal, Want } from './file-part.ts';
import type { Finding } from './finding.ts';
import type { ImageSize } from './image-size.ts';
import type { StructureCheck } from './structure-check.ts';

/** Of the file, read and given to the inflater at a time, and of what it gives. In bytes. */
const PIECE = 65_536;

/** No deflate stream inflates to more: 258 bytes for each two bits (RFC 1951, 3.2.5). In bytes for each byte. */
const INFLATION_MOST = 1032;

/** Where the deflated data set is. */
export interface DeflatedPart {
  /** The first bytes of the file. */
  readonly prefix: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly read: ReadPart;
  readonly signal: StopSignal | undefined;
}

/**
 * @param check of what it inflates to, from 0 on
 * @param size is told how much it inflates to
 * @returns findings of both; what `read` throws passes
 */
export async function checkDeflated(
  part: DeflatedPart,
  check: StructureCheck,
  size?: ImageSize,
): Promise<readonly Finding[]> {
  const { start, end } = part;
  size?.noteInflated(INFLATION_MOST * (end - start));
  const limit = Math.max(INFLATED_CHECK_MIN, INFLATED_CHECK_RATIO * (end - start));
  const stream = new Inflation(part);
  const feeding = new Feeding(check);
  try {
    for (;;) {
      const inflated = await stream.next();
      if (inflated === undefined) break;
      feeding.add(inflated);
      if (feeding.length > limit) return notChecked(feeding);
    }
    if (stream.problem === 'stopped') return notChecked(feeding);
    size?.noteInflated(feeding.length);
    const offset = start + stream.consumed;
    if (stream.problem === 'corrupt') {
      const detail = `its deflate stream is damaged within the next ${PIECE} bytes`;
      return [...feeding.soFar(), { code: 'broken structure', offset, detail }];
    }
    if (stream.problem === 'cut')
      return [...feeding.soFar(), { code: 'truncated', offset: end, part: 'deflate stream' }];
    return [...feeding.toEnd(), ...(await behind(part, offset))];
  } finally {
    stream.close();
  }
}

function notChecked(feeding: Feeding): readonly Finding[] {
  feeding.abandon();
  return feeding.soFar();
}

/** Behind the final block: one zero byte is padding. */
async function behind({ read, end }: DeflatedPart, offset: number): Promise<readonly Finding[]> {
  const length = end - offset;
  if (length === 0) return [];
  const isPadding = length === 1 && (await read(offset, 1))[0] === 0;
  return isPadding ? [] : [{ code: 'deflate trailer', offset, length }];
}

/** A raw inflater that is given a piece of the file when it has given all of the one before. */
class Inflation {
  readonly #part: DeflatedPart;
  readonly #inflater: InflateRaw;
  readonly #waiting: Uint8Array[] = [];
  #at: number;
  #wake: (() => void) | undefined;
  #isIdle = true;
  #hasEnded = false;
  problem: 'corrupt' | 'cut' | 'stopped' | undefined;

  constructor(part: DeflatedPart) {
    this.#part = part;
    this.#at = part.start;
    this.#inflater = createInflateRaw({ chunkSize: PIECE });
    this.#inflater.on('data', (bytes: Uint8Array) => {
      // One at a time, however much it inflates to.
      this.#inflater.pause();
      this.#waiting.push(bytes);
      this.#wake?.();
    });
    this.#inflater.on('end', () => this.#stop(undefined));
    this.#inflater.on('error', (error: NodeJS.ErrnoException) =>
      this.#stop(error.code === 'Z_BUF_ERROR' ? 'cut' : 'corrupt'),
    );
  }

  /** Bytes of the deflate stream that it has used. */
  get consumed(): number {
    return this.#inflater.bytesWritten;
  }

  #stop(problem: 'corrupt' | 'cut' | 'stopped' | undefined): void {
    if (!this.#hasEnded) this.problem = problem;
    this.#hasEnded = true;
    this.#wake?.();
  }

  /** Undefined: there is no more, and `problem` says why. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#part.signal?.aborted === true) this.#stop('stopped');
      const bytes = this.#waiting.shift();
      if (bytes !== undefined) return bytes;
      if (this.#hasEnded) return undefined;
      if (this.#isIdle) await this.#write();
      this.#inflater.resume();
      if (this.#waiting.length === 0 && !this.#hasEnded && !this.#isIdle) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async #write(): Promise<void> {
    const { prefix, end, read } = this.#part;
    this.#isIdle = false;
    if (this.#at >= end) {
      this.#inflater.end();
      return;
    }
    const length = Math.min(PIECE, end - this.#at);
    const known = prefix.subarray(this.#at, this.#at + length);
    // The prefix belongs to the next file as soon as this one is done.
    const bytes = known.length > 0 ? Uint8Array.from(known) : await read(this.#at, length);
    if (bytes.length === 0) {
      this.#inflater.end();
      return;
    }
    this.#at += bytes.length;
    this.#inflater.write(bytes, () => {
      this.#isIdle = true;
      this.#wake?.();
    });
  }

  close(): void {
    this.#inflater.destroy();
  }
}

/** Gives the check what it wants of a stream. */
class Feeding {
  readonly #check: StructureCheck;
  #part: FilePart = { bytes: new Uint8Array(0), base: 0 };
  #want: Want | undefined;
  length = 0;

  constructor(check: StructureCheck) {
    this.#check = check;
    this.#want = check.advance(this.#part);
  }

  add(inflated: Uint8Array): void {
    const { bytes, base } = this.#part;
    this.length += inflated.length;
    if (this.#want === undefined || this.#want.offset >= this.length) {
      this.#part = { bytes: inflated, base: this.length - inflated.length };
      return;
    }
    // What is wanted may begin in the piece before.
    const kept = Math.min(bytes.length, Math.max(0, base + bytes.length - this.#want.offset));
    const joined = kept === 0 ? inflated : Buffer.concat([bytes.subarray(bytes.length - kept), inflated]);
    this.#part = { bytes: joined, base: this.length - joined.length };
    while (this.#want !== undefined && this.#want.offset + this.#want.length <= this.length) {
      this.#want = this.#check.advance(this.#part);
    }
  }

  /** The check stops where it is. */
  abandon(): void {
    this.#check.abandon();
  }

  soFar(): readonly Finding[] {
    return this.#check.findings.map((finding): Finding => {
      const whole = 'length' in finding && finding.length === Number.POSITIVE_INFINITY;
      return { ...finding, ...(whole ? { length: this.length - finding.offset } : {}), isInflated: true } as Finding;
    });
  }

  /** There is no more of the stream. */
  toEnd(): readonly Finding[] {
    this.#check.endsAt(this.length);
    if (this.#check.advance(this.#part) !== undefined) this.#check.abandon();
    return this.soFar();
  }
}
