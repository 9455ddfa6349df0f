// SIGINT (Ctrl-C) and SIGTERM: the first asks the work to stop in good order, the second ends the process at once.

import { hangingFileCalls } from '../part10/read/file-access.ts';
import { abandonedFileThreadsEnd } from '../part10/read/file-thread.ts';

/** 128 + the number of the signal, as shells report it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type InterruptingSignal = keyof typeof EXIT_CODES;

/** Under `npm run`, one Ctrl-C arrives twice: from the terminal and, a moment later, from npm. */
const ONE_KEYSTROKE_MS = 300;

export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Exit code for the process; undefined: it was not interrupted. */
  exitCode(): number | undefined;
  /** Restores the usual meaning of the signals. */
  end(): void;
}

/** After an interrupted command: how long the process waits for work of the system that cannot be cancelled. */
const LINGER_MS = 300;

/** @param onInterrupt called once, before `signal` aborts */
export function watchForInterruption(onInterrupt: (name: InterruptingSignal) => void = () => {}): Interruption {
  const controller = new AbortController();
  let received: InterruptingSignal | undefined;
  let receivedAtMs = 0;
  const handle = (name: InterruptingSignal): void => {
    if (received !== undefined) {
      if (performance.now() - receivedAtMs > ONE_KEYSTROKE_MS) endAtOnce(name);
      return;
    }
    received = name;
    receivedAtMs = performance.now();
    onInterrupt(name);
    controller.abort();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? undefined : EXIT_CODES[received]),
    end: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}

/**
 * Ends the process of an interrupted command after a short wait, even while the system is still busy for it: a name
 * look-up, for example, cannot be cancelled and may hang. Does nothing for other exit codes.
 */
export function endIfInterrupted(exitCode: number): void {
  const name = (Object.keys(EXIT_CODES) as InterruptingSignal[]).find((signal) => EXIT_CODES[signal] === exitCode);
  if (name !== undefined) setTimeout(() => endAtOnce(name), LINGER_MS).unref();
}

/**
 * For a command that has ended: if a thread or a call still waits for a file system, replaces the process by one that ends
 * with `exitCode`. Ending in the ordinary way waits for all threads; replacing the program of a process ends them.
 */
export async function endDespiteHangingFiles(exitCode: number): Promise<void> {
  const hanging = (await abandonedFileThreadsEnd(LINGER_MS)) + hangingFileCalls();
  if (hanging === 0) return;
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve());
    });
  }
  const { NODE_OPTIONS: _, ...environment } = process.env;
  process.execve?.(process.execPath, [process.execPath, '-e', `process.exitCode = ${exitCode}`], environment);
  // Systems and versions without it: the exit code is that of the signal.
  process.kill(process.pid, 'SIGKILL');
}

/**
 * Ends the process by the signal itself. `process.exit` would wait for threads, and so for a disk or a name server that
 * hangs. The 'exit' event is emitted first, so that buffered output is written.
 */
function endAtOnce(name: InterruptingSignal): void {
  if (process.platform === 'win32') process.exit(EXIT_CODES[name]);
  process.emit('exit', EXIT_CODES[name]);
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
