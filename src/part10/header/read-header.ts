// Reads the header of a file: one open and a few kilobytes. The kind of the file is asked first, because opening a FIFO
// blocks until somebody writes, and opening a device can have effects.

import type { Stats } from 'node:fs';
import { HEADER_LIMIT } from '../../protocol/limits.ts';
import type { StopSignal } from '../check/file-part.ts';
import type { Finding } from '../check/finding.ts';
import { ImageSize } from '../check/image-size.ts';
import { inspect } from '../check/preflight.ts';
import { decompressionOf } from '../decompress/decompression.ts';
import { asynchronousAccess, type FileAccess, type OpenFile } from '../read/file-access.ts';
import { type FileIdentity, identityOf, kindOf } from '../read/file-identity.ts';
import { systemErrorInfo } from '../system-error.ts';
import { isDeflated } from '../transfer-syntax-encoding.ts';
import type { HeaderProblem, HeaderResult } from './header.ts';
import { parseHeader } from './header-parser.ts';

/** Bytes of the first read; enough for nearly every header. */
const FIRST_READ = 4096;

export interface HeaderReading {
  readonly result: HeaderResult;
  /** Undefined if the system could not tell. */
  readonly identity: FileIdentity | undefined;
  /** Of an instance: what is wrong with it, in the order of the file. */
  readonly findings: readonly Finding[];
}

interface Examined {
  readonly result: HeaderResult;
  readonly findings: readonly Finding[];
}

/**
 * Never rejects: an error of the system is a problem in the result.
 * @param isKnownFile the caller saw just now that this is a regular file, as a directory's listing says; if it has become
 *   a link since then, it is not followed
 * @param signal ends a long pre-flight check
 */
export async function readHeader(
  path: string,
  isKnownFile = false,
  signal?: StopSignal,
  access: FileAccess = asynchronousAccess(),
): Promise<HeaderReading> {
  let identity: FileIdentity | undefined;
  try {
    if (!isKnownFile) {
      const status = await access.status(path);
      identity = identityOf(status);
      if (!status.isFile()) return notRegular(status);
    }
    const file = await access.open(path, !isKnownFile);
    try {
      const status = await file.status();
      identity = identityOf(status);
      if (!status.isFile()) return notRegular(status);
      return { ...(await readPrefixes(file, status.size, signal, access)), identity };
    } finally {
      await file.close();
    }
  } catch (error) {
    const info = systemErrorInfo(error);
    const isLink = isKnownFile && info.code === 'ELOOP';
    const problem = isLink
      ? ({ code: 'not a regular file', kind: 'symbolic link' } as const)
      : ({ code: 'unreadable', error: info } as const);
    return { ...problemOnly(problem), identity };
  }
}

function notRegular(status: Stats): HeaderReading {
  return { ...problemOnly({ code: 'not a regular file', kind: kindOf(status) }), identity: identityOf(status) };
}

async function readPrefixes(
  file: OpenFile,
  fileSize: number,
  signal: StopSignal | undefined,
  access: FileAccess,
): Promise<Examined> {
  let prefix: Buffer = Buffer.allocUnsafe(0);
  let wanted = Math.min(fileSize, FIRST_READ);
  for (;;) {
    const longer = access.prefixBuffer(wanted);
    prefix.copy(longer);
    const filled = await fill(file, longer, prefix.length);
    // If the file has shrunk since its size was read, judge it by the bytes that are there now.
    const size = filled < wanted ? filled : fileSize;
    prefix = longer.subarray(0, filled);
    const step = parseHeader(prefix, size);
    if (step.type === 'instance') {
      // Loading the second reader takes time, in which the next file may be begun: keep the bytes.
      const own = step.header.form === 'bare data set' ? Buffer.from(prefix) : prefix;
      const result = await confirmed(own, step);
      if (result.type !== 'instance') return { result, findings: [] };
      const uid = result.header.transferSyntaxUID;
      const isDecoded = decompressionOf(uid) !== undefined || isDeflated(uid);
      const imageSize = isDecoded ? new ImageSize() : undefined;
      const findings = await inspect(result, own, (...part) => readPart(file, ...part), signal, imageSize);
      const decodedLength = imageSize?.decodedLength;
      if (decodedLength === undefined) return { result, findings };
      return { result: { ...result, header: { ...result.header, decodedLength } }, findings };
    }
    if (step.type !== 'need more') return { result: step, findings: [] };
    if (step.bytes > HEADER_LIMIT) {
      const detail = `what a sender must know is not in the first ${HEADER_LIMIT} bytes`;
      return problemOnly({ code: 'malformed', detail, offset: HEADER_LIMIT });
    }
    // Doubling, so that many small steps do not become many small reads.
    wanted = Math.min(size, HEADER_LIMIT, Math.max(step.bytes, 2 * prefix.length));
  }
}

/** A data set without a meta group counts as DICOM only if two independent readers agree. */
async function confirmed(prefix: Buffer, instance: HeaderResult & { type: 'instance' }): Promise<HeaderResult> {
  const { header } = instance;
  if (header.form !== 'bare data set') return instance;
  const { confirmsInstance } = await import('../dcmjs-adapter.ts');
  if (await confirmsInstance(prefix, header)) return instance;
  const detail = 'a data set without File Meta Information that two readers understand in two ways';
  return { type: 'problem', problem: { code: 'malformed', detail, offset: header.dataSetOffset } };
}

async function readPart(file: OpenFile, offset: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(length);
  return buffer.subarray(0, await fill(file, buffer, 0, offset));
}

/**
 * Reads until `buffer` is full or the file ends; returns how many bytes of `buffer` are filled.
 * @param from how many are filled already
 * @param base offset in the file of the buffer's first byte
 */
async function fill(file: OpenFile, buffer: Buffer, from: number, base = 0): Promise<number> {
  let filled = from;
  while (filled < buffer.length) {
    const bytesRead = await file.read(buffer, filled, buffer.length - filled, base + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function problemOnly(problem: HeaderProblem): Examined {
  return { result: { type: 'problem', problem }, findings: [] };
}
