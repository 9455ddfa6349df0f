// Simulates a distant peer: bytes come out half a round trip after they went in. As in TCP, at most `windowLength` bytes of a
// direction are unacknowledged during a round trip. Slow start and losses are not simulated.

import { createServer, Socket } from 'node:net';

export interface DelayLine {
  readonly port: number;
  stop(): Promise<void>;
}

export interface Line {
  readonly roundTripMs: number;
  readonly windowLength: number;
}

export async function startDelayLine(peerPort: number, line: Line): Promise<DelayLine> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = new Socket();
    far.setNoDelay(true);
    far.connect(peerPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    carry(near, far, line);
    carry(far, near, line);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: address === null || typeof address === 'string' ? 0 : address.port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function carry(from: Socket, to: Socket, { roundTripMs, windowLength }: Line): void {
  let unacknowledged = 0;
  from.on('data', (bytes: Buffer) => {
    unacknowledged += bytes.length;
    if (unacknowledged >= windowLength) from.pause();
    setTimeout(() => void (to.destroyed || to.write(bytes)), roundTripMs / 2);
    setTimeout(() => {
      unacknowledged -= bytes.length;
      if (unacknowledged < windowLength) from.resume();
    }, roundTripMs);
  });
  from.on('end', () => setTimeout(() => to.end(), roundTripMs / 2));
}
