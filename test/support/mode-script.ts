// Performs the modes of one connection: the conversation of a peer from the A-ASSOCIATE-RQ to the end (PS3.8 9.2), with the
// acts of the modes at their moments.

import { createHash } from 'node:crypto';
import { countInstances } from './instance-counter.ts';
import type { Answer, ModeAct, Moment, PeerModes } from './mode-types.ts';
import * as naive from './naive-pdu.ts';
import { type AssociationRecord, type InstanceRecord, instanceOf, newRecord, recordRequest } from './peer-records.ts';
import { type PeerConnection, type RawMessage, storeResponse } from './scripted-peer.ts';

/** What the connections of one peer share. */
export interface PeerState {
  readonly associations: AssociationRecord[];
  readonly instances: InstanceRecord[];
  readonly limit: number;
  open: number;
  overLimit: number;
  /** Called when an association is over. */
  over: () => void;
}

export class ModeScript {
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
    if (typeof answer === 'string') {
      await this.#act({ moment: 'unanswered', act: answer });
      return;
    }
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
