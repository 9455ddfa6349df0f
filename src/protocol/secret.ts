// Bytes that nobody may see: passwords, Kerberos tickets, SAML assertions and tokens of the user identity negotiation
// (PS3.7 D.3.3.7). They are wrapped where they are decoded, so that whatever a program does with the object around them
// (log it, inspect it, write it as JSON, copy it, post it to another thread) shows a placeholder instead.

const PLACEHOLDER = '(secret)';
/** Node's hook for `util.inspect` and `console.log`. By name, since this room has no types of Node. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class Secret {
  /** Private fields are not spread, not cloned and not inspected. */
  readonly #bytes: Uint8Array;

  /** Copies `bytes`: a view would show the buffer around them to whoever asks for it. */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  /** The bytes. Only what writes them on the wire calls this; a unit test lists the callers. */
  disclose(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [INSPECT](): string {
    return PLACEHOLDER;
  }
}
