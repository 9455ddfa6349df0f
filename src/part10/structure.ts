// What gives a data set its structure, for every reader of one: items, delimiters and undefined lengths. PS3.5 7.1.1, 7.5
// and A.4.

export const ITEM = 0xfffee000;
export const ITEM_DELIMITATION = 0xfffee00d;
export const SEQUENCE_DELIMITATION = 0xfffee0dd;
/** Of items and delimiters, which have no VR. */
export const ITEM_GROUP = 0xfffe;
/** That an element may have. */
export const HIGHEST_GROUP = 0xfffc;
/** Float and Double Float Pixel Data; they are never encapsulated. */
export const FLOAT_PIXEL_DATA: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009]);
/** Of what describes the pixels. */
export const IMAGE_GROUP = 0x0028;
export const PIXEL_DATA = 0x7fe00010;
export const UNDEFINED_LENGTH = 0xffffffff;

/** What ends a sequence or an item of undefined length. */
export function delimiterOf(kind: 'sequence' | 'item'): number {
  return kind === 'sequence' ? SEQUENCE_DELIMITATION : ITEM_DELIMITATION;
}

/** '(0008,0018)' */
export function tagText(tag: number): string {
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
