// Why a file failed at the peer of which it was known before that peers fail on it, and which was sent all the same.

import type { Finding } from '../part10/check/finding.ts';
import type { Reason } from '../send/outcome.ts';
import { explainPreflight, findingInCommon } from './explain-preflight.ts';
import type { Words } from './explanation.ts';

/**
 * Findings on which peers abort, hang or refuse: those that hold a file back by default, in the order in which they are
 * told. This room imports types only from src/send; a test compares the two.
 */
export const FAILED_ON: readonly Finding['code'][] = [
  'wrong encoding',
  'pixel data against transfer syntax',
  'truncated',
  'broken structure',
  'deep nesting',
  'missing attribute',
  'odd length',
  'trailing bytes',
];

/** What a peer may do to a file because of what is in it. Other failures have nothing to do with it. */
function mayComeFromFile(reason: Reason): boolean {
  switch (reason.code) {
    case 'association aborted':
    case 'connection lost':
    case 'timeout':
      return reason.phase === 'response' || reason.phase === 'write';
    case 'status':
      return reason.status === 0x0110 || [0xa7, 0xa9].includes(reason.status >> 8) || reason.status >> 12 === 0xc;
    default:
      return false;
  }
}

/** Cause and action from the worst of `findings`; undefined: nothing was found that explains `reason`. */
export function explainFound(reason: Reason, findings: readonly Finding[] = []): Omit<Words, 'what'> | undefined {
  if (!mayComeFromFile(reason)) return undefined;
  const [finding] = FAILED_ON.flatMap((code) => findings.filter((found) => found.code === code));
  if (finding === undefined) return undefined;
  const { what, cause, action } = explainPreflight(finding);
  const disk = reason.code === 'status' && reason.status >> 8 === 0xa7 ? 'Or the PACS disk is full.' : undefined;
  const parts = ['The file itself may be the reason.', findingInCommon(finding) ?? what, cause, disk];
  return {
    cause: parts.filter((part) => part !== undefined).join(' '),
    ...(action === undefined ? {} : { action }),
  };
}
