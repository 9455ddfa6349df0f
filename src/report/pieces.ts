// A report of a million files is longer than a string may be, so it is written in pieces. The reader pulls them one by
// one (`FileHandle.writeFile` waits for each write), which keeps a single piece in memory however slow the disk is.

/** Characters. Each piece but the last has at least as many. */
const PIECE_MIN = 65_536;

/** Joins fragments of any length to pieces worth a write. */
export function* inPieces(fragments: Iterable<string>): Generator<string, void, undefined> {
  let piece = '';
  for (const fragment of fragments) {
    piece += fragment;
    if (piece.length < PIECE_MIN) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
