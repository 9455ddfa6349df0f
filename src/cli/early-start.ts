// Imported before everything else by the entry: what the engine is told must come before it has compiled much, and the thread
// that reads files starts while the rest of the program is loaded.

import { startFileThread } from '../part10/file-thread.ts';
import { compileLate } from './memory.ts';

if (process.argv[2] === 'store' && process.argv.length > 4) {
  compileLate();
  startFileThread();
}
