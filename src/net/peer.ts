// A peer: a configured remote AE, and its deadlines.

/** In milliseconds; Infinity = no deadline. */
export interface Timeouts {
  /** Look-up of the host name, and connecting. */
  readonly connectMs: number;
  /** From the A-ASSOCIATE-RQ to the whole answer. */
  readonly associationMs: number;
  /** The longest silence while responses are missing: since the last answer, and the last byte that the peer has taken. */
  readonly responseMs: number;
  /** The longest silence while the peer has to take bytes: since the last one that it has taken, and the last answer. */
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
