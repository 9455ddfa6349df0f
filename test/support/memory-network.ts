// Connections without sockets, for tests of what stands on the port of src/net/connection.ts. They behave as TCP does on
// loopback: bytes arrive later and in order, a reader that pauses holds the writer back once a buffer is full, the end of
// the stream comes behind the bytes, and a connection may break.

import type {
  AcceptedConnection,
  ConnectingListener,
  ConnectionListener,
  Connector,
  Endpoint,
  Listen,
} from '../../src/net/connection.ts';
import type { SystemErrorInfo } from '../../src/part10/system-error.ts';

/** What the "system" takes from a writer while the reader does not read, in bytes. */
export const MEMORY_BUFFER_LENGTH = 65_536;

const NEAR: Endpoint = { host: 'near', port: 1 };
const FAR: Endpoint = { host: 'far', port: 2 };

interface Write {
  readonly bytes: Buffer;
  readonly done: () => void;
}

export class MemoryConnection implements AcceptedConnection {
  readonly localAddress: Endpoint;
  readonly remoteAddress: Endpoint;
  #peer: MemoryConnection | undefined;
  #listener: ConnectionListener | undefined;
  /** Not yet taken by the system. */
  readonly #unsent: Write[] = [];
  /** Arrived, not yet read. */
  readonly #arrived: Buffer[] = [];
  #arrivedLength = 0;
  #hasPeerEnded = false;
  #isPaused = false;
  #isClosed = false;
  #isScheduled = false;
  #gathered: { readonly chunks: Uint8Array[]; readonly dones: (() => void)[] } | undefined;

  private constructor(localAddress: Endpoint, remoteAddress: Endpoint) {
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
  }

  static pair(): [MemoryConnection, MemoryConnection] {
    const near = new MemoryConnection(NEAR, FAR);
    const far = new MemoryConnection(FAR, NEAR);
    near.#peer = far;
    far.#peer = near;
    return [near, far];
  }

  attach(listener: ConnectionListener): void {
    this.#listener = listener;
    this.#schedule();
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
      this.#gathered.chunks.push(...chunks);
      this.#gathered.dones.push(done);
      return;
    }
    if (this.#isClosed) return;
    this.#unsent.push({ bytes: Buffer.concat(chunks), done });
    this.#schedule();
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  close(): void {
    this.destroy();
  }

  destroy(): void {
    this.#end(undefined);
  }

  /** The network breaks: both ends learn of it, and what was on its way is lost. */
  break(error: SystemErrorInfo): void {
    this.#arrived.length = 0;
    const peer = this.#peer;
    if (peer !== undefined) peer.#lose(error);
    this.#end(error);
  }

  #lose(error: SystemErrorInfo): void {
    this.#arrived.length = 0;
    this.#end(error);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#move();
    });
  }

  /** One step each way: the system takes a write, the listener a piece. */
  #move(): void {
    if (this.#isClosed) return;
    const peer = this.#peer;
    while (peer !== undefined && this.#unsent.length > 0 && peer.#arrivedLength < MEMORY_BUFFER_LENGTH) {
      const write = this.#unsent.shift();
      if (write === undefined) break;
      peer.#arrived.push(write.bytes);
      peer.#arrivedLength += write.bytes.length;
      peer.#schedule();
      write.done();
    }
    if (this.#isPaused || this.#listener === undefined) return;
    const bytes = this.#arrived.shift();
    if (bytes !== undefined) {
      this.#arrivedLength -= bytes.length;
      this.#listener.received(bytes);
      if (peer !== undefined) peer.#schedule();
      this.#schedule();
    } else if (this.#hasPeerEnded) {
      this.#end(undefined);
    }
  }

  #end(error: SystemErrorInfo | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsent.length = 0;
    const peer = this.#peer;
    if (peer !== undefined) {
      peer.#hasPeerEnded = true;
      peer.#schedule();
    }
    setImmediate(() => this.#listener?.closed(error));
  }
}

export interface MemoryNetwork {
  readonly connector: Connector;
  readonly listen: Listen;
  /** Pairs so far: our end, and the accepted one. */
  readonly connections: readonly (readonly [MemoryConnection, MemoryConnection])[];
}

/** One listener; connecting before it listens is refused. */
export function memoryNetwork(): MemoryNetwork {
  const connections: (readonly [MemoryConnection, MemoryConnection])[] = [];
  let accept: ((connection: AcceptedConnection) => void) | undefined;
  return {
    connections,
    connector: {
      connect: (_endpoint, listener: ConnectingListener) => {
        const [near, far] = MemoryConnection.pair();
        connections.push([near, far]);
        near.attach(listener);
        setImmediate(() => {
          if (accept === undefined) {
            near.break({ code: 'ECONNREFUSED', message: 'nobody listens' });
            return;
          }
          accept(far);
          listener.connected();
        });
        return near;
      },
    },
    listen: async (endpoint, onAccept) => {
      accept = onAccept;
      return {
        ...endpoint,
        close: async () => {
          accept = undefined;
        },
      };
    },
  };
}
