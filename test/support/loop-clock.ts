// A clock for "at once" on a machine that others use too. It counts turns of this process's event loop that are at least
// 10 ms apart, so it stands still while the process gets no processor. What it measures is at most the time that has passed,
// and on an idle machine about that.
//
// Only for work of this process, peers and all: what another process does may take longer than this clock shows.
// A test file has one clock for all its tests: `const clock = new LoopClock()`.

const TICK_MS = 10;

/** Resolves when a value above 0 has not changed for `ms` of the event loop: whatever changes it has come to a stop. */
export async function untilStill(value: () => number, ms: number): Promise<void> {
  for (let stillMs = 0, last = 0; stillMs < ms; ) {
    await new Promise((resolve) => {
      setTimeout(resolve, TICK_MS);
    });
    const now = value();
    stillMs = now === last && now > 0 ? stillMs + TICK_MS : 0;
    last = now;
  }
}

export class LoopClock {
  #ticks = 0;
  readonly #timer = setInterval(() => {
    this.#ticks += 1;
  }, TICK_MS).unref();

  /** Milliseconds so far, in steps of a tick. */
  get ms(): number {
    return this.#ticks * TICK_MS;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
