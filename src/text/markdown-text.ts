// Text in Markdown that no reader makes anything of.
//
// Backslashes do not suffice: GitHub and remark look for links, mail addresses, mentions and emoji in text whose backslashes
// are resolved already, and each reader has rules of its own (mathematics, footnotes, wiki links, typographic marks). Two
// things mean the same to all: words of letters and digits, and code spans, in which nothing has a meaning. So a word stays
// as it is if it is so plain that no reader has a rule for it; all others become code spans, together with what is in
// quotation marks. There are no backslashes, and people read the source, too.

/** Where the text stands. 'cell': in a table, where `|` would end the cell. */
export type MarkdownPlace = 'line' | 'cell';

/** Not '(c)' and its kind, for which typographic readers write a sign, nor what may begin an address. */
const PLAIN =
  /^(?!\((?:c|p|r|tm)\)|.*www)\(?(?:\p{L}|\p{N})[\p{L}\p{N}\p{M}]*(?:[,/'’-](?:\p{L}|\p{N})[\p{L}\p{N}\p{M}]*)*(?:(?<=\d)\.\d+)?%?\){0,2}[.,:;?!…]?$/iu;
/** Signs of our own between two words. */
const SIGN = /^[-–—→…·×]$/;
/** At the start of a line: '1.', '(a)', 'iv)'. */
const LIST_MARK = /^\(?(?:\d+|[ivxlcdm]+|\p{L})[.)]$/iu;
/** Words and the spaces between them. Spaces in quotation marks belong to the word. */
const PARTS = / +|(?:"[^"]*"|[^ "]|")+/g;

interface Part {
  text: string;
  readonly isPlain: boolean;
}

function partsOf(text: string): Part[] {
  const found = text.match(PARTS) ?? [];
  const last = found.length - 1;
  const isOneSpace = (at: number): boolean => at > 0 && at < last && found[at] === ' ';
  const isWord = (at: number): boolean => {
    const word = found[at] ?? '';
    // Readers drop more than one space, and those at the ends of a line.
    if ([at - 1, at + 1].some((beside) => beside >= 0 && beside <= last && !isOneSpace(beside))) return false;
    if (at === 0 && LIST_MARK.test(word)) return false;
    return PLAIN.test(word) || (at > 0 && at < last && SIGN.test(word));
  };
  const parts: Part[] = [];
  for (const [at, word] of found.entries()) {
    const isSpace = word.startsWith(' ');
    const isPlain = isSpace ? isOneSpace(at) && (isWord(at - 1) || isWord(at + 1)) : isWord(at);
    const before = parts.at(-1);
    if (before?.isPlain === isPlain) before.text += word;
    else parts.push({ text: word, isPlain });
  }
  return parts;
}

const count = (text: string, character: string): number => text.split(character).length - 1;

/** A bracket around it and the end of a sentence stay outside. */
function codeOf(text: string, place: MarkdownPlace): string {
  const start = text.startsWith('(') ? 1 : 0;
  let end = /[\p{L}\p{N}")][.,:;?!]$/u.test(text) ? text.length - 1 : text.length;
  const inner = (): string => text.slice(start, end);
  if (inner().endsWith(')') && count(inner(), ')') > count(inner(), '(')) end -= 1;
  return inner() === ''
    ? markdownCode(text, place)
    : `${text.slice(0, start)}${markdownCode(inner(), place)}${text.slice(end)}`;
}

/** One line of text, sanitised already, that Markdown shows as it is: sentences, names, whatever is in them. */
export function markdownText(text: string, place: MarkdownPlace = 'line'): string {
  return partsOf(text)
    .map((part) => (part.isPlain ? part.text : codeOf(part.text, place)))
    .join('');
}

/** The same as one code span, which the text cannot close itself. For paths. */
export function markdownCode(text: string, place: MarkdownPlace = 'line'): string {
  if (text === '') return '';
  let longest = 0;
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  const fence = '`'.repeat(longest + 1);
  // CommonMark 6.1: one space at both ends is taken away, unless there is nothing but spaces.
  const pad = text.startsWith('`') || text.endsWith('`') || /^ .*[^ ].* $/s.test(text) ? ' ' : '';
  const inner = place === 'cell' ? text.replaceAll('|', '\\|') : text;
  return `${fence}${pad}${inner}${pad}${fence}`;
}
