// One association of the built-in receiver: its life cycle, and the services that it offers. PS3.8 clause 7 (acceptor),
// PS3.4 Annex A (Verification) and Annex B (Storage), PS3.7 9.1.5.

import { answerAssociation } from '../protocol/acse/accept.ts';
import type { CStoreRq } from '../protocol/dimse/command.ts';
import { SUCCESS } from '../protocol/dimse/status.ts';
import type { Indication } from '../protocol/effects.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../protocol/implementation.ts';
import { RECEIVER_IDLE_MS, RECEIVER_STOP_MS } from '../protocol/limits.ts';
import { echoResponse } from '../protocol/service/verification.ts';
import { IMPLICIT_VR_LE, VERIFICATION } from '../protocol/uids.ts';
import type { AAssociateRq } from '../protocol/ul/pdu.ts';
import { AssociationDriver } from './association-driver.ts';
import type { AcceptedConnection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { Deferred } from './deferred.ts';
import type { IncomingRequest, Service } from './dimse-service.ts';
import { DimseSession } from './dimse-session.ts';
import type { PduSink } from './pdu-tap.ts';
import { DEFAULT_TIMEOUTS } from './peer.ts';
import { isStorable, type StorageOptions, StorageService } from './storage-service.ts';
import type { TraceSink } from './trace-record.ts';

interface Common {
  readonly maxPduLength: number;
  readonly trace: TraceSink | undefined;
  readonly pdus: PduSink | undefined;
}

export interface AcceptedAssociationOptions extends Common, StorageOptions {
  readonly aeTitle: string | undefined;
  readonly gone: () => void;
}

export class AcceptedAssociation {
  readonly #driver: AssociationDriver;
  readonly #session: DimseSession;
  readonly #options: AcceptedAssociationOptions;
  readonly #gone = new Deferred<void>();
  readonly #idle = new Deadline(() => this.#abort());
  #rq: AAssociateRq | undefined;

  constructor(connection: AcceptedConnection, options: AcceptedAssociationOptions) {
    this.#options = options;
    this.#driver = new AssociationDriver(
      { role: 'acceptor', maxPduLength: options.maxPduLength },
      { accepted: connection },
      {
        received: () => this.#idle.restart(),
        written: () => this.#session.written(),
        indication: (indication) => this.#indication(indication),
        closed: () => this.#closed(),
      },
      options.trace,
      options.pdus,
    );
    this.#session = new DimseSession(this.#driver, DEFAULT_TIMEOUTS, {
      timedOut: () => this.#abort(),
      unexpected: () => this.#abort(),
      unexplained: () => this.#abort(),
    });
    this.#session.serve('C-ECHO-RQ', ({ command }) => ({ response: () => echoResponse(command, SUCCESS) }));
    this.#session.serve('C-STORE-RQ', (request) => this.#store(request));
    this.#idle.start(RECEIVER_IDLE_MS);
  }

  /** A-ABORT, and everything closed. */
  async stop(): Promise<void> {
    this.#abort();
    const timer = setTimeout(() => this.#driver.destroy(), RECEIVER_STOP_MS);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  #abort(): void {
    this.#driver.input({ type: 'A-ABORT request' });
  }

  #indication(indication: Indication): void {
    switch (indication.type) {
      case 'A-ASSOCIATE indication':
        this.#associate(indication.rq);
        return;
      case 'DIMSE message':
        this.#session.message(indication.presentationContextId, indication.command, indication.hasDataSet);
        return;
      case 'data set':
        this.#session.dataSet(indication.bytes, indication.isLast);
        return;
      case 'A-RELEASE indication':
        this.#session.afterResponses(() => this.#driver.input({ type: 'A-RELEASE response' }));
        return;
      case 'A-ASSOCIATE confirmation (accept)':
      case 'A-ASSOCIATE confirmation (reject)':
      case 'A-RELEASE confirmation':
      case 'A-ABORT indication':
      case 'A-P-ABORT indication':
        return;
    }
  }

  #associate(rq: AAssociateRq): void {
    this.#rq = rq;
    const { aeTitle, maxPduLength } = this.#options;
    const answer = answerAssociation(rq, {
      ...(aeTitle === undefined ? {} : { calledAETitle: aeTitle }),
      accepts: acceptsContext,
      maximumLength: maxPduLength,
      implementationClassUID: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    });
    this.#driver.input({ type: 'A-ASSOCIATE response', answer });
  }

  #store(request: IncomingRequest<CStoreRq>): Service | undefined {
    const { acceptedTransferSyntax } = request.context;
    if (!request.hasDataSet || acceptedTransferSyntax === undefined) return undefined;
    const callingAETitle = this.#rq?.callingAETitle ?? '';
    return new StorageService(request, acceptedTransferSyntax, callingAETitle, this.#options, (event) =>
      this.#driver.trace(event),
    );
  }

  #closed(): void {
    this.#idle.stop();
    this.#session.end(undefined);
    this.#session.afterResponses(() => {
      this.#options.gone();
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

/** A connection whose association is rejected. */
export type RefusedAssociation = Pick<AssociationDriver, 'destroy'>;

/** PS3.8 Table 9-21: rejected-transient, service-provider (presentation), local-limit-exceeded. */
export function refuseForCongestion(
  connection: AcceptedConnection,
  { maxPduLength, trace, pdus, gone }: Common & { readonly gone: () => void },
): RefusedAssociation {
  const driver: AssociationDriver = new AssociationDriver(
    { role: 'acceptor', maxPduLength },
    { accepted: connection },
    {
      indication: (indication) => {
        if (indication.type !== 'A-ASSOCIATE indication') return;
        driver.input({
          type: 'A-ASSOCIATE response',
          answer: { type: 'A-ASSOCIATE-RJ', result: 2, source: 3, reason: 2 },
        });
      },
      closed: gone,
    },
    trace,
    pdus,
  );
  return driver;
}
