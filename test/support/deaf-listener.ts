// Processes that listen and can be stopped, and a port where connecting hangs.
//
// This is a process of its own and no mode of the scripted peer: Node accepts every connection at once. Only a stopped process
// leaves connections in the system's queue, and only a full queue makes the next one hang.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A Node process that prints its port as soon as it listens; ended with the test. */
export async function startChild(t: TestContext, code: string): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    const exited = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGKILL');
    await exited;
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())));
    child.once('exit', () => reject(new Error('the child ended')));
  });
  return { port, child };
}

const BACKLOG = 1;
const LISTEN = `const s = require('net').createServer(() => {});
s.listen({ port: 0, host: '127.0.0.1', backlog: ${BACKLOG} }, () => console.log(s.address().port));`;

/** A port of loopback where connections hang, on Linux: other systems refuse where a queue is full. */
export async function startDeafListener(t: TestContext): Promise<number> {
  const { port, child } = await startChild(t, LISTEN);
  // A stopped process accepts nothing: once its queue is full, the system drops every further SYN.
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  t.after(() => {
    for (const filler of fillers) filler.destroy();
  });
  // The system queues one connection more than the backlog says, and drops every SYN after that.
  while (queuedConnections(port) <= BACKLOG) {
    const filler = new Socket();
    filler.on('error', () => undefined);
    fillers.push(filler);
    await new Promise<void>((resolve) => {
      filler.connect(port, '127.0.0.1', resolve);
    });
    assert.ok(fillers.length < 100);
  }
  return port;
}

/** Connections that the system has made for a listening port of 127.0.0.1 and that no process has taken. */
function queuedConnections(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const row of readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
    // Local address, remote address, state (0A: listening), queues of bytes to send and, here, of connections.
    const [, local, , state, queues = ''] = row.trim().split(/\s+/);
    if (local === address && state === '0A') return Number.parseInt(queues.split(':')[1] ?? '', 16);
  }
  throw new Error(`nothing listens on port ${port}`);
}
