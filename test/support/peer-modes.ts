// The usual behaviours of a peer, as data: how it answers the association, with what status it answers each instance, when
// it leaves and how. Modes combine freely, and each connection may have its own. What no mode can say is a script of
// `scripted-peer.ts`.
//
//     startPeer(t)                                                          accepts and stores everything
//     startPeer(t, { reject: [1, 1, 7] })                                   called AE title not recognized
//     startPeer(t, { answer: ({ count }) => (count === 2 ? 0xa700 : 0) })   refuses the second instance
//     startPeer(t, { answer: () => gate })                                  answers when the promise `gate` resolves
//     startPeer(t, { at: [{ moment: 'unanswered', act: 'abort' }] })        aborts instead of answering the first instance
//     startPeer(t, (number) => (number === 1 ? { reject: [2, 3, 2] } : {})) only the first connection goes wrong
//     startPeer(t, {}, { limit: 1 })                                        one association at a time
//
// The peer records each association and each instance: tests compare a sender's claims with these records.

import { createHash } from 'node:crypto';
import { countInstances } from './instance-counter.ts';
import * as naive from './naive-pdu.ts';
import { type AssociationRecord, type InstanceRecord, instanceOf, newRecord, recordRequest } from './peer-records.ts';
import {
  type AcceptOptions,
  type PeerConnection,
  type RawMessage,
  type ScriptedPeer,
  startScriptedPeer,
  storeResponse,
} from './scripted-peer.ts';
import type { Scope } from './temporary-folder.ts';

/**
 * - connected: nothing was read.
 * - requested: the A-ASSOCIATE-RQ was read and not answered.
 * - before: nothing of the n-th message was read. - inside: some of its bytes. - unanswered: all. - answered: with its answer.
 * - released: the A-RELEASE-RQ was read and not answered.
 */
export type Moment = 'connected' | 'requested' | 'before' | 'inside' | 'unanswered' | 'answered' | 'released';

/** Ways to stop serving a connection. None of them answers anything afterwards; those that can go on reading do. */
export type Way =
  | 'abort'
  | 'close'
  | 'reset'
  /** Sends A-RELEASE-RQ. */
  | 'release'
  | 'stop reading'
  /** Sends FIN and reads nothing any more. */
  | 'close and stop reading'
  | 'silence';

export interface ModeAct {
  readonly moment: Moment;
  /** The message that `moment` speaks of, from 1. Default: 1. */
  readonly message?: number;
  /** For 'inside': after at least so many bytes of it. Default: 1. */
  readonly bytes?: number;
  /** A function does not end the service, unless it closes the connection. */
  readonly act: Way | ((connection: PeerConnection, record: AssociationRecord) => void | Promise<void>);
  /** For 'abort': source and reason (PS3.8 Table 9-26). Default: the service provider gives no reason. */
  readonly abort?: readonly [source: number, reason: number];
}

/** What is sent instead of a plain C-STORE-RSP. */
export interface SpecialAnswer {
  /** Recorded as the answer; undefined: what is sent is no correct answer. */
  readonly status: number | undefined;
  readonly bytes: readonly Buffer[];
}

/** A status, exact bytes, or undefined: never an answer, to this instance or a later one of the association. */
export type Answer = number | SpecialAnswer | undefined;

export interface PeerModes extends Pick<AcceptOptions, 'maximumLength' | 'userInformation'> {
  /** The result of each presentation context. Default: accepted, with its first transfer syntax. */
  readonly context?: AcceptOptions['answer'];
  /** A-ASSOCIATE-RJ instead of an acceptance: result, source, reason (PS3.8 Table 9-21). */
  readonly reject?: readonly [result: number, source: number, reason: number];
  /** Operations that it grants where a window was proposed (53H); 0: no limit. Without it: not granted. */
  readonly window?: number;
  /** Called when an instance has come whole; a promise delays its answer, not that of others. Default: success. */
  readonly answer?: (instance: InstanceRecord, message: RawMessage) => Answer | Promise<Answer>;
  /** Further elements of every plain C-STORE-RSP, by element number. */
  readonly elements?: ReadonlyMap<number, Buffer>;
  readonly at?: readonly ModeAct[];
  /** Called with each piece that the system hands over, and all bytes so far. May pause the socket or destroy it. */
  readonly reading?: (bytesRead: number, connection: PeerConnection) => void;
  /** Every byte is written by a write of its own. */
  readonly isByteWise?: boolean;
  /**
   * What is kept of the instances. With 'lengths' no part of an instance is ever held, and no moment between the messages
   * is met: for instances that are large. Default: 'data sets', and the messages.
   */
  readonly keeps?: 'data sets' | 'digests' | 'lengths';
}

export interface PeerOptions {
  /** So many associations at a time; further ones are rejected with 'local limit exceeded'. */
  readonly limit?: number;
}

export interface ModalPeer extends ScriptedPeer {
  /** Connections in the order in which they came. */
  readonly associations: readonly AssociationRecord[];
  /** Instances of all associations, in the order of arrival. */
  readonly instances: readonly InstanceRecord[];
  /** How many associations were rejected for `limit`. */
  readonly overLimit: number;
  /** Resolves when nothing more will be read, or at the latest after `limitMs`. */
  settled(limitMs: number): Promise<void>;
}

interface PeerState {
  readonly associations: AssociationRecord[];
  readonly instances: InstanceRecord[];
  readonly limit: number;
  open: number;
  overLimit: number;
  /** Called when an association is over. */
  over: () => void;
}

/** @param modes of all connections, or of the connection with this number, from 1 */
export async function startPeer(
  scope: Scope | undefined,
  modes: PeerModes | ((number: number) => PeerModes) = {},
  { limit = Number.POSITIVE_INFINITY }: PeerOptions = {},
): Promise<ModalPeer> {
  const state: PeerState = {
    associations: [],
    instances: [],
    limit,
    open: 0,
    overLimit: 0,
    over: () => undefined,
  };
  const peer = await startScriptedPeer(async (connection, number) => {
    const own = typeof modes === 'function' ? modes(number) : modes;
    await new ModeScript(connection, number, own, state).run();
  }, scope);
  const settled = async (limitMs: number): Promise<void> => {
    const limitReached = new AbortController();
    const timer = setTimeout(() => {
      limitReached.abort();
      state.over();
    }, limitMs);
    while (state.associations.some(({ isOver }) => !isOver) && !limitReached.signal.aborted) {
      await new Promise<void>((resolve) => {
        state.over = resolve;
      });
    }
    clearTimeout(timer);
  };
  return {
    port: peer.port,
    associations: state.associations,
    instances: state.instances,
    get connections() {
      return peer.connections;
    },
    get overLimit() {
      return state.overLimit;
    },
    stop: () => peer.stop(),
    settled,
  };
}

class ModeScript {
  readonly #connection: PeerConnection;
  readonly #modes: PeerModes;
  readonly #state: PeerState;
  readonly #record: AssociationRecord;
  readonly #syntaxes = new Map<number, string>();
  /** Nothing is answered any more. */
  #isSilent = false;
  #messages = 0;

  constructor(connection: PeerConnection, number: number, modes: PeerModes, state: PeerState) {
    this.#connection = connection;
    this.#modes = modes;
    this.#state = state;
    this.#record = newRecord(number, connection.socket.remotePort ?? 0);
    state.associations.push(this.#record);
    connection.isByteWise = modes.isByteWise ?? false;
  }

  async run(): Promise<void> {
    const connection = this.#connection;
    this.#watchReading();
    await this.#actAt('connected');
    if (await this.#associate()) {
      this.#state.open += 1;
      if (this.#modes.keeps === 'lengths') await this.#countInstances();
      else await this.#takeMessages();
      this.#state.open -= 1;
    }
    let pdu = connection.lastPdu;
    // The peer asked for release itself: the sender's response, and whatever crossed the request.
    while (pdu !== undefined && pdu.type !== 0x05 && pdu.type !== 0x07) {
      if (pdu.type === 0x06) connection.socket.end();
      pdu = await connection.pdu();
    }
    this.#record.endedInside = connection.isInsideMessage;
    this.#record.end = pdu?.type === 0x05 ? 'release' : pdu?.type === 0x07 ? 'abort' : 'lost';
    if (pdu?.type === 0x05) {
      await this.#actAt('released');
      if (!this.#isSilent) this.#send(naive.releaseRp());
    }
    while ((await connection.pdu()) !== undefined);
    this.#isOver();
  }

  #isOver(): void {
    this.#record.isOver = true;
    this.#state.over();
  }

  #watchReading(): void {
    const { reading } = this.#modes;
    if (reading === undefined) return;
    let bytesRead = 0;
    this.#connection.socket.on('data', (bytes: Buffer) => {
      bytesRead += bytes.length;
      reading(bytesRead, this.#connection);
    });
  }

  /** True: the association is accepted. */
  async #associate(): Promise<boolean> {
    const connection = this.#connection;
    const pdu = await connection.pdu();
    connection.lastPdu = pdu;
    // The sender may leave before it asks.
    if (pdu?.type !== 0x01) return false;
    recordRequest(this.#record, pdu.body);
    await this.#actAt('requested');
    const { limit } = this.#state;
    const isOverLimit = this.#state.open >= limit;
    const rejection = isOverLimit ? ([2, 3, 2] as const) : this.#modes.reject;
    if (!this.#isSilent && rejection !== undefined) {
      if (isOverLimit) this.#state.overLimit += 1;
      this.#record.isBroken = true;
      this.#send(naive.associateRj(...rejection));
      if (connection.socket.writable) connection.socket.end();
      this.#isSilent = true;
    }
    if (this.#isSilent) {
      connection.lastPdu = await connection.pdu();
      return false;
    }
    if (!connection.socket.writable) return false;
    this.#accept(pdu.body);
    return true;
  }

  #accept(request: Buffer): void {
    const { userInformation, window, maximumLength } = this.#modes;
    const grantsWindow = this.#record.operationsWindow !== undefined && window !== undefined;
    this.#record.contexts = this.#connection.acceptRequest(request, {
      ...(maximumLength === undefined ? {} : { maximumLength }),
      userInformation: [
        ...(grantsWindow ? [naive.asynchronousOperationsWindow(window, 1)] : []),
        ...(userInformation ?? []),
      ],
      answer: (context) => {
        const result = this.#modes.context?.(context) ?? {
          result: 0,
          transferSyntax: context.transferSyntaxes[0] ?? '',
        };
        this.#syntaxes.set(context.id, result.transferSyntax ?? '');
        return result;
      },
    });
    this.#record.isAccepted = true;
  }

  async #takeMessages(): Promise<void> {
    const connection = this.#connection;
    for (;;) {
      await this.#actAt('before', this.#messages + 1);
      this.#actInside(this.#messages + 1);
      const message = await connection.message();
      if (message === undefined) return;
      this.#messages += 1;
      const instance = this.#recordMessage(message);
      await this.#actAt('unanswered', this.#messages);
      const given = this.#modes.answer === undefined ? 0 : this.#modes.answer(instance, message);
      // An answer that is there at once is sent at once, in front of whatever comes next.
      if (given instanceof Promise) void given.then((answer) => this.#answer(message, instance, answer));
      else await this.#answer(message, instance, given);
    }
  }

  #recordMessage(message: RawMessage): InstanceRecord {
    const { keeps = 'data sets' } = this.#modes;
    const dataSet = message.dataSet ?? Buffer.alloc(0);
    if (keeps === 'data sets') this.#record.messages.push(message);
    return this.#recordInstance({
      sopInstanceUID: instanceOf(message),
      transferSyntax: this.#syntaxes.get(message.presentationContextId) ?? '',
      length: dataSet.length,
      dataSet: keeps === 'data sets' ? dataSet : Buffer.alloc(0),
      sha256: keeps === 'digests' ? createHash('sha256').update(dataSet).digest('hex') : '',
    });
  }

  #recordInstance(
    what: Pick<InstanceRecord, 'sopInstanceUID' | 'transferSyntax' | 'length' | 'dataSet' | 'sha256'>,
  ): InstanceRecord {
    const instance: InstanceRecord = {
      ...what,
      association: this.#record.number,
      count: this.#state.instances.length + 1,
      nth: this.#messages,
      status: undefined,
    };
    this.#state.instances.push(instance);
    return instance;
  }

  async #answer(message: RawMessage, instance: InstanceRecord, answer: Answer): Promise<void> {
    if (answer === undefined) this.#isSilent = true;
    if (this.#isSilent || answer === undefined || !this.#connection.socket.writable) return;
    const { elements } = this.#modes;
    if (typeof answer === 'number') {
      instance.status = answer;
      this.#send(naive.pData(naive.pdv(message.presentationContextId, 0x03, storeResponse(message, answer, elements))));
    } else {
      instance.status = answer.status;
      if (answer.status === undefined) this.#record.isBroken = true;
      for (const bytes of answer.bytes) this.#send(bytes);
    }
    await this.#actAt('answered', instance.nth);
  }

  /** Counts and answers instances without holding any of their bytes. */
  async #countInstances(): Promise<void> {
    const connection = this.#connection;
    connection.lastPdu = await countInstances(connection, (command, length, id) => {
      this.#messages += 1;
      const message = { command, presentationContextId: id, dataSet: undefined, fragments: [] };
      const instance = this.#recordInstance({
        sopInstanceUID: instanceOf(message),
        transferSyntax: this.#syntaxes.get(id) ?? '',
        length,
        dataSet: Buffer.alloc(0),
        sha256: '',
      });
      const given = this.#modes.answer === undefined ? 0 : this.#modes.answer(instance, message);
      void Promise.resolve(given).then((answer) => this.#answer(message, instance, answer));
    });
    if (connection.lastPdu?.type === 0x07) connection.socket.end();
  }

  async #actAt(moment: Moment, message = 1): Promise<void> {
    for (const act of this.#modes.at ?? []) {
      if (act.moment === moment && (act.message ?? 1) === message) await this.#act(act);
    }
  }

  #actInside(message: number): void {
    const { socket } = this.#connection;
    for (const act of this.#modes.at ?? []) {
      if (act.moment !== 'inside' || (act.message ?? 1) !== message) continue;
      let left = act.bytes ?? 1;
      const count = (bytes: Buffer): void => {
        left -= bytes.length;
        if (left > 0) return;
        socket.off('data', count);
        void this.#act(act);
      };
      socket.on('data', count);
    }
  }

  async #act({ act, abort = [2, 0] }: ModeAct): Promise<void> {
    if (typeof act === 'function') {
      await act(this.#connection, this.#record);
      return;
    }
    const { socket } = this.#connection;
    this.#record.isBroken = true;
    this.#isSilent = true;
    switch (act) {
      case 'abort':
        this.#send(naive.abort(...abort));
        socket.end();
        return;
      case 'close':
        socket.end();
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'release':
        this.#send(naive.releaseRq());
        return;
      case 'close and stop reading':
        socket.end();
        socket.pause();
        this.#isOver();
        return;
      case 'stop reading':
        socket.pause();
        this.#isOver();
        return;
      case 'silence':
        return;
    }
  }

  #send(bytes: Buffer): void {
    if (this.#connection.socket.writable) this.#connection.send(bytes);
  }
}
