// One association, either role, without any I/O: inputs go in, effects come out. PS3.8 clauses 7 and 9.
//
// A driver owns the connection and the timer. It gives this object everything that happens (bytes came, the connection is gone, the
// user wants to send) as an input, and performs the effects that come back, in order: write these bytes, start the timer, tell
// the user. The same inputs give the same effects, so that every conversation can be tested without a network.
//
//   input ──► event ──► STATE_TABLE[state][event] ──► action ──► steps ──► effects
//
//   bytes      ul/framer cuts them into PDUs; each PDU is an event; an indicated P-DATA-TF goes through dimse/assemble, which
//              makes DIMSE messages of its PDVs
//   requests   of the user are events too; messages are cut into PDVs by dimse/fragment
//
// The theory of states, events and actions is in ul/state-table.ts. Five things to know here:
//
// - `handle` does not throw, whatever the peer sends. A decoder's ProtocolError becomes Evt19, and a PDU that its state does not
//   allow becomes the error of an AA-8; both are answered by A-ABORT. What `handle` does throw is a bug of ours.
// - The state changes before the effects are performed. Whoever performs them may give further inputs at once; a driver queues
//   the effects of those behind the rest.
// - After bytes that are no PDU the stream is given up: without a length nobody knows where the next PDU begins.
// - What one read costs is bounded where a driver asks for it: a PDU of 128 KiB may hold thousands of messages.
// - A request in a state that does not allow it does nothing. Its user was or will be told how the association ended.

import type { NegotiatedContext } from './acse/contexts.ts';
import { negotiateContexts } from './acse/negotiate.ts';
import { canSendData, indicatesData, unexpectedPdu } from './allowed.ts';
import { MessageAssembler } from './dimse/assemble.ts';
import { encodeCommandSet } from './dimse/command-set.ts';
import { fragment, fragmentCount, fragmentInPlace, maxFragmentLength } from './dimse/fragment.ts';
import type { AssociationInput, Effect, Indication } from './effects.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from './errors.ts';
import { type EventParameters, needed, PDU_EVENTS, typed } from './event-parameters.ts';
import {
  READ_PART_COST_MAX,
  RECEIVED_PDU_LENGTH_CAP,
  RECEIVED_PDU_LENGTH_SLACK,
  SENT_PDU_LENGTH_CAP,
  TRACE_BYTES_MAX,
} from './limits.ts';
import {
  type DataStretch,
  dataEvent,
  ignoredData,
  type MessagePart,
  ReceivedData,
  sentStretch,
} from './p-data-trace.ts';
import type { DataDetail, Direction, ProtocolTraceEvent } from './trace-event.ts';
import { ACTIONS, type Action, type Step } from './ul/actions.ts';
import { encodeAssociateAc, encodePdu } from './ul/encode.ts';
import { PduFramer } from './ul/framer.ts';
import {
  type AAssociateAc,
  type AAssociateRq,
  ASSOCIATE_FIELDS,
  type PDataTf,
  type Pdu,
  type PresentationDataValue,
} from './ul/pdu.ts';
import { redactPdu } from './ul/redact.ts';
import { STATE_TABLE } from './ul/state-table.ts';
import type { EventId, State } from './ul/states.ts';

/** What reading a PDU, and a message, costs beside a PDV (`READ_PART_COST_MAX`). */
const PDU_COST = 4;
const MESSAGE_COST = 32;

export interface AssociationOptions {
  readonly role: 'requestor' | 'acceptor';
  /** What we announce as our maximum length received, in bytes; 0 = no limit. */
  readonly maxPduLength: number;
  /** Bytes are read by inputs 'read on', each of which takes at most a few milliseconds; by default at once. */
  readonly readsInParts?: boolean;
  /** What is told of P-DATA-TF; by default everything. Asked for each message. */
  readonly dataDetail?: () => DataDetail;
}

export class Association {
  readonly #role: 'requestor' | 'acceptor';
  readonly #framer: PduFramer;
  readonly #assembler = new MessageAssembler();
  #state: State = 'Sta1';
  #effects: Effect[] = [];
  /** Bytes came that are no PDU. What follows cannot be read, since nobody knows where the next PDU begins. */
  #unreadable = false;
  readonly #readsInParts: boolean;
  readonly #dataDetail: () => DataDetail;
  #hasUnread = false;
  /** The P-DATA-TF whose PDVs are being indicated. */
  #received: ReceivedData | undefined;
  #rq: AAssociateRq | undefined;
  /** Bytes 11-74 of the A-ASSOCIATE-RQ that we received. */
  #rqFields: Uint8Array | undefined;
  #contexts: readonly NegotiatedContext[] = [];
  readonly #acceptedIds = new Set<number>();
  #maxFragment: number | undefined;

  constructor(options: AssociationOptions) {
    this.#role = options.role;
    this.#readsInParts = options.readsInParts ?? false;
    this.#dataDetail = options.dataDetail ?? (() => 'bytes');
    const announced = options.maxPduLength;
    const longest = (announced === 0 ? RECEIVED_PDU_LENGTH_CAP : announced) + RECEIVED_PDU_LENGTH_SLACK;
    this.#framer = new PduFramer({ maxPDataTfLength: longest, announced });
  }

  get state(): State {
    return this.#state;
  }

  /** Bytes wait for 'read on'. */
  get hasUnread(): boolean {
    return this.#hasUnread;
  }

  /** As of `PduFramer`. */
  get arrivingLength(): number {
    return this.#framer.arrivingLength;
  }

  /** The result of the negotiation, one entry for each proposed context. Empty until the association is accepted. */
  get contexts(): readonly NegotiatedContext[] {
    return this.#contexts;
  }

  /**
   * The longest fragment of a message that one PDV carries: an even number of bytes. Undefined before the association is
   * accepted, and where the peer's maximum length leaves no room for two bytes (1-7, PS3.8 D.1): nothing can be sent to it then.
   */
  get maxFragment(): number | undefined {
    return this.#maxFragment;
  }

  /**
   * Takes one input and returns the effects to perform, in order. A request that comes too late, after the association began to
   * end, does nothing: an indication tells of the end.
   */
  handle(input: AssociationInput): Effect[] {
    this.#effects = [];
    switch (input.type) {
      case 'A-ASSOCIATE request':
        this.#rq = input.rq;
        this.#dispatch('Evt1', {});
        break;
      case 'A-ASSOCIATE response':
        this.#dispatch(input.answer.type === 'A-ASSOCIATE-AC' ? 'Evt7' : 'Evt8', { send: input.answer });
        break;
      case 'DIMSE request':
        this.#sendCommand(input);
        break;
      case 'data set':
        this.#sendDataSet(input.presentationContextId, input.bytes, input.isLast, input.hasRoom === true);
        break;
      case 'A-RELEASE request':
        this.#dispatch('Evt11', {});
        break;
      case 'A-RELEASE response':
        this.#dispatch('Evt14', {});
        break;
      case 'A-ABORT request':
        this.#dispatch('Evt15', {});
        break;
      case 'transport connected':
        this.#dispatch(this.#role === 'requestor' ? 'Evt2' : 'Evt5', {});
        break;
      case 'transport closed':
        this.#dispatch('Evt17', {});
        break;
      case 'ARTIM expired':
        this.#dispatch('Evt18', {});
        break;
      case 'bytes':
        if (this.#unreadable) break;
        this.#framer.push(input.bytes);
        this.#hasUnread = true;
        if (!this.#readsInParts) this.#read(Number.POSITIVE_INFINITY);
        break;
      case 'read on':
        this.#read(READ_PART_COST_MAX);
        break;
    }
    return this.#effects;
  }

  #read(costMax: number): void {
    try {
      for (let cost = 0; cost < costMax; ) {
        const step = this.#state === 'Sta1' ? undefined : (this.#readPdv() ?? this.#readPdu());
        if (step === undefined) {
          this.#hasUnread = false;
          return;
        }
        cost += step;
      }
    } catch (thrown) {
      if (thrown instanceof ProtocolError) this.#fail(thrown);
      else throw thrown;
    }
  }

  /** Indicates the next PDV of the P-DATA-TF that is being read. Returns what that cost; undefined: there is none. */
  #readPdv(): number | undefined {
    const received = this.#received;
    if (received === undefined) return undefined;
    const pdv = indicatesData(this.#state) ? received.next() : undefined;
    if (pdv === undefined) this.#received = undefined;
    if (pdv === undefined) return undefined;
    if (received.stretch !== undefined)
      this.#traceData('received', received.stretch, pdv.isCommand ? pdv.data : undefined);
    return this.#assemble(pdv) ? MESSAGE_COST : 1;
  }

  /** Reads the next PDU. Returns what that cost; undefined: it has not arrived. */
  #readPdu(): number | undefined {
    const framed = this.#framer.next();
    if (framed === undefined) return undefined;
    const { pdu, length, bytes } = framed;
    if (pdu.type !== 'P-DATA-TF') {
      this.#trace({ type: 'PDU', direction: 'received', pdu, length, parts: redactPdu(bytes, TRACE_BYTES_MAX) });
    } else if (!indicatesData(this.#state)) this.#traceData('received', ...ignoredData(pdu, length));
    const error = unexpectedPdu(this.#state, pdu.type);
    const parameters = { received: pdu, bytes };
    this.#dispatch(PDU_EVENTS[pdu.type], error === undefined ? parameters : { ...parameters, error });
    return PDU_COST;
  }

  /** Evt19. The rest of the stream is dropped. */
  #fail(error: ProtocolError): void {
    this.#unreadable = true;
    this.#hasUnread = false;
    this.#received = undefined;
    this.#framer.discard();
    this.#dispatch('Evt19', { error });
  }

  #sendCommand(input: Extract<AssociationInput, { type: 'DIMSE request' }>): void {
    const { presentationContextId, command, hasDataSet } = input;
    if (!canSendData(this.#state) || this.#maxFragment === undefined) return;
    const bytes = encodeCommandSet(command, hasDataSet);
    const chunks = fragment(presentationContextId, true, bytes, true, this.#maxFragment);
    this.#trace({ type: 'DIMSE message', direction: 'sent', presentationContextId, command, hasDataSet });
    this.#sendFragments({ presentationContextId, isLastFragment: true }, chunks, fragmentCount(chunks), bytes);
  }

  #sendDataSet(presentationContextId: number, bytes: Uint8Array, isLast: boolean, hasRoom: boolean): void {
    if (!canSendData(this.#state) || this.#maxFragment === undefined) return;
    const part = { presentationContextId, isLastFragment: isLast };
    if (hasRoom) {
      this.#sendFragments(part, [bytes], fragmentInPlace(presentationContextId, bytes, isLast, this.#maxFragment));
    } else {
      const chunks = fragment(presentationContextId, false, bytes, isLast, this.#maxFragment);
      this.#sendFragments(part, chunks, fragmentCount(chunks));
    }
  }

  /** @param command the command set; undefined: it is a data set */
  #sendFragments(part: MessagePart, chunks: readonly Uint8Array[], pdus: number, command?: Uint8Array): void {
    this.#traceData('sent', sentStretch(part, command !== undefined, chunks, pdus, this.#maxFragment ?? 0), command);
    this.#dispatch('Evt9', { chunks });
  }

  #dispatch(event: EventId, parameters: EventParameters): void {
    const from = this.#state;
    const actionId = STATE_TABLE[from][event];
    if (actionId === undefined) return;
    const action: Action = ACTIONS[actionId];
    const to = typeof action.next === 'string' ? action.next : action.next[this.#role];
    if (parameters.error !== undefined && actionId !== 'AA-6') {
      this.#trace({ type: 'protocol error', reason: parameters.error.reason, detail: parameters.error.message });
    }
    this.#state = to;
    for (const step of action.steps) this.#perform(step, parameters);
    if (from !== to) this.#trace({ type: 'transition', from, event, action: actionId, to });
  }

  /** Does one step of an action. A step whose event did not bring what it needs is a bug, and throws. */
  #perform(step: Step, { received, bytes, send, chunks, error }: EventParameters): void {
    switch (step) {
      case 'connect':
      case 'close':
      case 'start ARTIM':
      case 'stop ARTIM':
        this.#effects.push({ type: step });
        return;
      case 'send A-ASSOCIATE-RQ':
        this.#send(needed(this.#rq, step));
        return;
      case 'send A-ASSOCIATE-AC': {
        const ac = typed('A-ASSOCIATE-AC', send, step);
        this.#sendBytes(ac, encodeAssociateAc(ac, needed(this.#rqFields, step)));
        this.#established(ac, needed(this.#rq, step).userInformation.maximumLength);
        return;
      }
      case 'send A-ASSOCIATE-RJ':
        this.#send(typed('A-ASSOCIATE-RJ', send, step));
        return;
      case 'send P-DATA-TF':
        this.#effects.push({ type: 'write', chunks: needed(chunks, step) });
        return;
      case 'send A-RELEASE-RQ':
        this.#send({ type: 'A-RELEASE-RQ' });
        return;
      case 'send A-RELEASE-RP':
        this.#send({ type: 'A-RELEASE-RP' });
        return;
      case 'send A-ABORT (service-user)':
        this.#send({ type: 'A-ABORT', source: 0, reason: 0 });
        return;
      case 'send A-ABORT (service-provider)':
        this.#send({ type: 'A-ABORT', source: 2, reason: needed(error, step).reason });
        return;
      case 'indicate A-ASSOCIATE':
        this.#rq = typed('A-ASSOCIATE-RQ', received, step);
        // A copy (`slice` of a Buffer is none): the connection may be read into the same memory before we answer.
        this.#rqFields = new Uint8Array(needed(bytes, step).subarray(ASSOCIATE_FIELDS.start, ASSOCIATE_FIELDS.end));
        this.#indicate({ type: 'A-ASSOCIATE indication', rq: this.#rq });
        return;
      case 'confirm A-ASSOCIATE (accept)': {
        const ac = typed('A-ASSOCIATE-AC', received, step);
        this.#established(ac, ac.userInformation.maximumLength);
        this.#indicate({ type: 'A-ASSOCIATE confirmation (accept)', ac, contexts: this.#contexts });
        return;
      }
      case 'confirm A-ASSOCIATE (reject)':
        this.#indicate({ type: 'A-ASSOCIATE confirmation (reject)', rj: typed('A-ASSOCIATE-RJ', received, step) });
        return;
      case 'indicate P-DATA':
        typed('P-DATA-TF', received, step);
        this.#received = new ReceivedData(needed(bytes, step));
        return;
      case 'indicate A-RELEASE':
        this.#indicate({ type: 'A-RELEASE indication' });
        return;
      case 'confirm A-RELEASE':
        this.#indicate({ type: 'A-RELEASE confirmation' });
        return;
      case 'indicate A-ABORT or A-P-ABORT': {
        const { source, reason } = typed('A-ABORT', received, step);
        this.#indicate({ type: 'A-ABORT indication', source, reason });
        return;
      }
      case 'indicate A-P-ABORT':
        this.#indicate({ type: 'A-P-ABORT indication', ...(error === undefined ? {} : { error }) });
        return;
    }
  }

  #established(ac: AAssociateAc, peerMaximumLength: number | undefined): void {
    this.#contexts = negotiateContexts(this.#rq?.presentationContexts ?? [], ac.presentationContexts);
    for (const { presentationContextId, acceptedTransferSyntax } of this.#contexts) {
      if (acceptedTransferSyntax !== undefined) this.#acceptedIds.add(presentationContextId);
    }
    this.#maxFragment = maxFragmentLength(peerMaximumLength, SENT_PDU_LENGTH_CAP);
  }

  /** Returns whether a whole command set was indicated. */
  #assemble(pdv: PresentationDataValue): boolean {
    const id = pdv.presentationContextId;
    if (!this.#acceptedIds.has(id)) {
      throw new ProtocolError(INVALID_PDU_PARAMETER_VALUE, `PDV in presentation context ${id}, which was not accepted`);
    }
    const assembled = this.#assembler.receive(pdv);
    if (assembled?.type === 'data set') {
      const { bytes, isLast, breach } = assembled;
      if (breach !== undefined) this.#indicate({ type: 'breach', breach });
      if (bytes.length === 0 && !isLast) return false;
      this.#indicate({ type: 'data set', presentationContextId: id, bytes, isLast });
    }
    if (assembled?.type !== 'command') return false;
    const { command, hasDataSet, isDataSetAnnounced, breaches = [] } = assembled;
    const message = { presentationContextId: id, command, hasDataSet: isDataSetAnnounced };
    this.#trace({ type: 'DIMSE message', direction: 'received', ...message });
    for (const breach of breaches) this.#indicate({ type: 'breach', breach });
    this.#indicate({ type: 'DIMSE message', presentationContextId: id, command, hasDataSet });
    return true;
  }

  #indicate(indication: Indication): void {
    this.#effects.push({ type: 'indication', indication });
  }

  #send(pdu: Exclude<Pdu, PDataTf>): void {
    this.#sendBytes(pdu, encodePdu(pdu));
  }

  #sendBytes(pdu: Exclude<Pdu, PDataTf>, bytes: Uint8Array): void {
    const parts = redactPdu(bytes, TRACE_BYTES_MAX);
    this.#trace({ type: 'PDU', direction: 'sent', pdu, length: bytes.length, parts });
    this.#effects.push({ type: 'write', chunks: [bytes] });
  }

  #traceData(direction: Direction, stretch: DataStretch, command: Uint8Array | undefined): void {
    const detail = this.#dataDetail();
    if (detail !== 'nothing') this.#trace(dataEvent(direction, stretch, detail === 'bytes' ? command : undefined));
  }

  #trace(event: ProtocolTraceEvent): void {
    this.#effects.push({ type: 'trace', event });
  }
}
