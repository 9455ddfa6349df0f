// Readers of CSV and XML, written from RFC 4180 and XML 1.0 alone. They throw at whatever those do not allow.

/** @returns the records with their cells */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let rest = text;
  let record: string[] = [];
  while (rest !== '') {
    const found = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/s.exec(rest);
    if (found === null) throw new Error(`no cell: ${JSON.stringify(rest.slice(0, 80))}`);
    const [whole, inQuotes, plain, end] = found;
    record.push(inQuotes?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') {
      records.push(record);
      record = [];
    }
    rest = rest.slice(whole.length);
  }
  if (record.length > 0) throw new Error('the last record has no end');
  return records;
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const SIGNS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (/[<]|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`not escaped: ${text}`);
  return text.replace(/&(\w+);/g, (_, name: string) => SIGNS[name] ?? '');
}

/** A document of elements, attributes and text: without DTD, CDATA, comments and processing instructions. */
export function xmlRoot(document: string): XmlElement {
  // XML 1.0, clause 2.2.
  const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(document);
  if (forbidden !== null) throw new Error(`a character that XML does not allow: ${JSON.stringify(forbidden[0])}`);
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!document.startsWith(prolog)) throw new Error('no prolog');
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parts = document.slice(prolog.length).matchAll(/<(\/?)([\w-]+)((?: [\w-]+="[^"]*")*)(\/?)>|([^<]+)|(.)/gs);
  for (const [, slash, name, attributes, isEmpty, text, other] of parts) {
    const parent = open.at(-1);
    if (parent === undefined || other !== undefined) throw new Error(`not XML: ${other}`);
    if (text !== undefined) {
      parent.text += unescaped(text);
    } else if (slash === '/') {
      if (open.pop()?.name !== name) throw new Error(`closes another: ${name}`);
    } else {
      const pairs = [...(attributes ?? '').matchAll(/ ([\w-]+)="([^"]*)"/g)];
      const element = {
        name: name ?? '',
        attributes: Object.fromEntries(pairs.map(([, key, value]) => [key, unescaped(value ?? '')])),
        children: [],
        text: '',
      };
      parent.children.push(element);
      if (isEmpty !== '/') open.push(element);
    }
  }
  const [root] = top.children;
  if (open.length !== 1 || root === undefined || top.children.length !== 1) throw new Error('not one root');
  return root;
}
