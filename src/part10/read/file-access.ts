// The system calls on files, in two ways that look the same.
//
// - Synchronous, for the file thread: a file's calls cost a tenth of what they cost through Node's thread pool. A call that
//   hangs hangs the thread; `step` is called before each call, so that the owner of the thread notices.
// - Asynchronous, where no file thread can be started. A call that hangs occupies one of the four threads of Node's pool,
//   which the whole process shares: it fails after `timeoutMs`, and while too many hang, further calls fail at once.
//
// Here, and nowhere else, paths become what the system calls a file, and names of the system become paths
// (text/path-bytes.ts). Node gives names as text. Where a name is no UTF-8 the same is asked for once more as bytes.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readSync,
  readvSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { lstat, open, opendir, realpath, stat } from 'node:fs/promises';
import { FILE_TIMEOUT_MS, HANGING_CALLS_MAX } from '../../protocol/limits.ts';
import { mayHaveLostBytes, pathOfBytes, systemPath } from '../../text/path-bytes.ts';
import { type SystemErrorInfo, systemErrorInfo } from '../system-error.ts';
import { type FileIdentity, type FileKind, identityOf, kindOf } from './file-identity.ts';

type Now<T> = T | Promise<T>;

export interface OpenFile {
  status(): Now<Stats>;
  /** Reads up to `length` bytes at `position` of the file to `into[at]`; 0: the file ends there. */
  read(into: Uint8Array, at: number, length: number, position: number): Now<number>;
  /** The same into several views, one behind the other. */
  readAll(views: readonly Uint8Array[], position: number): Now<number>;
  close(): Now<void>;
}

/** Names in a folder, in the system's order, each as a part of a path. `areFiles`: whether the listing itself says that it is a regular file. */
export interface FolderEntries {
  readonly names: readonly string[];
  readonly areFiles: readonly boolean[];
}

/** All fail with the system's error. */
export interface FileAccess {
  /** A buffer for the first bytes of the file that was opened last; the next file uses it again. Its content is undefined. */
  prefixBuffer(length: number): Buffer;
  /** Of what a symbolic link leads to, or of the link itself. */
  status(path: string, followsLinks?: boolean): Now<Stats>;
  /** The absolute path of what it leads to, without any link in it. */
  realPath(path: string): Now<string>;
  /** 'device:number' in full, for systems whose file numbers have 64 bits. */
  exactNumber(path: string): Now<string>;
  list(path: string): Now<FolderEntries>;
  /**
   * For reading. Does not wait for the other end of a FIFO.
   * @param followsLinks by default true; false: a symbolic link fails with ELOOP, where the system can tell (not Windows)
   */
  open(path: string, followsLinks?: boolean): Now<OpenFile>;
}

/** O_NONBLOCK, because the file may have become a FIFO since its kind was asked for. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const openFlags = (followsLinks: boolean): number => OPEN_FLAGS | (followsLinks ? 0 : (constants.O_NOFOLLOW ?? 0));
/** Entries of a folder asked for at once. */
const LISTING_BATCH = 256;
/** The beginning of one file after the other goes here. */
const PREFIX_LENGTH = 65_536;

/** @param step called before each system call; what it throws the call throws */
export function synchronousAccess(step: () => void = () => undefined): FileAccess {
  let prefix: Buffer | undefined;
  return {
    prefixBuffer: (length) => {
      if (length > PREFIX_LENGTH) return Buffer.allocUnsafe(length);
      prefix ??= Buffer.allocUnsafe(PREFIX_LENGTH);
      return prefix.subarray(0, length);
    },
    status: (path, followsLinks = true) => {
      step();
      return followsLinks ? statSync(systemPath(path)) : lstatSync(systemPath(path));
    },
    realPath: (path) => {
      step();
      const found = realpathSync.native(systemPath(path));
      if (!mayHaveLostBytes(found)) return found;
      step();
      return pathOfBytes(realpathSync.native(systemPath(path), { encoding: 'buffer' }));
    },
    exactNumber: (path) => {
      step();
      const { dev, ino } = statSync(systemPath(path), { bigint: true });
      return `${dev}:${ino}`;
    },
    list: (path) => {
      const listed = listSync(path, 'utf8', step);
      return listed.names.some(mayHaveLostBytes) ? listSync(path, 'buffer', step) : listed;
    },
    open: (path, followsLinks = true) => {
      step();
      return new SynchronousFile(openSync(systemPath(path), openFlags(followsLinks)), step);
    },
  };
}

type NameEncoding = 'utf8' | 'buffer';

/** Node's types do not know that names may be asked for as bytes. */
const listingOptions = (encoding: NameEncoding): { encoding: 'utf8'; bufferSize: number } => ({
  encoding: encoding as 'utf8',
  bufferSize: LISTING_BATCH,
});

const nameOf = ({ name }: { readonly name: string | Uint8Array }): string =>
  typeof name === 'string' ? name : pathOfBytes(name);

function listSync(path: string, encoding: NameEncoding, step: () => void): FolderEntries {
  step();
  const folder = opendirSync(systemPath(path) as string, listingOptions(encoding));
  const names: string[] = [];
  const areFiles: boolean[] = [];
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      names.push(nameOf(entry));
      areFiles.push(entry.isFile());
      step();
    }
  } finally {
    folder.closeSync();
  }
  return { names, areFiles };
}

class SynchronousFile implements OpenFile {
  readonly #descriptor: number;
  readonly #step: () => void;

  constructor(descriptor: number, step: () => void) {
    this.#descriptor = descriptor;
    this.#step = step;
  }

  status(): Stats {
    this.#step();
    return fstatSync(this.#descriptor);
  }

  read(into: Uint8Array, at: number, length: number, position: number): number {
    this.#step();
    return readSync(this.#descriptor, into, at, length, position);
  }

  readAll(views: readonly Uint8Array[], position: number): number {
    this.#step();
    return readvSync(this.#descriptor, views, position);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Calls of this process that have not returned in time. Each occupies a thread of Node's pool, which has four. */
let hangingCalls = 0;

export function hangingFileCalls(): number {
  return hangingCalls;
}

/** @param timeoutMs for each system call; Infinity: no limit */
export function asynchronousAccess(timeoutMs = FILE_TIMEOUT_MS): FileAccess {
  const timed = <T>(call: () => Promise<T>, late?: (value: T) => void) => inTime(timeoutMs, call, late);
  return {
    prefixBuffer: (length) => Buffer.allocUnsafe(length),
    status: (path, followsLinks = true) =>
      timed(() => (followsLinks ? stat(systemPath(path)) : lstat(systemPath(path)))),
    // Of the system, as `realpathSync.native`.
    realPath: async (path) => {
      const found = await timed(() => realpath(systemPath(path)));
      if (!mayHaveLostBytes(found)) return found;
      return pathOfBytes(await timed(() => realpath(systemPath(path), { encoding: 'buffer' })));
    },
    exactNumber: async (path) => {
      const { dev, ino } = await timed(() => stat(systemPath(path), { bigint: true }));
      return `${dev}:${ino}`;
    },
    list: async (path) => {
      const listed = await listInTime(path, 'utf8', timed);
      return listed.names.some(mayHaveLostBytes) ? listInTime(path, 'buffer', timed) : listed;
    },
    open: async (path, followsLinks = true) => {
      const handle = await timed(
        () => open(systemPath(path), openFlags(followsLinks)),
        (late) => void late.close().catch(() => undefined),
      );
      // A call that hangs uses the descriptor until it returns.
      let hangs = false;
      const onHandle = async <T>(call: () => Promise<T>): Promise<T> => {
        const running = call();
        try {
          return await timed(() => running);
        } catch (error) {
          if (isTimeout(error)) {
            hangs = true;
            const close = () => handle.close();
            void running.then(close, close).catch(() => undefined);
          }
          throw error;
        }
      };
      return {
        status: () => onHandle(() => handle.stat()),
        read: async (into, at, length, position) =>
          (await onHandle(() => handle.read(into, at, length, position))).bytesRead,
        readAll: async (views, position) => (await onHandle(() => handle.readv(views, position))).bytesRead,
        close: async () => {
          if (!hangs) await timed(() => handle.close());
        },
      };
    },
  };
}

async function listInTime(
  path: string,
  encoding: NameEncoding,
  timed: <T>(call: () => Promise<T>, late?: (value: T) => void) => Promise<T>,
): Promise<FolderEntries> {
  const folder = await timed(
    () => opendir(systemPath(path) as string, listingOptions(encoding)),
    (late) => void late.close().catch(() => undefined),
  );
  const names: string[] = [];
  const areFiles: boolean[] = [];
  try {
    for (;;) {
      const entry = await timed(() => folder.read());
      if (entry === null) return { names, areFiles };
      names.push(nameOf(entry));
      areFiles.push(entry.isFile());
    }
  } finally {
    // Not awaited: behind a read that hangs, closing waits too.
    void folder.close().catch(() => undefined);
  }
}

/** @param late is given what the call returns after all */
function inTime<T>(timeoutMs: number, call: () => Promise<T>, late?: (value: T) => void): Promise<T> {
  if (timeoutMs === Number.POSITIVE_INFINITY) return call();
  if (hangingCalls >= HANGING_CALLS_MAX) return Promise.reject(asError(tooManyHang(hangingCalls)));
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      hangingCalls += 1;
      reject(asError(notAnswered(timeoutMs)));
    }, timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      if (isLate) hangingCalls -= 1;
    };
    call().then(
      (value) => {
        settle();
        if (isLate) late?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

/** A system call that did not return in time, in the form of the system's own errors. */
export function notAnswered(timeoutMs: number): SystemErrorInfo {
  return { code: 'ETIMEDOUT', message: `the file system did not answer within ${timeoutMs / 1000} s` };
}

/** No further call is begun, because too many have not returned. */
export function tooManyHang(count: number): SystemErrorInfo {
  return {
    code: 'EAGAIN',
    message: `not tried: ${count} reads of this program wait for a file system that does not answer`,
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT';
}

function asError({ code, message }: SystemErrorInfo): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

/** What stands at a path. */
export interface PathStatus {
  readonly kind: FileKind;
  readonly identity: FileIdentity;
  /** Defined if `identity.ino` is not exact: the number in full, which tells files apart. */
  readonly exactNumber?: string;
  /** If it was wanted: the path of what a link leads to, without any link in it. */
  readonly leadsTo?: string;
  /** Of a folder, if they were wanted; or why it cannot be listed. */
  readonly entries?: FolderEntries | SystemErrorInfo;
}

export interface LookOptions {
  /** The entries of a folder, too. */
  readonly lists: boolean;
  /** Whether a symbolic link, or a junction of Windows, stands for what it leads to. */
  readonly followsLinks: boolean;
  /** Where a link that is not followed leads to ('always': also the real path of what is no link). Nowhere: the look fails. */
  readonly wantsTarget: boolean | 'always';
}

/** Never rejects: the system's error is a value. */
export async function look(
  path: string,
  { lists, followsLinks, wantsTarget }: LookOptions,
  access: FileAccess,
): Promise<PathStatus | SystemErrorInfo> {
  try {
    const stats = await access.status(path, followsLinks);
    const identity = identityOf(stats);
    return {
      kind: kindOf(stats),
      identity,
      ...(Number.isSafeInteger(identity.ino) ? {} : { exactNumber: await access.exactNumber(path) }),
      ...(wantsTarget === 'always' || (wantsTarget && stats.isSymbolicLink())
        ? { leadsTo: await access.realPath(path) }
        : {}),
      ...(lists && stats.isDirectory() ? { entries: await listed(path, access) } : {}),
    };
  } catch (error) {
    return systemErrorInfo(error);
  }
}

async function listed(path: string, access: FileAccess): Promise<FolderEntries | SystemErrorInfo> {
  try {
    return await access.list(path);
  } catch (error) {
    return systemErrorInfo(error);
  }
}
