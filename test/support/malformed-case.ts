// One malformed PDU, and the verdict that is expected.
//
// - `refused`: no reading of the standard allows it, so it is answered by A-ABORT in every state that reads PDUs.
// - `taken`: unusual, but legal or tolerated in the state where its PDU is expected.
// - `waits`: the beginning of something that may still become right.
// - `either`: depends on the bytes behind the wrong length.

export type Verdict = 'refused' | 'taken' | 'waits' | 'either';

export interface Malformed {
  readonly kind: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly verdict: Verdict;
}
