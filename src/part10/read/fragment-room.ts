// Room for PDU headers between the bytes of a data set. The reader leaves as many bytes free before each fragment as the
// header of its P-DATA-TF PDU takes; the association writes the headers there and sends a megabyte in one write, without
// copying it.
//
//   room  fragment  room  fragment  ...  room  rest

export interface FragmentRoom {
  /** In bytes, both. */
  readonly headerLength: number;
  readonly fragmentLength: number;
}

/** What `length` bytes take up, room included. */
export function roomyLength(length: number, room: FragmentRoom | undefined): number {
  if (room === undefined) return length;
  return length + room.headerLength * Math.max(1, Math.ceil(length / room.fragmentLength));
}

/** Where byte number `index` of the data set stands. */
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
