// Storage SCU: one instance through one open association. PS3.4 Annex B, PS3.7 9.1.1.

import { DataSetConversionError } from '../part10/convert/conversion-error.ts';
import { type DataSetChunk, DataSetReadError, type DataSetSource } from '../part10/read/data-set-source.ts';
import type { FragmentRoom } from '../part10/read/fragment-room.ts';
import type { Command, CStoreRq } from '../protocol/dimse/command.ts';
import { FRAGMENT_HEADER_LENGTH } from '../protocol/dimse/fragment.ts';
import type { AssociationInput } from '../protocol/effects.ts';
import type { Occurrence } from './deferred.ts';
import type { AssociationFailure } from './failure.ts';
import type { Answer, RequestCommand } from './open-requests.ts';
import type { RequestedAssociation } from './requested-association.ts';

export type StoreExchange =
  /** The response. `protocol/service/storage.ts` says whether it is valid and what it means. */
  | {
      readonly type: 'answer';
      readonly command: Command;
      /** The other requests that were open when it came. */
      readonly beside: readonly RequestCommand[];
      /** It came before the last bytes of the data set were written: the peer cannot have had the whole instance. */
      readonly isEarly: boolean;
      readonly bytesSent: number;
    }
  /** The association ended. `allSent`: the peer may have the whole instance. */
  | {
      readonly type: 'failure';
      readonly failure: AssociationFailure;
      readonly bytesSent: number;
      readonly allSent: boolean;
    }
  /** The file could not be read to its end. If `bytesSent` is not 0, the association was aborted. */
  | {
      readonly type: 'unreadable';
      readonly error: DataSetReadError | DataSetConversionError;
      readonly bytesSent: number;
    };

/**
 * The data set of one instance while it is read. The constructor starts to read the first chunk: the disk works while the
 * network waits for the answer to the previous instance.
 */
export class DataSetReading {
  readonly #chunks: AsyncGenerator<DataSetChunk, void, undefined>;
  readonly #first: Promise<DataSetChunk | Error>;
  #isFirst = true;
  #isFinished = false;

  /**
   * @param chunkLength a multiple of `maxFragment`, in bytes
   * @param maxFragment the longest fragment that the association allows, in bytes
   */
  constructor(source: DataSetSource, chunkLength: number, maxFragment: number) {
    this.#chunks = source.chunks(chunkLength, roomFor(maxFragment));
    this.#first = this.#read().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  }

  /** The next chunk. Throws DataSetReadError. */
  async next(): Promise<DataSetChunk> {
    if (!this.#isFirst) return this.#read();
    this.#isFirst = false;
    const first = await this.#first;
    if (first instanceof Error) throw first;
    return first;
  }

  /** To be called when the system has taken the last chunk: its buffer may be used again. */
  async finish(): Promise<void> {
    await this.#chunks.next();
    this.#isFinished = true;
  }

  /**
   * Closes the file, wherever the reading is. Does not wait: a file system that hangs must not hold up a cancelled send.
   * @param written resolves when the connection does not write from the chunks any more: then their buffers are used again
   */
  abandon(written: Promise<void> = Promise.resolve()): void {
    if (!this.#isFinished) void written.then(() => this.#chunks.return()).catch(() => undefined);
  }

  async #read(): Promise<DataSetChunk> {
    const result = await this.#chunks.next();
    if (result.done === true) throw new Error('a data set source ended without a last chunk');
    return result.value;
  }
}

/** What became of the bytes of one instance. */
export type Transmission =
  /** The system has taken every byte. `exchange` resolves with the answer, or the failure. */
  | { readonly type: 'sent'; readonly exchange: Promise<StoreExchange> }
  | { readonly type: 'ended'; readonly exchange: StoreExchange };

/**
 * Sends one instance. Resolves when the system has taken its last byte: the next instance may follow while the answer is
 * awaited. Never rejects because of the peer or the file. The reading is closed in every case.
 * @param sent called with the number of data-set bytes that the system has just taken, and how long that took
 * @param interruption stops waiting for the file: the association has ended, or the person has cancelled
 */
export async function transmit(
  association: RequestedAssociation,
  presentationContextId: number,
  request: CStoreRq,
  reading: DataSetReading,
  sent: (bytes: number, elapsedMs: number) => void,
  interruption: Occurrence,
): Promise<Transmission> {
  let bytesSent = 0;
  const { driver, session } = association;
  try {
    let chunk = await interruption.or(reading.next());
    if (chunk === undefined) return interrupted(association, bytesSent, false);
    const open = session.open(request);
    const first = chunk;
    // Nothing is written after the end of the association.
    let isWritten = false;
    let isLastBegun = first.isLast;
    const isEarly = open.answer.then(() => !isLastBegun);
    driver.batch(() => {
      driver.input({ type: 'DIMSE request', presentationContextId, command: request, hasDataSet: true });
      isWritten = !association.hasEnded;
      driver.input(dataSetInput(presentationContextId, first));
    });
    for (;;) {
      const began = performance.now();
      const failure = await session.flushed();
      if (failure !== undefined) return interrupted(association, bytesSent, isWritten && chunk.isLast);
      const dataLength = chunk.dataLength ?? chunk.bytes.length;
      bytesSent += dataLength;
      sent(dataLength, performance.now() - began);
      if (chunk.isLast) break;
      chunk = await interruption.or(reading.next());
      if (chunk === undefined) return interrupted(association, bytesSent, false);
      isWritten = !association.hasEnded;
      isLastBegun = chunk.isLast;
      driver.input(dataSetInput(presentationContextId, chunk));
    }
    open.sent();
    await reading.finish();
    return { type: 'sent', exchange: exchangeOf(open.answer, isEarly, bytesSent) };
  } catch (error) {
    if (!(error instanceof DataSetReadError || error instanceof DataSetConversionError)) throw error;
    if (bytesSent > 0) association.abort({ code: 'abandoned', phase: 'write' });
    return { type: 'ended', exchange: { type: 'unreadable', error, bytesSent } };
  } finally {
    reading.abandon(driver.flushed());
  }
}

/**
 * The instance was interrupted. If some of its bytes are out, the association is aborted: DIMSE has no other way to give up
 * an instance.
 * @param isLastWritten its last bytes are written, and the system has not taken all of them
 */
function interrupted(association: RequestedAssociation, bytesSent: number, isLastWritten: boolean): Transmission {
  const failure = association.failure ?? { code: 'cancelled', phase: 'write' };
  if (bytesSent > 0) association.abort(failure);
  // Bytes that the system has not taken yet go out before our A-ABORT, so the peer may get them. If the peer has ended the
  // association, they are dropped.
  const isDropped = failure.code === 'connection lost' || failure.code === 'association aborted';
  return { type: 'ended', exchange: { type: 'failure', failure, bytesSent, allSent: isLastWritten && !isDropped } };
}

/** Free bytes before each fragment, into which the PDU and PDV headers are written. */
export function roomFor(maxFragment: number): FragmentRoom {
  return { headerLength: FRAGMENT_HEADER_LENGTH, fragmentLength: maxFragment };
}

function dataSetInput(presentationContextId: number, { bytes, isLast, dataLength }: DataSetChunk): AssociationInput {
  return { type: 'data set', presentationContextId, bytes, isLast, hasRoom: dataLength !== undefined };
}

async function exchangeOf(
  answered: Promise<Answer>,
  early: Promise<boolean>,
  bytesSent: number,
): Promise<StoreExchange> {
  const answer = await answered;
  return answer.type === 'failure'
    ? { type: 'failure', failure: answer.failure, bytesSent, allSent: true }
    : { type: 'answer', command: answer.command, beside: answer.beside, isEarly: await early, bytesSent };
}
