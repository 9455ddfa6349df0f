// One line about a C-ECHO.

import type { EchoResult } from '../net/echo-scu.ts';
import type { Peer } from '../net/peer.ts';
import { sanitize } from '../trace/sanitize.ts';
import { formatDuration } from '../trace/units.ts';
import { peerWords } from './peers.ts';

/** PS3.7 D.3.3.2: an implementation version name has up to 16 characters, a UID up to 64. */
const NAME_MAX = 16;
const UID_MAX = 64;

/** @param explanation why not, or what went wrong after the answer; used only where something did */
export function echoWords(peer: Peer, result: EchoResult, explanation: string): string {
  const phases = (['connect', 'association', 'echo'] as const)
    .flatMap((phase) => {
      const ms = result.phases[`${phase}Ms`];
      return ms === undefined ? [] : [`${phase} ${formatDuration(ms)}`];
    })
    .join(' · ');
  if (!result.verified)
    return `${peerWords(peer)} did not verify: ${explanation}${phases === '' ? '' : ` (${phases})`}`;
  const identity = [
    ...(result.peerImplementationVersionName === undefined && result.peerImplementationClassUID === undefined
      ? []
      : [
          `implementation ${
            result.peerImplementationVersionName === undefined
              ? sanitize(result.peerImplementationClassUID ?? '', UID_MAX)
              : sanitize(result.peerImplementationVersionName, NAME_MAX)
          }`,
        ]),
    ...(result.peerMaximumLength === undefined
      ? []
      : [`max PDU ${result.peerMaximumLength === 0 ? 'unlimited' : result.peerMaximumLength}`]),
  ].join(', ');
  const afterwards = result.failure === undefined ? '' : `. Afterwards: ${explanation}`;
  return `${peerWords(peer)} answered C-ECHO: ${phases}${identity === '' ? '' : `; ${identity}`}${afterwards}`;
}
