// Bytes of a data set with room between them: before each fragment of a fixed length stands what will be the header of the PDU
// that carries it. So a file is read to where it leaves from, and a megabyte goes out as one piece and not as a hundred.
//
//   room  fragment  room  fragment  ...  room  rest

export interface FragmentRoom {
  /** In bytes, both. */
  readonly headerLength: number;
  readonly fragmentLength: number;
}

/** What `length` bytes take up. */
export function roomyLength(length: number, room: FragmentRoom | undefined): number {
  if (room === undefined) return length;
  return length + room.headerLength * Math.max(1, Math.ceil(length / room.fragmentLength));
}

/** Where the byte number `index` stands. */
export function roomyOffset(index: number, room: FragmentRoom | undefined): number {
  if (room === undefined) return index;
  return index + room.headerLength * (Math.floor(index / room.fragmentLength) + 1);
}

/** The fragments of `length` bytes that stand in `into` from `at` on: views. */
export function fragmentViews(
  into: Uint8Array,
  at: number,
  length: number,
  room: FragmentRoom | undefined,
): Uint8Array[] {
  if (room === undefined) return [into.subarray(at, at + length)];
  const views: Uint8Array[] = [];
  for (let index = 0; index < length; index += room.fragmentLength) {
    const start = at + roomyOffset(index, room);
    views.push(into.subarray(start, start + Math.min(room.fragmentLength, length - index)));
  }
  return views;
}
