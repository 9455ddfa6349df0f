// Every reason why something was not sent, each as an example with its explanation. The documentation prints this
// catalogue (docs/troubleshooting.md), so what people read there is what the program says.
//
// It is complete by construction: a new code without an example does not compile, and codes of the standard and of the
// operating system are listed from the tables that explain them.

import type { EchoResult } from '../net/echo-scu.ts';
import type { AssociationFailure, Phase } from '../net/failure.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import { storeStatus } from '../protocol/dimse/status.ts';
import type { Reason } from '../send/outcome.ts';
import type { PreflightFinding } from '../send/preflight-policy.ts';
import {
  ABORT_REASONS,
  CONTEXT_RESULTS,
  contextResultText,
  REJECT_REASONS,
  rejectReasonText,
  rejectSourceText,
} from './code-text.ts';
import { EXPLAINED_FILE_CODES, explain } from './explain.ts';
import { EXPLAINED_CONNECT_CODES } from './explain-association.ts';
import { explainEcho } from './explain-echo.ts';
import { explainHeldBack } from './explain-preflight.ts';
import { EXPLAINED_RECEIVER_ERRORS, explainReceiverStart } from './explain-receiver.ts';
import { EXPLAINED_STATUSES } from './explain-status.ts';
import type { Explanation } from './explanation.ts';

export interface CatalogueEntry {
  /** What a reader searches for: the code as the trace and the report show it. Unique within its section. */
  readonly title: string;
  /** Of an example; numbers, paths and UIDs in it are made up. */
  readonly explanation: Explanation;
}

export interface CatalogueSection {
  readonly title: string;
  readonly entries: readonly CatalogueEntry[];
}

/** At least one example for each code. */
type Examples<Union extends { readonly code: string }> = {
  readonly [Code in Union['code']]: readonly [Extract<Union, { code: Code }>, ...Extract<Union, { code: Code }>[]];
};

const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const JPEG_2000 = '1.2.840.10008.1.2.4.90';
const PEER = { peerName: 'The peer' } as const;
const PHASES: readonly [Phase, ...Phase[]] = ['connect', 'association', 'write', 'response', 'release'];

type NonEmpty<T> = readonly [T, ...T[]];

/** `map` for a list that the compiler knows to be non-empty. */
function each<From, To>([first, ...rest]: NonEmpty<From>, make: (from: From) => To): NonEmpty<To> {
  return [make(first), ...rest.map(make)];
}

function nonEmpty<T>(items: readonly T[]): NonEmpty<T> {
  const [first, ...rest] = items;
  if (first === undefined) throw new TypeError('a section of the catalogue is empty');
  return [first, ...rest];
}

const systemError = (code: string) => ({
  code,
  syscall: 'connect',
  address: '192.0.2.10',
  port: 104,
  message: `connect ${code}`,
});

const fileError = (code: string) => ({ code, syscall: 'open', message: code });

const codesOf = (table: Readonly<Record<number, unknown>>): number[] => Object.keys(table).map(Number);

const REJECTIONS = codesOf(REJECT_REASONS).flatMap((source) =>
  codesOf(REJECT_REASONS[source] ?? {}).map((reason) => ({
    code: 'association rejected' as const,
    result: source === 3 ? 2 : 1,
    source,
    reason,
  })),
);

const ABORTS = [
  ...codesOf(ABORT_REASONS).map((reason) => ({ phase: 'response' as const, source: 2, reason })),
  { phase: 'response' as const, source: 0, reason: 0 },
  { phase: 'association' as const, source: 0, reason: 0 },
].map((abort) => ({ code: 'association aborted' as const, ...abort }));

const ASSOCIATION: Examples<AssociationFailure> = {
  'connection failed': each(nonEmpty([...EXPLAINED_CONNECT_CODES, 'ECONNABORTED']), (code) => ({
    code: 'connection failed',
    error: systemError(code),
  })),
  'connection lost': each(PHASES, (phase) => ({ code: 'connection lost', phase })),
  timeout: each(PHASES, (phase) => ({ code: 'timeout', phase, afterMs: 30_000 })),
  'association rejected': nonEmpty(REJECTIONS),
  'association aborted': nonEmpty(ABORTS),
  'released by peer': [{ code: 'released by peer' }],
  'protocol error': [
    { code: 'protocol error', phase: 'association', detail: 'PDU type 48H', looksLike: 'HTTP' },
    { code: 'protocol error', phase: 'association', detail: 'PDU type 15H', looksLike: 'TLS' },
    { code: 'protocol error', phase: 'association', detail: 'PDU type 53H', looksLike: 'SSH' },
    { code: 'protocol error', phase: 'response', detail: 'PDU type 09H' },
  ],
  'unusable maximum length': [{ code: 'unusable maximum length', maximumLength: 4 }],
  abandoned: [{ code: 'abandoned', phase: 'write' }],
  cancelled: each(PHASES, (phase) => ({ code: 'cancelled', phase })),
};

const HEADER: Examples<HeaderProblem> = {
  'empty file': [{ code: 'empty file' }],
  'not DICOM': [{ code: 'not DICOM' }, { code: 'not DICOM', looksLike: 'ZIP' }],
  DICOMDIR: [{ code: 'DICOMDIR' }],
  unreadable: each(nonEmpty(EXPLAINED_FILE_CODES), (code) => ({ code: 'unreadable', error: fileError(code) })),
  'not a regular file': [{ code: 'not a regular file', kind: 'FIFO' }],
  'link out of the selection': [{ code: 'link out of the selection', leadsTo: '/home/archive/study' }],
  malformed: [{ code: 'malformed', detail: 'no VR that DICOM knows', offset: 132 }],
  'missing attribute': [{ code: 'missing attribute', tag: '(0008,0018)', keyword: 'SOPInstanceUID' }],
  'invalid UID': [{ code: 'invalid UID', tag: '(0008,0018)', keyword: 'SOPInstanceUID', length: 12 }],
};

type ReasonOfSend = Exclude<Reason, AssociationFailure | HeaderProblem | { readonly code: 'pre-flight' | 'status' }>;

const refused = (result: number | undefined, accepted: readonly string[] = []) => ({
  code: 'presentation context refused' as const,
  sopClassUID: CT,
  refused: [{ transferSyntaxUID: JPEG_2000, result }],
  accepted,
});

const REFUSALS = [...codesOf(CONTEXT_RESULTS), undefined].map((result) => refused(result));

const SEND: Examples<ReasonOfSend> = {
  'presentation context refused': nonEmpty([
    ...REFUSALS,
    refused(4, [EXPLICIT]),
    { code: 'presentation context refused', sopClassUID: CT, refused: [], accepted: [] },
  ]),
  'invalid response': [{ code: 'invalid response', detail: 'Message ID 7 is not open' }],
  'file changed': [{ code: 'file changed', detail: '10,240 bytes, 12,288 when it was scanned' }],
  'read error': [{ code: 'read error', error: fileError('EIO') }],
  'same as another file': [
    {
      code: 'same as another file',
      firstPath: 'study/IM1.dcm',
      reason: { code: 'read error', error: fileError('EIO') },
    },
  ],
  'cannot convert': [{ code: 'cannot convert', from: JPEG_2000, to: EXPLICIT, detail: 'the pixel data is damaged' }],
  'given up': [
    {
      code: 'given up',
      lostAssociations: 3,
      last: { code: 'association aborted', phase: 'write', source: 2, reason: 0 },
    },
  ],
};

const FINDINGS: Examples<PreflightFinding> = {
  truncated: [{ code: 'truncated', offset: 1340, part: 'value', tag: '(7FE0,0010)', missing: 2048 }],
  'broken structure': [{ code: 'broken structure', offset: 1340, detail: 'no VR that DICOM knows' }],
  'deep nesting': [{ code: 'deep nesting', offset: 1340, depth: 1_000 }],
  'trailing bytes': [{ code: 'trailing bytes', offset: 525_648, length: 40 }],
  'zero padding': [{ code: 'zero padding', offset: 525_648, length: 512 }],
  'odd length': [{ code: 'odd length', offset: 332, length: 525_649 }],
  'odd value': [{ code: 'odd value', offset: 400, tag: '(0010,0010)', length: 7, count: 1 }],
  'meta disagrees': [
    { code: 'meta disagrees', offset: 200, keyword: 'SOPInstanceUID', meta: '1.2.3', dataSet: '1.2.4' },
  ],
  'ill-formed UID': [
    {
      code: 'ill-formed UID',
      offset: 400,
      tag: '(0008,0018)',
      keyword: 'SOPInstanceUID',
      value: '1.2.03',
      fault: 'leading zero',
      count: 1,
    },
  ],
  'stray meta elements': [{ code: 'stray meta elements', offset: 332, place: 'before the data set', count: 2 }],
  'no pixel data': [{ code: 'no pixel data', offset: 1340 }],
  'not checked': [{ code: 'not checked', offset: 332 }],
  'duplicate instance': [{ code: 'duplicate instance', sopInstanceUID: '1.2.3', firstPath: 'study/IM1.dcm' }],
  'conflicting instance': [{ code: 'conflicting instance', sopInstanceUID: '1.2.3', firstPath: 'study/IM1.dcm' }],
};

type EchoOnly = Exclude<NonNullable<EchoResult['failure']>, AssociationFailure>;

const ECHO: Examples<EchoOnly> = {
  'verification refused': [{ code: 'verification refused', result: 3 }],
  'invalid response': [{ code: 'invalid response', detail: 'Message ID 7 is not open' }],
};

const PHASE_TITLES: Readonly<Record<Phase, string>> = {
  connect: 'while connecting',
  association: 'while waiting for the answer to the association request',
  write: 'while sending data',
  response: 'while waiting for the response',
  release: 'while releasing the association',
};

/** Distinguishes examples with the same code. */
function detailOf(reason: Reason): string | undefined {
  switch (reason.code) {
    case 'connection failed':
    case 'unreadable':
    case 'read error':
      return reason.error.code;
    case 'connection lost':
    case 'timeout':
    case 'cancelled':
    case 'abandoned':
      return PHASE_TITLES[reason.phase];
    case 'association rejected':
      return `source ${reason.source} (${rejectSourceText(reason.source)}), reason ${reason.reason} (${rejectReasonText(reason.source, reason.reason)})`;
    case 'association aborted':
      return abortTitle(reason);
    case 'protocol error':
    case 'not DICOM':
      return reason.looksLike;
    case 'presentation context refused':
      return refusalTitle(reason);
    default:
      return undefined;
  }
}

function abortTitle({ source, reason, phase }: Extract<Reason, { code: 'association aborted' }>): string {
  if (source !== 2) return `source ${source}${phase === 'association' ? ', instead of an answer to the request' : ''}`;
  return `source ${source}, reason ${reason} (${ABORT_REASONS[reason] ?? 'unknown'})`;
}

function refusalTitle({ refused: [first], accepted }: Extract<Reason, { code: 'presentation context refused' }>) {
  if (first === undefined) return 'none proposed';
  const { result } = first;
  const other = accepted.length > 0 ? ', another transfer syntax accepted' : '';
  if (result === undefined) return `${contextResultText(result)}${other}`;
  return `result ${result} (${result === 0 ? 'with a transfer syntax that was not proposed' : contextResultText(result)})${other}`;
}

function entryOf(reason: Reason): CatalogueEntry {
  const detail = detailOf(reason);
  return {
    title: detail === undefined ? reason.code : `${reason.code}: ${detail}`,
    explanation: explain(reason, PEER),
  };
}

function entriesOf<Union extends Reason>(
  examples: Examples<Union>,
  isListed: (code: Union['code']) => boolean = () => true,
): CatalogueEntry[] {
  const codes = Object.keys(examples) as Union['code'][];
  return codes.filter(isListed).flatMap((code) => (examples[code] as readonly Reason[]).map(entryOf));
}

function statusEntry({ status, name }: (typeof EXPLAINED_STATUSES)[number]): CatalogueEntry {
  const { category, meaning } = storeStatus(status);
  return {
    title: `${name} ${meaning} (${category})`,
    explanation: explain({ code: 'status', status }, PEER),
  };
}

/** In the order in which a send meets them: file, connection, association, answer. */
export function catalogue(): readonly CatalogueSection[] {
  const findings = Object.values(FINDINGS).flatMap((examples) => examples as readonly PreflightFinding[]);
  const echoes = Object.values(ECHO).flatMap((failures) => failures as readonly EchoOnly[]);
  return [
    { title: 'Files that hold nothing to send', entries: entriesOf(HEADER) },
    {
      title: 'Pre-flight findings',
      entries: findings.map((finding) => ({
        title: finding.code,
        explanation: explainHeldBack(finding, (path) => path),
      })),
    },
    { title: 'Connections that fail', entries: entriesOf(ASSOCIATION, (code) => code === 'connection failed') },
    {
      title: 'Associations that are rejected',
      entries: entriesOf(ASSOCIATION, (code) => code === 'association rejected'),
    },
    {
      title: 'Presentation contexts that are refused',
      entries: entriesOf(SEND, (code) => code === 'presentation context refused'),
    },
    {
      title: 'Associations that end early',
      entries: entriesOf(ASSOCIATION, (code) => code !== 'connection failed' && code !== 'association rejected'),
    },
    { title: 'Statuses of C-STORE', entries: EXPLAINED_STATUSES.map(statusEntry) },
    {
      title: 'Files that fail while they are sent',
      entries: entriesOf(SEND, (code) => code !== 'presentation context refused'),
    },
    {
      title: 'Verification (C-ECHO)',
      entries: [
        ...echoes.map((failure) => ({
          title: failure.code,
          explanation: explainEcho({ verified: false, phases: {}, failure }, PEER),
        })),
        {
          title: 'a status other than 0000H',
          explanation: explainEcho({ verified: false, phases: {}, status: 0x0122 }, PEER),
        },
      ],
    },
    {
      title: 'The built-in receiver',
      entries: EXPLAINED_RECEIVER_ERRORS.map((error) => ({
        title: `${error.syscall} ${error.code}`,
        explanation: explainReceiverStart(error),
      })),
    },
  ];
}
