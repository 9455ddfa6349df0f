// One C-STORE of the built-in receiver: writes the data set into a Part 10 file, and answers when the file is safe.
// PS3.4 Annex B (SCP role), PS3.7 9.1.1.

import { seriesFolder } from '../part10/header/series-folder.ts';
import { systemErrorInfo } from '../part10/system-error.ts';
import { type FinishedFile, InstanceWriter } from '../part10/write/instance-writer.ts';
import type { CStoreRq, CStoreRsp } from '../protocol/dimse/command.ts';
import {
  DATA_SET_MISMATCH,
  OUT_OF_RESOURCES,
  SOP_CLASS_NOT_SUPPORTED,
  STORED_DESPITE_MISMATCH,
  SUCCESS,
} from '../protocol/dimse/status.ts';
import { ALL_UNWRITTEN_LENGTH_MAX, UNWRITTEN_LENGTH_MAX } from '../protocol/limits.ts';
import { storeResponse } from '../protocol/service/storage.ts';
import { storageSOPClasses } from '../protocol/uids.ts';
import { isUID } from '../protocol/ul/values.ts';
import type { IncomingRequest, Service } from './dimse-service.ts';
import { IncomingHeader, type IncomingUIDs } from './incoming-uids.ts';
import type { ReceivedInstance } from './received-instance.ts';
import type { TraceEvent } from './trace-record.ts';

const STORAGE_SOP_CLASSES: ReadonlySet<string> = new Set(storageSOPClasses.map(({ uid }) => uid));

export function isStorable(abstractSyntax: string): boolean {
  if (STORAGE_SOP_CLASSES.has(abstractSyntax)) return true;
  // Private classes, and storage classes of an edition to come.
  return !abstractSyntax.startsWith('1.2.840.10008.') || abstractSyntax.startsWith('1.2.840.10008.5.1.4.1.1.');
}

export interface StorageOptions {
  readonly directory: string;
  /** Whether all files lie in `directory`, or in folders below it. */
  readonly folders: 'none' | 'study and series';
  /** A longer data set is read and dropped, and refused. In bytes. */
  readonly maxInstanceLength: number;
  /** What to do with a data set whose UIDs are not those of the request: answer A900H, or store it and answer B007H. */
  readonly mismatch: 'refuse' | 'accept';
  readonly received: (instance: ReceivedInstance) => void;
  /** Told the status of every answer that refuses an instance. */
  readonly refused: (status: number) => void;
  /** How many associations share the memory for what waits for the disk. */
  readonly associations: () => number;
}

export class StorageService implements Service {
  readonly #options: StorageOptions;
  readonly #request: CStoreRq;
  readonly #callingAETitle: string;
  readonly #transferSyntaxUID: string;
  readonly #trace: (event: TraceEvent) => void;
  /** Until the UIDs of the data set are known. */
  #header: IncomingHeader | undefined;
  /** Undefined behind the header: the data set is read and dropped, and refused with `#refusal`. */
  #writer: InstanceWriter | undefined;
  #refusal: Answer = { status: SOP_CLASS_NOT_SUPPORTED };
  #answer: Answer = { status: SUCCESS };
  #uids: { readonly sopClassUID: string; readonly sopInstanceUID: string };
  #discarded: Promise<void> | undefined;

  constructor(
    { command, context }: IncomingRequest<CStoreRq>,
    transferSyntaxUID: string,
    callingAETitle: string,
    options: StorageOptions,
    trace: (event: TraceEvent) => void,
  ) {
    this.#options = options;
    this.#request = command;
    this.#callingAETitle = callingAETitle;
    this.#transferSyntaxUID = transferSyntaxUID;
    this.#trace = trace;
    this.#uids = { sopClassUID: command.AffectedSOPClassUID, sopInstanceUID: command.AffectedSOPInstanceUID };
    if (command.AffectedSOPClassUID === context.abstractSyntax && isStorable(context.abstractSyntax)) {
      this.#header = new IncomingHeader(transferSyntaxUID);
    }
  }

  data(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#header !== undefined) {
      const uids = this.#header.push(bytes);
      if (uids === undefined) return undefined;
      this.#begin(uids, this.#header.kept);
    }
    const writer = this.#writer;
    if (writer === undefined) return undefined;
    writer.write(bytes);
    if (writer.length > this.#options.maxInstanceLength) {
      this.#writer = undefined;
      this.#refusal = { status: OUT_OF_RESOURCES };
      this.#discarded = writer.discard();
      return undefined;
    }
    const part = ALL_UNWRITTEN_LENGTH_MAX / this.#options.associations();
    return writer.pendingLength > Math.min(part, UNWRITTEN_LENGTH_MAX) ? writer.settled() : undefined;
  }

  /** @param kept the first bytes of the data set */
  #begin(uids: IncomingUIDs, kept: Uint8Array): void {
    this.#header = undefined;
    const requested = this.#uids;
    const other = differences(requested, uids);
    if (other.length > 0) {
      const errorComment = `Data set: not the request's ${other.join(' and ')}`;
      const isStored = this.#options.mismatch === 'accept';
      this.#trace({ type: 'instance mismatch', attributes: other, isStored });
      if (!isStored) {
        this.#refusal = { status: DATA_SET_MISMATCH, errorComment };
        return;
      }
      this.#answer = { status: STORED_DESPITE_MISMATCH, errorComment };
      // A file tells of its own data set (PS3.10 Table 7.1-1).
      this.#uids = {
        sopClassUID: uidOr(requested.sopClassUID, uids.sopClassUID),
        sopInstanceUID: uidOr(requested.sopInstanceUID, uids.sopInstanceUID),
      };
    }
    const meta = {
      ...this.#uids,
      transferSyntaxUID: this.#transferSyntaxUID,
      sourceAETitle: this.#callingAETitle,
    };
    const folderOf =
      this.#options.folders === 'study and series'
        ? (start: Uint8Array) => seriesFolder(start, this.#transferSyntaxUID)
        : undefined;
    this.#writer = new InstanceWriter(this.#options.directory, meta, folderOf);
    if (kept.length > 0) this.#writer.write(kept);
  }

  async response(): Promise<CStoreRsp> {
    const request = this.#request;
    if (this.#header !== undefined) this.#begin(this.#header.end(), this.#header.kept);
    const writer = this.#writer;
    if (writer === undefined) {
      await this.#discarded;
      return this.#refuse(this.#refusal);
    }
    let file: FinishedFile;
    try {
      file = await writer.finish();
    } catch (thrown) {
      this.#trace({ type: 'instance not written', error: systemErrorInfo(thrown) });
      // The system's message may name paths of this machine, which the peer must not learn.
      return this.#refuse({ status: OUT_OF_RESOURCES, errorComment: 'Cannot write to file' });
    }
    this.#trace({ type: 'instance received', path: file.path, bytes: writer.length });
    this.#tell(() =>
      this.#options.received({
        ...file,
        ...this.#uids,
        transferSyntaxUID: this.#transferSyntaxUID,
        callingAETitle: this.#callingAETitle,
        bytes: writer.length,
      }),
    );
    return storeResponse(request, this.#answer.status, this.#answer.errorComment);
  }

  /** A listener that fails does not change the answer. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
  }

  #refuse({ status, errorComment }: Answer): CStoreRsp {
    this.#tell(() => this.#options.refused(status));
    return storeResponse(this.#request, status, errorComment);
  }

  async abandon(): Promise<void> {
    await this.#writer?.discard();
  }
}

interface Answer {
  readonly status: number;
  readonly errorComment?: string;
}

/** The attributes in which a data set contradicts its request. One that it lacks contradicts nothing. */
function differences(
  requested: { readonly sopClassUID: string; readonly sopInstanceUID: string },
  { sopClassUID, sopInstanceUID }: IncomingUIDs,
): string[] {
  const differs = (one: string, other: string | undefined): boolean => Boolean(other) && other !== one;
  return [
    ...(differs(requested.sopClassUID, sopClassUID) ? ['SOP Class UID'] : []),
    ...(differs(requested.sopInstanceUID, sopInstanceUID) ? ['SOP Instance UID'] : []),
  ];
}

const uidOr = (otherwise: string, uid: string | undefined): string =>
  uid !== undefined && isUID(uid) ? uid : otherwise;
