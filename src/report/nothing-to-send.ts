// Which skipped files are none that somebody misses. The exit code of the command line and the test report ask the same.

import type { FileOutcome } from '../send/outcome.ts';

/** There is no instance in it, or the same bytes are in another file of this send, whose outcome counts for both. */
export function hasNothingToSend({ outcome, reason }: FileOutcome): boolean {
  if (outcome !== 'skipped') return false;
  switch (reason?.code) {
    case 'not DICOM':
    case 'DICOMDIR':
    case 'empty file':
    case 'not a regular file':
    case 'pre-flight':
      return true;
    default:
      return false;
  }
}
