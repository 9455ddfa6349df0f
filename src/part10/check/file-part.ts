// A part of a file that is checked piece by piece.

/** Some bytes of the file. `base`: where the first of them stands in it. */
export interface FilePart {
  readonly bytes: Uint8Array;
  readonly base: number;
}

/** The next `length` bytes that are wanted; they are all in the file. */
export interface Want {
  readonly offset: number;
  readonly length: number;
}

/** Fills `length` bytes from `offset`; fewer where the file ends before. */
export type ReadPart = (offset: number, length: number) => Promise<Uint8Array>;

/** An AbortSignal, or what stands for one in another thread. */
export type StopSignal = Pick<AbortSignal, 'aborted'>;

/** What must be read before `length` bytes at `offset` are at hand; undefined: nothing. */
export function lacking({ bytes, base }: FilePart, offset: number, length: number): Want | undefined {
  return offset >= base && offset + length <= base + bytes.length ? undefined : { offset, length };
}

/** They must be at hand. */
export function isZero({ bytes, base }: FilePart, offset: number, length: number): boolean {
  for (let at = offset - base; at < offset - base + length; at++) if (bytes[at] !== 0) return false;
  return true;
}
