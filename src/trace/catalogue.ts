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
import { EXPLAINED_FILE_CODES, explain, explainFile } from './explain.ts';
import { EXPLAINED_CONNECT_CODES } from './explain-association.ts';
import { explainEcho } from './explain-echo.ts';
import { explainHeldBack } from './explain-preflight.ts';
import { EXPLAINED_RECEIVER_ERRORS, explainReceiverStart } from './explain-receiver.ts';
import { EXPLAINED_STATUSES } from './explain-status.ts';
import type { Explanation } from './explanation.ts';
import { type Examples, FINDINGS } from './finding-examples.ts';

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

const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const IMPLICIT = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
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
  ...codesOf(ABORT_REASONS).map((reason) => ({ phase: 'write' as const, source: 2, reason })),
  { phase: 'write' as const, source: 0, reason: 0 },
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
    { code: 'protocol error', phase: 'write', detail: 'PDU type 09H' },
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
  'unreadable folder': each(nonEmpty(['EACCES', 'EIO']), (code) => ({
    code: 'unreadable folder',
    error: fileError(code),
  })),
  'not a regular file': [{ code: 'not a regular file', kind: 'FIFO' }],
  'link out of the selection': [{ code: 'link out of the selection', leadsTo: '/home/archive/study' }],
  malformed: [{ code: 'malformed', detail: 'no VR that DICOM knows', offset: 132 }],
  'missing attribute': [{ code: 'missing attribute', tag: '(0008,0018)', keyword: 'SOPInstanceUID' }],
  'invalid UID': [{ code: 'invalid UID', tag: '(0008,0018)', keyword: 'SOPInstanceUID', length: 12 }],
};

type ReasonOfSend = Exclude<Reason, AssociationFailure | HeaderProblem | { readonly code: 'pre-flight' | 'status' }>;

type ContextRefused = Extract<Reason, { code: 'presentation context refused' }>;

const refused = (result: number | undefined, more: Partial<ContextRefused> = {}): ContextRefused => ({
  code: 'presentation context refused',
  sopClassUID: CT,
  refused: [{ transferSyntaxUID: JPEG_2000, result }],
  accepted: [],
  ...more,
});

const REJECTED = codesOf(CONTEXT_RESULTS).filter((result) => result !== 0);

const SEND: Examples<ReasonOfSend> = {
  'presentation context refused': nonEmpty([
    refused(0, {
      refused: [{ transferSyntaxUID: JPEG_2000, result: 0, unproposedTransferSyntax: '1.2.840.10008.1.2.4.50' }],
    }),
    ...[...REJECTED, undefined].map((result) => refused(result)),
    refused(3, { refused: [JPEG_2000, EXPLICIT, IMPLICIT].map((uid) => ({ transferSyntaxUID: uid, result: 3 })) }),
    refused(4, {
      accepted: [EXPLICIT],
      further: [EXPLICIT, IMPLICIT],
      hinderedBy: 'conversion',
      enoughConversion: 'lossless',
    }),
    refused(4, {
      refused: [{ transferSyntaxUID: IMPLICIT, result: 4 }],
      further: [EXPLICIT],
      hinderedBy: 'requestTransferSyntax',
    }),
    refused(undefined, { refused: [] }),
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
  'cannot convert': [
    {
      code: 'cannot convert',
      from: DEFLATED,
      to: EXPLICIT,
      detail: 'the data cannot be inflated further (PS3.5 A.5): unexpected end of file',
      why: 'damaged',
    },
    {
      code: 'cannot convert',
      from: JPEG_2000,
      to: EXPLICIT,
      detail: 'frame 1 cannot be decompressed: the JPEG 2000 code stream is cut off',
      why: 'not decoded',
    },
    {
      code: 'cannot convert',
      from: JPEG_2000,
      to: EXPLICIT,
      detail: 'the conversion is not allowed',
      why: 'not allowed',
      enoughConversion: 'lossless',
    },
  ],
  'given up': [
    {
      code: 'given up',
      lostAssociations: 3,
      last: { code: 'association aborted', phase: 'write', source: 2, reason: 0 },
    },
  ],
};

type EchoOnly = Exclude<NonNullable<EchoResult['failure']>, AssociationFailure>;

const ECHO: Examples<EchoOnly> = {
  'verification refused': [
    { code: 'verification refused', result: 3 },
    { code: 'verification refused', result: 0, unproposedTransferSyntax: JPEG_2000 },
  ],
  'invalid response': [{ code: 'invalid response', detail: 'Message ID 7 is not open' }],
};

const PHASE_TITLES: Readonly<Record<Phase, string>> = {
  connect: 'while connecting',
  association: 'while waiting for the answer to the association request',
  write: 'while sending data',
  response: 'while waiting for the response',
  release: 'while releasing the association',
};

const titleOfFinding = (finding: PreflightFinding): string =>
  finding.code === 'truncated' && finding.part === 'delimiter' ? 'truncated: nothing but a delimiter' : finding.code;

/** Distinguishes examples with the same code. */
function detailOf(reason: Reason): string | undefined {
  switch (reason.code) {
    case 'connection failed':
    case 'unreadable':
    case 'unreadable folder':
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
    case 'cannot convert':
      return reason.why;
    default:
      return undefined;
  }
}

function abortTitle({ source, reason, phase }: Extract<Reason, { code: 'association aborted' }>): string {
  if (source !== 2) return `source ${source}${phase === 'association' ? ', instead of an answer to the request' : ''}`;
  return `source ${source}, reason ${reason} (${ABORT_REASONS[reason] ?? 'unknown'})`;
}

function refusalTitle({ refused: contexts, accepted, hinderedBy }: ContextRefused): string {
  const [first] = contexts;
  if (first === undefined) return 'none proposed';
  const { result } = first;
  const answer = result === 0 ? 'with a transfer syntax that was not proposed' : contextResultText(result);
  const details = [
    ...(contexts.length > 1 ? ['in all transfer syntaxes'] : []),
    ...(accepted.length > 0 ? ['another transfer syntax accepted'] : []),
    ...(hinderedBy === 'requestTransferSyntax' ? ['the only one that was to be proposed'] : []),
  ];
  return [result === undefined ? answer : `result ${result} (${answer})`, ...details].join(', ');
}

function entryOf(reason: Reason): CatalogueEntry {
  const detail = detailOf(reason);
  return {
    title: detail === undefined ? reason.code : `${reason.code}: ${detail}`,
    explanation: hasDoubt(reason)
      ? (explainFile({ path: '', outcome: 'unknown', bytesSent: 1, reason }, PEER) ?? explain(reason, PEER))
      : explain(reason, PEER),
  };
}

/** A file that meets with it was sent whole. */
const hasDoubt = (reason: Reason): boolean => 'phase' in reason && reason.phase === 'response';

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

/** An example of each reason of the catalogue, as a send gives it. */
export function exampleReasons(): readonly Reason[] {
  const findings = Object.values(FINDINGS).flatMap((examples) => examples as readonly PreflightFinding[]);
  return [
    ...[HEADER, ASSOCIATION, SEND].flatMap((examples) => Object.values(examples).flat() as readonly Reason[]),
    ...EXPLAINED_STATUSES.map(({ status }): Reason => ({ code: 'status', status })),
    ...findings.map((finding): Reason => ({ code: 'pre-flight', finding })),
  ];
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
        title: titleOfFinding(finding),
        explanation: explainHeldBack(finding, { displayPath: (path) => path }),
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
          title:
            'unproposedTransferSyntax' in failure
              ? `${failure.code}: with a transfer syntax that was not proposed`
              : failure.code,
          explanation: explainEcho({ verified: false, phases: {}, failure }, PEER),
        })),
        {
          title: 'a status other than 0000H',
          explanation: explainEcho({ verified: false, phases: {}, status: 0x0122, errorComment: 'switched off' }, PEER),
        },
      ],
    },
    {
      title: 'The built-in receiver',
      entries: EXPLAINED_RECEIVER_ERRORS.map((error) => ({
        title: `${error.syscall} ${error.code}`,
        explanation: explainReceiverStart(error, undefined),
      })),
    },
  ];
}
