// Group 0028 of a data set or an item, held back until it is known what it must say of native pixels. In a data set it goes out
// when an element of a later group comes. Some writers put such elements too early: then what comes afterwards goes out in front
// of the pixel data, if it does not change what is out already.

import { IMAGE_ELEMENTS_MAX, IMAGE_GROUP_MAX } from '../../protocol/limits.ts';
import { DataSetConversionError } from '../convert/conversion-error.ts';
import { tagText } from '../structure.ts';
import type { ByteReader } from './byte-reader.ts';
import type { CompressedSyntax } from './decompression.ts';
import { type ItemImage, type PassingHeader, passElement } from './element-passage.ts';
import { describeImage, type HeldElement, type ImageDescription } from './image-description.ts';

export class ImageGroup implements ItemImage {
  readonly #syntax: CompressedSyntax;
  readonly #pixels: (header: PassingHeader, image: ImageDescription) => AsyncIterable<Uint8Array>;
  readonly #elements: HeldElement[] = [];
  readonly #passed = new Map<number, Uint8Array>();
  #length = 0;

  /** @param pixels the native pixel data element of an image */
  constructor(
    syntax: CompressedSyntax,
    pixels: (header: PassingHeader, image: ImageDescription) => AsyncIterable<Uint8Array>,
  ) {
    this.#syntax = syntax;
    this.#pixels = pixels;
  }

  async hold(reader: ByteReader, header: PassingHeader): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of passElement(reader, header)) {
      this.#length += part.length;
      if (this.#length > IMAGE_GROUP_MAX) {
        throw new DataSetConversionError(header.offset, `group 0028 has more than ${IMAGE_GROUP_MAX} bytes`);
      }
      parts.push(Uint8Array.from(part));
    }
    if (this.#elements.length === IMAGE_ELEMENTS_MAX) {
      throw new DataSetConversionError(header.offset, `group 0028 has more than ${IMAGE_ELEMENTS_MAX} elements`);
    }
    if (parts.length === 0) return;
    this.#elements.push({ tag: header.tag, bytes: Buffer.concat(parts), valueOffset: header.bytes.length });
  }

  *unchanged(): Generator<Uint8Array, void, undefined> {
    for (const { tag, bytes } of this.#elements) if (!this.#passed.has(tag)) yield bytes;
  }

  /** As far as it can be described: instances that are not images may have some attributes of the group. */
  described(offset: number): readonly Uint8Array[] {
    const image = this.#describe(offset);
    return this.#pass(image instanceof Error ? this.#elements : image.elements, offset);
  }

  async *decoded(header: PassingHeader): AsyncGenerator<Uint8Array, void, undefined> {
    const image = this.#describe(header.offset);
    if (image instanceof Error) throw image;
    yield* this.#pass(image.elements, header.offset);
    yield* this.#pixels(header, image);
  }

  #describe(offset: number): ImageDescription | DataSetConversionError {
    try {
      return describeImage(this.#elements, this.#syntax, offset);
    } catch (error) {
      if (error instanceof DataSetConversionError) return error;
      throw error;
    }
  }

  #pass(elements: readonly HeldElement[], offset: number): readonly Uint8Array[] {
    const fresh = elements.filter(({ tag, bytes }) => {
      const passed = this.#passed.get(tag);
      if (passed !== undefined && Buffer.compare(passed, bytes) !== 0) {
        throw new DataSetConversionError(
          offset,
          `${tagText(tag)} cannot be changed any more: some of group 0028 comes behind later groups (PS3.5 7.1)`,
        );
      }
      return passed === undefined;
    });
    for (const { tag, bytes } of fresh) this.#passed.set(tag, bytes);
    return fresh.map(({ bytes }) => bytes);
  }
}
