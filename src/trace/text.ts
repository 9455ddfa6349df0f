// Turns trace records into lines of text. The levels are those of the editor's log: 'info' shows each association and each
// file, 'debug' adds PDUs, DIMSE messages, state transitions and the connection, 'trace' adds every field and bounded hex.
// No level shows bytes of data sets or secrets.

import type { TraceRecord, TraceSink } from '../net/trace-record.ts';
import { BLOCK_LINES_MAX, REPEATS_WINDOW_MS, TRACED_ASSOCIATIONS_MAX } from '../protocol/limits.ts';
import type { DataDetail, Direction, ProtocolTraceEvent } from '../protocol/trace-event.ts';
import type { AAssociateAc } from '../protocol/ul/pdu.ts';
import { type AssociationState, emptyState, reminderOf } from './association-state.ts';
import { abortReasonText, abortSourceText, contextResultText, eventText, rejectSummary } from './code-text.ts';
import { contextInUse, dimseLevel, dimseText } from './dimse-text.ts';
import { jobLevel, jobText, transportLine } from './event-lines.ts';
import {
  beginFolding,
  continues,
  extendFolding,
  foldingHex,
  foldingLengths,
  foldingLine,
  type PDataTfEvent,
} from './folding.ts';
import { hexDump } from './hex.ts';
import { nameAndUid, nameOf } from './names.ts';
import { type ControlPdu, pduBlock, pduFields } from './pdu-text.ts';
import { rejectingLine, titlesOf } from './rejecting.ts';
import { levelOf, Repetitions } from './repetitions.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatCount } from './units.ts';

export type TraceLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** A line, or the lines of a block such as a PDU with its fields. */
export interface TraceLine {
  readonly level: TraceLevel;
  readonly text: string;
  /** Unix time in milliseconds. */
  readonly timeMs: number;
  readonly association: number;
}

export interface TextTraceOptions {
  /** Called for every record, so that a change of the level takes effect at once. */
  readonly level: () => TraceLevel | 'off';
  /** How many lines are collected for one `write`; by default each record's lines are written at once. */
  readonly batch?: number;
  /** What every line of this level begins with; by default nothing. */
  readonly mark?: (level: TraceLevel) => string;
  /**
   * Every line has the number of its association. By default lines have it once there was a second association: a line
   * without a number belongs to the first.
   */
  readonly isNumbered?: boolean;
  /** After so many characters what was negotiated is told again; by default never. For a log that is rotated. */
  readonly remindAfter?: number;
  /** Never called with no lines. */
  readonly write: (lines: readonly TraceLine[]) => void;
}

const LEVELS: Readonly<Record<TraceLevel | 'off', number>> = { off: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 };

/** The associations that were opened last. */
const REMINDERS_MAX = 16;

type PduEvent = Extract<ProtocolTraceEvent, { type: 'PDU' }>;

/** P-DATA requests and indications that change no state: the folded P-DATA line stands for them. */
const isDataTransition = (event: TraceRecord['event']): boolean =>
  event.type === 'transition' && event.from === event.to && (event.action === 'DT-1' || event.action === 'DT-2');

export class TextTrace {
  readonly #options: TextTraceOptions;
  readonly #open = new Map<number, AssociationState>();
  readonly #repetitions = new Repetitions();
  /** Runs while something is hidden: what was hidden is told in time, even if nothing follows. */
  #late: NodeJS.Timeout | undefined;
  /** The lines of the current record are such as a peer can repeat. */
  #isRepeatable = false;
  #pending: TraceLine[] = [];
  /** Of the current record. */
  #level = 0;
  #timeMs = 0;
  #association = 0;
  #firstAssociation: number | undefined;
  #isNumbered: boolean;
  /** Characters since the last reminder. */
  #written = 0;
  #isFurther = false;

  constructor(options: TextTraceOptions) {
    this.#options = options;
    this.#isNumbered = options.isNumbered ?? false;
  }

  /** `record`, for who gives the records. */
  readonly sink: TraceSink = Object.assign((record: TraceRecord) => this.record(record), {
    dataDetail: () => this.#dataDetail(),
  });

  record(record: TraceRecord): void {
    const { event, association, timeMs, isFurther = false } = record;
    this.#level = LEVELS[this.#options.level()];
    this.#isFurther = isFurther;
    if (event.type === 'P-DATA-TF') {
      this.#pData(event, association, timeMs);
      return;
    }
    if (isDataTransition(event)) return;
    const state = this.#stateOf(record);
    this.#at(association, timeMs);
    this.#hideRepetitions(event, state);
    this.#unfold(state);
    if (this.#shows('info') && this.#written >= (this.#options.remindAfter ?? Number.POSITIVE_INFINITY)) this.#remind();
    switch (event.type) {
      case 'PDU':
        this.#pdu(event, state);
        break;
      case 'DIMSE message':
        this.#dimse(event, state);
        break;
      case 'transition':
        if (this.#shows('debug')) {
          this.#line(
            'debug',
            `${event.from} + ${event.event} (${eventText(event.event)}) -> ${event.action} -> ${event.to}`,
          );
        }
        break;
      case 'protocol error':
        this.#line('error', `Protocol error of the peer: ${sanitize(event.detail, SHOWN_MAX.detail)}`);
        this.#line('error', `Aborting with Source: ${abortSourceText(2)}, Reason: ${abortReasonText(2, event.reason)}`);
        break;
      case 'file begins':
      case 'file ends':
      case 'instance received':
      case 'instance mismatch':
      case 'instance not written': {
        const level = jobLevel(event);
        if (this.#shows(level)) this.#line(level, jobText(event));
        break;
      }
      default:
        if (this.#shows('error')) {
          const { level, text } = transportLine(event);
          this.#line(level, text);
        }
        if (event.type === 'connection closed' || event.type === 'connection failed') this.#open.delete(association);
    }
    this.#isRepeatable = false;
    if (this.#pending.length >= (this.#options.batch ?? 1)) this.drain();
  }

  /** Sets the level to 'off' for a record that is only counted. */
  #hideRepetitions(event: Exclude<TraceRecord['event'], PDataTfEvent>, state: AssociationState): void {
    if (event.type === 'connecting') state.isRequested = true;
    if (this.#repetitions.isOver(this.#timeMs)) this.#tellHidden();
    const isExpected = event.type === 'DIMSE message' && state.expected.includes(event);
    this.#isRepeatable = !isExpected;
    const isShown =
      isExpected ||
      !this.#shows(levelOf(event)) ||
      this.#repetitions.admits(event, state.isRequested ? String(this.#association) : 'accepted');
    if (event.type === 'DIMSE message') state.isHidden[event.direction] = !isShown;
    if (isShown) return;
    this.#level = LEVELS.off;
    this.#late ??= setTimeout(() => this.#tellLate(), REPEATS_WINDOW_MS).unref();
  }

  /** Nothing has been recorded since the second was over. */
  #tellLate(): void {
    this.#level = LEVELS[this.#options.level()];
    this.#tellHidden();
    this.drain();
  }

  #tellHidden(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    const line = this.#repetitions.begin(this.#timeMs);
    if (line !== undefined && this.#shows(line.level)) {
      this.#push(line.level, (this.#options.mark?.(line.level) ?? '') + line.text);
    }
  }

  #remind(): void {
    const now = this.#association;
    for (const [association, state] of [...this.#open].slice(-REMINDERS_MAX)) {
      this.#association = association;
      this.#lines('info', () => reminderOf(state));
    }
    this.#association = now;
    this.#written = 0;
  }

  /** Writes the collected lines, but not P-DATA that is still being folded. Call it from a timer where `batch` is large. */
  drain(): void {
    if (this.#pending.length === 0) return;
    const lines = this.#pending;
    this.#pending = [];
    this.#options.write(lines);
  }

  /** Writes everything, including P-DATA that is still being folded. */
  flush(): void {
    this.#level = LEVELS[this.#options.level()];
    for (const [association, state] of this.#open) {
      if (state.folding !== undefined) this.#at(association, state.folding.lastMs);
      this.#unfold(state);
    }
    this.#tellHidden();
    this.drain();
  }

  /** An association is known from its first record until its connection is closed; late records do not start it again. */
  #stateOf({ event, association }: TraceRecord): AssociationState {
    const known = this.#open.get(association);
    if (known !== undefined) return known;
    const opens =
      event.type === 'connecting' ||
      event.type === 'connection accepted' ||
      event.type === 'P-DATA-TF' ||
      (event.type === 'PDU' && event.pdu.type === 'A-ASSOCIATE-RQ');
    const state = emptyState();
    if (opens) {
      if (this.#open.size >= TRACED_ASSOCIATIONS_MAX) {
        const oldest = this.#open.keys().next();
        if (oldest.done !== true) this.#open.delete(oldest.value);
      }
      this.#open.set(association, state);
    }
    return state;
  }

  #at(association: number, timeMs: number): void {
    this.#association = association;
    this.#timeMs = timeMs;
    this.#firstAssociation ??= association;
    if (association !== this.#firstAssociation) this.#isNumbered = true;
  }

  #shows(level: TraceLevel): boolean {
    return LEVELS[level] <= this.#level;
  }

  #line(ofEvent: TraceLevel, text: string): void {
    const level = this.#levelHere(ofEvent);
    if (!this.#shows(level)) return;
    this.#push(level, this.#beginning(level) + (level === ofEvent ? text : `Further association: ${text}`));
  }

  /** What costs the send nothing is no error of it. */
  #levelHere(level: TraceLevel): TraceLevel {
    return this.#isFurther && LEVELS[level] < LEVELS.info ? 'info' : level;
  }

  /** What a line begins with. Blocks are built with it, because inserting it afterwards would cost as much again. */
  #beginning(level: TraceLevel): string {
    const mark = this.#options.mark?.(level) ?? '';
    return this.#isNumbered ? `${mark}[${this.#association}] ` : mark;
  }

  #push(level: TraceLevel, text: string): void {
    if (this.#isRepeatable) this.#repetitions.wrote(text.length);
    this.#written += text.length;
    this.#pending.push({ level, text, timeMs: this.#timeMs, association: this.#association });
  }

  /** Calls `make` only if the lines are shown. */
  #lines(ofEvent: TraceLevel, make: () => readonly string[]): void {
    const level = this.#levelHere(ofEvent);
    if (!this.#shows(level)) return;
    const lines = make();
    if (lines.length === 0) return;
    const shown = lines.slice(0, BLOCK_LINES_MAX);
    if (lines.length > shown.length) shown.push(`... ${formatCount(lines.length - shown.length)} more lines`);
    const beginning = this.#beginning(level);
    this.#push(level, beginning + shown.join(`\n${beginning}`));
  }

  #dataDetail(): DataDetail {
    const level = this.#options.level();
    if (level === 'trace') return 'bytes';
    return level === 'debug' ? 'amounts' : 'nothing';
  }

  #pData(event: PDataTfEvent, association: number, timeMs: number): void {
    if (!this.#shows('debug')) return;
    const state = this.#open.get(association) ?? this.#stateOf({ event, association, timeMs });
    // Of a request, the command set comes before the message is known.
    if (state.isHidden[event.direction] && !(event.direction === 'received' && event.isCommand)) return;
    const isDetailed = this.#shows('trace');
    if (state.folding !== undefined && continues(state.folding, event)) {
      extendFolding(state.folding, event, timeMs, isDetailed);
      return;
    }
    if (state.folding !== undefined) {
      this.#at(association, timeMs);
      this.#unfold(state);
    }
    state.folding = beginFolding(event, timeMs, isDetailed);
  }

  #unfold(state: AssociationState): void {
    const { folding } = state;
    if (folding === undefined) return;
    state.folding = undefined;
    if (!this.#shows('debug')) return;
    // They were sent or came before what is recorded now.
    const nowMs = this.#timeMs;
    this.#timeMs = folding.lastMs;
    this.#line('debug', foldingLine(folding));
    this.#lines('trace', () => [...foldingLengths(folding), ...foldingHex(folding)]);
    this.#timeMs = nowMs;
  }

  #pdu({ pdu, direction, length, parts }: PduEvent, state: AssociationState): void {
    if (pdu.type === 'A-ASSOCIATE-RQ') {
      state.request = pdu;
      state.proposed = new Map(pdu.presentationContexts.map((context) => [context.presentationContextId, context]));
    } else if (pdu.type === 'A-ASSOCIATE-AC') {
      state.accepted = { titles: titlesOf(state.request ?? pdu), timeMs: this.#timeMs };
      for (const { presentationContextId: id, result, transferSyntax } of pdu.presentationContexts) {
        const context = state.proposed.get(id);
        if (result !== 0 || transferSyntax === undefined || context === undefined) continue;
        if (context.transferSyntaxes.includes(transferSyntax)) {
          state.inUse.set(id, contextInUse(context.abstractSyntax, transferSyntax));
        }
      }
    }
    this.#announce(pdu, direction, state);
    this.#lines('debug', () => pduBlock(pdu, direction, state.proposed));
    this.#lines('trace', () => [...pduFields(pdu, length), ...hexDump(parts, length)]);
    this.#conclude(pdu, direction, state);
    if (pdu.type !== 'A-ASSOCIATE-RQ') state.request = undefined;
  }

  /** The line above the block: what begins. */
  #announce(pdu: ControlPdu, direction: Direction, state: AssociationState): void {
    if (direction === 'received') {
      if (pdu.type === 'A-ASSOCIATE-RQ') {
        this.#line('info', `Association Received: ${titlesOf(pdu)}`);
      } else if (pdu.type === 'A-RELEASE-RQ') {
        this.#line('info', 'Release Requested by the Peer');
      }
      return;
    }
    if (pdu.type === 'A-ASSOCIATE-RQ') this.#line('info', 'Requesting Association');
    else if (pdu.type === 'A-ASSOCIATE-AC') this.#line('info', 'Accepting Association');
    else if (pdu.type === 'A-ASSOCIATE-RJ') this.#line('warn', rejectingLine(pdu, state.request));
    else if (pdu.type === 'A-RELEASE-RQ') this.#line('info', 'Releasing Association');
    else if (pdu.type === 'A-ABORT') this.#line('warn', 'Aborting Association');
  }

  /** The line below the block: what the PDU means for the association. */
  #conclude(pdu: ControlPdu, direction: Direction, state: AssociationState): void {
    if (direction === 'sent') {
      if (pdu.type === 'A-RELEASE-RP') this.#line('info', 'Association Released');
    } else if (pdu.type === 'A-ASSOCIATE-AC') {
      this.#accepted(pdu, state);
    } else if (pdu.type === 'A-ASSOCIATE-RJ') {
      this.#line('error', 'Association Rejected');
      this.#lines('error', () => rejectSummary(pdu));
    } else if (pdu.type === 'A-ABORT') {
      this.#line('error', 'Association Aborted');
      const reason = pdu.source === 0 ? '' : `, Reason: ${abortReasonText(pdu.source, pdu.reason)}`;
      this.#line('error', `Source: ${abortSourceText(pdu.source)}${reason}`);
    }
  }

  #accepted(ac: AAssociateAc, state: AssociationState): void {
    // If the request was not traced, only the answer is known.
    const isUsable =
      state.proposed.size === 0 ? ac.presentationContexts.some(({ result }) => result === 0) : state.inUse.size > 0;
    if (isUsable) this.#line('info', 'Association Accepted');
    else this.#line('error', 'No accepted presentation contexts');
    if (!this.#shows('warn')) return;
    // A refused context gets a line unless another context with the same abstract syntax was accepted.
    const usable = new Set([...state.inUse.values()].map(({ abstractSyntax }) => abstractSyntax));
    const results = new Map(ac.presentationContexts.map((context) => [context.presentationContextId, context.result]));
    for (const [id, { abstractSyntax, transferSyntaxes }] of state.proposed) {
      if (usable.has(abstractSyntax)) continue;
      const syntaxes = transferSyntaxes.map(nameAndUid).join(', ');
      const result = results.get(id);
      // Accepted but not usable: with a transfer syntax that was not proposed.
      const answer = result === 0 ? 'Accepted with a transfer syntax that was not proposed' : contextResultText(result);
      this.#line('warn', `Presentation context ${id} (${nameOf(abstractSyntax)}, ${syntaxes}): ${answer}`);
    }
  }

  #dimse(event: Extract<ProtocolTraceEvent, { type: 'DIMSE message' }>, state: AssociationState): void {
    const { command, direction, presentationContextId, hasDataSet } = event;
    const level = dimseLevel(command, direction);
    if (this.#shows(level)) this.#line(level, dimseText(command, direction));
    if (!this.#shows('debug')) return;
    const context = state.inUse.get(presentationContextId);
    const beginning = this.#beginning('debug');
    const message = { command, direction, presentationContextId, context, hasDataSet, next: `\n${beginning}` };
    this.#push('debug', beginning + state.blocks.block(message));
  }
}
