// The frame and scan headers of JPEG and JPEG-LS streams, which share their marker syntax. ISO/IEC 10918-1 B.2.2, B.2.3;
// ISO/IEC 14495-1 C.2. Read before the codec is called: it trusts the caller for the size of its output.

import { FrameDecodingError } from './frame-format.ts';

export interface JpegHeader {
  /** The second byte of its frame header's marker: which process it is (ISO/IEC 10918-1 Table B.1). */
  readonly marker: number;
  readonly precision: number;
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Of the first scan: each of its components comes as a whole, not mixed with others (JPEG-LS ILV = 0). */
  readonly isPlanar: boolean;
  readonly isSubsampled: boolean;
}

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const JPEG_LS_FRAME = 0xf7;

/** SOF0 to SOF15 without C4, C8 and CC, which are other markers. */
function isFrameHeader(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === JPEG_LS_FRAME;
}

/** TEM and RSTn stand alone, as SOI does. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= START_OF_IMAGE);
}

export function readJpegHeader(stream: Uint8Array): JpegHeader {
  if (stream[0] !== 0xff || stream[1] !== START_OF_IMAGE) throw new FrameDecodingError('no JPEG stream begins here');
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  let frame: Omit<JpegHeader, 'isPlanar'> | undefined;
  let at = 2;
  while (at + 4 <= stream.length) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0 || marker === END_OF_IMAGE) break;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    const next = at + 2 + length;
    if (length < 2 || next > stream.length) break;
    if (isFrameHeader(marker) && frame === undefined && length >= 8) {
      const components = view.getUint8(at + 9);
      if (length < 8 + 3 * components) break;
      frame = {
        marker,
        precision: view.getUint8(at + 4),
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components,
        isSubsampled: Array.from({ length: components }).some(
          (_, index) => view.getUint8(at + 11 + 3 * index) !== 0x11,
        ),
      };
    }
    if (marker === START_OF_SCAN) {
      if (frame === undefined || length < 6) break;
      const scanComponents = view.getUint8(at + 4);
      const interleave = at + 4 + 1 + 2 * scanComponents + 1;
      return { ...frame, isPlanar: interleave < next && view.getUint8(interleave) === 0 };
    }
    at = next;
  }
  throw new FrameDecodingError('the JPEG stream has no whole frame and scan header');
}

/**
 * Whether the end-of-image marker is there. Padding may follow it, and some writers pad with arbitrary bytes. A JPEG-LS
 * stream without the marker is cut off, and CharLS may search for the rest for half a minute before it fails. In JPEG-LS
 * the entropy-coded byte behind FF never has its high bit set (ISO/IEC 14495-1 A.1), so nothing else looks like the marker.
 */
export function hasEndOfImage(stream: Uint8Array): boolean {
  return Buffer.from(stream.buffer, stream.byteOffset, stream.length).includes(Buffer.of(0xff, END_OF_IMAGE));
}
