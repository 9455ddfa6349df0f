// TCP connections for associations (PS3.8 9.1). The only importer of node:net.
//
// VS Code patches `net.connect`, which then swallows errors; `new net.Socket().connect()` is not patched.

import { createServer, type Server, Socket } from 'node:net';
import { type SystemErrorInfo, systemErrorInfo } from '../part10/system-error.ts';
import {
  type AcceptedConnection,
  type ConnectingListener,
  type ConnectionListener,
  type Connector,
  type Endpoint,
  type Listener,
  UNKNOWN_ENDPOINT,
} from './connection.ts';
import { isLocalhost, loopbackLookup } from './network-scope.ts';

/** Copying so few bytes into one piece is cheaper than handing on several pieces. */
const JOINED_MAX = 16_384;

/** Length of the buffer that a connection of ours reads into. Without it Node allocates 64 KiB for each answer of 200 bytes. */
const READ_LENGTH = 16_384;

/** After so long without traffic the system asks whether the peer is still there: firewalls forget idle connections. */
const KEEP_ALIVE_DELAY_MS = 30_000;

function endpoint(host: string | undefined, port: number | undefined): Endpoint {
  return host === undefined || port === undefined ? UNKNOWN_ENDPOINT : { host, port };
}

/** Errors of a write after the peer has reset the connection. */
const RESETS: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Reads on before it gives up. A write that meets a reset would destroy the socket with everything that has arrived and is
 * still unread, such as the A-ABORT that says why the peer resets.
 */
class PatientSocket extends Socket {
  #isReset = false;

  override destroy(error?: NodeJS.ErrnoException): this {
    if (error?.syscall !== 'write' || !RESETS.has(error.code) || this.#isReset) return super.destroy(error);
    this.#isReset = true;
    // The first turn reads; a second one in case this is called between reading and immediates.
    setImmediate(() => setImmediate(() => super.destroy(error)));
    return this;
  }
}

/** A connection on a socket of Node: a plain one, or one that encrypts. */
export class SocketConnection implements AcceptedConnection {
  readonly #socket: Socket;
  #listener: ConnectionListener | undefined;
  #error: SystemErrorInfo | undefined;
  #closed = false;
  #gathered: { readonly chunks: Uint8Array[]; readonly dones: (() => void)[] } | undefined;

  /** @param listener of a connection of ours, whose socket reads into one buffer and has no 'data' events */
  constructor(socket: Socket, listener?: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    // A DIMSE request and its data set are separate small writes: Nagle's algorithm would hold each back for 40 ms.
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    socket.on('error', (error) => {
      this.#error ??= systemErrorInfo(error);
    });
    // The peer's FIN is the end of an association, even while we have something to write.
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  attach(listener: ConnectionListener): void {
    this.#listener = listener;
    this.#socket.on('data', (bytes: Uint8Array) => listener.received(bytes));
  }

  get localAddress(): Endpoint {
    return endpoint(this.#socket.localAddress, this.#socket.localPort);
  }

  get remoteAddress(): Endpoint {
    return endpoint(this.#socket.remoteAddress, this.#socket.remotePort);
  }

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

  close(): void {
    // A connection that is still being made has nothing to end, and a peer that does not read would be waited for.
    if (this.#socket.connecting || this.#socket.writableLength > 0) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.close();
    this.#listener?.closed(this.#error);
  }
}

export const tcpConnector: Connector = {
  connect({ host, port }: Endpoint, listener: ConnectingListener): SocketConnection {
    const onread = {
      buffer: new Uint8Array(READ_LENGTH),
      // Copied: the socket uses its buffer again.
      callback: (length: number, buffer: Uint8Array): boolean => {
        listener.received(buffer.slice(0, length));
        return true;
      },
    };
    const socket = new PatientSocket({ onread });
    const connection = new SocketConnection(socket, listener);
    socket.on('connect', () => listener.connected());
    socket.connect({ host, port, ...(isLocalhost(host) ? { lookup: loopbackLookup() } : {}) });
    return connection;
  },
};

/** A `Listen`. */
export async function listenTcp(
  { host, port }: Endpoint,
  accept: (connection: AcceptedConnection) => void,
): Promise<Listener> {
  const server: Server = createServer({ noDelay: true }, (socket) => accept(new SocketConnection(socket)));
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
