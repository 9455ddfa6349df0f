// DIMSE messages on one association, for either role: our requests and their answers, the peer's requests and our
// responses. PS3.7 clauses 8 and 9; 9.3.1.1 and D.3.3.3 for Message IDs and several open requests.
//
// Correlation. A response belongs to the open request with its Message ID (open-requests.ts). Several requests may be open, and
// the peer may answer them in any order.
//
// Silence. One clock per session, because a peer that does anything is not silent: any answer, and any bytes that it
// takes, restart it. While bytes of ours wait to be taken the limit is `writeStallMs`; while nothing but answers is missing
// it is `responseMs`. So a peer that works through a queue of requests one by one is never called silent, and a silent one
// is noticed at its deadline, however many requests are open.
//
// Serving. Responses leave in the order of the requests. Back-pressure on peers that do not read responses: nothing is read
// while too many are unanswered.

import { ByteWriter } from '../protocol/bytes.ts';
import type { Command } from '../protocol/dimse/command.ts';
import { ANSWER_DATA_SET_MAX, MESSAGE_STRETCH_LENGTH, UNANSWERED_MAX } from '../protocol/limits.ts';
import type { AssociationDriver } from './association-driver.ts';
import { Deadline } from './deadline.ts';
import { Deferred, Occurrence } from './deferred.ts';
import type { Handler } from './dimse-service.ts';
import type { AssociationFailure, Phase } from './failure.ts';
import { type Answer, type OpenEntry, OpenRequests, type RequestCommand } from './open-requests.ts';

export interface SessionLimits {
  readonly responseMs: number;
  readonly writeStallMs: number;
}

export interface SessionListener {
  /** The peer was silent for too long. */
  timedOut(phase: Phase, afterMs: number): void;
  /** A response without a request, or a request that nobody serves. */
  unexpected(command: Command): void;
  /** After this message nothing that the peer sends can be trusted, or kept. */
  unexplained(detail: string): void;
}

/** PS3.7 Annex C: more responses to this request follow. */
const PENDING_STATUSES: ReadonlySet<number | undefined> = new Set([0xff00, 0xff01]);

/** One request of ours, from before its first byte goes out until it is answered. */
export interface OpenRequest {
  readonly answer: Promise<Answer>;
  /** To be called when the system has taken its last byte. */
  sent(): void;
}

/** Where the bytes of the data set that is arriving go. */
interface Destination {
  data(bytes: Uint8Array): void;
  complete(): void;
  abandon?(): Promise<void>;
}

/** PS3.7 E.1: the highest bit of the Command Field. A request has a Message ID of its own, which is none of ours. */
function isResponse(command: Command): boolean {
  return command.type === 'other' ? command.CommandField >= 0x8000 : command.type.endsWith('-RSP');
}

export class DimseSession {
  readonly #driver: AssociationDriver;
  readonly #limits: SessionLimits;
  readonly #listener: SessionListener;
  readonly #clock: Deadline;
  readonly #ended = new Occurrence();
  readonly #open: OpenRequests;
  readonly #handlers = new Map<string, Handler>();
  #failure: AssociationFailure | undefined;
  #hasRequested = false;
  /** Requests whose last byte is not out. */
  #unsent = 0;
  #flushes = 0;
  #destination: Destination | undefined;
  #work: Promise<void> = Promise.resolve();
  #unanswered = 0;

  constructor(driver: AssociationDriver, limits: SessionLimits, listener: SessionListener) {
    this.#driver = driver;
    this.#limits = limits;
    this.#listener = listener;
    this.#open = new OpenRequests(limits.responseMs);
    this.#clock = new Deadline((afterMs) => listener.timedOut(this.#flushes > 0 ? 'write' : 'response', afterMs));
  }

  /** The end of the association, well or badly. */
  get ended(): Occurrence {
    return this.#ended;
  }

  /** Why it ended, if it ended badly. */
  get failure(): AssociationFailure | undefined {
    return this.#failure;
  }

  /** What a failure interrupts now. */
  get phase(): Phase {
    if (this.#unsent > 0) return 'write';
    return this.#hasRequested ? 'response' : 'association';
  }

  /** A request of ours is on its way or not answered. */
  get isBusy(): boolean {
    return this.#open.size > 0 || this.#unsent > 0;
  }

  /** Something that the peer has asked is not answered. */
  get isServing(): boolean {
    return this.#unanswered > 0;
  }

  /** As of `OpenRequests`. */
  messageId(): number {
    return this.#open.messageId();
  }

  /**
   * Sends a request and waits for its final response. Never rejects.
   * @param pending told of each response with a pending status (C-FIND); without it, the first response is the final one
   */
  async request(
    presentationContextId: number,
    command: RequestCommand,
    dataSet?: Uint8Array,
    pending?: (answer: Answer) => void,
  ): Promise<Answer> {
    const request = this.#register(command, true, pending);
    this.#driver.batch(() => {
      const hasDataSet = dataSet !== undefined;
      this.#driver.input({ type: 'DIMSE request', presentationContextId, command, hasDataSet });
      if (hasDataSet) this.#driver.input({ type: 'data set', presentationContextId, bytes: dataSet, isLast: true });
    });
    if ((await this.flushed()) === undefined) request.sent();
    return request.answer;
  }

  /**
   * For a request whose bytes the caller sends piece by piece. To be called before its first byte goes out: a peer may
   * answer before it has the whole data set. Its answer comes without a data set.
   */
  open(command: RequestCommand): OpenRequest {
    return this.#register(command, false, undefined);
  }

  /** Waits until the system has taken everything that was written. Returns the failure, if the association has ended. */
  async flushed(): Promise<AssociationFailure | undefined> {
    if (this.#ended.hasHappened || !this.#driver.hasPendingWrites) return this.#failure;
    this.#flushes += 1;
    this.#watch();
    await this.#ended.or(this.#driver.flushed());
    this.#flushes -= 1;
    this.#watch();
    return this.#failure;
  }

  /** Serves the peer's requests of one kind, such as 'C-STORE-RQ'. */
  serve<T extends Command['type']>(type: T, handler: Handler<Extract<Command, { readonly type: T }>>): void {
    this.#handlers.set(type, handler as Handler);
  }

  /** Runs `work` when every request so far is answered. */
  afterResponses(work: () => void | Promise<void>): void {
    this.#unanswered += 1;
    if (this.#unanswered === UNANSWERED_MAX + 1) this.#driver.pauseReading();
    this.#work = this.#work.then(work).then(async () => {
      await this.#driver.flushed();
      this.#unanswered -= 1;
      if (this.#unanswered === UNANSWERED_MAX) this.#driver.resumeReading();
    });
  }

  /** The association has ended: open requests get the failure as their answer. The first end counts. */
  end(failure: AssociationFailure | undefined): void {
    if (this.#ended.hasHappened) return;
    this.#failure = failure;
    this.#clock.stop();
    this.#ended.happen();
    const destination = this.#destination;
    this.#destination = undefined;
    if (destination?.abandon !== undefined) this.afterResponses(() => destination.abandon?.());
    for (const { settle } of this.#open.takeAll()) settle(this.#noAnswer());
  }

  /** From the driver: the peer takes bytes. */
  written(): void {
    this.#clock.restart();
  }

  /** From the driver: a command set. */
  message(presentationContextId: number, command: Command, hasDataSet: boolean): void {
    this.#destination = undefined;
    const handler = this.#handlers.get(command.type);
    if (handler === undefined) this.#answer(command, hasDataSet);
    else this.#serve(handler, presentationContextId, command, hasDataSet);
  }

  /** From the driver: bytes of the data set that belongs to the last command set. */
  dataSet(bytes: Uint8Array, isLast: boolean): void {
    const destination = this.#destination;
    if (destination === undefined) return;
    destination.data(bytes);
    if (!isLast || this.#destination !== destination) return;
    this.#destination = undefined;
    destination.complete();
  }

  #register(
    command: RequestCommand,
    isCollected: boolean,
    pending: ((answer: Answer) => void) | undefined,
  ): OpenRequest {
    if (this.#ended.hasHappened) return { answer: Promise.resolve(this.#noAnswer()), sent: () => undefined };
    this.#hasRequested = true;
    this.#unsent += 1;
    const answer = new Deferred<Answer>();
    const entry = this.#open.add({ command, settle: (value) => answer.resolve(value), isCollected, pending });
    const sent = (): void => {
      this.#unsent -= 1;
      this.#open.await(entry);
      this.#watch();
    };
    return { answer: answer.promise, sent };
  }

  /** After a good end too: a request without an answer has failed. */
  #noAnswer(): Answer {
    return { type: 'failure', failure: this.#failure ?? { code: 'connection lost', phase: 'response' } };
  }

  /** Something was sent or has arrived: the silence begins anew, if anything is waited for. */
  #watch(): void {
    if (this.#ended.hasHappened) return;
    if (this.#flushes > 0) this.#clock.start(this.#limits.writeStallMs);
    else if (this.#open.awaited > 0) this.#clock.start(this.#limits.responseMs);
    else this.#clock.pause();
  }

  #answer(command: Command, hasDataSet: boolean): void {
    if (!isResponse(command)) {
      this.#listener.unexpected(command);
      return;
    }
    const id = 'MessageIDBeingRespondedTo' in command ? command.MessageIDBeingRespondedTo : undefined;
    // While one request is open, a response that names none of ours can only be meant for it, and its reader will judge it.
    // While several are open, nobody can tell.
    const isOurs = id !== undefined && this.#open.has(id);
    if (!isOurs && this.#open.size > 1) {
      const others = `${this.#open.size} other requests are open`;
      this.#listener.unexplained(`a response to message ${id ?? 'unknown'} while ${others}`);
      return;
    }
    const entry = isOurs ? this.#open.get(id) : this.#open.oldest;
    if (entry === undefined) {
      this.#listener.unexpected(command);
      return;
    }
    this.#watch();
    if (entry.isCollected && hasDataSet) this.#collect(entry, command);
    else this.#settle(entry, { type: 'message', command, hasDataSet, beside: this.#open.beside(entry) });
  }

  #collect(entry: OpenEntry, command: Command): void {
    // Copied into one buffer: a peer may send a fragment for each byte.
    const collected = new ByteWriter();
    const beside = this.#open.beside(entry);
    let lengthSince = 0;
    this.#destination = {
      data: (bytes) => {
        if (collected.length + bytes.length > ANSWER_DATA_SET_MAX) {
          this.#listener.unexplained(`a response with a data set of more than ${ANSWER_DATA_SET_MAX} bytes`);
          return;
        }
        collected.bytes(bytes);
        lengthSince += bytes.length;
        // A byte now and then is no sign of life.
        if (lengthSince < MESSAGE_STRETCH_LENGTH) return;
        lengthSince = 0;
        this.#clock.restart();
      },
      complete: () =>
        this.#settle(entry, { type: 'message', command, hasDataSet: true, dataSet: collected.finish(), beside }),
    };
  }

  #settle(entry: OpenEntry, answer: Extract<Answer, { readonly type: 'message' }>): void {
    const { command } = answer;
    const status = 'Status' in command ? command.Status : undefined;
    if (entry.pending !== undefined && PENDING_STATUSES.has(status)) {
      entry.pending(answer);
      return;
    }
    this.#open.close(entry);
    this.#watch();
    entry.settle(answer);
    const overdueMs = this.#open.passedOverMs;
    if (overdueMs !== undefined) this.#listener.timedOut('response', overdueMs);
  }

  #serve(handler: Handler, presentationContextId: number, command: Command, hasDataSet: boolean): void {
    const { contexts } = this.#driver.association;
    const context = contexts.find((negotiated) => negotiated.presentationContextId === presentationContextId);
    const service = context === undefined ? undefined : handler({ context, command, hasDataSet });
    if (service === undefined) {
      this.#listener.unexpected(command);
      return;
    }
    const respond = (): void =>
      this.afterResponses(async () => {
        const response = await service.response();
        this.#driver.input({ type: 'DIMSE request', presentationContextId, command: response, hasDataSet: false });
      });
    if (!hasDataSet) {
      respond();
      return;
    }
    this.#destination = {
      data: (bytes) => {
        const busy = service.data?.(bytes);
        if (busy === undefined) return;
        this.#driver.pauseReading();
        void busy.then(() => this.#driver.resumeReading());
      },
      complete: respond,
      abandon: () => service.abandon?.() ?? Promise.resolve(),
    };
  }
}
