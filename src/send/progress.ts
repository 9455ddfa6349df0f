// How far a send is, how fast, and how long it will take. Reported at most four times a second, not for every packet.

import type { SendProgress } from './job.ts';
import type { OutcomeCounts } from './outcome.ts';
import type { Load } from './scanned-files.ts';

const REPORT_INTERVAL_MS = 250;
/** The rate is an average of the last seconds, so that it follows a network that changes. */
const RATE_WINDOW_MS = 5_000;
/** No rate is given before this time: it would be a guess. */
const RATE_AFTER_MS = 1_000;

export class ProgressMeter {
  readonly #report: ((progress: SendProgress) => void) | undefined;
  readonly #filesTotal: number;
  #bytesTotal: number;
  readonly #counts: () => OutcomeCounts;
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #filesDone = 0;
  #bytesSettled = 0;
  #bytesInFlight = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param totals of the files that will be tried, and of their data sets */
  constructor(totals: Load, counts: () => OutcomeCounts, report: ((progress: SendProgress) => void) | undefined) {
    this.#filesTotal = totals.files;
    this.#bytesTotal = totals.bytes;
    this.#counts = counts;
    this.#report = report;
  }

  /** The files have so many bytes more than was thought: they are decompressed. */
  grown(bytes: number): void {
    this.#bytesTotal += bytes;
  }

  /** Bytes have gone out of an instance without an outcome. */
  sent(bytes: number): void {
    this.#bytesInFlight += bytes;
    this.#tell(false);
  }

  /** An instance will be sent again: what went out of it no longer counts. */
  lost(bytesSent: number): void {
    this.#bytesInFlight -= bytesSent;
  }

  /**
   * @param bytes the length of the data set as it goes out, whatever of it was sent
   * @param bytesSent what `sent` was told of it
   */
  settled(bytes: number, bytesSent: number): void {
    this.#filesDone += 1;
    this.#bytesSettled += bytes;
    this.#bytesInFlight -= bytesSent;
    this.#tell(false);
  }

  finish(): void {
    this.#tell(true);
  }

  #tell(always: boolean): void {
    if (this.#report === undefined) return;
    const now = performance.now();
    const waitMs = this.#reportedAt + REPORT_INTERVAL_MS - now;
    if (!always && waitMs > 0) {
      // Report later: otherwise an old state would stay on the screen when the peer falls silent.
      this.#timer ??= setTimeout(() => this.#tell(true), waitMs);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reportedAt = now;
    const bytesDone = Math.min(this.#bytesTotal, this.#bytesSettled + this.#bytesInFlight);
    const bytesPerSecond = this.#rate(now, bytesDone);
    this.#report({
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      bytesDone,
      bytesTotal: this.#bytesTotal,
      counts: this.#counts(),
      bytesPerSecond,
      remainingMs:
        bytesPerSecond === undefined || bytesPerSecond === 0
          ? undefined
          : ((this.#bytesTotal - bytesDone) / bytesPerSecond) * 1000,
    });
  }

  #rate(now: number, bytes: number): number | undefined {
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) > RATE_WINDOW_MS) this.#samples.shift();
    const oldest = this.#samples[0];
    if (oldest === undefined || now - oldest.at < RATE_AFTER_MS) return undefined;
    return ((bytes - oldest.bytes) / (now - oldest.at)) * 1000;
  }
}
