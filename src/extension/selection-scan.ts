// The scan of what a person wants to send. It begins at the click and runs on while they choose the peer, so the question can
// say what was found, and need not be asked where there is nothing to send.

import * as vscode from 'vscode';
import type { ScannedFiles } from '../send/scanned-files.ts';
import { briefly } from '../trace/brief.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatBytes, formatCount, plural } from '../trace/units.ts';
import { readFollowLinks } from './configuration.ts';
import { Emitter, type Event } from './emitter.ts';
import { selectionWords } from './journal-words.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

const SHOW_MS = 250;
/** A small folder is scanned sooner than a list could open. */
const AT_ONCE_MS = 150;
/** Reasons in one message. */
const REASONS_MAX = 2;

export class SelectionScan {
  readonly #selection: readonly string[];
  readonly #controller = new AbortController();
  readonly #emitter = new Emitter<undefined>(() => undefined);
  /** Undefined: it was aborted. */
  readonly result: Promise<ScannedFiles | undefined>;
  #found: ScannedFiles | undefined;
  #isWhole = false;

  /** Rejects `result` if it cannot go on. @param paths absolute */
  constructor(session: Session, paths: readonly string[], selection = paths) {
    this.#selection = selection;
    const source = new vscode.CancellationTokenSource();
    this.result = session.run(source.token, (signal) => this.#run(paths, signal), this.#controller);
    const dispose = (): void => source.dispose();
    // Who waits for it gets the error; nobody may wait for it any more.
    this.result.then(dispose, dispose);
  }

  async #run(paths: readonly string[], signal: AbortSignal): Promise<ScannedFiles | undefined> {
    const [{ scan }, { ScannedFiles }] = await Promise.all([
      import('../send/scan.ts'),
      import('../send/scanned-files.ts'),
    ]);
    const files = new ScannedFiles();
    this.#found = files;
    let shownAtMs = performance.now();
    try {
      for await (const file of scan(paths, { recurse: true, followLinks: readFollowLinks() }, signal)) {
        files.push(file);
        const nowMs = performance.now();
        if (nowMs - shownAtMs < SHOW_MS) continue;
        shownAtMs = nowMs;
        this.#emitter.fire(undefined);
      }
    } catch (thrown) {
      if (signal.aborted) return undefined;
      throw thrown;
    }
    if (signal.aborted) return undefined;
    this.#isWhole = true;
    this.#emitter.fire(undefined);
    return files;
  }

  /** A few times a second while it runs, and when it is done. */
  get onDidChange(): Event<undefined> {
    return this.#emitter.event;
  }

  /** DICOM files so far. */
  get files(): number {
    return this.#found?.load.files ?? 0;
  }

  /** It is done, and there is no DICOM file. */
  get isEmpty(): boolean {
    return this.#isWhole && this.files === 0;
  }

  /** 'Send phantom – 24 DICOM, 2 skipped (792.0 kB)', 'Send phantom – scanning, 1,204 files so far' */
  get title(): string {
    const found = this.#found;
    const what = `Send ${selectionWords(this.#selection, SHOWN_MAX.aeTitle * 2)}`;
    if (found === undefined || !this.#isWhole)
      return plainWords(`${what} – scanning, ${plural(found?.length ?? 0, 'file')} so far`);
    const skipped = found.skipped.size === 0 ? '' : `, ${formatCount(found.skipped.size)} skipped`;
    return plainWords(`${what} – ${formatCount(this.files)} DICOM${skipped} (${formatBytes(found.load.bytes)})`);
  }

  /** 'There is no DICOM file in notes: 12 text, 2 PDF.' */
  get emptyWords(): string {
    const counts = new Map<string, number>();
    for (const { problem } of this.#found?.skipped.values() ?? []) {
      const why =
        problem.code === 'not DICOM' && problem.looksLike !== undefined
          ? sanitize(problem.looksLike)
          : briefly(problem);
      counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    const reasons = [...counts].sort(([, one], [, other]) => other - one);
    const words = reasons.slice(0, REASONS_MAX).map(([why, count]) => `${formatCount(count)} × ${why}`);
    const more = reasons.length > REASONS_MAX ? [`${formatCount(reasons.length - REASONS_MAX)} other reasons`] : [];
    const why = words.length === 0 ? 'it is empty' : [...words, ...more].join(', ');
    return `There is no DICOM file in ${selectionWords(this.#selection, SHOWN_MAX.aeTitle * 2)}: ${why}.`;
  }

  /** Resolves when it is done, or after a moment in which nobody has to wait. */
  async settleSoon(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, AT_ONCE_MS);
    });
    await Promise.race([this.result.catch(() => undefined), late]);
    clearTimeout(timer);
  }

  abort(): void {
    this.#controller.abort();
  }
}
