// Markdown for the documents that are written from code: tables, and text wrapped so that it can be read as source.

export type Cells = readonly string[];

/** Longest line of a document. */
export const WIDTH = 120;

export function table(head: Cells, rows: readonly Cells[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: Cells): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export const code = (text: string): string => `\`${text}\``;

/** @param first what the first line begins with, e.g. '- '; the others are indented as far */
export function wrapped(text: string, first = ''): string {
  const indent = ' '.repeat(first.length);
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}

export const items = (texts: readonly string[]): string => texts.map((text) => wrapped(text, '- ')).join('\n');

/** '- **label**: text', one for each. */
export const facts = (pairs: readonly (readonly [label: string, text: string])[]): string =>
  items(pairs.map(([label, text]) => `**${label}**: ${text}`));

/** Each paragraph wrapped; blocks that are tables, headings or lists stay as they are. */
export function document(blocks: readonly string[]): string {
  return `${blocks.map((block) => (/^(?:\||#|- |1\. |```| {4})/.test(block) ? block : wrapped(block))).join('\n\n')}\n`;
}
