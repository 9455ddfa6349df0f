// What the responses of the peer did against PS3.7, for its vendor. Over all associations of a send.

import { Breaches, type CountedBreach } from '../protocol/dimse/breach.ts';
import type { SendResult } from '../send/job.ts';

/** Of each kind the first, and how many. */
export function breachesOf({ associations }: SendResult): readonly CountedBreach[] {
  const breaches = new Breaches();
  for (const { breaches: own = [] } of associations) {
    for (const { breach, count } of own) breaches.add(breach, count);
  }
  return breaches.list();
}
