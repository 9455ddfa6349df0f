// Reading files in two ways that look the same. Synchronous: for a thread of its own, where one file's calls cost a tenth
// of what they cost through the thread pool. Asynchronous: wherever something else waits, or the storage makes us wait.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';

export interface OpenFile {
  status(): Promise<Stats>;
  /** Reads up to `length` bytes at `position` of the file to `into[at]`; 0: the file ends there. */
  read(into: Uint8Array, at: number, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

/** All reject with the system's error. */
export interface FileAccess {
  /** For the beginning of the file that was opened last, until the next is opened; whatever was in it may still be in it. */
  prefixBuffer(length: number): Buffer;
  status(path: string): Promise<Stats>;
  /** For reading, and never waiting for somebody at the other end of a FIFO. */
  open(path: string): Promise<OpenFile>;
}

/** O_NONBLOCK guards the moment between asking what a file is and opening it. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export const asynchronousAccess: FileAccess = {
  prefixBuffer: (length) => Buffer.allocUnsafe(length),
  status: (path) => stat(path),
  open: async (path) => {
    const handle = await open(path, OPEN_FLAGS);
    return {
      status: () => handle.stat(),
      read: async (into, at, length, position) => (await handle.read(into, at, length, position)).bytesRead,
      close: () => handle.close(),
    };
  },
};

/** One file at a time: its beginning may lie where the last one's did. */
const PREFIX_LENGTH = 65_536;
let prefix: Buffer | undefined;

export const synchronousAccess: FileAccess = {
  prefixBuffer: (length) => {
    if (length > PREFIX_LENGTH) return Buffer.allocUnsafe(length);
    prefix ??= Buffer.allocUnsafe(PREFIX_LENGTH);
    return prefix.subarray(0, length);
  },
  status: async (path) => statSync(path),
  open: async (path) => {
    const descriptor = openSync(path, OPEN_FLAGS);
    return {
      status: async () => fstatSync(descriptor),
      read: async (into, at, length, position) => readSync(descriptor, into, at, length, position),
      close: async () => closeSync(descriptor),
    };
  },
};
