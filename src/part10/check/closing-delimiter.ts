// Whether compressed pixel data that nothing closes is whole all the same. PS3.5 A.4: fragments, the first of them the
// Basic Offset Table, end with a Sequence Delimitation Item. Where only that is missing, every frame may be there: a code
// stream of the JPEG family has marks at both of its ends, and an RLE frame is one fragment (A.4.2).

/** SOI of JPEG and JPEG-LS, SOC of JPEG 2000. */
const STARTS: ReadonlySet<number> = new Set([0xffd8, 0xff4f]);
/** Number of segments in the header of an RLE frame. PS3.5 G.5. */
const RLE_SEGMENTS_MAX = 15;

/** The fragments of one pixel data element, as they are met. */
export class FragmentTally {
  #items = 0;
  #streams = 0;
  #rleFrames = 0;

  /** @param first the first bytes of the fragment, at least 4 of them if it has so many */
  add(first: Uint8Array): void {
    this.#items += 1;
    if (this.#items === 1) return;
    const [a = 0, b = 0, c = 0, d = 0] = first;
    if (STARTS.has((a << 8) | b)) this.#streams += 1;
    if (a > 0 && a <= RLE_SEGMENTS_MAX && b === 0 && c === 0 && d === 0) this.#rleFrames += 1;
  }

  /**
   * @param frames that the image has; NaN: it says nothing that can be understood
   * @param last the last bytes of the last fragment, at least 3 of them
   */
  isWhole(frames: number, last: Uint8Array): boolean {
    const fragments = this.#items - 1;
    if (this.#rleFrames === fragments && fragments === frames) return true;
    return this.#streams === frames && hasEndOfImage(last);
  }
}

/** EOI or EOC, and a byte that makes the length even. */
function hasEndOfImage(last: Uint8Array): boolean {
  const end = last.at(-1) === 0 ? last.length - 1 : last.length;
  return last[end - 2] === 0xff && last[end - 1] === 0xd9;
}
