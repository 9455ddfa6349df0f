// An SCP on loopback that runs a script for each connection: byte by byte, right or wrong. It shares no code with src: it
// frames PDUs by their length field (PS3.8 9.3), parses the few fields that it needs by hand and writes with the naive PDU
// writer. Most tests need no script of their own: `peer-modes.ts` has the usual ones as data.

import { createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';
import * as naive from './naive-pdu.ts';
import type { Scope } from './temporary-folder.ts';

export interface RawPdu {
  readonly type: number;
  readonly body: Buffer;
}

export interface ProposedByPeer {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** A DIMSE message as it came: the command elements by tag, raw, and the whole data set. */
export interface RawMessage {
  readonly presentationContextId: number;
  readonly command: ReadonlyMap<number, Buffer>;
  readonly dataSet: Buffer | undefined;
  /** Lengths of the PDV data of the data set. */
  readonly fragments: readonly number[];
}

/** What the script does with one connection. */
export class PeerConnection {
  readonly socket: Socket;
  #buffered = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#buffered = Buffer.concat([this.#buffered, bytes]);
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('error', end);
    socket.on('end', end);
    socket.on('close', end);
  }

  /** Of the P-DATA-TF PDUs that were read, without their headers, in bytes. */
  longestPdu = 0;

  /** The next PDU, or undefined when the other side has closed. */
  async pdu(): Promise<RawPdu | undefined> {
    for (;;) {
      if (this.#buffered.length >= 6) {
        const length = this.#buffered.readUInt32BE(2);
        if (this.#buffered.length >= 6 + length) {
          const type = this.#buffered.readUInt8(0);
          const body = this.#buffered.subarray(6, 6 + length);
          this.#buffered = this.#buffered.subarray(6 + length);
          // Who receives A-ABORT closes (PS3.8 9.2.3, AA-2 and AA-3).
          if (type === 0x07) this.socket.end();
          if (type === 0x04) this.longestPdu = Math.max(this.longestPdu, length);
          return { type, body };
        }
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next PDU must be of this type. */
  async expect(type: number): Promise<Buffer> {
    const pdu = await this.pdu();
    if (pdu?.type !== type) throw new Error(`expected PDU type ${type}, got ${pdu?.type ?? 'the end'}`);
    return pdu.body;
  }

  /** Every byte is written by a write of its own. */
  isByteWise = false;

  send(...pieces: readonly naive.Piece[]): void {
    const bytes = naive.bytes(...pieces);
    if (!this.isByteWise) this.socket.write(bytes);
    else for (const byte of bytes) this.socket.write(Buffer.of(byte));
  }

  /** Reads the A-ASSOCIATE-RQ and accepts every context with its first transfer syntax, unless `answer` says otherwise. */
  async accept(options: AcceptOptions = {}): Promise<readonly ProposedByPeer[]> {
    const request = await this.expect(0x01);
    this.peekRequest?.(request);
    return this.acceptRequest(request, options);
  }

  /** Accepts an A-ASSOCIATE-RQ that was read. Returns the presentation contexts that it proposed. */
  acceptRequest(request: Buffer, options: AcceptOptions = {}): readonly ProposedByPeer[] {
    const proposed = proposedContexts(request);
    const answer = options.answer ?? ((context) => ({ result: 0, transferSyntax: context.transferSyntaxes[0] ?? '' }));
    const results = proposed.map((context) => {
      const { result, transferSyntax } = answer(context);
      return naive.contextResult(context.id, result, transferSyntax);
    });
    const userInformation = naive.userInformation(
      ...(options.maximumLength === 'absent' ? [] : [naive.maximumLength(options.maximumLength ?? 16_384)]),
      naive.implementationClassUID('2.25.4711'),
      ...(options.userInformation ?? []),
    );
    this.send(naive.associateAc({ items: [naive.applicationContext(), ...results, userInformation] }));
    return proposed;
  }

  /** The next whole message, however it is fragmented. Undefined: a PDU of another type came, or the end. */
  async message(): Promise<RawMessage | undefined> {
    const command: Buffer[] = [];
    const dataSet: Buffer[] = [];
    let presentationContextId = 0;
    let commandDone = false;
    for (;;) {
      const pdu = await this.pdu();
      if (pdu?.type !== 0x04) {
        this.lastPdu = pdu;
        return undefined;
      }
      this.isInsideMessage = true;
      for (let at = 0; at < pdu.body.length; ) {
        const length = pdu.body.readUInt32BE(at);
        presentationContextId = pdu.body.readUInt8(at + 4);
        const control = pdu.body.readUInt8(at + 5);
        const data = pdu.body.subarray(at + 6, at + 4 + length);
        at += 4 + length;
        ((control & 1) === 1 ? command : dataSet).push(data);
        if ((control & 2) === 0) continue;
        if ((control & 1) === 1) commandDone = true;
        const elements = commandElements(Buffer.concat(command));
        const hasDataSet = elements.get(0x0800)?.readUInt16LE(0) !== 0x0101;
        if (commandDone && (!hasDataSet || (control & 1) === 0)) {
          this.isInsideMessage = false;
          return {
            presentationContextId,
            command: elements,
            dataSet: hasDataSet ? Buffer.concat(dataSet) : undefined,
            fragments: dataSet.map((fragment) => fragment.length),
          };
        }
      }
    }
  }

  /** Shown the body of the A-ASSOCIATE-RQ before `accept` answers it. */
  peekRequest: ((body: Buffer) => void) | undefined;

  /** A message has begun of which the rest has not come. */
  isInsideMessage = false;

  /** Bytes that have come and were not looked at yet. */
  get bufferedLength(): number {
    return this.#buffered.length;
  }

  /** What `message` met instead of a message. */
  lastPdu: RawPdu | undefined;

  /** C-STORE-RSP to `message`; further elements and changes by tag. */
  respond(message: RawMessage, status: number, changes: ReadonlyMap<number, Buffer | undefined> = new Map()): void {
    this.send(naive.pData(naive.pdv(message.presentationContextId, 0x03, storeResponse(message, status, changes))));
  }

  /** Answers messages with `status` until another PDU comes; a release is answered. Returns the messages. */
  async serve(status: (count: number) => number = () => 0): Promise<readonly RawMessage[]> {
    const messages: RawMessage[] = [];
    for (;;) {
      const message = await this.message();
      if (message === undefined) break;
      messages.push(message);
      this.respond(message, status(messages.length));
    }
    if (this.lastPdu?.type === 0x05) this.send(naive.releaseRp());
    return messages;
  }
}

export interface AcceptOptions {
  /** Further sub-items of the user information. */
  readonly userInformation?: readonly naive.Piece[];
  readonly maximumLength?: number | 'absent';
  readonly answer?: (context: ProposedByPeer) => { result: number; transferSyntax?: string };
}

export function storeResponse(
  message: Pick<RawMessage, 'command'>,
  status: number,
  changes: ReadonlyMap<number, Buffer | undefined> = new Map(),
): Buffer {
  const elements = new Map<number, Buffer | undefined>([
    [0x0002, message.command.get(0x0002)],
    [0x0100, uint16(0x8001)],
    [0x0120, message.command.get(0x0110)],
    [0x0800, uint16(0x0101)],
    [0x0900, uint16(status)],
    [0x1000, message.command.get(0x1000)],
    ...changes,
  ]);
  return commandSet(elements);
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** Implicit VR Little Endian, group length first. Undefined values are left out. */
export function commandSet(elements: ReadonlyMap<number, Buffer | undefined>): Buffer {
  const encoded = [...elements]
    .filter((entry): entry is [number, Buffer] => entry[1] !== undefined)
    .sort(([a], [b]) => a - b)
    .map(([tag, value]) => commandElement(tag, value));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.concat(encoded).length);
  return Buffer.concat([commandElement(0x0000, length), ...encoded]);
}

function commandElement(element: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

/** Of a command set in one piece; views of `bytes`. */
export function commandElements(bytes: Buffer): Map<number, Buffer> {
  const elements = new Map<number, Buffer>();
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    elements.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return elements;
}

function proposedContexts(body: Buffer): ProposedByPeer[] {
  const contexts: ProposedByPeer[] = [];
  for (let at = 68; at < body.length; ) {
    const length = body.readUInt16BE(at + 2);
    if (body.readUInt8(at) === 0x20) contexts.push(proposedContext(body.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return contexts;
}

function proposedContext(value: Buffer): ProposedByPeer {
  let abstractSyntax = '';
  const transferSyntaxes: string[] = [];
  for (let at = 4; at < value.length; ) {
    const length = value.readUInt16BE(at + 2);
    const uid = value.toString('latin1', at + 4, at + 4 + length);
    if (value.readUInt8(at) === 0x30) abstractSyntax = uid;
    else transferSyntaxes.push(uid);
    at += 4 + length;
  }
  return { id: value.readUInt8(0), abstractSyntax, transferSyntaxes };
}

export interface ScriptedPeer {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Closes everything; rejects with the first error that a script threw. */
  stop(): Promise<void>;
}

/** What a peer does with one connection. Connections are numbered from 1. */
export type PeerScript = (connection: PeerConnection, number: number) => Promise<void>;

/** @param scope stops the peer at its end; a test without one calls `stop` itself */
export async function startScriptedPeer(script: PeerScript, scope?: Scope): Promise<ScriptedPeer> {
  const sockets = new Set<Socket>();
  /** Those that run, and those that have thrown. */
  const scripts = new Set<Promise<void>>();
  let connections = 0;
  const server: Server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const running = script(new PeerConnection(socket), connections);
    scripts.add(running);
    running.then(
      () => scripts.delete(running),
      () => undefined,
    );
  });
  const port = await listenOnLoopback(server);
  const closed = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  const stop = async (): Promise<void> => {
    if (server.listening) server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    await Promise.all(scripts);
  };
  scope?.after(stop);
  return {
    port,
    get connections() {
      return connections;
    },
    stop,
  };
}
