// A configured remote AE and the deadlines towards it.

/** Deadlines of whole phases, in milliseconds; Infinity = none. */
export interface Timeouts {
  /** Name look-up, TCP (and TLS) connect. */
  readonly connectMs: number;
  /** From the A-ASSOCIATE-RQ to the whole answer. */
  readonly associationMs: number;
  /** From the last byte of a request to the whole response. */
  readonly responseMs: number;
  /** The longest time in which the peer takes no byte while we have some to write. */
  readonly writeStallMs: number;
  /** From the A-RELEASE-RQ to the closed connection. */
  readonly releaseMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  associationMs: 30_000,
  responseMs: 60_000,
  writeStallMs: 60_000,
  releaseMs: 10_000,
};

export interface Peer {
  /** What people call it. */
  readonly name: string;
  readonly host: string;
  /** 1-65535 */
  readonly port: number;
  /** 1-16 characters, PS3.5 6.2 (AE). */
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  /** The longest P-DATA-TF variable field that we announce to receive, in bytes; 0 = no limit. */
  readonly maxPduLength: number;
  readonly timeouts: Timeouts;
}

export const DEFAULT_CALLED_AE_TITLE = 'ANY-SCP';
export const DEFAULT_CALLING_AE_TITLE = 'SENDTOPACS';
export const DEFAULT_MAX_PDU_LENGTH = 16_382;
