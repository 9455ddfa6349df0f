// Imported before everything else by the entry: the thread that reads files starts while the rest of the program is loaded.

import { startFileThread } from '../part10/read/file-thread.ts';

if (process.argv[2] === 'store' && process.argv.length > 4) startFileThread();
