// Reads as little of a file as tells what it is. One open, a few kilobytes, and never a wait: opening a FIFO would block
// until somebody writes, opening a device can do things, so the kind is asked first, and O_NONBLOCK guards the moment
// between.

import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type FileIdentityLike, identityOf, kindOf } from './file-identity.ts';
import type { HeaderProblem, HeaderResult } from './header.ts';
import { parseHeader } from './header-parser.ts';
import { systemErrorInfo } from './system-error.ts';

/** Bytes of the first read; enough for nearly every header. */
const FIRST_READ = 4096;
/** In bytes. A header that needs more is none. */
export const HEADER_LIMIT = 1_048_576;

export interface HeaderReading {
  readonly result: HeaderResult;
  /** Undefined where the file could not be asked. */
  readonly identity: FileIdentityLike | undefined;
}

/**
 * Never rejects: whatever the system says is a problem in the result.
 * @param isKnownFile the caller saw just now that this is a regular file, as a directory's listing says
 */
export async function readHeader(path: string, isKnownFile = false): Promise<HeaderReading> {
  let identity: FileIdentityLike | undefined;
  try {
    if (!isKnownFile) {
      const status = await stat(path);
      identity = identityOf(status);
      if (!status.isFile()) return notRegular(status);
    }
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = await handle.stat();
      identity = identityOf(status);
      if (!status.isFile()) return notRegular(status);
      return { result: await readPrefixes(handle, status.size), identity };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { result: problemResult({ code: 'unreadable', error: systemErrorInfo(error) }), identity };
  }
}

function notRegular(status: Stats): HeaderReading {
  return { result: problemResult({ code: 'not a regular file', kind: kindOf(status) }), identity: identityOf(status) };
}

async function readPrefixes(handle: FileHandle, fileSize: number): Promise<HeaderResult> {
  let prefix: Buffer = Buffer.allocUnsafe(0);
  let wanted = Math.min(fileSize, FIRST_READ);
  for (;;) {
    const longer = Buffer.allocUnsafe(wanted);
    prefix.copy(longer);
    const filled = await fill(handle, longer, prefix.length);
    // The file shrank since its size was asked. What is there now is judged as all there is.
    const size = filled < wanted ? filled : fileSize;
    prefix = longer.subarray(0, filled);
    const step = parseHeader(prefix, size);
    if (step.type === 'instance') return confirmed(prefix, step);
    if (step.type !== 'need more') return step;
    if (step.bytes > HEADER_LIMIT) {
      const detail = `what a sender must know is not in the first ${HEADER_LIMIT} bytes`;
      return problemResult({ code: 'malformed', detail, offset: HEADER_LIMIT });
    }
    // Doubling, so that many small steps do not become many small reads.
    wanted = Math.min(size, HEADER_LIMIT, Math.max(step.bytes, 2 * prefix.length));
  }
}

/** Where no meta group says that this is DICOM, two readers must agree on it. */
async function confirmed(prefix: Buffer, instance: HeaderResult & { type: 'instance' }): Promise<HeaderResult> {
  const { header } = instance;
  if (header.form !== 'bare data set') return instance;
  const { confirmsInstance } = await import('./dcmjs-adapter.ts');
  if (await confirmsInstance(prefix, header)) return instance;
  const detail = 'a data set without File Meta Information that two readers understand in two ways';
  return problemResult({ code: 'malformed', detail, offset: header.dataSetOffset });
}

/** Reads until `buffer` is full or the file ends; returns how much of `buffer` holds bytes of the file. */
async function fill(handle: FileHandle, buffer: Buffer, from: number): Promise<number> {
  let filled = from;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function problemResult(problem: HeaderProblem): HeaderResult {
  return { type: 'problem', problem };
}
