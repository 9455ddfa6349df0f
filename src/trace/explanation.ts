// The shape of an explanation: what happened, whose failure it is, the likely cause, and one thing to do.

/**
 * - peer: the peer, or the network on the way to it.
 * - local: the file or this machine.
 * - person: the person stopped it, or has to decide.
 */
export type Whose = 'peer' | 'local' | 'person';

/** The sentences of an explanation. Each part is one or more whole sentences. */
export interface Words {
  readonly what: string;
  readonly cause?: string;
  readonly action?: string;
}

export interface Explanation extends Words {
  /** Absent: nothing failed. */
  readonly whose?: Whose;
}

/** A code without words does not compile. */
export function unspoken(value: never): never {
  throw new TypeError(`no words for ${JSON.stringify(value)}`);
}
