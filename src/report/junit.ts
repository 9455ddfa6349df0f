// The outcomes as a JUnit report, which build servers show and count: one test case a file. A file that is stored has
// passed, also with a warning, which it tells. Failure: the peer does not have it, and it or the file is why. Error: nobody
// knows, or a person stopped it. Skipped: there was nothing to send. So a build fails where the command line's exit code
// says so.

import type { SendResult } from '../send/job.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { xmlText } from '../text/xml-text.ts';
import { contextOf, type ExplainContext, explainFile, sentence } from '../trace/explain.ts';
import { addressOf, aeTitle, nameOf } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { hexWord } from '../trace/units.ts';
import { notableOf } from './notable.ts';
import { hasNothingToSend } from './nothing-to-send.ts';
import { inPieces } from './pieces.ts';
import { headline } from './problems.ts';
import { asItIs, type ReportOptions } from './report-options.ts';
import { unreadableFolders } from './unreadable-folders.ts';

type Verdict = 'passed' | 'failure' | 'error' | 'skipped';

function verdictOf(file: FileOutcome): Verdict {
  switch (file.outcome) {
    case 'stored':
    case 'stored with warning':
      return 'passed';
    case 'failed':
    case 'held back':
      return 'failure';
    case 'unknown':
    case 'cancelled':
      return 'error';
    case 'skipped':
      return hasNothingToSend(file) ? 'skipped' : 'failure';
  }
}

/** Seconds, as such reports have them. */
const seconds = (ms: number): string => (Math.max(0, ms) / 1000).toFixed(3);

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('');
}

/** 'failed A700', 'held back truncated'; the outcome alone where there is no code. */
function typeOf({ outcome, status, reason }: FileOutcome): string {
  if (status !== undefined) return `${outcome} ${hexWord(status)}`;
  if (reason?.code === 'pre-flight') return `${outcome} ${reason.finding.code}`;
  return reason === undefined || reason.code === outcome ? outcome : `${outcome} ${reason.code}`;
}

function* testCase(file: FileOutcome, context: ExplainContext, path: string): Generator<string> {
  const { sopClassUID, elapsedMs = 0 } = file;
  const name = attributes({
    name: path,
    classname: sopClassUID === undefined ? 'No instance' : nameOf(sopClassUID),
    time: seconds(elapsedMs),
  });
  const explanation = explainFile(file, context);
  const verdict = verdictOf(file);
  if (verdict === 'passed' && explanation === undefined) {
    yield `    <testcase${name}/>\n`;
    return;
  }
  const what = explanation?.what ?? file.outcome;
  const all = xmlText(explanation === undefined ? file.outcome : sentence(explanation));
  yield `    <testcase${name}>\n`;
  if (verdict === 'passed') yield `      <system-out>${all}</system-out>\n`;
  else if (verdict === 'skipped') yield `      <skipped${attributes({ message: what })}/>\n`;
  else yield `      <${verdict}${attributes({ message: what, type: typeOf(file) })}>${all}</${verdict}>\n`;
  yield '    </testcase>\n';
}

function* fragments(result: SendResult, displayPath: (path: string) => string): Generator<string> {
  const { peer, outcomes, startedAtMs, endedAtMs, bytesSent } = result;
  const verdicts: Record<Verdict, number> = { passed: 0, failure: 0, error: 0, skipped: 0 };
  for (const file of notableOf(outcomes)) verdicts[verdictOf(file)] += 1;
  const counts = {
    tests: outcomes.length,
    failures: verdicts.failure,
    errors: verdicts.error,
    skipped: verdicts.skipped,
    time: seconds(endedAtMs - startedAtMs),
  };
  const name = `Send to ${sanitize(peer.name, SHOWN_MAX.peerName)}`;
  // The schema of JUnit allows no time zone: it is UTC, as in the other formats.
  const timestamp = new Date(startedAtMs).toISOString().slice(0, 19);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites${attributes({ name, ...counts })}>\n`;
  yield `  <testsuite${attributes({ name, ...counts, timestamp, hostname: 'localhost' })}>\n`;
  const properties = {
    headline: headline(result.counts, result.cancelled, unreadableFolders(result)),
    peer: sanitize(addressOf(peer), SHOWN_MAX.address),
    calledAETitle: aeTitle(peer.calledAETitle),
    callingAETitle: aeTitle(peer.callingAETitle),
    bytesSent: String(bytesSent),
  };
  yield '    <properties>\n';
  for (const [key, value] of Object.entries(properties)) yield `      <property${attributes({ name: key, value })}/>\n`;
  yield '    </properties>\n';
  const context = { ...contextOf(peer, undefined), displayPath };
  for (const file of outcomes) yield* testCase(file, context, displayPath(file.path));
  yield '  </testsuite>\n</testsuites>\n';
}

/** Yields the report in pieces; makes each one when it is asked for. */
export function reportJUnit(result: SendResult, options: ReportOptions = {}): Generator<string> {
  return inPieces(fragments(result, options.displayPath ?? asItIs));
}
