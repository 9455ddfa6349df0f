// A progress notification that appears only if the work takes a while. VS Code shows each for at least 0.8 s: one for work
// of a few milliseconds would still be there, with a Cancel button, beside the notification with the result.

import * as vscode from 'vscode';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

/** Shorter work feels immediate, and the status bar shows it. */
const PATIENCE_MS = 400;
/** Three times a second, as fast as a person can read, and once more at the end. */
const REDRAW_MS = 334;

export interface ProgressState {
  readonly message: string;
  /** 0-100; if never given, the bar shows activity only. */
  readonly percent?: number;
}

/**
 * Runs work that the person can cancel in the notification, and that the extension cancels when it shuts down.
 *
 * @param work may call `show` at any rate
 * @param controller cancels the work as well
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
      // The notification stays for a moment: let it show the end.
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
