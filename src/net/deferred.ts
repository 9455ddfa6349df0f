// A promise that somebody else settles. (Promise.withResolvers is younger than the oldest Node that runs our CLI.)

export class Deferred<T> {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The first value counts. */
  resolve(value: T): void {
    this.#resolve(value);
  }
}

/**
 * Something that happens at most once, while many wait for it and give up. A promise remembers every race that it was part
 * of until it settles; this forgets, however many chunks or files pass before an association ends.
 */
export class Occurrence {
  readonly #waiters = new Set<() => void>();
  #hasHappened = false;

  get hasHappened(): boolean {
    return this.#hasHappened;
  }

  happen(): void {
    this.#hasHappened = true;
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }

  /** Calls `waiter` when it happens, or at once if it has. Returns how to give up. */
  wait(waiter: () => void): () => void {
    if (this.#hasHappened) waiter();
    else this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** What the work gives, or undefined as soon as this happens. */
  or<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const giveUp = this.wait(() => resolve(undefined));
      work.then(
        (value) => {
          giveUp();
          resolve(value);
        },
        (error: unknown) => {
          giveUp();
          reject(error as Error);
        },
      );
    });
  }
}
