// What a scan asks the disk: through the file threads of its own, or without them where none can be started.

import { unpackHeaders } from '../part10/header/packed-headers.ts';
import { type HeaderReading, readHeader } from '../part10/header/read-header.ts';
import { asynchronousAccess, type LookOptions, look, type PathStatus } from '../part10/read/file-access.ts';
import { type FileThreads, releaseFileThreads, useFileThreads } from '../part10/read/file-threads.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';

/** A file whose header is to be read. */
export interface Place {
  /** Absolute. */
  readonly place: string;
  /** The caller saw just now that this is a regular file. */
  readonly isKnownFile: boolean;
}

/** Headers and folders through the file threads, or without them if there are none. Nothing here rejects. */
export class Disk {
  readonly #threads: FileThreads;
  readonly #signal: AbortSignal;
  readonly #fileTimeoutMs: number;
  #isClosed = false;
  /** The signal, as the threads see it. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #abort = (): void => {
    Atomics.store(this.#stop, 0, 1);
  };

  constructor(signal: AbortSignal, fileTimeoutMs: number) {
    this.#signal = signal;
    this.#fileTimeoutMs = fileTimeoutMs;
    this.#threads = useFileThreads(fileTimeoutMs);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** How many files are read at the same time. */
  get width(): number {
    return this.#threads.width;
  }

  async headers(candidates: readonly Place[]): Promise<readonly HeaderReading[]> {
    if (candidates.length === 0) return [];
    const paths = candidates.map(({ place }) => place);
    const areKnownFiles = candidates.map(({ isKnownFile }) => isKnownFile);
    const answer = await this.#threads.ask({ type: 'headers', paths, areKnownFiles, stop: this.#stop });
    switch (answer.type) {
      case 'answer':
        return unpackHeaders(answer.answer);
      case 'no thread': {
        // The scan is over, and its threads with it.
        if (this.#isClosed) return candidates.map(() => unreadableHeader(SCAN_ENDED));
        const access = asynchronousAccess(this.#fileTimeoutMs);
        return Promise.all(
          candidates.map(({ place, isKnownFile }) => readHeader(place, isKnownFile, this.#signal, access)),
        );
      }
      case 'hung': {
        const { file, error } = answer;
        const hanging = unreadableHeader(error);
        if (file === undefined) return candidates.map(() => hanging);
        const others = await this.headers(candidates.toSpliced(file, 1));
        return others.toSpliced(file, 0, hanging);
      }
    }
  }

  async look(path: string, options: Partial<LookOptions> = {}): Promise<PathStatus | SystemErrorInfo> {
    const all = { lists: false, followsLinks: true, wantsTarget: false, ...options };
    const answer = await this.#threads.ask({ type: 'look', path, options: all });
    switch (answer.type) {
      case 'answer':
        return answer.answer;
      case 'no thread':
        if (this.#isClosed) return SCAN_ENDED;
        return look(path, all, asynchronousAccess(this.#fileTimeoutMs));
      case 'hung':
        return answer.error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#abort();
    this.#signal.removeEventListener('abort', this.#abort);
    releaseFileThreads(this.#threads);
  }
}

/** The answer to requests that are open when the scan ends. Nobody waits for it. */
const SCAN_ENDED: SystemErrorInfo = { code: 'ECANCELED', message: 'the scan has ended' };

function unreadableHeader(error: SystemErrorInfo): HeaderReading {
  return { result: { type: 'problem', problem: { code: 'unreadable', error } }, identity: undefined, findings: [] };
}

export function isError<T extends object>(found: T | SystemErrorInfo): found is SystemErrorInfo {
  return 'message' in found;
}
