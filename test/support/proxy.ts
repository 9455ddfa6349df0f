// A TCP proxy that harms what passes, in either direction: it delays, slows down, cuts into small pieces, or stops after a
// number of bytes by FIN, by RST or silently.

import { createServer, Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

export interface Treatment {
  /** Each piece passes on this much later, in order. */
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
  /** The longest piece that is passed on as one, in bytes. */
  readonly pieceLength?: number;
  /** After so many bytes of this direction nothing more passes. */
  readonly cut?: { readonly after: number; readonly how: 'FIN' | 'RST' | 'silence' };
}

export interface Route {
  /** What our side sends. */
  readonly toPeer?: Treatment;
  /** What the peer sends. */
  readonly fromPeer?: Treatment;
}

export interface Proxy {
  readonly port: number;
  readonly connections: number;
  stop(): Promise<void>;
}

/** @param route what becomes of a connection, by its number from 1 */
export async function startProxy(peerPort: number, route: (connection: number) => Route): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (ours) => {
    connections += 1;
    const { toPeer = {}, fromPeer = {} } = route(connections);
    const theirs = new Socket();
    theirs.setNoDelay(true);
    theirs.connect(peerPort, '127.0.0.1');
    for (const socket of [ours, theirs]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    const both = { ours, theirs };
    void carry(ours, theirs, toPeer, both);
    void carry(theirs, ours, fromPeer, both);
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    get connections() {
      return connections;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

async function carry(
  from: Socket,
  to: Socket,
  { delayMs = 0, bytesPerSecond, pieceLength, cut }: Treatment,
  both: { readonly ours: Socket; readonly theirs: Socket },
): Promise<void> {
  let passed = 0;
  try {
    // Leaving the loop must not end the connection: silence is not an end.
    for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (delayMs > 0) await pause(delayMs);
      for (let at = 0; at < chunk.length; ) {
        const room = cut === undefined ? Number.POSITIVE_INFINITY : cut.after - passed;
        const piece = chunk.subarray(at, at + Math.min(pieceLength ?? chunk.length, room));
        if (piece.length > 0 && !to.write(piece)) await drained(to);
        at += piece.length;
        passed += piece.length;
        if (cut !== undefined && passed >= cut.after) {
          end(both, cut.how);
          return;
        }
        if (bytesPerSecond !== undefined) await pause((piece.length / bytesPerSecond) * 1_000);
        // Each piece in a packet of its own, as far as the system lets it be.
        else if (pieceLength !== undefined) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    to.end();
  } catch {
    to.destroy();
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    socket.once('drain', done);
    socket.once('close', done);
  });
}

function end(
  { ours, theirs }: { readonly ours: Socket; readonly theirs: Socket },
  how: 'FIN' | 'RST' | 'silence',
): void {
  if (how === 'silence') {
    for (const socket of [ours, theirs]) {
      socket.pause();
      socket.unpipe();
    }
    return;
  }
  if (how === 'RST') ours.resetAndDestroy();
  else ours.end(() => ours.destroy());
  theirs.destroy();
}
