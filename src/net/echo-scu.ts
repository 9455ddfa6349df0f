// Verification SCU. PS3.4 Annex A.

import type { AssociationFailure } from './failure.ts';
import type { Peer } from './peer.ts';
import type { TraceSink } from './trace-record.ts';

export interface EchoResult {
  /** True: the peer answered C-ECHO with success. */
  readonly verified: boolean;
  /** Each phase that was completed, in milliseconds. */
  readonly phases: {
    readonly connectMs?: number;
    readonly associationMs?: number;
    readonly echoMs?: number;
    readonly releaseMs?: number;
  };
  /** 'address:port' that was connected to. */
  readonly remoteAddress?: string;
  readonly peerImplementationClassUID?: string;
  readonly peerImplementationVersionName?: string;
  /** 0 = no limit; undefined = not stated. */
  readonly peerMaximumLength?: number;
  /** Status of the C-ECHO-RSP, where one came. */
  readonly status?: number;
  /** Why not, or what went wrong after the answer. */
  readonly failure?:
    | AssociationFailure
    | { readonly code: 'verification refused'; readonly result: number | undefined }
    | { readonly code: 'invalid response'; readonly detail: string };
}

export async function echo(_peer: Peer, _trace: TraceSink | undefined, _signal: AbortSignal): Promise<EchoResult> {
  throw new Error('not built yet');
}
