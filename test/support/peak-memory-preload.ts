// Loaded into a process before its program: when the process ends, it writes the most memory that it ever had resident, in
// MiB, into the file that PEAK_MEMORY_FILE names. Linux only.

import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { peakMemory } from './attack.ts';

const file = process.env['PEAK_MEMORY_FILE'];
if (isMainThread && file !== undefined) process.on('exit', () => writeFileSync(file, String(peakMemory(process.pid))));
