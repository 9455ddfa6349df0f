// The only error that the bytes of a peer can cause. PS3.8 9.3.8 (A-ABORT), Table 9-26.

/** A-ABORT Reason/Diag. when the source is the service-provider (PS3.8 Table 9-26). 3 is reserved. */
export type ProviderAbortReason = 0 | 1 | 2 | 4 | 5 | 6;

export const UNRECOGNIZED_PDU = 1;
export const UNEXPECTED_PDU = 2;
export const UNEXPECTED_PDU_PARAMETER = 5;
export const INVALID_PDU_PARAMETER_VALUE = 6;

/**
 * The peer broke the protocol. Decoders throw it; the association catches it and sends an A-ABORT with source 2
 * (service-provider) and this `reason`. Anything else that is thrown while a peer's bytes are read is a bug of ours.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly reason: ProviderAbortReason;

  /** @param message one line for an engineer: the field, its value, and the clause that it breaks. Never a secret */
  constructor(reason: ProviderAbortReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
