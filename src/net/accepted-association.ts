// One association of the built-in receiver: its life cycle, and the services that it offers. PS3.8 clause 7 (acceptor),
// PS3.4 Annex A (Verification) and Annex B (Storage), PS3.7 9.1.5.

import { answerAssociation } from '../protocol/acse/accept.ts';
import type { CStoreRq } from '../protocol/dimse/command.ts';
import { SUCCESS } from '../protocol/dimse/status.ts';
import type { AssociationInput, Indication } from '../protocol/effects.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../protocol/implementation.ts';
import { RECEIVER_IDLE_MS, RECEIVER_STOP_MS, USEFUL_LENGTH } from '../protocol/limits.ts';
import { echoResponse } from '../protocol/service/verification.ts';
import { IMPLICIT_VR_LE, VERIFICATION } from '../protocol/uids.ts';
import type { AAssociateRq } from '../protocol/ul/pdu.ts';
import { AssociationDriver } from './association-driver.ts';
import type { AcceptedConnection, Endpoint } from './connection.ts';
import { Deadline } from './deadline.ts';
import { Deferred } from './deferred.ts';
import type { IncomingRequest, Service } from './dimse-service.ts';
import { DimseSession } from './dimse-session.ts';
import { MessagePace } from './message-pace.ts';
import type { PduSink } from './pdu-tap.ts';
import { DEFAULT_TIMEOUTS } from './peer.ts';
import type { Occupant, ReceiverPlaces } from './receiver-places.ts';
import { isStorable, type StorageOptions, StorageService } from './storage-service.ts';
import type { RequestorEnd, TraceSink } from './trace-record.ts';

export interface AcceptedAssociationOptions extends StorageOptions {
  readonly maxPduLength: number;
  readonly trace: TraceSink | undefined;
  readonly pdus: PduSink | undefined;
  readonly aeTitle: string | undefined;
  readonly places: ReceiverPlaces<AcceptedAssociation>;
}

/** PS3.8 Table 9-21: rejected-transient, service-provider (presentation), local-limit-exceeded. */
const REJECTED_FOR_CONGESTION = { type: 'A-ASSOCIATE-RJ', result: 2, source: 3, reason: 2 } as const;

export class AcceptedAssociation implements Occupant {
  readonly #driver: AssociationDriver;
  readonly #session: DimseSession;
  readonly #options: AcceptedAssociationOptions;
  readonly #gone = new Deferred<void>();
  readonly #remoteAddress: Endpoint;
  readonly #idle = new Deadline(() => this.#options.places.end(this, 'idle'));
  readonly #pace = new MessagePace(
    () => this.#waitsForUs || this.#driver.waitsForRoom,
    () => this.#options.places.end(this, 'slow message'),
  );
  #rq: AAssociateRq | undefined;
  #isAdmitted = false;
  /** Performance-clock time, in milliseconds. */
  #usefulAt = 0;
  #hasBeenUseful = false;
  /** Received since, in bytes. */
  #lengthSince = 0;

  constructor(connection: AcceptedConnection, options: AcceptedAssociationOptions) {
    this.#options = options;
    this.#remoteAddress = connection.remoteAddress;
    this.#driver = new AssociationDriver(
      { role: 'acceptor', maxPduLength: options.maxPduLength },
      { accepted: connection },
      {
        received: ({ length }) => this.#received(length),
        written: () => this.#session.written(),
        indication: (indication) => this.#indication(indication),
        closed: () => this.#closed(),
      },
      options.trace,
      options.pdus,
    );
    this.#session = new DimseSession(this.#driver, DEFAULT_TIMEOUTS, {
      timedOut: () => this.end(),
      unexpected: () => this.end(),
      unexplained: () => this.end(),
    });
    this.#session.serve('C-ECHO-RQ', ({ command }) => ({ response: () => echoResponse(command, SUCCESS) }));
    this.#session.serve('C-STORE-RQ', (request) => this.#store(request));
  }

  get host(): string {
    return this.#remoteAddress.host;
  }

  get hasBeenUseful(): boolean {
    return this.#hasBeenUseful;
  }

  get uselessSince(): number | undefined {
    return this.#waitsForUs ? undefined : this.#usefulAt;
  }

  end(): void {
    if (this.#driver.association.state !== 'Sta2') this.#input({ type: 'A-ABORT request' });
    else {
      // AA-2: without an A-ASSOCIATE-RQ there is nothing to abort.
      this.#driver.input({ type: 'ARTIM expired' });
      this.destroy();
    }
  }

  destroy(): void {
    this.#driver.destroy();
    this.#options.places.closing(this);
  }

  tell(reason: RequestorEnd, count: number): void {
    const remoteAddress = this.#remoteAddress;
    const callingAETitle = this.#rq?.callingAETitle;
    this.#driver.trace({ type: 'requestor ended', reason, remoteAddress, callingAETitle, count });
  }

  /** A-ABORT, and everything closed. */
  async stop(): Promise<void> {
    if (this.#driver.association.state === 'Sta13') this.destroy();
    else this.end();
    const timer = setTimeout(() => this.#driver.destroy(), RECEIVER_STOP_MS);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  /** Requests are not answered, and that is not because the peer takes no answers. */
  get #waitsForUs(): boolean {
    return this.#session.isServing && !this.#driver.hasPendingWrites;
  }

  #received(length: number): void {
    if (!this.#isAdmitted) return;
    this.#idle.restart();
    this.#pace.took(length);
    this.#lengthSince += length;
    if (this.#lengthSince >= USEFUL_LENGTH) this.#wasUseful();
  }

  #wasUseful(): void {
    this.#hasBeenUseful = true;
    this.#usefulAt = performance.now();
    this.#lengthSince = 0;
  }

  #input(input: AssociationInput): void {
    this.#driver.input(input);
    if (this.#driver.association.state === 'Sta13') this.#leave();
  }

  /** The last PDU is out. What is being written for it still holds memory, and its place. */
  #leave(): void {
    this.#stopClocks();
    if (!this.#session.isServing) this.#options.places.closing(this);
  }

  #stopClocks(): void {
    this.#idle.stop();
    this.#pace.stop();
  }

  #indication(indication: Indication): void {
    switch (indication.type) {
      case 'A-ASSOCIATE indication':
        this.#associate(indication.rq);
        return;
      case 'DIMSE message':
        if (!indication.hasDataSet) this.#pace.complete();
        this.#session.message(indication.presentationContextId, indication.command, indication.hasDataSet);
        return;
      case 'data set':
        if (indication.isLast) this.#pace.complete();
        this.#session.dataSet(indication.bytes, indication.isLast);
        return;
      case 'A-RELEASE indication':
        this.#session.afterResponses(() => this.#input({ type: 'A-RELEASE response' }));
        return;
      // Of a requestor only that it announces, or sends, a data set to a C-ECHO-RQ, which is answered all the same.
      case 'breach':
      case 'A-ASSOCIATE confirmation (accept)':
      case 'A-ASSOCIATE confirmation (reject)':
      case 'A-RELEASE confirmation':
        return;
      case 'A-ABORT indication':
      case 'A-P-ABORT indication':
        this.#leave();
        return;
    }
  }

  #associate(rq: AAssociateRq): void {
    this.#rq = rq;
    const { aeTitle, maxPduLength, places } = this.#options;
    const answer = answerAssociation(rq, {
      ...(aeTitle === undefined ? {} : { calledAETitle: aeTitle }),
      accepts: acceptsContext,
      maximumLength: maxPduLength,
      implementationClassUID: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    });
    this.#isAdmitted = answer.type === 'A-ASSOCIATE-AC' && places.admit(this);
    const isCongested = answer.type === 'A-ASSOCIATE-AC' && !this.#isAdmitted;
    this.#usefulAt = performance.now();
    this.#idle.start(RECEIVER_IDLE_MS);
    this.#input({ type: 'A-ASSOCIATE response', answer: isCongested ? REJECTED_FOR_CONGESTION : answer });
  }

  #store(request: IncomingRequest<CStoreRq>): Service | undefined {
    const { acceptedTransferSyntax } = request.context;
    if (!request.hasDataSet || acceptedTransferSyntax === undefined) return undefined;
    const callingAETitle = this.#rq?.callingAETitle ?? '';
    const service = new StorageService(request, acceptedTransferSyntax, callingAETitle, this.#options, (event) =>
      this.#driver.trace(event),
    );
    return {
      data: (bytes) => {
        const busy = service.data(bytes);
        if (busy !== undefined) this.#pace.excuse();
        return busy;
      },
      response: async () => {
        const response = await service.response();
        this.#wasUseful();
        return response;
      },
      abandon: () => service.abandon(),
    };
  }

  #closed(): void {
    this.#stopClocks();
    this.#session.end(undefined);
    this.#session.afterResponses(() => {
      this.#options.places.gone(this);
      this.#gone.resolve(undefined);
    });
  }
}

function acceptsContext(
  abstractSyntax: string,
  transferSyntaxes: readonly string[],
): { result: 0; transferSyntax: string } | { result: 3 | 4 } {
  if (abstractSyntax !== VERIFICATION && !isStorable(abstractSyntax)) return { result: 3 };
  const first = abstractSyntax === VERIFICATION ? IMPLICIT_VR_LE : transferSyntaxes[0];
  const chosen = transferSyntaxes.find((uid) => uid === first) ?? transferSyntaxes[0];
  return chosen === undefined ? { result: 4 } : { result: 0, transferSyntax: chosen };
}
