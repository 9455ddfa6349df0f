// One C-STORE of the built-in receiver: writes the data set into a Part 10 file, and answers when the file is safe.
// PS3.4 Annex B (SCP role), PS3.7 9.1.1.

import { systemErrorInfo } from '../part10/system-error.ts';
import { InstanceWriter } from '../part10/write/instance-writer.ts';
import type { CStoreRq, CStoreRsp } from '../protocol/dimse/command.ts';
import { OUT_OF_RESOURCES, SOP_CLASS_NOT_SUPPORTED, SUCCESS } from '../protocol/dimse/status.ts';
import { ALL_UNWRITTEN_LENGTH_MAX, UNWRITTEN_LENGTH_MAX } from '../protocol/limits.ts';
import { storeResponse } from '../protocol/service/storage.ts';
import { storageSOPClasses } from '../protocol/uids.ts';
import type { IncomingRequest, Service } from './dimse-service.ts';
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
  /** A longer data set is read and dropped, and refused. In bytes. */
  readonly maxInstanceLength: number;
  readonly received: (instance: ReceivedInstance) => void;
  /** How many associations share the memory for what waits for the disk. */
  readonly associations: () => number;
}

export class StorageService implements Service {
  readonly #options: StorageOptions;
  readonly #request: CStoreRq;
  readonly #callingAETitle: string;
  readonly #transferSyntaxUID: string;
  readonly #trace: (event: TraceEvent) => void;
  /** Undefined: the data set is read and dropped, and refused with `#refusal`. */
  #writer: InstanceWriter | undefined;
  #refusal = SOP_CLASS_NOT_SUPPORTED;
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
    if (command.AffectedSOPClassUID === context.abstractSyntax && isStorable(context.abstractSyntax)) {
      this.#writer = new InstanceWriter(options.directory, {
        sopClassUID: command.AffectedSOPClassUID,
        sopInstanceUID: command.AffectedSOPInstanceUID,
        transferSyntaxUID,
        sourceAETitle: callingAETitle,
      });
    }
  }

  data(bytes: Uint8Array): Promise<void> | undefined {
    const writer = this.#writer;
    if (writer === undefined) return undefined;
    writer.write(bytes);
    if (writer.length > this.#options.maxInstanceLength) {
      this.#writer = undefined;
      this.#refusal = OUT_OF_RESOURCES;
      this.#discarded = writer.discard();
      return undefined;
    }
    const part = ALL_UNWRITTEN_LENGTH_MAX / this.#options.associations();
    return writer.pendingLength > Math.min(part, UNWRITTEN_LENGTH_MAX) ? writer.settled() : undefined;
  }

  async response(): Promise<CStoreRsp> {
    const request = this.#request;
    const writer = this.#writer;
    if (writer === undefined) {
      await this.#discarded;
      return storeResponse(request, this.#refusal);
    }
    let path: string;
    try {
      path = await writer.finish();
    } catch (thrown) {
      this.#trace({ type: 'instance not written', error: systemErrorInfo(thrown) });
      // The system's message may name paths of this machine, which the peer must not learn.
      return storeResponse(request, OUT_OF_RESOURCES, 'Cannot write to file');
    }
    this.#trace({ type: 'instance received', path, bytes: writer.length });
    try {
      this.#options.received({
        path,
        sopClassUID: request.AffectedSOPClassUID,
        sopInstanceUID: request.AffectedSOPInstanceUID,
        transferSyntaxUID: this.#transferSyntaxUID,
        callingAETitle: this.#callingAETitle,
        bytes: writer.length,
      });
    } catch (thrown) {
      // A listener that fails does not change the answer: the instance is stored.
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
    return storeResponse(request, SUCCESS);
  }

  async abandon(): Promise<void> {
    await this.#writer?.discard();
  }
}
