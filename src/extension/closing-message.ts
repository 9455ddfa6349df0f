// The notification when a send has ended: at most two lines at 420 pixels, so no UIDs and no paths. It says what happened,
// the first reason with its count, and how many more there are; all of it is in the results, one button away, and stays
// there (sends.ts) when the message is gone.

import type { EchoResult } from '../net/echo-scu.ts';
import type { SendResult } from '../send/job.ts';
import { OUTCOMES, type OutcomeCounts } from '../send/outcome.ts';
import { BRIEFLY_CANCELLED } from '../trace/brief.ts';
import { formatBytes, formatCount, formatDuration, plural } from '../trace/units.ts';
import type { ProblemCount } from './kept-send-file.ts';
import { nameWords } from './plain-words.ts';
import { countsWords } from './words.ts';

/** Two lines of a notification at 420 pixels, with room for a wide font. In UTF-16 units. */
export const MESSAGE_MAX = 104;
const NAME_MAX = 24;

export type Severity = 'information' | 'warning' | 'error';

/** What is known of a send that has ended. */
export interface Closing {
  readonly peerName: string;
  readonly counts: OutcomeCounts;
  /** Of the skipped: unreadable folders. */
  readonly folders: number;
  readonly converted: number;
  readonly cancelled: boolean;
  /** An association was tried. */
  readonly wasTried: boolean;
  readonly bytesSent: number;
  readonly elapsedMs: number;
  /** The most urgent first. */
  readonly problems: readonly ProblemCount[];
}

/**
 * Error: files failed, or nobody knows whether they are stored. Warning: files were stored with a warning or are held back,
 * a folder could not be read, or nothing was stored. What a person has stopped is no error. Skipped files are normal
 * beside stored ones: most folders have some.
 */
export function severityOf({
  counts,
  folders,
  cancelled,
}: Pick<Closing, 'counts' | 'folders' | 'cancelled'>): Severity {
  const isBad = counts.failed > 0 || counts.unknown > 0;
  if (cancelled) return isBad ? 'warning' : 'information';
  if (isBad) return 'error';
  const isForPerson = counts['held back'] > 0 || counts.cancelled > 0;
  if (counts['stored with warning'] > 0 || isForPerson || folders > 0) return 'warning';
  return counts.stored > 0 ? 'information' : 'warning';
}

/** '2,400 of 3,000 stored': all that is left of the counts where there is no room. */
function storedOfAll(counts: OutcomeCounts): string {
  const all = OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
  return `${formatCount(counts.stored + counts['stored with warning'])} of ${formatCount(all)} stored`;
}

interface Why {
  readonly brief: string;
  readonly count: number;
  readonly others: number;
}

/** Reasons that read the same are one. What a person stopped and what was skipped needs none. */
function whyOf({ problems }: Closing): Why | undefined {
  const reasons = problems.filter(
    ({ outcome, brief }) => outcome !== 'cancelled' && outcome !== 'skipped' && brief !== BRIEFLY_CANCELLED,
  );
  const counts = new Map<string, number>();
  for (const { brief, count } of reasons) counts.set(brief, (counts.get(brief) ?? 0) + count);
  const [first] = counts;
  if (first === undefined) return undefined;
  return { brief: first[0], count: first[1], others: counts.size - 1 };
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, Math.max(0, max - 1)).trimEnd()}…`;
}

/** 'FLAKY: 2,400 stored, 600 failed. A900 Data Set does not match SOP Class (300), and 2 more reasons.' */
export function closingMessage(closing: Closing): string {
  const { counts, folders, converted, bytesSent, elapsedMs, cancelled } = closing;
  const peer = nameWords(closing.peerName, NAME_MAX);
  if (!closing.wasTried && OUTCOMES.every((outcome) => outcome === 'skipped' || counts[outcome] === 0)) {
    return `No DICOM file to send to ${peer}: ${countsWords(counts, folders)}.`;
  }
  const start = `${cancelled ? 'Cancelled. ' : ''}${peer}: `;
  const full = countsWords(counts, folders);
  const change = converted === 0 ? '' : `, ${formatCount(converted)} converted`;
  const verdicts = [`${full}${change}`, full, `${storedOfAll(counts)}${change}`, storedOfAll(counts)];
  const why = whyOf(closing);
  const ends =
    why === undefined
      ? [` (${formatBytes(bytesSent)} in ${formatDuration(Math.round(elapsedMs))})`]
      : endsOf(why).map((end) => `. ${end}.`);
  const messages = ends.flatMap((end) => verdicts.map((verdict) => `${start}${verdict}${end}`));
  return messages.find(({ length }) => length <= MESSAGE_MAX) ?? cut(messages.at(-1) ?? '', MESSAGE_MAX);
}

/** The one that says most comes first. */
function endsOf({ brief, count, others }: Why): readonly string[] {
  if (others === 0) return [brief];
  const more = `and ${plural(others, 'more reason')}`;
  return [`${brief} (${formatCount(count)}), ${more}`, `${brief}, ${more}`];
}

/** 'NORTH answered C-ECHO in 12 ms.', or 'NORTH: Connection refused (ECONNREFUSED).' with what to do if there is room. */
export function verifiedMessage(name: string, result: EchoResult, brief: string, action: string | undefined): string {
  const peer = nameWords(name, NAME_MAX);
  if (result.verified) {
    const { connectMs = 0, associationMs = 0, echoMs = 0 } = result.phases;
    const implementation = nameWords(result.peerImplementationVersionName ?? '', NAME_MAX);
    const who = implementation === '' ? '' : ` It is ${implementation}.`;
    return `${peer} answered C-ECHO in ${formatDuration(connectMs + associationMs + echoMs)}.${who}`;
  }
  const what = `${peer}: ${brief}.`;
  const whole = action === undefined ? what : `${what} ${action}`;
  return whole.length <= MESSAGE_MAX ? whole : what;
}

export const SHOW_RESULTS = 'Show Results';
export const RETRY = 'Retry';
export const REVIEW_HELD_BACK = 'Review Held Back…';
export const SHOW_TRACE = 'Show Trace';

/** @param mayRetry another try may help some of the files */
export function closingButtons({ counts }: Pick<SendResult, 'counts'>, mayRetry: boolean): readonly string[] {
  const urgent = [...(mayRetry ? [RETRY] : []), ...(counts['held back'] > 0 ? [REVIEW_HELD_BACK] : [])];
  // The first is the blue one. Four do not stand beside each other.
  return [SHOW_RESULTS, ...urgent, ...(urgent.length < 2 ? [SHOW_TRACE] : [])];
}
