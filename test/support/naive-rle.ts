// An RLE encoder after PS3.5 Annex G, one byte at a time, to test the product's decoder.

export function packBits(bytes: Uint8Array): Uint8Array {
  const packed: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && at + run < bytes.length && bytes[at + run] === bytes[at]) run += 1;
    if (run > 1) {
      packed.push(257 - run, bytes[at] as number);
      at += run;
      continue;
    }
    let end = at + 1;
    while (end - at < 128 && end < bytes.length && bytes[end] !== bytes[end + 1]) end += 1;
    packed.push(end - at - 1, ...bytes.subarray(at, end));
    at = end;
  }
  return Uint8Array.from(packed.length % 2 === 0 ? packed : [...packed, 0]);
}

/** One frame of interleaved little endian samples. */
export function encodeRle(pixels: Uint8Array, samplesPerPixel: number, bitsAllocated: number): Uint8Array {
  const bytesPerSample = bitsAllocated / 8;
  const stride = samplesPerPixel * bytesPerSample;
  const segments: Uint8Array[] = [];
  for (let sample = 0; sample < samplesPerPixel; sample++) {
    for (let significance = bytesPerSample - 1; significance >= 0; significance--) {
      segments.push(packBits(pixels.filter((_, at) => at % stride === sample * bytesPerSample + significance)));
    }
  }
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length, 0);
  let offset = 64;
  segments.forEach((segment, index) => {
    header.writeUInt32LE(offset, 4 + 4 * index);
    offset += segment.length;
  });
  return Buffer.concat([header, ...segments]);
}
