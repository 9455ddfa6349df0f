// Preloaded into a process (`--import`): from its first name look-up on, look-ups hang.

import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { busyThreads } from './hanging-lookup.ts';

const { occupy } = busyThreads({ after: () => undefined });
const { lookup } = dns;
dns.lookup = ((...args: Parameters<typeof lookup>) => {
  occupy();
  lookup(...args);
}) as typeof lookup;
syncBuiltinESMExports();
