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
