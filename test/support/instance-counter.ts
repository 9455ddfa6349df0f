// Counts the bytes of data sets and keeps none of them, not even for the length of a PDU. The memory of a process with sender and
// peer is then the sender's. The scripted peer would hold each PDU whole.

import { commandElements, type PeerConnection, type RawPdu } from './scripted-peer.ts';

/** What came: the command, the length of its data set in bytes, the presentation context ID. */
export type Counted = (command: ReadonlyMap<number, Buffer>, length: number, id: number) => void;

/**
 * Takes over the reading of a connection on which an association was just accepted.
 * @returns the PDU of another type than P-DATA-TF that came, without its body; undefined: the connection ended
 */
export async function countInstances(connection: PeerConnection, counted: Counted): Promise<RawPdu | undefined> {
  const { socket } = connection;
  const listeners = socket.listeners('data') as ((bytes: Buffer) => void)[];
  socket.removeAllListeners('data');
  const other = await new Promise<RawPdu | undefined>((resolve) => {
    const walk = new PdvWalk(counted, resolve);
    socket.on('data', (bytes: Buffer) => walk.take(bytes));
    socket.once('close', () => resolve(undefined));
  });
  socket.removeAllListeners('data');
  for (const listener of listeners) socket.on('data', listener);
  return other;
}

/** Walks PDU and PDV headers (PS3.8 9.3.5), six bytes each, wherever the stream is cut. */
class PdvWalk {
  readonly #counted: Counted;
  readonly #other: (pdu: RawPdu) => void;
  readonly #head = Buffer.alloc(6);
  #headFilled = 0;
  /** Of the present P-DATA-TF. */
  #pduLeft = 0;
  /** Of the present PDV, or of another PDU's body. */
  #left = 0;
  #end: (() => void) | undefined;
  #isDataSet = false;
  #length = 0;
  #command: Buffer[] = [];

  constructor(counted: Counted, other: (pdu: RawPdu) => void) {
    this.#counted = counted;
    this.#other = other;
  }

  take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const here = Math.min(this.#left > 0 ? this.#left : 6 - this.#headFilled, bytes.length - at);
      if (this.#left > 0) this.#body(bytes, at, here);
      else {
        bytes.copy(this.#head, this.#headFilled, at, at + here);
        this.#headFilled += here;
        if (this.#headFilled === 6) this.#header();
      }
      at += here;
    }
  }

  #header(): void {
    this.#headFilled = 0;
    if (this.#pduLeft === 0) {
      const [type, length] = [this.#head.readUInt8(0), this.#head.readUInt32BE(2)];
      if (type === 0x04) {
        this.#pduLeft = length;
        return;
      }
      this.#isDataSet = true;
      this.#left = length;
      this.#end = () => this.#other({ type, body: Buffer.alloc(0) });
      return;
    }
    const [length, id, control] = [this.#head.readUInt32BE(0), this.#head.readUInt8(4), this.#head.readUInt8(5)];
    this.#left = length - 2;
    this.#pduLeft -= length + 4;
    this.#isDataSet = (control & 1) === 0;
    this.#end = control === 2 ? () => this.#endOfInstance(id) : undefined;
    if (this.#left === 0) this.#end?.();
  }

  #body(bytes: Buffer, at: number, count: number): void {
    if (this.#isDataSet) this.#length += count;
    else this.#command.push(Buffer.from(bytes.subarray(at, at + count)));
    this.#left -= count;
    if (this.#left === 0) this.#end?.();
  }

  #endOfInstance(id: number): void {
    const command = commandElements(Buffer.concat(this.#command));
    this.#command = [];
    const length = this.#length;
    this.#length = 0;
    this.#counted(command, length, id);
  }
}
