// How long to wait until the connection of an ended association is closed. Then it is destroyed.

/** Longer than ARTIM: a peer that does not close in time is the business of the protocol first. */
const CLOSE_MS = 3_000;
/** For a peer that has already let a deadline pass. */
const SILENT_CLOSE_MS = 500;

/** @param failureCode of the association, if it ended badly */
export function closeLimitMs(failureCode: string | undefined): number {
  return failureCode === 'timeout' ? SILENT_CLOSE_MS : CLOSE_MS;
}
