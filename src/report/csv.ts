// The outcomes for spreadsheets and scripts: one record a file, under the names that the JSON report has (json.ts). The text
// is UTF-8 without a mark at its start, with the line breaks of RFC 4180.

import { storeStatus } from '../protocol/dimse/status.ts';
import type { SendResult } from '../send/job.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { csvRecord } from '../text/csv-text.ts';
import { contextOf, type ExplainContext, explainFile, sentence } from '../trace/explain.ts';
import { nameOf, uidText } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatTag, hexWord } from '../trace/units.ts';
import { inPieces } from './pieces.ts';
import { isConverted } from './problems.ts';
import { asItIs, type ReportOptions } from './report-options.ts';

const optional = <From, To>(value: From | undefined, make: (value: From) => To): To | undefined =>
  value === undefined ? undefined : make(value);

type Column = (
  file: FileOutcome,
  context: ExplainContext & Required<ReportOptions>,
) => string | number | boolean | undefined;

/** Of the answer of the peer, where there was one with a failure or a warning. */
const answerOf = ({ reason }: FileOutcome) => (reason?.code === 'status' ? reason : undefined);

const COLUMNS: Readonly<Record<string, Column>> = {
  path: ({ path }, { displayPath }) => displayPath(path),
  outcome: ({ outcome }) => outcome,
  status: ({ status }) => optional(status, hexWord),
  statusMeaning: ({ status }) => optional(status, (code) => storeStatus(code).meaning),
  errorComment: (file) => optional(answerOf(file)?.errorComment, (text) => sanitize(text, SHOWN_MAX.errorComment)),
  offendingElement: (file) => optional(answerOf(file)?.offendingElement, (tags) => tags.map(formatTag).join(' ')),
  reasonCode: ({ reason }) => reason?.code,
  reason: (file, context) => optional(explainFile(file, context), sentence),
  whose: (file, context) => explainFile(file, context)?.whose,
  sopClassUID: ({ sopClassUID }) => optional(sopClassUID, uidText),
  sopClassName: ({ sopClassUID }) => optional(sopClassUID, nameOf),
  sopInstanceUID: ({ sopInstanceUID }) => optional(sopInstanceUID, uidText),
  transferSyntax: ({ transferSyntaxUID }) => optional(transferSyntaxUID, uidText),
  transferSyntaxName: ({ transferSyntaxUID }) => optional(transferSyntaxUID, nameOf),
  transferSyntaxOnWire: ({ transferSyntaxOnWire }) => optional(transferSyntaxOnWire, uidText),
  converted: (file) => isConverted(file),
  bytesSent: ({ bytesSent }) => bytesSent,
  startedAt: ({ startedAtMs }) => optional(startedAtMs, (ms) => new Date(ms).toISOString()),
  elapsedMs: ({ elapsedMs }) => elapsedMs,
  findings: ({ findings }) => findings?.map(({ code }) => code).join('; '),
  leadsTo: ({ leadsTo }, { displayPath }) => optional(leadsTo, displayPath),
};

function* records({ outcomes, peer }: SendResult, displayPath: (path: string) => string): Generator<string> {
  yield csvRecord(Object.keys(COLUMNS));
  const columns = Object.values(COLUMNS);
  const context = { ...contextOf(peer, undefined), displayPath };
  for (const file of outcomes) yield csvRecord(columns.map((column) => column(file, context)));
}

/** Yields the report in pieces; makes each one when it is asked for. */
export function reportCsv(result: SendResult, options: ReportOptions = {}): Generator<string> {
  return inPieces(records(result, options.displayPath ?? asItIs));
}
