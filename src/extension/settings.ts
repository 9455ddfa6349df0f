// Validates the settings under `sendToPacs`. The JSON schema in the manifest has the same rules, which VS Code shows while
// a person types; a unit test checks both with the same cases.

import * as v from 'valibot';
import { PORT_MAX } from '../net/connection.ts';
import {
  DEFAULT_CALLED_AE_TITLE,
  DEFAULT_CALLING_AE_TITLE,
  DEFAULT_MAX_PDU_LENGTH,
  DEFAULT_TIMEOUTS,
  type Peer,
  type Timeouts,
} from '../net/peer.ts';
import { AE_TITLE_LENGTH_MAX, aeTitleFault } from '../protocol/ae-title.ts';
import {
  ASSOCIATIONS_MAX,
  MAX_PDU_LENGTH_MAX,
  PEERS_MAX,
  SETTING_ISSUES_MAX,
  SETTING_SHOWN_MAX,
  TIMEOUT_MAX_S,
} from '../protocol/limits.ts';
import {
  CONVERSIONS,
  PREFLIGHT_CODES,
  PREFLIGHT_DECISIONS,
  PRIORITIES,
  REQUESTED_SYNTAXES,
  sendOptionsOf,
  wordsOf,
} from '../send/option-words.ts';
import { OPERATIONS_INVOKED_MAX, type SendOptions } from '../send/options.ts';
import type { PreflightCode } from '../send/preflight-policy.ts';
import { nameRule, PEER_NAME, PeerNames } from './peer-names.ts';
import { nameWords } from './plain-words.ts';

/** The scope of a setting: the user settings, or a settings file of a workspace or folder. */
export type Origin = 'user' | 'workspace' | 'folder';

export interface SettingProblem {
  readonly origin: Origin;
  /** The folder whose settings they are, as a URI. */
  readonly folder?: string;
  /** Which entry of `sendToPacs.peers` it is about, from 0. */
  readonly entry?: number;
  /** One sentence: the setting, the entry and the field, what is wrong, and what to write instead. */
  readonly message: string;
}

const MAX_PDU_LENGTH_MIN = 1024;

const HOST_NAME = /^[A-Za-z0-9._-]{1,253}$/;
const IPV6_ADDRESS = /^(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,32})?$/;

const AE_TITLE_RULE = `must be 1 to ${AE_TITLE_LENGTH_MAX} printable ASCII characters, without backslash and not only spaces`;
const HOST_RULE = 'must be a host name or an IP address alone, without port, scheme or spaces';
const PORT_RULE = `must be a whole number from 1 to ${PORT_MAX}`;
const TIMEOUT_RULE = `must be a number of seconds from 0 (no limit) to ${TIMEOUT_MAX_S}`;
const MAX_PDU_LENGTH_RULE = `must be 0 (no limit) or a whole number of bytes from ${MAX_PDU_LENGTH_MIN} to ${MAX_PDU_LENGTH_MAX}`;

const ASSOCIATIONS_RULE = `must be "auto" or a whole number from 1 to ${ASSOCIATIONS_MAX}`;
const OPERATIONS_RULE = `must be a whole number from 0 (as many as the peer likes) to ${OPERATIONS_INVOKED_MAX}`;
const PROPOSE_RULE = 'must be true or false';

const isHost = (text: string): boolean => HOST_NAME.test(text) || IPV6_ADDRESS.test(text);

const aeTitle = v.pipe(
  v.string(AE_TITLE_RULE),
  v.check((text) => aeTitleFault(text) === undefined, AE_TITLE_RULE),
);
const seconds = v.pipe(v.number(TIMEOUT_RULE), v.minValue(0, TIMEOUT_RULE), v.maxValue(TIMEOUT_MAX_S, TIMEOUT_RULE));

const wholeNumber = (least: number, most: number, rule: string) =>
  v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule));
const portNumber = (least: number, rule: string) => wholeNumber(least, PORT_MAX, rule);

/** One of the keys of `table`. */
function word<Table extends object>(table: Table) {
  const words = wordsOf(table);
  return v.picklist(words, `must be one of ${words.map((known) => `"${known}"`).join(', ')}`);
}

const PEER_RULE = 'must be an object such as { "name": "…", "host": "…", "port": 104 }';
const isPlainObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const timeouts = v.strictObject({
  connect: v.optional(seconds),
  association: v.optional(seconds),
  response: v.optional(seconds),
  writeStall: v.optional(seconds),
  release: v.optional(seconds),
});

const preflightDecision = v.optional(word(PREFLIGHT_DECISIONS));
const preflight = v.strictObject(
  Object.fromEntries(PREFLIGHT_CODES.map((code) => [code, preflightDecision])) as Record<
    PreflightCode,
    typeof preflightDecision
  >,
);

const peerEntry = v.strictObject({
  name: v.pipe(
    v.string(nameRule(undefined)),
    v.regex(PEER_NAME, ({ input }) => nameRule(input)),
  ),
  host: v.pipe(v.string(HOST_RULE), v.check(isHost, HOST_RULE)),
  port: portNumber(1, PORT_RULE),
  calledAETitle: v.optional(aeTitle),
  callingAETitle: v.optional(aeTitle),
  // An array is an object, too.
  timeouts: v.optional(v.pipe(v.custom<object>(isPlainObject, 'must be an object'), timeouts)),
  maxPduLength: v.optional(
    v.pipe(
      v.number(MAX_PDU_LENGTH_RULE),
      v.integer(MAX_PDU_LENGTH_RULE),
      v.check(
        (bytes) => bytes === 0 || (bytes >= MAX_PDU_LENGTH_MIN && bytes <= MAX_PDU_LENGTH_MAX),
        MAX_PDU_LENGTH_RULE,
      ),
    ),
  ),
  associations: v.optional(
    v.union([v.literal('auto'), wholeNumber(1, ASSOCIATIONS_MAX, ASSOCIATIONS_RULE)], ASSOCIATIONS_RULE),
  ),
  asynchronousOperations: v.optional(wholeNumber(0, OPERATIONS_INVOKED_MAX, OPERATIONS_RULE)),
  priority: v.optional(word(PRIORITIES)),
  conversion: v.optional(word(CONVERSIONS)),
  requestTransferSyntax: v.optional(word(REQUESTED_SYNTAXES)),
  proposeAllStorage: v.optional(v.boolean(PROPOSE_RULE)),
  preflight: v.optional(v.pipe(v.custom<object>(isPlainObject, 'must be an object'), preflight)),
});

/** One entry of `sendToPacs.peers` as a person writes it. */
export type PeerEntry = v.InferOutput<typeof peerEntry>;

type Issue = v.BaseIssue<unknown>;

/** `timeouts.connect` */
function fieldOf(issue: Issue): string {
  return (issue.path ?? []).map((item) => String(item.key)).join('.');
}

function describeIssue(issue: Issue): string {
  const field = fieldOf(issue);
  if (issue.type === 'strict_object') {
    const nested = { timeouts: timeouts.entries, preflight: preflight.entries }[field.split('.')[0] ?? ''];
    const known = nested ?? peerEntry.entries;
    if (issue.expected === 'never')
      return `has a field ${shown(field)} that is not known; known are ${Object.keys(known).join(', ')}`;
    return `has no "${field}"; add it`;
  }
  return `"${field}" ${issue.message}, not ${shown(issue.input)}`;
}

/** A value for a message: one short, visible line. */
export function shown(value: unknown): string {
  return nameWords(JSON.stringify(value) ?? String(value), SETTING_SHOWN_MAX);
}

const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  user: 'user settings',
  workspace: 'workspace settings',
  folder: 'folder settings',
};

/** What a person calls an origin: 'user settings'. */
export function originWords(origin: Origin): string {
  return ORIGIN_WORDS[origin];
}

export interface ParsedPeers {
  readonly entries: readonly PeerEntry[];
  readonly problems: readonly SettingProblem[];
}

/**
 * Parses `sendToPacs.peers` of one scope. Invalid entries become problems; the valid ones still work.
 * @param known the names in stronger scopes, to which those of this scope are added. An entry may have the same name as one
 *   of them, but none that only looks so. A person's own peers are not compared with each other: nobody else chose them.
 */
export function parsePeers(value: unknown, origin: Origin, known: PeerNames = new PeerNames()): ParsedPeers {
  if (value === undefined) return { entries: [], problems: [] };
  const where = `Setting "sendToPacs.peers" (${ORIGIN_WORDS[origin]})`;
  if (!Array.isArray(value))
    return { entries: [], problems: [{ origin, message: `${where} must be a list of peers.` }] };
  const entries: PeerEntry[] = [];
  const problems: SettingProblem[] = [];
  const names = new Set<string>();
  if (value.length > PEERS_MAX)
    problems.push({
      origin,
      message: `${where} has more than ${PEERS_MAX} entries; only the first ${PEERS_MAX} are used.`,
    });
  for (const [index, item] of value.slice(0, PEERS_MAX).entries()) {
    const parsed = isPlainObject(item) ? v.safeParse(peerEntry, item, { abortPipeEarly: true }) : undefined;
    const label = nameOf(item);
    const entry = `${where}, entry ${index + 1}${label === undefined ? '' : ` (${label})`}`;
    if (parsed === undefined) {
      problems.push({ origin, entry: index, message: `${entry} ${PEER_RULE}.` });
      continue;
    }
    if (!parsed.success) {
      problems.push({
        origin,
        entry: index,
        message: `${entry}: ${parsed.issues.slice(0, SETTING_ISSUES_MAX).map(describeIssue).join('; ')}.`,
      });
      continue;
    }
    const { name } = parsed.output;
    const alike = names.has(name) ? 'is already used by an earlier entry' : known.problem(name);
    if (alike !== undefined) {
      problems.push({ origin, entry: index, message: `${entry}: the name ${alike}; give it another.` });
      continue;
    }
    names.add(name);
    if (origin !== 'user') known.add({ name, where: ORIGIN_WORDS[origin] });
    entries.push(parsed.output);
  }
  if (origin === 'user') for (const name of names) known.add({ name, where: ORIGIN_WORDS[origin] });
  return { entries, problems };
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const name: unknown = (item as { name?: unknown }).name;
  return typeof name === 'string' && name !== '' ? shown(name) : undefined;
}

/** From seconds (0 = no limit) to milliseconds. */
function milliseconds(value: number | undefined, fallbackMs: number): number {
  if (value === undefined) return fallbackMs;
  return value === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(value * 1000));
}

function timeoutsOf(entry: PeerEntry): Timeouts {
  const given = entry.timeouts ?? {};
  return {
    connectMs: milliseconds(given.connect, DEFAULT_TIMEOUTS.connectMs),
    associationMs: milliseconds(given.association, DEFAULT_TIMEOUTS.associationMs),
    responseMs: milliseconds(given.response, DEFAULT_TIMEOUTS.responseMs),
    writeStallMs: milliseconds(given.writeStall, DEFAULT_TIMEOUTS.writeStallMs),
    releaseMs: milliseconds(given.release, DEFAULT_TIMEOUTS.releaseMs),
  };
}

/** Fills in the defaults. A snapshot: later changes of the settings do not affect it. */
export function peerOf(entry: PeerEntry, callingAETitle: string): Peer {
  return {
    name: entry.name,
    host: entry.host,
    port: entry.port,
    calledAETitle: entry.calledAETitle ?? DEFAULT_CALLED_AE_TITLE,
    callingAETitle: entry.callingAETitle ?? callingAETitle,
    maxPduLength: entry.maxPduLength ?? DEFAULT_MAX_PDU_LENGTH,
    timeouts: timeoutsOf(entry),
  };
}

/** The send options that the entry sets. */
export function peerSendOptions(entry: PeerEntry): Partial<SendOptions> {
  return sendOptionsOf(entry);
}

export interface Parsed<T> {
  readonly value: T;
  readonly problem?: SettingProblem;
}

/** `sendToPacs.callingAETitle`. An invalid value is a problem, and the default is used. */
export function parseCallingAETitle(value: unknown, origin: Origin): Parsed<string> {
  if (value === undefined) return { value: DEFAULT_CALLING_AE_TITLE };
  const problem = aeTitleProblem(value);
  if (problem === undefined) return { value: value as string };
  return {
    value: DEFAULT_CALLING_AE_TITLE,
    problem: {
      origin,
      message: `Setting "sendToPacs.callingAETitle" (${ORIGIN_WORDS[origin]}) ${problem}, not ${shown(value)}.`,
    },
  };
}

/** `sendToPacs.receiver.port`: 0 = any free port. */
export function parseReceiverPort(value: unknown): Parsed<number> {
  const rule = `must be a whole number from 0 (any free port) to ${PORT_MAX}`;
  const parsed = v.safeParse(portNumber(0, rule), value ?? 0);
  if (parsed.success) return { value: parsed.output };
  return {
    value: 0,
    problem: { origin: 'user', message: `Setting "sendToPacs.receiver.port" ${rule}, not ${shown(value)}.` },
  };
}

/** `sendToPacs.receiver.mismatch`. Any other value means 'refuse'. */
export function parseReceiverMismatch(value: unknown): 'refuse' | 'accept' {
  return value === 'accept' ? value : 'refuse';
}

/** What to do before instances go to another machine without encryption. */
export type PlaintextConsent = 'ask' | 'allow' | 'refuse';

/** `sendToPacs.plaintextConsent`. Any other value means 'ask'. */
export function parsePlaintextConsent(value: unknown): PlaintextConsent {
  return value === 'allow' || value === 'refuse' ? value : 'ask';
}

/** For input boxes: what is wrong with the text; undefined: nothing. */
export function aeTitleProblem(value: unknown): string | undefined {
  return v.is(aeTitle, value) ? undefined : AE_TITLE_RULE;
}

export function hostProblem(value: string): string | undefined {
  return isHost(value) ? undefined : HOST_RULE;
}

export function portProblem(value: string): string | undefined {
  return /^\d{1,5}$/.test(value) && v.is(portNumber(1, PORT_RULE), Number(value)) ? undefined : PORT_RULE;
}

/**
 * @param taken names in the settings where the peer will be written
 * @param known names of all settings
 */
export function nameProblem(value: string, taken: readonly string[], known: PeerNames): string | undefined {
  if (!PEER_NAME.test(value)) return nameRule(value);
  return taken.includes(value) ? 'is already the name of a peer in these settings' : known.problem(value);
}
