// Processes that listen and can be stopped, and an address where connections are neither taken nor refused.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
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

const LISTEN = `const s = require('net').createServer(() => {});
s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port));`;

/** A port of loopback where connections hang, on Linux: other systems refuse where a queue is full. */
export async function startDeafListener(t: TestContext): Promise<number> {
  const { port, child } = await startChild(t, LISTEN);
  // A stopped process accepts nothing: once its queue is full, the system drops every further SYN.
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  t.after(() => {
    for (const filler of fillers) filler.destroy();
  });
  for (let isFull = false; !isFull; ) {
    const filler = new Socket();
    filler.on('error', () => undefined);
    fillers.push(filler);
    isFull = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), 300);
      filler.connect(port, '127.0.0.1', () => {
        clearTimeout(timer);
        resolve(false);
      });
    });
    assert.ok(fillers.length < 100);
  }
  return port;
}
