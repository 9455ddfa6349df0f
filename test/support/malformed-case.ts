// One wrong PDU, and what may become of it.
//
// `refused`: no reading of the standard lets it pass, so it must be answered with A-ABORT wherever PDUs are read. `taken`:
// odd, but legal or forgiven in the state where its PDU is expected. `waits`: the beginning of something that may still
// become right. `either`: hangs on what the bytes behind the lie happen to say.

export type Verdict = 'refused' | 'taken' | 'waits' | 'either';

export interface Malformed {
  readonly kind: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly verdict: Verdict;
}
