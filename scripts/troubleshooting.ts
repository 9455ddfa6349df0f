// docs/troubleshooting.md, from the explanations that the program itself gives (src/trace/catalogue.ts).

import { catalogue } from '../src/trace/catalogue.ts';
import type { Explanation } from '../src/trace/explanation.ts';
import { document, wrapped } from './markdown.ts';

const WHOSE: Readonly<Record<NonNullable<Explanation['whose']>, string>> = {
  peer: 'the peer or the network',
  local: 'the file or this machine',
  person: 'none: you stopped it, or you have to decide',
};

/** Markdown reads <, *, _ and ` in a sentence as markup. */
const escaped = (text: string): string => text.replaceAll(/[<*_`]/g, '\\$&');

function item(label: string, text: string | undefined): string[] {
  return text === undefined ? [] : [wrapped(`**${label}**: ${escaped(text)}`, '- ')];
}

function entryLines(title: string, { what, cause, action, whose }: Explanation): string[] {
  return [
    `### ${escaped(title)}`,
    [
      ...item('What you see', what),
      ...item('Likely cause', cause),
      ...item('What to do', action),
      ...item('Whose failure', whose && WHOSE[whose]),
    ].join('\n'),
  ];
}

const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const PREFLIGHT = `Which findings hold a file back by default is in [pre-flight.md](pre-flight.md). The others are notes on
    files that were sent; there, the last sentence of _What to do_ is left out.`;

/** The whole document. */
export function troubleshooting(): string {
  const sections = catalogue();
  return document([
    '# Troubleshooting',
    `Every reason that Send to PACS gives for something that was not sent: what you see, the likely cause, and what to do.
    Search this page for the code that the message, the trace or the report shows. Names, addresses and UIDs are examples.
    Written by \`npm run docs\` from the explanations in the program; the messages are the same.`,
    '## First steps',
    [
      wrapped(
        '_DICOM: Verify Connection (C-ECHO)_ tells how far a connection comes: look-up, TCP, association, C-ECHO.',
        '1. ',
      ),
      wrapped('_DICOM: Show Results of Last Send_ names each file that was not stored, with the reason.', '2. '),
      wrapped('_DICOM: Show Trace_ at level Debug shows every PDU and message. See [trace.md](trace.md).', '3. '),
      wrapped('The log of the PACS at the same time says what the PACS thought. Its administrator can read it.', '4. '),
      wrapped('What has to be registered at the PACS is in [connecting.md](connecting.md).', '5. '),
    ].join('\n'),
    '## Contents',
    sections.map(({ title }) => `- [${title}](#${anchor(title)})`).join('\n'),
    ...sections.flatMap(({ title, entries }) => [
      `## ${title}`,
      ...(title === 'Pre-flight findings' ? [PREFLIGHT] : []),
      ...entries.flatMap((entry) => entryLines(entry.title, entry.explanation)),
    ]),
  ]);
}
