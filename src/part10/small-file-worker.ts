// The worker thread that reads small files ahead: several to a message, moved to the other side and not copied.

import { parentPort } from 'node:worker_threads';
import { readSmallFile, type SmallFileRequest, type SmallFileResult } from './small-file.ts';

parentPort?.on('message', (requests: readonly SmallFileRequest[]) => {
  const results: readonly SmallFileResult[] = requests.map(readSmallFile);
  const moved = results.flatMap((result) => (result.type === 'bytes' ? [result.bytes.buffer] : []));
  parentPort?.postMessage(results, moved);
});
