// The image size and the tile-parts of a JPEG 2000 code stream, High-Throughput or not. ISO/IEC 15444-1 A.4.2 (SOT),
// A.5.1 (SIZ), Annex I (the JP2 boxes that some writers wrongly put around it). The codecs trust the caller for the size
// of their output and forgive what is missing; here nothing is forgiven.

import { FrameDecodingError } from './frame-format.ts';

export interface Jpeg2000Header {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Of every component: they are alike. */
  readonly precision: number;
  readonly isSigned: boolean;
}

const START_OF_CODESTREAM = 0xff4f;
const SIZE = 0xff51;
const START_OF_TILE_PART = 0xff90;
const END_OF_CODESTREAM = 0xffd9;
const JP2_SIGNATURE = 0x6a502020;
const CODESTREAM_BOX = 0x6a703263;
const SIZE_FIXED_LENGTH = 38;

/** Checks that every tile is there to its end. Throws FrameDecodingError. */
export function readJpeg2000Header(stream: Uint8Array): Jpeg2000Header {
  const view = viewOfCodestream(stream);
  if (
    view.byteLength < 4 + SIZE_FIXED_LENGTH ||
    view.getUint16(0) !== START_OF_CODESTREAM ||
    view.getUint16(2) !== SIZE
  ) {
    throw new FrameDecodingError('no JPEG 2000 code stream begins here');
  }
  const components = view.getUint16(40);
  if (4 + view.getUint16(4) > view.byteLength || view.getUint16(4) < SIZE_FIXED_LENGTH + 3 * components) {
    throw new FrameDecodingError('the size segment of the JPEG 2000 code stream is cut off');
  }
  const depth = components === 0 ? 0 : view.getUint8(42);
  for (let index = 0; index < components; index++) {
    if (view.getUint8(42 + 3 * index) !== depth) throw new FrameDecodingError('its components differ in depth');
    if (view.getUint16(43 + 3 * index) !== 0x0101) throw new FrameDecodingError('its components are subsampled');
  }
  const [width = 0, height = 0, left = 0, top = 0, tileWidth = 0, tileHeight = 0, tileLeft = 0, tileTop = 0] =
    Array.from({ length: 8 }, (_, index) => view.getUint32(8 + 4 * index));
  const tiles = Math.ceil((width - tileLeft) / tileWidth) * Math.ceil((height - tileTop) / tileHeight);
  checkTileParts(view, tiles);
  return {
    rows: height - top,
    columns: width - left,
    components,
    precision: (depth & 0x7f) + 1,
    isSigned: depth >= 0x80,
  };
}

function checkTileParts(view: DataView, tiles: number): void {
  const seen = new Set<number>();
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint16(at) !== START_OF_TILE_PART) at += 2 + view.getUint16(at + 2);
  while (at + 12 <= view.byteLength && view.getUint16(at) === START_OF_TILE_PART) {
    seen.add(view.getUint16(at + 4));
    const length = view.getUint32(at + 6);
    // 0: up to the end of the code stream (only the last one may say so).
    if (length === 0) at = lastMarkerOffset(view);
    else if (length < 14) throw new FrameDecodingError(`a tile-part says that it has ${length} bytes`);
    else at += length;
  }
  if (at > view.byteLength) {
    throw new FrameDecodingError(
      `the JPEG 2000 code stream is cut off: ${at - view.byteLength} bytes of a tile-part are missing`,
    );
  }
  const isEnded = at + 2 <= view.byteLength && view.getUint16(at) === END_OF_CODESTREAM;
  // Some writers forget the last marker; then no byte of a tile is missing.
  if (!isEnded && at + 2 <= view.byteLength && view.getUint16(at) !== 0) {
    throw new FrameDecodingError('a tile-part of the JPEG 2000 code stream does not end where it says');
  }
  if (seen.size < tiles)
    throw new FrameDecodingError(`${seen.size} of the ${tiles} tiles of the JPEG 2000 code stream`);
}

/** Where the end of the code stream is marked, but for padding behind it. */
function lastMarkerOffset(view: DataView): number {
  let end = view.byteLength;
  while (end > 2 && view.getUint8(end - 1) === 0) end -= 1;
  if (view.getUint16(end - 2) === END_OF_CODESTREAM) return end - 2;
  throw new FrameDecodingError('the JPEG 2000 code stream is cut off: its end is not marked');
}

function viewOfCodestream(stream: Uint8Array): DataView {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  if (view.byteLength < 12 || view.getUint32(4) !== JP2_SIGNATURE) return view;
  let at = 0;
  while (at + 16 <= view.byteLength) {
    const [length, type] = [view.getUint32(at), view.getUint32(at + 4)];
    const headerLength = length === 1 ? 16 : 8;
    const boxLength = length === 0 ? view.byteLength - at : length === 1 ? Number(view.getBigUint64(at + 8)) : length;
    if (type === CODESTREAM_BOX) {
      const end = Math.min(at + boxLength, view.byteLength);
      return new DataView(stream.buffer, stream.byteOffset + at + headerLength, Math.max(0, end - at - headerLength));
    }
    if (boxLength < headerLength) break;
    at += boxLength;
  }
  throw new FrameDecodingError('a JP2 file without a code stream');
}
