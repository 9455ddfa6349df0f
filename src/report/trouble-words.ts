// What is missing where a listener of a send threw: the send went on, and a person should know what was not shown or kept.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { ListenerTrouble } from '../send/job.ts';
import { sanitize } from '../trace/sanitize.ts';

const DETAIL_MAX = 200;

const MISSING: Readonly<Record<ListenerTrouble['listener'], string>> = {
  trace: 'The trace of this send has gaps',
  progress: 'The progress of this send was not always shown',
  outcome: 'Not every outcome of this send could be put on record: resumed, it sends those files again',
};

/** What is quoted in a message may be a file's name, and that a patient's. To the last quote: a path may have some. */
function errorWords({ code, message }: SystemErrorInfo): string {
  return code === 'UNKNOWN' ? sanitize(message, DETAIL_MAX).replace(/'.*'/, "'…'") : sanitize(code);
}

/** One sentence. */
export function troubleWords({ listener, error }: ListenerTrouble): string {
  return `${MISSING[listener]} (${errorWords(error)}).`;
}
