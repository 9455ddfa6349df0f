// Real peers on loopback, each in a process of its own: DCMTK's storescp and Orthanc. A start function resolves when the peer
// answers. A peer is stopped by its own process ID.

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readHeader } from '../../src/part10/header/read-header.ts';
import { listenOnLoopback } from './loopback.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/** The reason to skip where a program is missing, else false. */
export function missing(...programs: readonly string[]): string | false {
  const absent = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  return absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;
}

/** A port of 127.0.0.1 that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** Resolves once something listens; rejects when the process has ended before. */
async function listening(process: ChildProcess, port: number): Promise<void> {
  let ended = false;
  process.once('exit', () => {
    ended = true;
  });
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = new Socket();
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
      socket.connect(port, '127.0.0.1');
    });
    if (isOpen) return;
    if (ended) throw new Error('the peer ended before it listened');
    // A refused connection comes back at once: give the peer the processor instead of asking again and again.
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exited = new Promise((resolve) => {
    process.once('exit', resolve);
  });
  process.kill('SIGTERM');
  await exited;
}

export interface StoreScp {
  readonly port: number;
  /** What it has stored: data-set bytes by file name. */
  dataSets(): Promise<Map<string, Buffer>>;
  /** The file that it wrote last, whole. */
  newest(): Promise<Buffer>;
  stop(): Promise<void>;
}

/**
 * @param options of DCMTK's storescp; `+B` makes it write the data set as it came
 * @param directory where it writes what it stores
 */
export async function startStorescp(
  t: Scope,
  options: readonly string[],
  directory = temporaryFolder(t),
): Promise<StoreScp> {
  const port = await freePort();
  const child = spawn('storescp', ['-od', directory, ...options, String(port)], {
    stdio: 'ignore',
    env: { ...process.env, TCP_NODELAY: '1' },
  });
  t.after(() => end(child));
  await listening(child, port);
  return {
    port,
    stop: () => end(child),
    newest: async () => {
      const paths = (await readdir(directory)).map((name) => join(directory, name));
      const written = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
      const last = written.sort((a, b) => b.at - a.at)[0];
      if (last === undefined) throw new Error('nothing was stored');
      return readFile(last.path);
    },
    dataSets: async () => {
      const names = await readdir(directory);
      return new Map(await Promise.all(names.map(async (n) => [n, await dataSetOf(join(directory, n))] as const)));
    },
  };
}

/** The bytes behind the meta group of a Part 10 file. */
export async function dataSetOf(path: string): Promise<Buffer> {
  const file = await readFile(path);
  // (0002,0000) is the first element behind preamble and prefix: its value is what follows it in group 0002.
  const groupLength = file.toString('latin1', 128, 132) === 'DICM' ? file.readUInt32LE(140) : undefined;
  if (groupLength !== undefined && file.readUInt32LE(132) === 0x0000_0002) return file.subarray(144 + groupLength);
  const { result } = await readHeader(path);
  if (result.type !== 'instance') throw new Error(`${path}: ${result.problem.code}`);
  return file.subarray(result.header.dataSetOffset);
}

export interface Orthanc {
  readonly port: number;
  /** The Part 10 file of the instance that it holds under this UID; undefined: it holds none. */
  file(sopInstanceUID: string): Promise<Buffer | undefined>;
  stop(): Promise<void>;
}

export async function startOrthanc(t: Scope): Promise<Orthanc> {
  const directory = temporaryFolder(t);
  const [port, httpPort] = [await freePort(), await freePort()];
  const configuration = {
    Name: 'TEST',
    StorageDirectory: join(directory, 'storage'),
    IndexDirectory: join(directory, 'index'),
    HttpPort: httpPort,
    DicomPort: port,
    DicomAet: 'ORTHANC',
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomAlwaysAllowEcho: true,
    DicomAlwaysAllowStore: true,
    UnknownSopClassAccepted: true,
    OverwriteInstances: true,
    Plugins: [],
  };
  await writeFile(join(directory, 'orthanc.json'), JSON.stringify(configuration));
  const child = spawn('Orthanc', [join(directory, 'orthanc.json')], { stdio: 'ignore' });
  t.after(() => end(child));
  await listening(child, httpPort);
  await listening(child, port);
  const rest = `http://127.0.0.1:${httpPort}`;
  return {
    port,
    stop: () => end(child),
    file: async (sopInstanceUID) => {
      const found = await fetch(`${rest}/tools/lookup`, { method: 'POST', body: sopInstanceUID });
      const [resource] = (await found.json()) as { ID: string }[];
      if (resource === undefined) return undefined;
      return Buffer.from(await (await fetch(`${rest}/instances/${resource.ID}/file`)).arrayBuffer());
    },
  };
}

/** Runs a program to its end; rejects with its output where it fails. */
export async function program(name: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(name, [...args], { env: { ...process.env, TCP_NODELAY: '1' } });
  return stdout + stderr;
}
