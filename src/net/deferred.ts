// Waiting for something that happens elsewhere. (Promise.withResolvers needs a later Node than our command line does.)

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
 * An event that happens at most once, such as the end of an association. Waiting can be given up. `Promise.race` against a
 * promise would keep a reaction for each chunk of each file until the association ends: memory that grows with the send.
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

  /** Calls `waiter` when it happens, or at once if it has happened. Returns a function that stops waiting. */
  wait(waiter: () => void): () => void {
    if (this.#hasHappened) waiter();
    else this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Resolves with the result of `work`, or with undefined as soon as this happens. */
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
