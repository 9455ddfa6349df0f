// A TCP connection as an association needs it: whole PDUs in one write, back-pressure both ways, and a close that
// really ends. PS3.8 9.1. The only importer of node:net.
//
// VS Code patches `net.connect`, which then swallows errors; `new net.Socket().connect()` is not patched.

import { createServer, type Server, Socket } from 'node:net';
import { type SystemErrorInfo, systemErrorInfo } from '../part10/system-error.ts';
import { isLocalhost, loopbackLookup } from './network-scope.ts';

/** So few bytes are sooner copied into one piece than handed on in several. */
const JOINED_MAX = 16_384;

/** Of the one buffer into which a connection of ours is read: Node would make one of 64 KiB for each answer of 200 bytes. */
const READ_LENGTH = 16_384;

/** An accepted connection, to be handed on to a transport and to nobody else. */
export type Connection = Socket;

export interface TransportListener {
  connected(localAddress: string, remoteAddress: string): void;
  received(bytes: Uint8Array): void;
  /** Once, and nothing after it. `error`: the connection broke, or never came up. */
  closed(error: SystemErrorInfo | undefined): void;
}

/** 'address:port', with brackets around an IPv6 address. */
export function hostAndPort(address: string | undefined, port: number | undefined): string {
  if (address === undefined || port === undefined) return 'unknown';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export class TcpTransport {
  readonly #socket: Socket;
  readonly #listener: TransportListener;
  #error: SystemErrorInfo | undefined;
  #closed = false;
  /** What comes stays when the buffer is used again. */
  readonly #read = (length: number, buffer: Uint8Array): boolean => {
    this.#listener.received(buffer.slice(0, length));
    return true;
  };
  #gathered: { readonly chunks: Uint8Array[]; readonly dones: (() => void)[] } | undefined;

  /** @param socket an accepted connection; without it, `connect` makes one */
  constructor(listener: TransportListener, socket?: Connection) {
    this.#listener = listener;
    this.#socket = socket ?? new Socket({ onread: { buffer: new Uint8Array(READ_LENGTH), callback: this.#read } });
    // A DIMSE request and its data set are separate small writes: Nagle's algorithm would hold each back for 40 ms.
    this.#socket.setNoDelay(true);
    if (socket !== undefined) socket.on('data', (bytes: Uint8Array) => listener.received(bytes));
    this.#socket.on('error', (error) => {
      this.#error ??= systemErrorInfo(error);
    });
    // The peer's FIN is the end of an association, even while we have something to write.
    this.#socket.on('end', () => this.#end());
    this.#socket.on('close', () => this.#end());
  }

  /** @param port 1-65535; anything else would throw out of Node, so it is validated before */
  connect(host: string, port: number): void {
    this.#socket.on('connect', () => this.#listener.connected(this.localAddress, this.remoteAddress));
    this.#socket.connect({ host, port, ...(isLocalhost(host) ? { lookup: loopbackLookup() } : {}) });
  }

  get localAddress(): string {
    return hostAndPort(this.#socket.localAddress, this.#socket.localPort);
  }

  get remoteAddress(): string {
    return hostAndPort(this.#socket.remoteAddress, this.#socket.remotePort);
  }

  /** Until `uncork`, writes are gathered and leave as one. */
  cork(): void {
    this.#gathered ??= { chunks: [], dones: [] };
  }

  uncork(): void {
    const gathered = this.#gathered;
    this.#gathered = undefined;
    if (gathered === undefined || gathered.chunks.length === 0) return;
    this.write(gathered.chunks, () => {
      for (const done of gathered.dones) done();
    });
  }

  /** Writes all chunks as one. `done` is called when the system has taken them and their buffers are free again. */
  write(chunks: readonly Uint8Array[], done: () => void): void {
    if (this.#gathered !== undefined) {
      for (const chunk of chunks) this.#gathered.chunks.push(chunk);
      this.#gathered.dones.push(done);
      return;
    }
    if (this.#closed || !this.#socket.writable) return;
    const socket = this.#socket;
    const taken = (error: Error | null | undefined): void => {
      if (!error) done();
    };
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    if (length <= JOINED_MAX) {
      socket.write(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, length), taken);
      return;
    }
    socket.cork();
    const last = chunks.length - 1;
    for (let index = 0; index < last; index += 1) socket.write(chunks[index] as Uint8Array);
    socket.write(chunks[last] as Uint8Array, taken);
    socket.uncork();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** Ends in good order when all is written; at once where the peer does not take what we have. */
  close(): void {
    // A connection that is still being made would be waited for.
    if (this.#socket.connecting || this.#socket.writableLength > 0) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  /** Ends now. What was not written is lost. */
  destroy(): void {
    this.#socket.destroy();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroySoon();
    this.#listener.closed(this.#error);
  }
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections; those that are open stay. */
  close(): Promise<void>;
}

/** Rejects with the system's error where the address cannot be had. */
export async function listen(host: string, port: number, accept: (connection: Connection) => void): Promise<Listener> {
  const server: Server = createServer({ noDelay: true }, accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // After it listens, an error of the server concerns one connection (EMFILE, ...): the others go on.
  server.on('error', () => undefined);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port');
  return {
    host: address.address,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
