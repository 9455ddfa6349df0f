// Imported before everything else by the entry: the thread that reads files starts while the rest of the program is loaded.

import { startFileThreads } from '../part10/read/file-threads.ts';

if (process.argv[2] === 'store' && process.argv.length > 4) startFileThreads();
