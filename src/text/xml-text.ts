// Text in XML 1.0, in an element or an attribute. Invisible characters are shown as escapes, so every character that is left
// is one that XML allows (clause 2.2): the forbidden ones are all invisible.

import { printable } from './printable.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** One line of text that cannot end the element or the attribute it stands in. */
export const xmlText = (text: string): string => printable(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
