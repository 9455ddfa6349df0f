// Reads lists of peers that other programs keep: our own settings and exports, Orthanc's DicomModalities, the HostTable of
// DCMTK, CSV, and lines such as `AE@host:port` or `AE host port`. Whatever the file says is only a proposal: each entry is
// checked as one that a person types, and a person chooses which of them are written.

import { JSON_DEPTH_MAX, PEERS_MAX } from '../protocol/limits.ts';
import { itemsOf, type JsonNode, memberOf, membersOf, readJson } from '../text/json-with-comments.ts';
import { parsePeerAddress } from './peer-address.ts';
import { nameWords } from './plain-words.ts';
import { type PeerEntry, parsePeers } from './settings.ts';

/** An entry as it was found, not checked yet. */
interface Raw {
  readonly fields: Readonly<Record<string, unknown>>;
  /** What a person should know before choosing it. */
  readonly note?: string;
}

export interface FoundPeer {
  readonly entry: PeerEntry;
  readonly note?: string;
}

export interface PeerListFound {
  readonly peers: readonly FoundPeer[];
  /** Entries that are none of a peer, or more than are read; and the first reason, as a sentence. */
  readonly leftOut: number;
  readonly why?: string;
}

const EXPECTS_TLS = 'expects TLS, which there is not yet';

function plainValue(node: JsonNode | undefined): unknown {
  const { value } = node ?? {};
  const items = itemsOf(node);
  if (items !== undefined) return items.map(plainValue);
  return typeof value === 'object' && value !== null ? fieldsOf(node) : value;
}

const fieldsOf = (node: JsonNode | undefined): Record<string, unknown> =>
  Object.fromEntries(membersOf(node).map(({ key, node: member }) => [key, plainValue(member)]));

/** `"name": ["AET", "host", 104, "manufacturer"]`, or an object with these; as in Orthanc's configuration. */
function modality(key: string, node: JsonNode): Raw {
  const items = itemsOf(node)?.map(plainValue);
  const object = fieldsOf(node);
  const [calledAETitle, host, port] = items ?? [object['AET'], object['Host'], object['Port']];
  const fields = { name: key, calledAETitle, host, port: typeof port === 'string' ? Number(port) : port };
  return object['UseDicomTls'] === true ? { fields, note: EXPECTS_TLS } : { fields };
}

const isModality = (node: JsonNode): boolean =>
  (itemsOf(node)?.length ?? 0) >= 3 || (memberOf(node, 'AET') !== undefined && memberOf(node, 'Host') !== undefined);

function fromJson(root: JsonNode): readonly Raw[] {
  const own = memberOf(memberOf(root, 'settings'), 'sendToPacs.peers') ?? memberOf(root, 'sendToPacs.peers') ?? root;
  const listed = itemsOf(own);
  if (listed !== undefined) return listed.map((item) => ({ fields: fieldsOf(item) }));
  const modalities = membersOf(memberOf(root, 'DicomModalities'));
  const members = modalities.length > 0 ? modalities : membersOf(root).filter(({ node }) => isModality(node));
  return members.map(({ key, node }) => modality(key, node));
}

const COLUMNS: Readonly<Record<string, RegExp>> = {
  name: /^(name|label|alias|description|peer|node)$/i,
  calledAETitle: /^(aet|ae|ae[ _-]?title|called[ _-]?ae[ _-]?title|title)$/i,
  host: /^(host|host[ _-]?name|address|ip|ip[ _-]?address|server)$/i,
  port: /^(port|tcp[ _-]?port|dicom[ _-]?port)$/i,
};

/** The cells of a line, without the quotation marks around them. */
function cellsOf(line: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}

const fieldsFrom = (cells: readonly string[], columns: readonly (string | undefined)[]): Raw => {
  const named = columns.flatMap((column, index) =>
    column === undefined || (cells[index] ?? '') === '' ? [] : [[column, cells[index] as string]],
  );
  const fields = Object.fromEntries(named) as Record<string, string>;
  return { fields: { ...fields, port: Number(fields['port'] ?? Number.NaN) } };
};

function fromCsv(lines: readonly string[], separator: string): readonly Raw[] {
  const [first = '', ...others] = lines;
  const heads = cellsOf(first, separator).map((cell) =>
    Object.keys(COLUMNS).find((column) => COLUMNS[column]?.test(cell)),
  );
  if (heads.includes('host') && heads.includes('port'))
    return others.map((line) => fieldsFrom(cellsOf(line, separator), heads));
  const ORDER = ['calledAETitle', 'host', 'port'];
  return lines.map((line) => {
    const cells = cellsOf(line, separator);
    const order = cells.length > 3 ? ['name', ...ORDER] : cells.length === 3 ? ORDER : ORDER.slice(1);
    return fieldsFrom(cells, order);
  });
}

/** `name = (AETITLE, host, 104)`, as in the HostTable of DCMTK's dcmqrscp.cfg. */
const HOST_TABLE = /^([^\s=()]+)\s*=\s*\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*,\s*(\d{1,5})\s*\)$/;

function fromLine(line: string): Raw {
  const parsed = parsePeerAddress(line);
  return { fields: 'problem' in parsed ? {} : { ...parsed } };
}

function fromLines(text: string): readonly Raw[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(#|;|\/\/)/.test(line));
  const table = lines.flatMap((line): readonly Raw[] => {
    const [, name, calledAETitle, host, port] = HOST_TABLE.exec(line) ?? [];
    return name === undefined ? [] : [{ fields: { name, calledAETitle, host, port: Number(port) } }];
  });
  // The other lines of such a file are about other things.
  if (table.length > 0) return table;
  const separator = ['\t', ';', ','].find((candidate) => lines[0]?.includes(candidate));
  return separator === undefined ? lines.map(fromLine) : fromCsv(lines, separator);
}

/** A name that a peer may have: its own, else its AE title, else its host. */
function named({ fields, note }: Raw): Raw {
  const { name, calledAETitle, host } = fields;
  for (const candidate of [name, calledAETitle, host]) {
    if (typeof candidate !== 'string') continue;
    const whole = candidate.trim();
    const { entries } = parsePeers([{ name: whole, host: 'h', port: 1 }], 'user');
    if (entries.length === 0) continue;
    const renamed = typeof name === 'string' && whole !== name.trim() ? 'its own name cannot be used' : undefined;
    const told = [note, renamed].filter((part) => part !== undefined).join('; ');
    return { fields: { ...fields, name: whole }, ...(told === '' ? {} : { note: told }) };
  }
  return { fields, ...(note === undefined ? {} : { note }) };
}

/** What is wrong with an entry, without where it stood in a setting that it never was in. */
function reasonOf(message: string): string {
  return message.replace(/^Setting "sendToPacs\.peers" \(user settings\), entry 1( \([^]*?\))?:?/, 'It').trim();
}

export function readPeerList(text: string): PeerListFound {
  const root = readJson(text, JSON_DEPTH_MAX);
  const isJson = root !== undefined && typeof root.value === 'object' && root.value !== null;
  const raws = isJson ? fromJson(root) : fromLines(text);
  const peers: FoundPeer[] = [];
  let why: string | undefined;
  for (const raw of raws.slice(0, PEERS_MAX)) {
    const { fields, note } = named(raw);
    const defined = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const { entries, problems } = parsePeers([defined], 'user');
    const [entry] = entries;
    if (entry === undefined) why ??= reasonOf(problems[0]?.message ?? '');
    else peers.push({ entry, ...(note === undefined ? {} : { note }) });
  }
  if (raws.length > PEERS_MAX) why ??= `More than ${PEERS_MAX} are not read.`;
  return { peers, leftOut: raws.length - peers.length, ...(why === undefined ? {} : { why: nameWords(why, 300) }) };
}
