// What is known of one file, for the details of the page of results.

import { type DetailLine, type DetailsMessage, RESULTS_VERSION } from '../messages/results.ts';
import { storeStatus } from '../protocol/dimse/status.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { type ExplainContext, explainFile } from '../trace/explain.ts';
import { explainPreflight } from '../trace/explain-preflight.ts';
import { nameAndUid, uidText } from '../trace/names.ts';
import { quoted } from '../trace/sanitize.ts';
import { formatBytes, formatDuration, formatExactClock, formatTag, hexWord, plural } from '../trace/units.ts';
import type { WireFacts } from './wire-log.ts';

export interface DetailsOptions {
  readonly row: number;
  readonly name: string;
  readonly folder: string;
  readonly context: ExplainContext;
  /** 'not kept': the send ran in another window, or is too long ago. Undefined: nothing of the file was sent. */
  readonly wire: WireFacts | 'not kept' | undefined;
}

function outcomeLines(file: FileOutcome, context: ExplainContext): DetailLine[] {
  const { outcome, status, reason } = file;
  const words = explainFile(file, context);
  const code = status === undefined ? '' : `: ${hexWord(status)}H ${storeStatus(status).meaning}`;
  const lines: DetailLine[] = [{ text: words?.what ?? `${outcome}${code}`, sign: outcome }];
  if (reason?.code === 'status') {
    if (reason.errorComment !== undefined) lines.push({ label: 'Comment', text: quoted(reason.errorComment) });
    const tags = (reason.offendingElement ?? []).slice(0, 16).map(formatTag);
    if (tags.length > 0) lines.push({ label: 'Element', text: tags.join(' ') });
  }
  if (words?.cause !== undefined) lines.push({ label: 'Cause', text: words.cause });
  if (words?.action !== undefined) lines.push({ label: 'To do', text: words.action });
  return lines;
}

function fileLines({
  sopClassUID,
  sopInstanceUID,
  transferSyntaxUID,
  transferSyntaxOnWire,
}: FileOutcome): DetailLine[] {
  const lines: DetailLine[] = [];
  if (sopClassUID !== undefined) lines.push({ label: 'SOP Class', text: nameAndUid(sopClassUID) });
  if (sopInstanceUID !== undefined) lines.push({ label: 'Instance', text: uidText(sopInstanceUID) });
  if (transferSyntaxUID !== undefined) lines.push({ label: 'Syntax', text: nameAndUid(transferSyntaxUID) });
  if (transferSyntaxOnWire !== undefined && transferSyntaxOnWire !== transferSyntaxUID)
    lines.push({ label: 'Sent as', text: nameAndUid(transferSyntaxOnWire) });
  return lines;
}

function wireLines({ bytesSent, elapsedMs, status }: FileOutcome, wire: DetailsOptions['wire']): DetailLine[] {
  if (wire === undefined) return [{ text: 'Nothing of this file was sent.' }];
  if (wire === 'not kept') {
    const took = elapsedMs === undefined ? '' : ` It took ${formatDuration(elapsedMs)}.`;
    return [{ text: `${formatBytes(bytesSent)} were sent.${took} The single messages are not kept.` }];
  }
  const { association, messageId, presentationContextId, requestedAtMs, pdus, sentAtMs, answeredAtMs } = wire;
  const context = presentationContextId === 0 ? '' : `, context ${presentationContextId}`;
  const lines: DetailLine[] = [
    { label: formatExactClock(requestedAtMs), direction: 'none', text: `Association ${association}${context}` },
    { label: formatExactClock(requestedAtMs), direction: 'to the peer', text: `C-STORE-RQ, message ${messageId}` },
  ];
  if (bytesSent > 0) {
    const count = `${formatBytes(bytesSent)}${pdus === 0 ? '' : ` in ${plural(pdus, 'PDU')}`}`;
    lines.push({ label: '', direction: 'to the peer', text: `Data set, ${count}` });
  }
  if (sentAtMs > 0) lines.push({ label: formatExactClock(sentAtMs), direction: 'none', text: 'Everything sent' });
  const answer = status === undefined ? 'C-STORE-RSP' : `C-STORE-RSP, status ${hexWord(status)}H`;
  lines.push(
    answeredAtMs > 0
      ? { label: formatExactClock(answeredAtMs), direction: 'from the peer', text: answer }
      : { label: '', direction: 'from the peer', text: 'No answer' },
  );
  if (elapsedMs !== undefined)
    lines.push({ label: '', direction: 'none', text: `${formatDuration(elapsedMs)} in all` });
  return lines;
}

export function detailsOf(file: FileOutcome, { row, name, folder, context, wire }: DetailsOptions): DetailsMessage {
  const { findings = [] } = file;
  const before: DetailLine[] = findings.slice(0, 20).map((finding) => ({
    label: 'Pre-flight',
    sign: 'stored with warning',
    text: explainPreflight(finding).what,
  }));
  if (before.length === 0) before.push({ label: 'Pre-flight', text: 'nothing found' });
  return {
    type: 'details',
    version: RESULTS_VERSION,
    row,
    name,
    folder,
    parts: [
      { heading: 'Outcome', lines: outcomeLines(file, context) },
      { heading: 'On the wire', lines: wireLines(file, wire) },
      { heading: 'Before', lines: before },
      ...(file.sopClassUID === undefined ? [] : [{ heading: 'File', lines: fileLines(file) }]),
    ],
  };
}
