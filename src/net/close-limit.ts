// How long a connection may take to close after all is said.

/** Longer than ARTIM, so that a peer that does not close is closed by the protocol and not by us. */
const CLOSE_MS = 3_000;
/** A peer that has let a deadline pass is not waited for again. */
const SILENT_CLOSE_MS = 500;

/** @param failureCode of the association, if it ended badly */
export function closeLimitMs(failureCode: string | undefined): number {
  return failureCode === 'timeout' ? SILENT_CLOSE_MS : CLOSE_MS;
}
