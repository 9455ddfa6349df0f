// One association of the built-in receiver: answers the proposal, writes instances, answers each message when its
// instance is safely stored. PS3.4 Annexes A and B (SCP role), PS3.7 9.1.1 and 9.1.5.

import { systemErrorInfo } from '../part10/system-error.ts';
import { InstanceWriter } from '../part10/write/instance-writer.ts';
import { answerAssociation } from '../protocol/acse/accept.ts';
import type { CEchoRsp, Command, CStoreRq, CStoreRsp } from '../protocol/dimse/command.ts';
import type { Indication } from '../protocol/effects.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../protocol/implementation.ts';
import { storeResponse } from '../protocol/service/storage.ts';
import { echoResponse } from '../protocol/service/verification.ts';
import { IMPLICIT_VR_LE, storageSOPClasses, VERIFICATION } from '../protocol/uids.ts';
import type { AAssociateRq } from '../protocol/ul/pdu.ts';
import { AssociationDriver } from './association-driver.ts';
import type { AcceptedConnection } from './connection.ts';
import { Deferred } from './deferred.ts';
import type { ReceivedInstance } from './received-instance.ts';
import type { TraceSink } from './trace-record.ts';

const SUCCESS = 0x0000;
/** PS3.4 Table B.2-1: refused, out of resources. */
const OUT_OF_RESOURCES = 0xa700;
/** PS3.7 Annex C: SOP class not supported. */
const SOP_CLASS_NOT_SUPPORTED = 0x0122;

/** While more than this waits for the disk, in bytes, nothing more is read from the network. */
const UNWRITTEN_LENGTH_MAX = 4 * 1024 * 1024;
/** A requestor that says nothing for so long has gone without a word. */
export const RECEIVER_IDLE_MS = 300_000;
const STOP_MS = 1_000;
/** Messages without an answer yet. While there are more, nothing more is read: who asks must also listen. */
const UNANSWERED_MAX = 64;

interface Common {
  readonly maxPduLength: number;
  readonly trace: TraceSink | undefined;
}

export interface AcceptedAssociationOptions extends Common {
  readonly aeTitle: string | undefined;
  readonly directory: string;
  /** A longer data set is read and dropped, and refused. In bytes. */
  readonly maxInstanceLength: number;
  readonly received: (instance: ReceivedInstance) => void;
  readonly gone: () => void;
}

/** An instance that is coming in. No writer: its data set is read and dropped, and refused with `status`. */
interface Incoming {
  readonly presentationContextId: number;
  readonly request: CStoreRq;
  readonly transferSyntaxUID: string;
  writer: InstanceWriter | undefined;
  status: number;
}

export class AcceptedAssociation {
  readonly #driver: AssociationDriver;
  readonly #options: AcceptedAssociationOptions;
  readonly #gone = new Deferred<void>();
  #rq: AAssociateRq | undefined;
  #incoming: Incoming | undefined;
  /** What was asked, one after the other: answers leave in the order of the requests. */
  #work: Promise<void> = Promise.resolve();
  #unanswered = 0;
  #idle: NodeJS.Timeout | undefined;
  #releaseRequested = false;

  constructor(connection: AcceptedConnection, options: AcceptedAssociationOptions) {
    this.#options = options;
    this.#driver = new AssociationDriver(
      { role: 'acceptor', maxPduLength: options.maxPduLength },
      { accepted: connection },
      {
        received: () => this.#restartIdle(),
        indication: (indication) => this.#indication(indication),
        closed: () => this.#closed(),
      },
      options.trace,
    );
    this.#restartIdle();
  }

  /** A-ABORT, and everything closed. */
  async stop(): Promise<void> {
    this.#driver.input({ type: 'A-ABORT request' });
    const timer = setTimeout(() => this.#driver.destroy(), STOP_MS);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  #restartIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#driver.input({ type: 'A-ABORT request' }), RECEIVER_IDLE_MS);
  }

  #indication(indication: Indication): void {
    switch (indication.type) {
      case 'A-ASSOCIATE indication':
        this.#associate(indication.rq);
        return;
      case 'DIMSE message':
        this.#message(indication.presentationContextId, indication.command, indication.hasDataSet);
        return;
      case 'data set':
        this.#dataSet(indication.bytes, indication.isLast);
        return;
      case 'A-RELEASE indication':
        // Not before every answer is out.
        this.#releaseRequested = true;
        this.#queue(() => {
          if (this.#releaseRequested) this.#driver.input({ type: 'A-RELEASE response' });
        });
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

  #message(presentationContextId: number, command: Command, hasDataSet: boolean): void {
    const context = this.#driver.association.contexts.find((c) => c.presentationContextId === presentationContextId);
    const transferSyntaxUID = context?.acceptedTransferSyntax;
    if (command.type === 'C-ECHO-RQ') {
      this.#queue(() => this.#respond(presentationContextId, echoResponse(command, SUCCESS)));
    } else if (command.type === 'C-STORE-RQ' && hasDataSet && transferSyntaxUID !== undefined) {
      const supported = command.AffectedSOPClassUID === context?.abstractSyntax && isStorable(context.abstractSyntax);
      const writer = supported
        ? new InstanceWriter(this.#options.directory, {
            sopClassUID: command.AffectedSOPClassUID,
            sopInstanceUID: command.AffectedSOPInstanceUID,
            transferSyntaxUID,
            sourceAETitle: this.#rq?.callingAETitle ?? '',
          })
        : undefined;
      const status = supported ? SUCCESS : SOP_CLASS_NOT_SUPPORTED;
      this.#incoming = { presentationContextId, request: command, transferSyntaxUID, writer, status };
    } else {
      // Another service's message, a response without a request, a C-STORE-RQ without a data set: nothing to go on with.
      this.#driver.input({ type: 'A-ABORT request' });
    }
  }

  #dataSet(bytes: Uint8Array, isLast: boolean): void {
    const incoming = this.#incoming;
    if (incoming === undefined) return;
    const { writer } = incoming;
    writer?.write(bytes);
    if (writer !== undefined && writer.length > this.#options.maxInstanceLength) {
      incoming.writer = undefined;
      incoming.status = OUT_OF_RESOURCES;
      this.#queue(() => writer.discard());
    }
    if (incoming.writer !== undefined && incoming.writer.pendingLength > UNWRITTEN_LENGTH_MAX) {
      this.#driver.pauseReading();
      void incoming.writer.settled().then(() => this.#driver.resumeReading());
    }
    if (!isLast) return;
    this.#incoming = undefined;
    this.#queue(() => this.#store(incoming));
  }

  async #store({ presentationContextId, request, transferSyntaxUID, writer, status }: Incoming): Promise<void> {
    if (writer === undefined) {
      this.#respond(presentationContextId, storeResponse(request, status));
      return;
    }
    let path: string;
    try {
      path = await writer.finish();
    } catch (thrown) {
      this.#driver.trace({ type: 'instance not written', error: systemErrorInfo(thrown) });
      // The system's words may name paths of this machine, which are nobody's business at the other end.
      this.#respond(presentationContextId, storeResponse(request, OUT_OF_RESOURCES, 'Cannot write to file'));
      return;
    }
    this.#driver.trace({ type: 'instance received', path, bytes: writer.length });
    try {
      this.#options.received({
        path,
        sopClassUID: request.AffectedSOPClassUID,
        sopInstanceUID: request.AffectedSOPInstanceUID,
        transferSyntaxUID,
        callingAETitle: this.#rq?.callingAETitle ?? '',
        bytes: writer.length,
      });
    } catch (thrown) {
      // It is stored, whoever could not take note of it.
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
    this.#respond(presentationContextId, storeResponse(request, SUCCESS));
  }

  #respond(presentationContextId: number, command: CEchoRsp | CStoreRsp): void {
    this.#driver.input({ type: 'DIMSE request', presentationContextId, command, hasDataSet: false });
  }

  #queue(work: () => void | Promise<void>): void {
    this.#unanswered += 1;
    if (this.#unanswered > UNANSWERED_MAX) this.#driver.pauseReading();
    this.#work = this.#work.then(work).then(async () => {
      // A requestor that reads no answers has them pile up here otherwise.
      await this.#driver.flushed();
      this.#unanswered -= 1;
      if (this.#unanswered === UNANSWERED_MAX) this.#driver.resumeReading();
    });
  }

  #closed(): void {
    clearTimeout(this.#idle);
    const unfinished = this.#incoming?.writer;
    this.#incoming = undefined;
    this.#queue(async () => {
      await unfinished?.discard();
      this.#options.gone();
      this.#gone.resolve(undefined);
    });
  }
}

const STORAGE_SOP_CLASSES: ReadonlySet<string> = new Set(storageSOPClasses.map(({ uid }) => uid));

function isStorable(abstractSyntax: string): boolean {
  if (STORAGE_SOP_CLASSES.has(abstractSyntax)) return true;
  // Private classes, and storage classes of an edition to come.
  return !abstractSyntax.startsWith('1.2.840.10008.') || abstractSyntax.startsWith('1.2.840.10008.5.1.4.1.1.');
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

/** A connection that gets no association, until it is gone. */
export type RefusedAssociation = Pick<AssociationDriver, 'destroy'>;

/** PS3.8 Table 9-21: rejected-transient, service-provider (presentation), local-limit-exceeded. */
export function refuseForCongestion(
  connection: AcceptedConnection,
  { maxPduLength, trace, gone }: Common & { readonly gone: () => void },
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
  );
  return driver;
}
