// The tap on a connection: whole PDUs both ways with their time, for captures. Every PDU is redacted before
// the sink gets it (protocol/ul/redact.ts): data sets are lengths, user identities are masked. PS3.8 9.3.1 (PDU structure).

import { ByteWriter } from '../protocol/bytes.ts';
import { TAPPED_PDU_LENGTH_MAX } from '../protocol/limits.ts';
import { PDU_HEADER_LENGTH } from '../protocol/ul/pdu.ts';
import { type RedactedPart, redactPdu } from '../protocol/ul/redact.ts';
import type { Endpoint } from './connection.ts';

export interface PduRecord {
  /** Unix time in milliseconds at which the PDU was written, or its last byte arrived. */
  readonly timeMs: number;
  /** Counts the associations of this process from 1, as in the trace. */
  readonly association: number;
  readonly direction: 'sent' | 'received';
  readonly localAddress: Endpoint;
  readonly remoteAddress: Endpoint;
  /** In order; their lengths add up to that of the PDU, unless it was cut. */
  readonly parts: readonly RedactedPart[];
  /** The connection ended inside this PDU, or its length cannot be right. */
  readonly isCut: boolean;
}

export type PduSink = (record: PduRecord) => void;

/** One direction: cuts the stream of bytes into PDUs by their length field. */
class PduSplitter {
  /** Copied into one buffer: a peer may send a PDU byte by byte. */
  #pdu = new ByteWriter();
  /** Of the PDU that is arriving; undefined while its header is not complete. */
  #pduLength: number | undefined;
  #isLost = false;
  readonly #emit: (pdu: Uint8Array, isCut: boolean) => void;

  constructor(emit: (pdu: Uint8Array, isCut: boolean) => void) {
    this.#emit = emit;
  }

  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isLost) {
      const wanted = (this.#pduLength ?? PDU_HEADER_LENGTH) - this.#pdu.length;
      const taken = rest.subarray(0, wanted);
      this.#pdu.bytes(taken);
      rest = rest.subarray(taken.length);
      if (taken.length === wanted) this.#complete();
    }
  }

  /** The stream has ended. */
  end(): void {
    if (this.#pdu.length > 0) this.#flush(true);
  }

  #complete(): void {
    if (this.#pduLength === undefined) {
      const header = this.#pdu.finish();
      this.#pduLength =
        PDU_HEADER_LENGTH + Buffer.from(header.buffer, header.byteOffset, header.length).readUInt32BE(2);
      if (this.#pduLength > TAPPED_PDU_LENGTH_MAX) {
        this.#isLost = true;
        this.#flush(true);
        return;
      }
      if (this.#pduLength > PDU_HEADER_LENGTH) return;
    }
    this.#flush(false);
  }

  #flush(isCut: boolean): void {
    const pdu = this.#pdu.finish();
    this.#pdu = new ByteWriter();
    this.#pduLength = undefined;
    this.#emit(pdu, isCut);
  }
}

export class PduTap {
  readonly #sent: PduSplitter;
  readonly #received: PduSplitter;

  /** @param sink called while the PDU is on its way: it must be quick, and must not throw */
  constructor(
    sink: PduSink,
    association: number,
    addresses: () => { readonly localAddress: Endpoint; readonly remoteAddress: Endpoint },
  ) {
    const splitter = (direction: PduRecord['direction']): PduSplitter =>
      new PduSplitter((pdu, isCut) => {
        const { localAddress, remoteAddress } = addresses();
        const parts = redactPdu(pdu);
        sink({ timeMs: Date.now(), association, direction, localAddress, remoteAddress, parts, isCut });
      });
    this.#sent = splitter('sent');
    this.#received = splitter('received');
  }

  sent(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#sent.push(chunk);
  }

  received(bytes: Uint8Array): void {
    this.#received.push(bytes);
  }

  closed(): void {
    this.#sent.end();
    this.#received.end();
  }
}
