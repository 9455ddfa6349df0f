// What readers of Markdown make of a text: markdown-it with everything switched on that a preview may have, and what other
// readers look for in text whose backslashes are resolved already.

import { createRequire } from 'node:module';

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}

interface Linkify {
  set(options: object): Linkify;
  tlds(list: readonly string[], keepOld: boolean): Linkify;
  add(schema: string, rule: string): Linkify;
}

interface Reader {
  readonly linkify: Linkify;
  parse(markdown: string, environment: object): Token[];
  render(markdown: string): string;
}

const markdownIt = createRequire(import.meta.url)('markdown-it') as (options: object) => Reader;

/** As in the preview of VS Code, which has no typographic marks by default. */
const preview = markdownIt({ html: true, linkify: true });
preview.linkify.set({ fuzzyLink: false });

/** More than any preview: bare domains, mail and IP addresses become links, as do more schemes. */
const eager = markdownIt({ html: true, linkify: true, typographer: true });
eager.linkify.set({ fuzzyLink: true, fuzzyIP: true, fuzzyEmail: true });
eager.linkify.tlds(['dcm', 'local', 'example', 'png', 'md'], true);
for (const schema of ['file:', 'vscode:', 'command:', 'xmpp:', 'javascript:']) eager.linkify.add(schema, 'http:');

export const readers = { preview, eager } as const;

export interface Read {
  /** What a person sees and copies. */
  readonly text: string;
  /** Of it what is not in code spans, each of which is '\\0'; a line for each block or cell. */
  readonly plain: string;
  /** Every kind of token, blocks included. */
  readonly kinds: ReadonlySet<string>;
}

/** One paragraph or one table cell. */
export function readMarkdown(markdown: string, reader: keyof typeof readers = 'eager'): Read {
  const kinds = new Set<string>();
  let text = '';
  let plain = '';
  const take = (tokens: readonly Token[]): void => {
    for (const { type, content, children } of tokens) {
      kinds.add(type);
      if (children !== null) {
        take(children);
        plain += '\n';
        continue;
      }
      text += content;
      plain += type === 'code_inline' ? '\0' : content;
    }
  };
  take(readers[reader].parse(markdown, {}));
  return { text, plain, kinds };
}

/** What GitHub, remark, pandoc and plug-ins look for in text outside of code spans, even behind a backslash. */
export const SOUGHT: readonly RegExp[] = [
  // Links, bare domains, mail addresses, IP addresses.
  /:\/\/|\/\/|www\.|@|[\p{L}\p{N}]\.\p{L}|\d\.\d+\.\d/iu,
  /\b(?:mailto|xmpp|file|vscode|command|javascript|data):\S/i,
  // Emoji, mentions of issues, mathematics, footnotes, wiki links, attributes, directives, comments, HTML.
  /:[\w+-]+:|#|\$|\^|[[\]{}<>]|%%|&|\\/,
  // Emphasis, deleted and inserted text, marks, code.
  /[*_~=|+`]/,
  // Typographic marks.
  /--|\.\.\.|\((?:c|r|p|tm)\)|["']\s|\s["']|^["']|["']$/im,
];
