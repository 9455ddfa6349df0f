// The report for programs: JSON with stable names. docs/report.schema.json describes it; a test holds the two together.
//
// Statuses are four hexadecimal digits, tags '(gggg,eeee)', times ISO 8601. What is not known is left out. Text of peers
// is sanitised; paths are as `displayPath` gives them, with invisible characters as escapes, and those that are not UTF-8 also
// as their bytes.

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import { storeStatus } from '../protocol/dimse/status.ts';
import { uidName } from '../protocol/uids.ts';
import type { AssociationSummary, SendResult } from '../send/job.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { jsonText } from '../text/json-text.ts';
import { bytesOfPath, withShownBytes } from '../text/path-bytes.ts';
import { breachText } from '../trace/breach-text.ts';
import { contextResultText } from '../trace/code-text.ts';
import { contextOf, explain, explainFile, type PeerInWords, sentence } from '../trace/explain.ts';
import { explainPreflight } from '../trace/explain-preflight.ts';
import { nameOf, uidText } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatTag, hexWord } from '../trace/units.ts';
import { contextCounts, isAccepted, operationsInvoked, refusalText } from './negotiation.ts';
import { inPieces } from './pieces.ts';
import { headline, isConverted, OUTCOMES_SHOWN } from './problems.ts';
import { asItIs, type ReportOptions } from './report-options.ts';
import { unreadableFolders } from './unreadable-folders.ts';

/**
 * Raise it when a field is removed, renamed or changes its meaning, and when `outcome` gets a new value. A new field does
 * not raise it: readers ignore fields that they do not know.
 */
export const REPORT_VERSION = 2;

/** Leaves out fields that are not known. */
function known<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const uid = (value: string | undefined): string | undefined => (value === undefined ? undefined : uidText(value));

const nameOfUid = (value: string | undefined): string | undefined => (value === undefined ? undefined : uidName(value));

/** Everything except the lists. */
function headJson(result: SendResult): object {
  const { peer } = result;
  return {
    version: REPORT_VERSION,
    headline: headline(result.counts, result.cancelled, unreadableFolders(result)),
    peer: {
      name: peer.name,
      host: peer.host,
      port: peer.port,
      calledAETitle: peer.calledAETitle,
      callingAETitle: peer.callingAETitle,
    },
    startedAt: new Date(result.startedAtMs).toISOString(),
    endedAt: new Date(result.endedAtMs).toISOString(),
    cancelled: result.cancelled,
    counts: Object.fromEntries(OUTCOMES_SHOWN.map((outcome) => [outcome, result.counts[outcome]])),
    bytesSent: result.bytesSent,
  };
}

const contextJson = (context: NegotiatedContext): object =>
  known({
    presentationContextId: context.presentationContextId,
    outcome: isAccepted(context) ? 'accepted' : 'refused',
    abstractSyntax: uid(context.abstractSyntax),
    abstractSyntaxName: uidName(context.abstractSyntax),
    proposedTransferSyntaxes: context.proposedTransferSyntaxes.map((syntax) => uid(syntax)),
    proposedTransferSyntaxNames: context.proposedTransferSyntaxes.map(nameOf),
    result: context.result,
    resultName: contextResultText(context.result),
    acceptedTransferSyntax: uid(context.acceptedTransferSyntax),
    acceptedTransferSyntaxName: nameOfUid(context.acceptedTransferSyntax),
    problem: context.problem,
    reason: refusalText(context),
  });

function associationJson(summary: AssociationSummary, peer: PeerInWords): object {
  const { failure, peerImplementationVersionName: versionName } = summary;
  return known({
    association: summary.association,
    startedAt: new Date(summary.startedAtMs).toISOString(),
    endedAt: new Date(summary.endedAtMs).toISOString(),
    peerImplementationClassUID: uid(summary.peerImplementationClassUID),
    peerImplementationVersionName: versionName === undefined ? undefined : sanitize(versionName, SHOWN_MAX.versionName),
    peerMaximumLength: summary.peerMaximumLength,
    operationsInvoked: operationsInvoked(summary),
    contextCounts: contextCounts(summary),
    contexts: summary.contexts.map(contextJson),
    breaches: summary.breaches?.map(({ breach, count }) => ({ code: breach.code, count, text: breachText(breach) })),
    failure:
      failure === undefined
        ? undefined
        : { code: failure.code, text: sentence(explain(failure, contextOf(peer, undefined))) },
  });
}

/** Of a path that is not UTF-8, whole: Base64 (RFC 4648, clause 4). */
const pathBytes = (path: string | undefined): string | undefined =>
  path === undefined || path.isWellFormed() ? undefined : bytesOfPath(path).toString('base64');

function instanceJson(file: FileOutcome, peer: PeerInWords, displayPath: (path: string) => string): object {
  const { reason, status } = file;
  const answer = reason?.code === 'status' ? reason : undefined;
  const explanation = explainFile(file, { ...contextOf(peer, undefined), displayPath });
  return known({
    path: withShownBytes(displayPath(file.path)),
    pathBytes: pathBytes(file.path),
    leadsTo: file.leadsTo === undefined ? undefined : withShownBytes(displayPath(file.leadsTo)),
    leadsToBytes: pathBytes(file.leadsTo),
    outcome: file.outcome,
    sopClassUID: uid(file.sopClassUID),
    sopClassName: nameOfUid(file.sopClassUID),
    sopInstanceUID: uid(file.sopInstanceUID),
    transferSyntax: uid(file.transferSyntaxUID),
    transferSyntaxName: nameOfUid(file.transferSyntaxUID),
    transferSyntaxOnWire: uid(file.transferSyntaxOnWire),
    transferSyntaxOnWireName: nameOfUid(file.transferSyntaxOnWire),
    converted: isConverted(file),
    status: status === undefined ? undefined : hexWord(status),
    statusMeaning: status === undefined ? undefined : storeStatus(status).meaning,
    errorComment:
      answer?.errorComment === undefined ? undefined : sanitize(answer.errorComment, SHOWN_MAX.errorComment),
    offendingElement: answer?.offendingElement?.map(formatTag),
    bytesSent: file.bytesSent,
    startedAt: file.startedAtMs === undefined ? undefined : new Date(file.startedAtMs).toISOString(),
    elapsedMs: file.elapsedMs,
    reason:
      reason === undefined || explanation === undefined
        ? undefined
        : { code: reason.code, text: sentence(explanation), ...explanation },
    findings: file.findings?.map((finding) => {
      const { code, offset } = finding;
      const counted = 'count' in finding ? { count: finding.count } : {};
      return { code, offset, ...counted, text: sentence(explainPreflight(finding)) };
    }),
  });
}

const indented = (value: object, columns: number): string =>
  jsonText(value, 2).replaceAll('\n', `\n${' '.repeat(columns)}`);

/** `"name": [...]` as `jsonText` would print it in an object. */
function* listJson<T>(name: string, items: Iterable<T>, itemJson: (item: T) => object): Generator<string> {
  yield `,\n  "${name}": [`;
  let isEmpty = true;
  for (const item of items) {
    yield `${isEmpty ? '' : ','}\n    ${indented(itemJson(item), 4)}`;
    isEmpty = false;
  }
  yield isEmpty ? ']' : '\n  ]';
}

function* fragments(result: SendResult, displayPath: (path: string) => string): Generator<string> {
  const end = '\n}';
  yield indented(headJson(result), 0).slice(0, -end.length);
  yield* listJson('associations', result.associations, (summary) => associationJson(summary, result.peer));
  yield* listJson('instances', result.outcomes, (file) => instanceJson(file, result.peer, displayPath));
  yield `${end}\n`;
}

/** Yields the report in pieces; makes each one when it is asked for. */
export function reportJson(result: SendResult, options: ReportOptions = {}): Generator<string> {
  return inPieces(fragments(result, options.displayPath ?? asItIs));
}
