// An SCP that counts the bytes of one data set after the other and keeps none of them, not even for the length of a PDU: what
// a process with such a peer in it holds is what the sender holds.

import type { Socket } from 'node:net';
import * as naive from './naive-pdu.ts';
import { commandElements, type ScriptedPeer, startScriptedPeer, storeResponse } from './scripted-peer.ts';

export interface LeanSink extends ScriptedPeer {
  /** Lengths of the data sets that came whole, in bytes. */
  readonly lengths: readonly number[];
}

export async function startLeanSink(): Promise<LeanSink> {
  const lengths: number[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept({ maximumLength: 131_072 });
    const { socket } = connection;
    socket.removeAllListeners('data');
    const counter = new Counter(socket, lengths);
    socket.on('data', (bytes: Buffer) => counter.take(bytes));
    await new Promise((resolve) => {
      socket.on('close', resolve);
    });
  });
  return Object.create(peer, { lengths: { value: lengths } }) as LeanSink;
}

/** Walks PDU and PDV headers (PS3.8 9.3.5), six bytes each, wherever the stream is cut. */
class Counter {
  readonly #socket: Socket;
  readonly #lengths: number[];
  readonly #head = Buffer.alloc(6);
  #headFilled = 0;
  /** Of the present P-DATA-TF. */
  #pduLeft = 0;
  /** Of the present PDV, or of another PDU's body. */
  #left = 0;
  #end: (() => void) | undefined;
  #counts = false;
  #length = 0;
  #command: Buffer[] = [];

  constructor(socket: Socket, lengths: number[]) {
    this.#socket = socket;
    this.#lengths = lengths;
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
      this.#counts = false;
      this.#left = length;
      this.#end = () => {
        if (type === 0x05) this.#socket.write(naive.releaseRp());
        else this.#socket.end();
      };
      return;
    }
    const [length, id, control] = [this.#head.readUInt32BE(0), this.#head.readUInt8(4), this.#head.readUInt8(5)];
    this.#left = length - 2;
    this.#pduLeft -= length + 4;
    this.#counts = (control & 1) === 0;
    this.#end = control === 2 ? () => this.#answer(id) : undefined;
  }

  #body(bytes: Buffer, at: number, count: number): void {
    if (this.#counts) this.#length += count;
    else this.#command.push(Buffer.from(bytes.subarray(at, at + count)));
    this.#left -= count;
    if (this.#left === 0) this.#end?.();
  }

  #answer(id: number): void {
    const command = commandElements(Buffer.concat(this.#command));
    this.#command = [];
    this.#lengths.push(this.#length);
    this.#length = 0;
    this.#socket.write(naive.pData(naive.pdv(id, 3, storeResponse({ command }, 0))));
  }
}
