// A journal in a process with a limit on the length of files (`ulimit -S -f`). Writing fails as on a full disk, in the middle of
// a line; later there is room for a few lines again. Prints the journal's complaint and the number of outcomes recorded then.

import { statSync, truncateSync } from 'node:fs';
import { openJournal } from '../../src/send/journal.ts';
import { sendFilePath } from '../../src/send/send-id.ts';
import { jobOf, outcomeOf } from './journaled-jobs.ts';

const FILES = 300;
const ROOM = 1_000;

const [, , directory = ''] = process.argv;
let given = 0;
let isFull = false;
const journal = openJournal(directory, jobOf(FILES), {
  trouble: ({ code }) => {
    isFull = true;
    console.log(code, given);
  },
});
const path = sendFilePath(directory, journal.id);
for (; given < FILES; given++) {
  journal.record(given, outcomeOf(given, given % 2 === 0 ? 'stored' : 'failed'));
  // A few lines after the first that was lost.
  if (isFull && given % 50 === 49) {
    truncateSync(path, statSync(path).size - ROOM);
    isFull = false;
  }
}
