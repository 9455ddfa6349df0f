// What happened on the wire to each file of a send, as a few numbers a file: when its request and its data set went out, and
// when the answer came. Kept in memory only, for the last sends of this window.

import type { TraceRecord } from '../net/trace-record.ts';
import { WIRE_LOGS_MAX } from '../protocol/limits.ts';
import { PackedNumbers } from '../send/packed.ts';
import type { SendId } from '../send/send-id.ts';

/** Times are Unix times in milliseconds; 0: it did not come to this. */
export interface WireFacts {
  readonly association: number;
  readonly messageId: number;
  readonly presentationContextId: number;
  readonly requestedAtMs: number;
  readonly pdus: number;
  /** Its last byte was given to the system. Known, as the number of PDUs, where the trace shows PDUs. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

type Growing = { -readonly [Fact in keyof WireFacts]: WireFacts[Fact] };

const NUMBERS = ['association', 'messageId', 'presentationContextId', 'pdus'] as const;
const TIMES = ['requestedAtMs', 'sentAtMs', 'answeredAtMs'] as const;

export class WireLog {
  readonly #numbers = NUMBERS.map(() => new PackedNumbers(Uint32Array));
  readonly #times = TIMES.map(() => new PackedNumbers(Float64Array));
  /** Begun and not settled, by the path in the trace: no two files that are on their way share one. */
  readonly #open = new Map<string, Growing>();
  readonly #byMessage = new Map<string, Growing>();
  /** The file of each association whose data set goes out. */
  readonly #sending = new Map<number, Growing>();

  record({ event, association, timeMs }: TraceRecord): void {
    if (event.type === 'file begins') {
      const facts: Growing = {
        ...{ association, messageId: event.messageId, presentationContextId: 0, pdus: 0 },
        ...{ requestedAtMs: timeMs, sentAtMs: 0, answeredAtMs: 0 },
      };
      this.#forget(this.#open.get(event.path));
      this.#open.set(event.path, facts);
      this.#byMessage.set(`${association}/${event.messageId}`, facts);
      this.#sending.set(association, facts);
    } else if (event.type === 'P-DATA-TF' && event.direction === 'sent' && !event.isCommand) {
      const facts = this.#sending.get(association);
      if (facts === undefined) return;
      facts.pdus += event.pdus;
      if (event.isLastFragment) facts.sentAtMs = timeMs;
    } else if (event.type === 'DIMSE message' && event.command.type === 'C-STORE-RQ') {
      const facts = this.#byMessage.get(`${association}/${event.command.MessageID}`);
      if (facts !== undefined) facts.presentationContextId = event.presentationContextId;
    } else if (event.type === 'DIMSE message' && event.command.type === 'C-STORE-RSP') {
      const facts = this.#byMessage.get(`${association}/${event.command.MessageIDBeingRespondedTo}`);
      if (facts !== undefined && facts.answeredAtMs === 0) facts.answeredAtMs = timeMs;
    }
  }

  /** @param index of the file in the job. @param path as the trace shows it */
  settle(index: number, path: string): void {
    const facts = this.#open.get(path);
    if (facts === undefined) return;
    this.#open.delete(path);
    this.#forget(facts);
    for (const [place, name] of NUMBERS.entries()) this.#numbers[place]?.set(index, facts[name]);
    for (const [place, name] of TIMES.entries()) this.#times[place]?.set(index, facts[name]);
  }

  #forget(facts: Growing | undefined): void {
    if (facts === undefined) return;
    this.#byMessage.delete(`${facts.association}/${facts.messageId}`);
    if (this.#sending.get(facts.association) === facts) this.#sending.delete(facts.association);
  }

  /** @returns undefined: nothing of this file was sent */
  at(index: number): WireFacts | undefined {
    const number = (place: number): number => this.#numbers[place]?.at(index) ?? 0;
    const time = (place: number): number => this.#times[place]?.at(index) ?? 0;
    if (number(0) === 0) return undefined;
    return {
      ...{ association: number(0), messageId: number(1), presentationContextId: number(2), pdus: number(3) },
      ...{ requestedAtMs: time(0), sentAtMs: time(1), answeredAtMs: time(2) },
    };
  }
}

/** Those of the last sends. */
export class WireLogs {
  readonly #logs = new Map<SendId, WireLog>();

  begin(id: SendId): WireLog {
    const log = new WireLog();
    this.#logs.set(id, log);
    for (const oldest of this.#logs.keys()) {
      if (this.#logs.size <= WIRE_LOGS_MAX) break;
      this.#logs.delete(oldest);
    }
    return log;
  }

  of(id: SendId): WireLog | undefined {
    return this.#logs.get(id);
  }
}
