// The shape of an explanation: what happened, whose failure it is, the likely cause, and one thing to do.

import type { Culprit } from '../net/failure.ts';

/** Each part is one or more whole sentences. */
export interface Words {
  readonly what: string;
  readonly cause?: string;
  readonly action?: string;
}

export interface Explanation extends Words {
  /** Whose failure it is; 'person' also: a person has to decide. Absent: nothing failed. */
  readonly whose?: Culprit;
}

/** For the `default` of a switch: a code without an explanation does not compile. */
export function unexplained(value: never): never {
  throw new TypeError(`no explanation for ${JSON.stringify(value)}`);
}

/** As a sentence begins. */
export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
