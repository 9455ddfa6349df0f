// README and changelog as they stand in a VSIX that has no repository to link to: pictures are inside of the text, and links
// to other files are plain text.

import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const isRelative = (target: string): boolean => !/^(?:[a-z][a-z\d+.-]*:|#)/i.test(target);

function picture(root: string, alt: string, target: string): string {
  const type = extname(target).slice(1);
  // vsce and VS Code take no SVG: it could hold scripts.
  if (type !== 'png' && type !== 'jpg') return alt;
  const bytes = readFileSync(join(root, target));
  return `![${alt}](data:image/${type === 'jpg' ? 'jpeg' : type};base64,${bytes.toString('base64')})`;
}

/** @param root the folder that links in `markdown` start from */
export function withoutRelativeLinks(markdown: string, root: string): string {
  return markdown
    .replaceAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, alt: string, target: string) =>
      isRelative(target) ? picture(root, alt, target) : whole,
    )
    .replaceAll(/(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g, (whole, text: string, target: string) =>
      isRelative(target) ? text : whole,
    );
}
