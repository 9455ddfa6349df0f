// The peers that are sent to: the sink, DCMTK's storescp, and Orthanc.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export interface Target {
  readonly port: number;
  /** A port that reads everything without a protocol, if the peer has one. */
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
  /** Maximum length to announce; by default that of DCMTK and Orthanc. */
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

/** DCMTK's storescp, which discards what it gets. `fork`: several associations at the same time. */
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

/** Orthanc with its own database, which keeps what it gets until it is stopped. Undefined: it is not installed. */
export async function startOrthanc(): Promise<Target | undefined> {
  if (spawnSync('Orthanc', ['--version'], { stdio: 'ignore' }).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'send-to-pacs-orthanc-'));
  const [port, httpPort] = [await freePort(), await freePort()];
  const configuration = {
    StorageDirectory: join(folder, 'storage'),
    IndexDirectory: join(folder, 'index'),
    HttpPort: httpPort,
    DicomPort: port,
    DicomAlwaysAllowStore: true,
    // The same slices come in every round.
    OverwriteInstances: true,
    Plugins: [],
  };
  writeFileSync(join(folder, 'orthanc.json'), JSON.stringify(configuration));
  const child = spawn('Orthanc', [join(folder, 'orthanc.json')], { stdio: 'ignore' });
  const stop = (): void => {
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    child.kill();
  };
  try {
    await untilListening(port, child);
  } catch (error) {
    stop();
    throw error;
  }
  return { port, reset: async () => undefined, report: async () => undefined, stop };
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
  for (let tries = 0; tries < 500 && child.exitCode === null; tries++) {
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
  throw new Error('the peer does not listen');
}
