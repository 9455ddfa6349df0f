// The port between an association and its transport: an ordered stream of bytes both ways (PS3.8 9.1). TCP is one
// transport (tcp.ts); another one implements these interfaces and is handed in, and nothing above changes.
//
// A transport promises:
// - Bytes arrive in order. Nothing arrives after `closed`.
// - `closed` comes exactly once, whatever happens, also when we end the connection ourselves.
// - The peer's end of its stream (FIN) is the end of the connection: an association is never half open.
// - After `closed` the connection keeps nothing alive: no socket, no timer, no unwritten bytes.

import type { SystemErrorInfo } from '../part10/system-error.ts';

export const PORT_MAX = 65_535;

/** A host name or an address without brackets, and a port from 1 to PORT_MAX. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Of a connection that has ended before anybody asked. */
export const UNKNOWN_ENDPOINT: Endpoint = { host: 'unknown', port: 0 };

export interface ConnectionListener {
  /** The bytes belong to the listener: they are not overwritten later. */
  received(bytes: Uint8Array): void;
  /** The last call. `error`: the connection broke, or never came up. */
  closed(error: SystemErrorInfo | undefined): void;
}

export interface ConnectingListener extends ConnectionListener {
  /** The connection is ready for the first PDU (with TLS: after the handshake). */
  connected(): void;
}

export interface Connection {
  /** Our end. */
  readonly localAddress: Endpoint;
  /** The peer's end. */
  readonly remoteAddress: Endpoint;
  /** Writes all chunks as one. `done`: the system has taken them, and their buffers are free again. Never called if the connection ends before. */
  write(chunks: readonly Uint8Array[], done: () => void): void;
  /** Until `uncork`, writes are gathered; then they leave as one. */
  cork(): void;
  uncork(): void;
  /** Back-pressure on the peer: nothing is read until `resumeReading`, not even the end of the stream. */
  pauseReading(): void;
  resumeReading(): void;
  /** Ends in good order if the peer has taken everything that was written; otherwise ends now. */
  close(): void;
  /** Ends now. Bytes that the system has not taken are lost. */
  destroy(): void;
}

/** A connection that a peer has made to us. */
export interface AcceptedConnection extends Connection {
  /** Begins to read. To be called while the connection is being accepted. */
  attach(listener: ConnectionListener): void;
}

export interface Connector {
  /** Starts to connect. Never throws: the listener is told of success or failure, later. */
  connect(endpoint: Endpoint, listener: ConnectingListener): Connection;
}

export interface Listener extends Endpoint {
  /** Takes no more connections. Resolves when those that are open have ended as well. */
  close(): Promise<void>;
}

/** Rejects with the system's error if the address cannot be had. Port 0: any free port. */
export type Listen = (endpoint: Endpoint, accept: (connection: AcceptedConnection) => void) => Promise<Listener>;
