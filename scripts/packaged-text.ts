// README and changelog as they stand in a VSIX that has no repository to link to. The extension's page in VS Code shows
// pictures from https addresses only, and opens https links only: so other pictures are left out, and other links are text.

const isRelative = (target: string): boolean => !/^(?:[a-z][a-z\d+.-]*:|#)/i.test(target);

export function withoutRelativeLinks(markdown: string): string {
  return markdown
    .replaceAll(/^ *!\[[^\]]*\]\(([^)\s]+)\)\n\n?/gm, (line, target: string) => (isRelative(target) ? '' : line))
    .replaceAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, alt: string, target: string) =>
      isRelative(target) ? alt : whole,
    )
    .replaceAll(/(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g, (whole, text: string, target: string) =>
      isRelative(target) ? text : whole,
    );
}
