// The lower limit: Node copies files into a socket without DICOM. Nothing is parsed, framed or answered. Two blocks take turns,
// so that the disk reads while the network writes.
//
//   node raw-copy.ts PORT BLOCK-LENGTH PATH...

import { once } from 'node:events';
import { open, readdir, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';

const [port = '', blockLength = '', ...paths] = process.argv.slice(2);
const blocks = [new Uint8Array(Number(blockLength)), new Uint8Array(Number(blockLength))] as const;

const socket = new Socket();
socket.setNoDelay(true);
socket.connect(Number(port), '127.0.0.1');
await once(socket, 'connect');

function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function copy(path: string): Promise<void> {
  const handle = await open(path);
  try {
    let written: Promise<void> | undefined;
    for (let turn = 0; ; turn = 1 - turn) {
      const block = blocks[turn as 0 | 1];
      const { bytesRead } = await handle.read(block, 0, block.length);
      await written;
      if (bytesRead === 0) break;
      written = write(block.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

for (const path of paths) {
  if (!(await stat(path)).isDirectory()) await copy(path);
  else for (const name of (await readdir(path)).sort()) await copy(join(path, name));
}
socket.end();
await once(socket, 'close');
