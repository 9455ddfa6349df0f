// A process that sends a folder with a journal, to be killed while it sends. Arguments: folder, port of the peer, folder of the
// journals, associations, window. It prints READY when everything is loaded and scanned and starts when told on stdin. It then
// prints each outcome that a person could know of, and a failure to write the journal.

import { writeSync } from 'node:fs';
import { openJournal } from '../../src/send/journal.ts';
import { runSend } from '../../src/send/run.ts';
import { peerAt, scanned } from './jobs.ts';

const [, , folder = '', port = '', journals = '', associations = '1', operationsInvoked = '1'] = process.argv;
const tell = (line: string): unknown => writeSync(1, `${line}\n`);

const files = await scanned([folder]);
const job = {
  peer: peerAt(Number(port)),
  files,
  options: { associations: Number(associations), operationsInvoked: Number(operationsInvoked) },
};
tell('READY');
await new Promise((begin) => {
  process.stdin.once('data', begin);
});
const journal = openJournal(journals, job, {
  selection: [folder],
  trouble: ({ code }) => tell(`TROUBLE ${code}`),
});
const result = await runSend(
  job,
  {
    outcome: (index, outcome) => {
      journal.record(index, outcome);
      tell(`${outcome.outcome} ${outcome.path}`);
    },
  },
  new AbortController().signal,
);
journal.close('done');
tell(`DONE ${result.counts.stored}`);
process.exit(0);
