// A data set in its file, read synchronously: opened, compared with what was scanned, read, compared again, closed. One task
// of five system calls costs a fifth of five tasks; to be used where nothing else waits (see file-worker).

import { closeSync, fstatSync, openSync, readSync, readvSync } from 'node:fs';
import { systemErrorInfo } from '../system-error.ts';
import type { DataSetReadReason } from './data-set-source.ts';
import { OPEN_FLAGS } from './file-access.ts';
import { changeOf, identityOf, kindOf } from './file-identity.ts';
import type { DataSetRequest } from './file-thread-messages.ts';
import { type FragmentRoom, fragmentViews } from './fragment-room.ts';

/** Systems take 1,024 at a time (IOV_MAX). */
const VIEWS_PER_READ = 512;

/** An open file whose data set is read from the front. Nothing here throws for what a file or the system does. */
export class DataSetFile {
  readonly #request: DataSetRequest;
  readonly #descriptor: number;
  #isClosed = false;

  private constructor(request: DataSetRequest, descriptor: number) {
    this.#request = request;
    this.#descriptor = descriptor;
  }

  static open(request: DataSetRequest): DataSetFile | DataSetReadReason {
    let descriptor: number;
    try {
      descriptor = openSync(request.path, OPEN_FLAGS);
    } catch (error) {
      return unreadable(error);
    }
    const file = new DataSetFile(request, descriptor);
    return file.#changed() ?? file;
  }

  /**
   * Reads `length` bytes of the data set from `position` on to `into[at]`, with `room` between them. With its last byte
   * the file is compared with what it was, and closed; after a failure it is closed too.
   */
  read(
    into: Uint8Array,
    at: number,
    position: number,
    length: number,
    room: FragmentRoom | undefined,
  ): DataSetReadReason | undefined {
    try {
      const views = fragmentViews(into, at, length, room);
      let from = this.#request.offset + position;
      for (let first = 0; first < views.length; first += VIEWS_PER_READ) {
        const some = views.slice(first, first + VIEWS_PER_READ);
        if (!this.#fill(some, from)) return this.#failed({ code: 'file changed', detail: 'it became shorter' });
        for (const view of some) from += view.length;
      }
    } catch (error) {
      return this.#failed(unreadable(error));
    }
    if (position + length < this.#request.length) return undefined;
    const reason = this.#changed();
    this.close();
    return reason;
  }

  /** False: the file ends before. */
  #fill(views: readonly Uint8Array[], position: number): boolean {
    let left = views.length === 1 ? 0 : readvSync(this.#descriptor, views, position);
    let from = position + left;
    for (const view of views) {
      let filled = Math.min(left, view.length);
      left -= filled;
      while (filled < view.length) {
        const bytesRead = readSync(this.#descriptor, view, filled, view.length - filled, from);
        if (bytesRead === 0) return false;
        filled += bytesRead;
        from += bytesRead;
      }
    }
    return true;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      closeSync(this.#descriptor);
    } catch {
      // Nothing was written: there is nothing that closing could lose.
    }
  }

  #changed(): DataSetReadReason | undefined {
    let reason: DataSetReadReason | undefined;
    try {
      const status = fstatSync(this.#descriptor);
      const detail = status.isFile()
        ? changeOf(this.#request.identity, identityOf(status))
        : `it is a ${kindOf(status)} now`;
      if (detail !== undefined) reason = { code: 'file changed', detail };
    } catch (error) {
      reason = unreadable(error);
    }
    return reason === undefined ? undefined : this.#failed(reason);
  }

  #failed(reason: DataSetReadReason): DataSetReadReason {
    this.close();
    return reason;
  }
}

function unreadable(error: unknown): DataSetReadReason {
  return { code: 'read error', error: systemErrorInfo(error) };
}
