// Presentation contexts as both sides see them. PS3.8 7.1.1.13, 9.3.2.2, 9.3.3.2.

/** The result of one proposed context. `problem`: why the peer's answer is unusable. */
export interface NegotiatedContext {
  readonly presentationContextId: number;
  readonly abstractSyntax: string;
  readonly proposedTransferSyntaxes: readonly string[];
  /** PS3.8 Table 9-18 Result/Reason; undefined = the peer did not answer this context at all. */
  readonly result: number | undefined;
  /** Set only when the context can be used. */
  readonly acceptedTransferSyntax?: string;
  /** What the peer accepted the context with, where we have not proposed that; '' = it named none. */
  readonly unproposedTransferSyntax?: string;
  readonly problem?: 'not answered' | 'accepted with a transfer syntax that was not proposed';
}
