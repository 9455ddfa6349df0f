// README and changelog as they stand in a VSIX. The extension's page in VS Code shows pictures from https addresses only,
// opens https links only, and has none of the repository's files. So links and pictures that lead to a file of the
// repository get its address there, if package.json names one. Otherwise, the words of a link stay and the picture goes.

import { createRequire } from 'node:module';

/** What we use of a token of markdown-it, which has no types. */
interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
  attrGet(name: string): string | null;
}

const MarkdownIt = createRequire(import.meta.url)('markdown-it') as new (options: {
  html: boolean;
}) => { parse(markdown: string, environment: object): readonly Token[] };

/** Where files of a repository can be read, and where pictures are: addresses that end in '/'. */
export interface RepositoryBases {
  readonly files: string;
  readonly pictures: string;
}

/** @returns undefined: there is no repository, or it is with a host whose addresses we do not know */
export function basesOf(repository: unknown): RepositoryBases | undefined {
  const url = typeof repository === 'string' ? repository : (repository as { url?: unknown } | undefined)?.url;
  const found = /^(?:git\+)?https:\/\/(github\.com|gitlab\.com)\/([\w.-]+(?:\/[\w.-]+)+)\/?$/.exec(
    typeof url === 'string' ? url : '',
  );
  if (found === null) return undefined;
  const [, host = '', named = ''] = found;
  const path = named.replace(/\.git$/, '');
  const base = `https://${host}/${path}${host === 'gitlab.com' ? '/-' : ''}`;
  return { files: `${base}/blob/HEAD/`, pictures: `${base}/raw/HEAD/` };
}

const isRelative = (target: string): boolean => !/^(?:[a-z][a-z\d+.-]*:|#)/i.test(target);
/** The Marketplace refuses SVG. */
const isPicture = (target: string): boolean => !/\.svg(?:[?#]|$)/i.test(target);

/** Code, which is left as it is, or a picture, or a link. */
const CODE = /^ *(`{3,}|~{3,})[^\n]*\n[\s\S]*?\n *\1[^\n]*$|(`+)(?!`)[\s\S]*?(?<!`)\2(?!`)/;
const PICTURE_LINE = /^ *!\[[^\]]*\]\((?<line>[^)\s]+)\)\n\n?/;
const PICTURE = /!\[(?<alt>[^\]]*)\]\((?<picture>[^)\s]+)\)/;
const LINK = /(?<!!)\[(?<text>(?:[^\]`]|`[^`]*`)+)\]\((?<link>[^)\s]+)\)/;
const PIECES = new RegExp(`${CODE.source}|${PICTURE_LINE.source}|${PICTURE.source}|${LINK.source}`, 'gm');

/**
 * @param bases undefined: the text names no address of a repository
 * @throws if it has a link or picture that would lead nowhere on the extension's page
 */
export function packagedText(markdown: string, bases: RepositoryBases | undefined): string {
  const text = markdown.replaceAll(PIECES, (whole, ...args: unknown[]) => {
    const groups = args.at(-1) as Readonly<Record<'line' | 'alt' | 'picture' | 'text' | 'link', string | undefined>>;
    const picture = groups.line ?? groups.picture;
    if (picture !== undefined) {
      if (isPicture(picture) && !isRelative(picture)) return whole;
      if (isPicture(picture) && bases !== undefined)
        return whole.replace(`](${picture})`, `](${bases.pictures}${picture})`);
      return groups.alt ?? '';
    }
    const { link } = groups;
    if (link === undefined || !isRelative(link)) return whole;
    return bases === undefined ? (groups.text ?? '') : whole.replace(`](${link})`, `](${bases.files}${link})`);
  });
  const dead = deadTargets(text);
  if (dead.length > 0)
    throw new Error(`Links and pictures that lead nowhere on the extension's page: ${dead.join(', ')}`);
  return text;
}

/** The targets of links and pictures that are neither https addresses nor a heading of this text. */
export function deadTargets(markdown: string): string[] {
  const tokens = new MarkdownIt({ html: true }).parse(markdown, {});
  const headings = new Set<string>();
  for (const [at, { type }] of tokens.entries())
    if (type === 'heading_open') headings.add(`#${slugOf(tokens[at + 1]?.content ?? '')}`);
  const inlines = tokens.flatMap((token) => token.children ?? []);
  const links = inlines.filter(({ type }) => type === 'link_open').map((token) => token.attrGet('href') ?? '');
  const pictures = inlines.filter(({ type }) => type === 'image').map((token) => token.attrGet('src') ?? '');
  const html = [...tokens, ...inlines].filter(({ type }) => type === 'html_block' || type === 'html_inline');
  return [
    ...links.filter((target) => !/^https:\/\/[^/]/.test(target) && !headings.has(target)),
    ...pictures.filter((target) => !/^https:\/\/[^/]/.test(target) || !isPicture(target)),
    ...html.map(({ content }) => content.trim()).filter((content) => !content.startsWith('<!--')),
  ];
}

/** As VS Code and GitHub make the anchor of a heading. */
function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
