// How long a compressed or deflated data set will be if it is decompressed, from what the pre-flight check passes anyway:
// some numbers of group 0028. PS3.3 C.7.6.3, C.7.6.6. It is for what people and progress are told, not for decoding: what
// cannot be a size counts as unknown.

const SAMPLES_PER_PIXEL = 0x00280002;
const NUMBER_OF_FRAMES = 0x00280008;
const ROWS = 0x00280010;
const COLUMNS = 0x00280011;
const BITS_ALLOCATED = 0x00280100;
const TAGS: ReadonlySet<number> = new Set([SAMPLES_PER_PIXEL, NUMBER_OF_FRAMES, ROWS, COLUMNS, BITS_ALLOCATED]);

/** Of a value, read at most. In bytes. */
const VALUE_MAX = 16;
/** Of the Pixel Data element in Explicit VR. In bytes. */
const HEADER_LENGTH = 12;

export class ImageSize {
  readonly #numbers = new Map<number, number>();
  #before: number | undefined;
  #inflated: number | undefined;

  /** How much of a value to look at, in bytes; 0: nothing. */
  sightOf(tag: number, length: number): number {
    return tag >>> 16 === 0x0028 && TAGS.has(tag) ? Math.min(length, VALUE_MAX) : 0;
  }

  /** @param value in Explicit VR Little Endian, as compressed data sets are */
  note(tag: number, value: Uint8Array): void {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
    if (tag === NUMBER_OF_FRAMES) this.#numbers.set(tag, Number.parseInt(bytes.toString('latin1'), 10));
    else if (bytes.length >= 2) this.#numbers.set(tag, bytes.readUInt16LE(0));
  }

  /** @param before how many bytes of the data set come before its encapsulated pixel data */
  notePixels(before: number): void {
    this.#before = before;
  }

  /** @param length of what the whole data set inflates to, or the most that it can be. In bytes */
  noteInflated(length: number): void {
    this.#inflated = length;
  }

  /** 1 where none are counted; NaN where the count is no number. */
  get frames(): number {
    return this.#numbers.get(NUMBER_OF_FRAMES) ?? 1;
  }

  /** Of the data set, up to the end of its native pixel data; of one that was deflated, as a whole. In bytes. */
  get decodedLength(): number | undefined {
    if (this.#inflated !== undefined) return this.#inflated;
    if (this.#before === undefined) return undefined;
    const number = (tag: number, otherwise: number): number => this.#numbers.get(tag) ?? otherwise;
    const pixels = number(ROWS, 0) * number(COLUMNS, 0) * number(SAMPLES_PER_PIXEL, 1) * number(NUMBER_OF_FRAMES, 1);
    const length = pixels * Math.ceil(number(BITS_ALLOCATED, 8) / 8);
    return Number.isSafeInteger(length) && length > 0 ? this.#before + HEADER_LENGTH + length : undefined;
  }
}
