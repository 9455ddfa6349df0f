// Starts the thread that reads files. The entry imports this first, so that the thread starts while the rest loads.

import { startFileThreads } from '../part10/read/file-threads.ts';

if (process.argv[2] === 'store' && process.argv.length > 4) startFileThreads();
