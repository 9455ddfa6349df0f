// Whether two names look alike: skeletons after Unicode Technical Standard #39, section 4. A skeleton replaces each character
// by a simpler one that looks the same; texts with equal skeletons are confusable.
//
// Compatibility forms (fullwidth, mathematical, circled, superscript) come from NFKD, which the JavaScript engine has. The rest
// is the table below, written for this project by comparing the shapes of letters: what people use to imitate Latin names,
// from Greek, Cyrillic, Armenian, Cherokee, Coptic, Lisu and the digits of other scripts. It is smaller than Unicode's list.

import { invisiblePattern } from './invisible.ts';

/** What it looks like, then the characters that look so. */
const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['A', 'АΑᎪᗅꓮ'],
  ['B', 'ВΒᏴꓐ'],
  ['C', 'СϹᏟⲤꓚ'],
  ['D', 'Ꭰꓓᗞ'],
  ['E', 'ЕΕᎬꓰ⋿ⴹ'],
  ['F', 'Ϝꓝᖴ'],
  ['G', 'ԌᏀᏳꓖ'],
  ['H', 'НΗᎻⲎꓧᕼ'],
  ['J', 'ЈͿᎫꓙ'],
  ['K', 'КΚᏦⲔꓗ'],
  ['L', 'ᏞⳐꓡᒪ'],
  ['M', 'МΜϺᎷⲘꓟ'],
  ['N', 'ΝⲚꓠ'],
  ['O', '0ОΟՕⲞⵔꓳ߀〇'],
  ['P', 'РΡᏢⲢꓑ'],
  ['Q', 'Ԛⵕ'],
  ['R', 'ᎡᏒꓣƦ'],
  ['S', 'ЅՏᏚᏕꓢ'],
  ['T', 'ТΤᎢ⊤⟙Ⲧꓔ'],
  ['U', 'Ս⋃∪ꓴᑌ'],
  ['V', 'ѴᏙ٧۷ꓦ'],
  ['W', 'ԜᎳᏔꓪ'],
  ['X', 'ХΧⲬꓫ'],
  ['Y', 'УҮΥᎩᎽⲨꓬ'],
  ['Z', 'ΖᏃꓜ'],
  ['a', 'аɑα⍺'],
  ['b', 'ЬьƄᏏ'],
  ['c', 'сϲᴄⲥꮯ'],
  ['d', 'ԁᏧꓒ'],
  ['e', 'еҽ℮ꬲ'],
  ['f', 'քƒꞙ'],
  ['g', 'ɡᶃƍց'],
  ['h', 'һհᏂнʜ'],
  ['i', 'іıɩιɪꙇᎥ⍳'],
  ['j', 'јϳ'],
  ['k', 'кκĸ'],
  ['l', 'I1|ӏӀІΙǀ∣Ɩاון۱١ⵏꓲᛁߊⲒ⏐│❘׀'],
  ['n', 'пոռη'],
  ['o', 'оοօסەه٥۵σᴏჿዐⲟ০੦०૦௦౦೦൦๐໐၀°∘'],
  ['p', 'рρϱ⍴ⲣƿ'],
  ['q', 'ԛգզ'],
  ['r', 'гᴦꭇⲅꮁ'],
  ['rn', 'mмᴍ'],
  ['s', 'ѕꜱƽꮪ'],
  ['t', 'тτᴛ'],
  ['u', 'υսʋᴜꭎ'],
  ['v', 'ѵνᴠ∨⋁'],
  ['vv', 'wѡԝաɯωᴡ'],
  ['x', 'хχ×⨯ⲭ'],
  ['y', 'уγүყʏɣỿ'],
  ['z', 'ᴢꮓ'],
  ['ae', 'æӕ'],
  ['oe', 'œ'],
  ['2', 'Ƨ'],
  ['3', 'ЗзƷȜӠ'],
  ['4', 'Ꮞ'],
  ['5', 'Ƽ'],
  ['6', 'бᏮ'],
  ['8', 'Ȣȣ'],
  ['-', '‐‑‒–—―⁃−˗ー一─━⎯╴۔'],
  ['.', '·•‧∙⋅。٠۰'],
  [',', '‚،٫'],
  [':', '∶ː˸׃։⁚꞉'],
  ["'", '’‘‛′ʹʼʻʽˈˊˋ`'],
  ["''", '"“”„‟〝〞ˮ'],
  ['/', '⁄∕╱⟋⧸'],
  ['(', '[❨❲⟮'],
  [')', ']❩❳⟯'],
  ['~', '∼⁓〜'],
  ['*', '⁎∗٭'],
  ['!', 'ǃ'],
  ['_', 'ˍ'],
];

const PROTOTYPES: ReadonlyMap<string, string> = new Map(
  LOOKALIKES.flatMap(([shape, like]) => [...like].map((character) => [character, shape] as const)),
);

const UNSEEN = invisiblePattern('\\0');

/** The same for all texts that look the same. Spaces do not count. It is only for comparing. */
export function skeleton(text: string): string {
  let shapes = '';
  for (const character of text.normalize('NFKD').replace(UNSEEN, '').replace(/\s/g, ''))
    shapes += PROTOTYPES.get(character) ?? character;
  return shapes.normalize('NFKD');
}

/** The same for all texts that look the same when capital and small letters are not told apart. */
export function caselessSkeleton(text: string): string {
  return skeleton(text.normalize('NFKD').toLowerCase()).toLowerCase();
}
