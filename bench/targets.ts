// The peers that are sent to: the sink, and DCMTK's storescp.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';

export interface Target {
  readonly port: number;
  /** Where there is one: a port that reads everything and knows no protocol. */
  readonly discardPort?: number;
  /** Forgets what was counted. */
  reset(): Promise<void>;
  /** Undefined: this peer does not count. */
  report(): Promise<TargetReport | undefined>;
  stop(): void;
}

export interface TargetReport {
  readonly stores: number;
  readonly associations: number;
  readonly bytes: number;
  /** Of the monotonic clock; 0: no data set began. */
  readonly firstDataNs: bigint;
}

export interface SinkOptions {
  /** Announced; what DCMTK and Orthanc announce, unless said otherwise. */
  readonly maxPdu?: number;
  /** From the end of each request to its answer. */
  readonly delayMs?: number;
}

export async function startSink(
  command: readonly string[],
  { maxPdu = 16_384, delayMs = 0 }: SinkOptions = {},
): Promise<Target> {
  const [file = '', ...args] = command;
  const child = spawn(file, [...args, String(maxPdu), String(delayMs)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [, port, discardPort] = /^dicom (\d+) discard (\d+)$/.exec(await nextLine(lines)) ?? [];
  const ask = async (question: string): Promise<string> => {
    const answer = nextLine(lines);
    child.stdin.write(`${question}\n`);
    return answer;
  };
  return {
    port: Number(port),
    discardPort: Number(discardPort),
    reset: async () => void (await ask('reset')),
    report: async () => {
      const report = JSON.parse(await ask('report')) as Record<'stores' | 'associations' | 'bytes', number> & {
        readonly firstDataNs: string;
      };
      return { ...report, firstDataNs: BigInt(report.firstDataNs) };
    },
    stop: () => child.stdin.end(),
  };
}

function nextLine(lines: Interface): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the sink has ended'));
    lines.once('close', ended);
    lines.once('line', (line) => {
      lines.off('close', ended);
      resolve(line);
    });
  });
}

/** DCMTK's storescp, which throws away what it gets. `fork`: several associations at the same time. */
export async function startStorescp(
  options: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Target> {
  const port = await freePort();
  const child: ChildProcess = spawn('storescp', ['--ignore', ...options, String(port)], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await untilListening(port, child);
  return {
    port,
    reset: async () => undefined,
    report: async () => undefined,
    stop: () => void child.kill(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return address === null || typeof address === 'string' ? 0 : address.port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = new Socket();
      socket.on('error', () => resolve(false));
      socket.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
    });
    if (isOpen) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error('storescp does not listen');
}
