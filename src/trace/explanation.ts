// The shape of an explanation: what happened, why perhaps, and one thing to do.

/** Each part is one or more whole sentences. */
export interface Explanation {
  readonly what: string;
  readonly cause?: string;
  readonly action?: string;
}

/** A code without words does not compile. */
export function unspoken(value: never): never {
  throw new TypeError(`no words for ${JSON.stringify(value)}`);
}
