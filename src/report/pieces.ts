// Reports are made in pieces, because the report of a million files is longer than a string may be. The reader asks for
// one piece after the other (`FileHandle.writeFile` waits for each write), so only one is in memory, however slow the
// disk is.

/** Characters. Every piece except the last one has at least as many. */
const PIECE_MIN = 65_536;

/** Joins fragments to pieces that are large enough for one write each. */
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
