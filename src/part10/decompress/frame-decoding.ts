// Decodes one frame from a code stream to native samples. First the stream's own header is compared with the data set: the
// codecs allocate their output by what the data set says, and write beyond it if the stream says something else.
//
// The data set's Bits Allocated rules the result: a stream of fewer bits is put into wider samples. Bits above a stream's
// precision follow the stream (zero, or its sign), not Pixel Representation: where the two disagree, the bits up to High
// Bit are the same either way, and GDCM writes the very same samples.

import type { CodecCall, Codecs, WriteSamples } from './codecs-adapter.ts';
import { codecMemoryLimit, frameBytes, free } from './decoder-memory.ts';
import { inflateFrame } from './deflated-frame.ts';
import { FrameDecodingError, type FrameFormat } from './frame-format.ts';
import { hasEndOfImage, readJpegHeader } from './jpeg-codestream.ts';
import { decodeJpegLs } from './jpeg-ls-surplus.ts';
import { readJpeg2000Header } from './jpeg2000-codestream.ts';
import { assertPlausible, leastJpegLength } from './plausible-length.ts';
import { decodeRle } from './rle.ts';

interface Stream {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly precision: number;
  readonly isSigned: boolean;
  /** Its samples come plane by plane. */
  readonly isPlanar: boolean;
  /** No such stream is shorter. In bytes. */
  readonly leastLength: number;
}

/**
 * Gives the native samples to `write`, one piece after the other, nothing before it is known that all of them are there; or
 * returns them, where they are in one buffer anyway. `frame` may be empty afterwards. @throws FrameDecodingError
 */
export function decodeFrame(
  frame: Uint8Array<ArrayBuffer>,
  format: FrameFormat,
  codecs: () => Codecs,
  write: WriteSamples,
): Uint8Array<ArrayBuffer> | undefined | Promise<Uint8Array<ArrayBuffer>> {
  const { codec } = format;
  if (codec === 'Deflate') return inflateFrame(frame, format);
  if (codec === 'RLE') {
    const pixels = decodeRle(frame, format);
    free(frame);
    return pixels;
  }
  const stream = readHeader(frame, codec);
  assertSame(stream, format);
  assertSupported(stream, codec);
  assertPlausible(frame.length, stream.leastLength, format);
  const bytesPerSample = stream.precision <= 8 ? 1 : 2;
  const call: CodecCall = {
    codec,
    rows: format.rows,
    columns: format.columns,
    samplesPerPixel: format.samplesPerPixel,
    precision: stream.precision,
    isSigned: stream.isSigned,
    convertsToRgb: format.convertsToRgb,
    length: format.rows * format.columns * format.samplesPerPixel * bytesPerSample,
    memoryLimit: codecMemoryLimit(format, frame.length),
  };
  const isNative = bytesPerSample * 8 === format.bitsAllocated;
  if (!stream.isPlanar) {
    const widen: WriteSamples = (samples) => write(widened(samples, stream.isSigned));
    decode(frame, format, call, codecs(), isNative ? write : widen);
    return undefined;
  }
  const planes = frameBytes(call.length);
  let filled = 0;
  decode(frame, format, call, codecs(), (samples) => {
    planes.set(samples, filled);
    filled += samples.length;
  });
  const pixels = interleaved(planes, format.samplesPerPixel, bytesPerSample);
  return isNative ? pixels : widened(pixels, stream.isSigned);
}

function decode(
  frame: Uint8Array<ArrayBuffer>,
  format: FrameFormat,
  call: CodecCall,
  codecs: Codecs,
  write: WriteSamples,
): void {
  if (call.codec === 'JPEG-LS') decodeJpegLs(frame, format, call, codecs, write);
  else codecs.decode(frame, call, write);
}

function readHeader(frame: Uint8Array, codec: CodecCall['codec']): Stream {
  if (codec === 'JPEG 2000' || codec === 'HTJ2K')
    return { ...readJpeg2000Header(frame), isPlanar: false, leastLength: 0 };
  const header = readJpegHeader(frame);
  const leastLength = leastJpegLength(header);
  if (codec === 'JPEG') return { ...header, isSigned: false, isPlanar: false, leastLength };
  if (!hasEndOfImage(frame)) throw new FrameDecodingError('the JPEG-LS stream is cut off: its end is not marked');
  if (header.isSubsampled) throw new FrameDecodingError('its components are subsampled');
  return { ...header, isSigned: false, isPlanar: header.isPlanar && header.components > 1, leastLength };
}

function assertSame(stream: Stream, { rows, columns, samplesPerPixel, bitsAllocated }: FrameFormat): void {
  const { components, precision } = stream;
  if (stream.rows !== rows || stream.columns !== columns || components !== samplesPerPixel) {
    throw new FrameDecodingError(
      `the stream holds ${stream.columns} x ${stream.rows} pixels of ${components} samples, ` +
        `where the data set says ${columns} x ${rows} of ${samplesPerPixel}`,
    );
  }
  if (precision > bitsAllocated) {
    throw new FrameDecodingError(
      `the stream has ${precision} bits per sample, more than the ${bitsAllocated} allocated`,
    );
  }
}

/** What the codecs would decode wrongly without reporting an error. */
function assertSupported({ components, precision }: Stream, codec: CodecCall['codec']): void {
  const isWide = precision > 8;
  if (precision < 1 || precision > 16)
    throw new FrameDecodingError(`there is no decoder for ${precision} bits per sample`);
  const isJpeg2000 = codec === 'JPEG 2000' || codec === 'HTJ2K';
  if (isJpeg2000 && components !== 1 && (components !== 3 || isWide)) {
    throw new FrameDecodingError(`there is no ${codec} decoder for ${components} components of ${precision} bits`);
  }
}

function interleaved(planes: Uint8Array<ArrayBuffer>, count: number, bytesPerSample: number): Uint8Array<ArrayBuffer> {
  const pixels = frameBytes(planes.length);
  const planeLength = planes.length / count;
  const stride = count * bytesPerSample;
  for (let plane = 0; plane < count; plane++) {
    for (let byte = 0; byte < bytesPerSample; byte++) {
      let to = plane * bytesPerSample + byte;
      for (let at = byte; at < planeLength; at += bytesPerSample, to += stride) {
        pixels[to] = planes[plane * planeLength + at] as number;
      }
    }
  }
  free(planes);
  return pixels;
}

/** From one byte per sample to two. */
function widened(samples: Uint8Array, isSigned: boolean): Uint8Array<ArrayBuffer> {
  const wide = new Uint8Array(2 * samples.length);
  for (let index = 0; index < samples.length; index++) {
    const sample = samples[index] as number;
    wide[2 * index] = sample;
    if (isSigned && sample >= 0x80) wide[2 * index + 1] = 0xff;
  }
  return wide;
}
