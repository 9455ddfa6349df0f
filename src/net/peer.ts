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

/** What tells one peer from another: where instances go, and as whom. */
export type PeerIdentity = Pick<Peer, 'host' | 'port' | 'calledAETitle' | 'callingAETitle'>;

/** Whether host, port and both AE titles are the same. */
export function sameDestination(a: PeerIdentity, b: PeerIdentity): boolean {
  return (
    a.host === b.host &&
    a.port === b.port &&
    a.calledAETitle === b.calledAETitle &&
    a.callingAETitle === b.callingAETitle
  );
}

/** What is kept on disk of the peer of a send: enough to tell later whether a peer is still the same destination. */
export type KeptPeer = PeerIdentity & Pick<Peer, 'name'>;

export function keptPeer({ name, host, port, calledAETitle, callingAETitle }: KeptPeer): KeptPeer {
  return { name, host, port, calledAETitle, callingAETitle };
}

/** @param fields as they were read from disk */
export function isKeptPeer(fields: Readonly<Record<string, unknown>>): boolean {
  const texts: readonly (keyof KeptPeer)[] = ['name', 'host', 'calledAETitle', 'callingAETitle'];
  return texts.every((key) => typeof fields[key] === 'string') && Number.isSafeInteger(fields['port']);
}

export const DEFAULT_CALLED_AE_TITLE = 'ANY-SCP';
export const DEFAULT_CALLING_AE_TITLE = 'SENDTOPACS';
export const DEFAULT_MAX_PDU_LENGTH = 16_382;
