// Ctrl-C and kill: the first asks the work to end in good order, the second ends the process at once.

/** 128 + the number of the signal, as shells report it, also of a process that a signal has ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type InterruptingSignal = keyof typeof EXIT_CODES;

/** Under `npm run` one Ctrl-C arrives twice: from the terminal and, a moment later, from npm. */
const ONE_KEYSTROKE_MS = 300;

export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** For the process, if it was interrupted. */
  exitCode(): number | undefined;
  /** Gives the signals back to their usual meaning. */
  end(): void;
}

/** How long what an interrupted command leaves behind may take to be gone. */
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
 * For a command that has ended: if it was interrupted, its process ends soon, whatever the system still holds back. A name
 * look-up cannot be taken back, and may take as long as the name server likes.
 */
export function leaveSoon(exitCode: number): void {
  const name = (Object.keys(EXIT_CODES) as InterruptingSignal[]).find((signal) => EXIT_CODES[signal] === exitCode);
  if (name !== undefined) setTimeout(() => endAtOnce(name), LINGER_MS).unref();
}

/**
 * `process.exit` waits for threads, and with them for a disk or a name server that hangs. The signal does not; what waits to
 * be said is said before it, as before an exit.
 */
function endAtOnce(name: InterruptingSignal): void {
  if (process.platform === 'win32') process.exit(EXIT_CODES[name]);
  process.emit('exit', EXIT_CODES[name]);
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
