// A progress notification that appears only where there is something to wait for. VS Code keeps each on the screen for
// 0.8 s; one for work that takes a few milliseconds would still be there, with a Cancel button, when the result is told.

import * as vscode from 'vscode';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

/** What takes less is felt as immediate; the status bar shows that something goes on. */
const PATIENCE_MS = 400;
/** As fast as a person can read: three times a second, and at the end once more. */
const REDRAW_MS = 334;

export interface ProgressState {
  readonly message: string;
  /** 0-100; never given: the bar runs without an end. */
  readonly percent?: number;
}

/**
 * Runs work that the person can cancel once the notification is there, and that the extension cancels when it goes down.
 *
 * @param work calls `show` as often as it likes
 * @param controller aborts the work as well
 */
export async function withLateProgress<T>(
  session: Session,
  title: string,
  work: (signal: AbortSignal, show: (state: ProgressState) => void) => Promise<T>,
  controller?: AbortController,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  let latest: ProgressState | undefined;
  let stateChanged: (() => void) | undefined;
  const begin = (signal: AbortSignal): Promise<T> =>
    work(signal, (state) => {
      latest = state;
      stateChanged?.();
    });
  const result = session.run(source.token, begin, controller);
  const timer = setTimeout(() => {
    const options = { location: vscode.ProgressLocation.Notification, title: plainWords(title), cancellable: true };
    void vscode.window.withProgress(options, async (progress, token) => {
      let percent = 0;
      let drawnAtMs = Number.NEGATIVE_INFINITY;
      let redraw: ReturnType<typeof setTimeout> | undefined;
      const drawLatest = (): void => {
        clearTimeout(redraw);
        redraw = undefined;
        if (latest === undefined) return;
        drawnAtMs = performance.now();
        const increment = Math.max(0, (latest.percent ?? 0) - percent);
        percent += increment;
        const message = source.token.isCancellationRequested ? 'cancelling…' : plainWords(latest.message);
        progress.report(latest.percent === undefined ? { message } : { message, increment });
      };
      stateChanged = () => {
        const waitMs = Math.max(0, drawnAtMs + REDRAW_MS - performance.now());
        redraw ??= setTimeout(drawLatest, waitMs);
      };
      token.onCancellationRequested(() => {
        source.cancel();
        drawLatest();
      });
      drawLatest();
      await result.catch(() => undefined);
      // It stays on the screen for a moment.
      if (redraw !== undefined) drawLatest();
    });
  }, PATIENCE_MS);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}
