// Runs a send: associations, files, outcomes.

import type { SendJob, SendListeners, SendResult } from './job.ts';

/** Never rejects because of a peer or a file: those end as outcomes. */
export async function runSend(_job: SendJob, _listeners: SendListeners, _signal: AbortSignal): Promise<SendResult> {
  throw new Error('not built yet');
}
