// An open association as a channel of a send: which presentation context carries an instance, C-STORE requests with
// their Message IDs, and what the responses mean. PS3.4 Annex B.

import { Occurrence } from '../../net/deferred.ts';
import type { AssociationFailure } from '../../net/failure.ts';
import type { RequestedAssociation } from '../../net/requested-association.ts';
import { DataSetReading, roomFor, type StoreExchange, transmit } from '../../net/store-scu.ts';
import { WritePace } from '../../net/write-pace.ts';
import { decompressionOf } from '../../part10/decompress/decompression.ts';
import { DataSetReadError } from '../../part10/read/data-set-source.ts';
import { contextFor } from '../../protocol/acse/propose.ts';
import type { CStoreRq } from '../../protocol/dimse/command.ts';
import { CANCELLED_RELEASE_MS, WINDOW_MAX } from '../../protocol/limits.ts';
import { judgeStoreResponse, storeRequest } from '../../protocol/service/storage.ts';
import type { DataSetSources } from '../conversion.ts';
import type { SendOptions } from '../options.ts';
import type { Reason } from '../outcome.ts';
import type { InstanceKind } from '../scanned-files.ts';
import type {
  ChannelFailure,
  OutgoingInstance,
  Prepared,
  PreparedInstance,
  Settled,
  StoreChannel,
  StoreResult,
  Transmission,
} from '../store-target.ts';
import { type AssociationNeeds, refusalOf } from './dicom-contexts.ts';
import { channelFailure } from './dicom-failure.ts';

/** What an association needs to know of its send. */
export interface AssociationSettings {
  readonly options: SendOptions;
  readonly sources: DataSetSources;
  readonly displayPath: (path: string) => string;
  /** Cancels whatever the association is doing. */
  readonly signal: AbortSignal;
  /** Told when it has ended; undefined: in good order. */
  readonly ended: (failure: AssociationFailure | undefined) => void;
}

type Carrier = NonNullable<ReturnType<typeof contextFor>>;

export class AssociationChannel implements StoreChannel {
  readonly window: number;
  readonly association: RequestedAssociation;
  readonly settings: AssociationSettings;
  readonly pace = new WritePace();
  /** The end of the association, or the person: no file is waited for any more. */
  readonly interruption = new Occurrence();
  readonly #needs: AssociationNeeds;
  readonly #carriers = new Map<InstanceKind, Carrier | Reason>();
  readonly #interrupt = (): void => this.interruption.happen();

  constructor(association: RequestedAssociation, needs: AssociationNeeds, settings: AssociationSettings) {
    this.association = association;
    this.settings = settings;
    this.#needs = needs;
    this.window = Math.min(association.operationsInvoked, WINDOW_MAX);
    association.ended.wait(this.#interrupt);
    settings.signal.addEventListener('abort', this.#interrupt, { once: true });
    if (settings.signal.aborted) this.#interrupt();
    // What was negotiated says what will be decompressed, before the first file is read.
    for (const kind of needs.needs.keys()) {
      const carrier = this.#carrierOf(kind);
      if (!('code' in carrier)) settings.sources.foresee(kind.transferSyntaxUID, carrier.transferSyntax);
    }
  }

  get hasEnded(): boolean {
    return this.association.hasEnded;
  }

  expect(instances: readonly OutgoingInstance[]): number {
    const { maxFragment } = this.association;
    if (maxFragment === undefined) return 0;
    const carried = instances.filter(({ kind }) => !('code' in this.#carrierOf(kind)));
    return this.settings.sources.expect(
      carried.map(({ file }) => file),
      roomFor(maxFragment),
    );
  }

  prepare({ file, kind }: OutgoingInstance): Prepared {
    const { maxFragment } = this.association;
    if (maxFragment === undefined) {
      const maximumLength = this.association.ac?.userInformation.maximumLength ?? 0;
      return { type: 'refused', reason: { code: 'unusable maximum length', maximumLength } };
    }
    const carrier = this.#carrierOf(kind);
    if ('code' in carrier) return { type: 'refused', reason: carrier };
    return { type: 'prepared', instance: new PreparedStore(this, file, carrier, maxFragment) };
  }

  async end(signal: AbortSignal): Promise<ChannelFailure | undefined> {
    this.settings.signal.removeEventListener('abort', this.#interrupt);
    const failure = await this.#release(signal);
    this.settings.ended(failure);
    return failure === undefined ? undefined : channelFailure(failure);
  }

  async #release(signal: AbortSignal): Promise<AssociationFailure | undefined> {
    if (this.association.hasEnded) return this.association.failure;
    const failure = await this.association.release(signal.aborted ? AbortSignal.timeout(CANCELLED_RELEASE_MS) : signal);
    // Everything is answered: how the peer leaves changes nothing for any file.
    return failure?.code === 'cancelled' ? undefined : failure;
  }

  abandon(): void {
    this.association.abort({ code: 'abandoned', phase: 'write' });
  }

  /** The context that carries instances of this kind, or why there is none. */
  #carrierOf(kind: InstanceKind): Carrier | Reason {
    const known = this.#carriers.get(kind);
    if (known !== undefined) return known;
    const need = this.#needs.needs.get(kind);
    if (need === undefined) throw new Error(`nothing was arranged for ${kind.sopClassUID} ${kind.transferSyntaxUID}`);
    const { contexts } = this.association;
    const carrier = contextFor(contexts, need) ?? refusalOf(contexts, need, kind, this.settings.options);
    this.#carriers.set(kind, carrier);
    return carrier;
  }
}

class PreparedStore implements PreparedInstance {
  readonly transferSyntaxUID: string;
  readonly #channel: AssociationChannel;
  readonly #file: OutgoingInstance['file'];
  readonly #presentationContextId: number;
  readonly #length: number | undefined;
  readonly #reading: DataSetReading;
  #shown = '';

  constructor(
    channel: AssociationChannel,
    file: OutgoingInstance['file'],
    { context, transferSyntax }: Carrier,
    maxFragment: number,
  ) {
    this.transferSyntaxUID = transferSyntax;
    this.#channel = channel;
    this.#file = file;
    this.#presentationContextId = context.presentationContextId;
    const source = channel.settings.sources.sourceOf(file, transferSyntax);
    this.#length = source.length;
    this.#reading = new DataSetReading(source, channel.pace.chunkLength(maxFragment), maxFragment);
  }

  async store(sent: (bytes: number) => void): Promise<Transmission> {
    const { association, settings, pace, interruption } = this.#channel;
    const { sopClassUID, sopInstanceUID } = this.#file.header;
    const messageId = association.session.messageId();
    const request = storeRequest({ messageId, sopClassUID, sopInstanceUID, priority: settings.options.priority });
    this.#shown = settings.displayPath(this.#file.path);
    association.driver.trace({ type: 'file begins', path: this.#shown, messageId, length: this.#length });
    const transmission = await transmit(
      association,
      this.#presentationContextId,
      request,
      this.#reading,
      (bytes, elapsedMs) => {
        pace.took(bytes, elapsedMs);
        sent(bytes);
      },
      interruption,
    );
    return transmission.type === 'ended'
      ? { type: 'ended', result: this.#resultOf(transmission.exchange, request) }
      : { type: 'sent', result: transmission.exchange.then((exchange) => this.#resultOf(exchange, request)) };
  }

  abandon(): void {
    this.#reading.abandon();
  }

  settled({ bytesSent: bytes, ...facts }: Settled): void {
    this.#channel.association.driver.trace({ type: 'file ends', path: this.#shown, bytes, ...facts });
  }

  #resultOf(exchange: StoreExchange, request: CStoreRq): StoreResult {
    const { bytesSent } = exchange;
    switch (exchange.type) {
      case 'answer':
        return this.#answerOf(exchange, request);
      case 'unreadable': {
        const { error } = exchange;
        if (error instanceof DataSetReadError) return { type: 'unreadable', reason: error.reason, bytesSent };
        const from = this.#file.header.transferSyntaxUID;
        const why = decompressionOf(from) === undefined ? 'damaged' : 'not decoded';
        const reason: Reason = { code: 'cannot convert', from, to: this.transferSyntaxUID, detail: error.message, why };
        return { type: 'unreadable', reason, bytesSent };
      }
      case 'failure':
        return { type: 'lost', failure: channelFailure(exchange.failure), mayBeStored: exchange.allSent, bytesSent };
    }
  }

  #answerOf(answer: StoreExchange & { readonly type: 'answer' }, request: CStoreRq): StoreResult {
    const { command, beside, isEarly, bytesSent } = answer;
    const judgement = judgeStoreResponse(request, command, beside, isEarly);
    if (judgement.type === 'invalid') {
      // Nothing more that the peer says can be trusted on this association.
      const { detail } = judgement;
      this.#channel.association.abort({ code: 'protocol error', phase: 'response', detail });
      return { type: 'invalid answer', reason: { code: 'invalid response', detail }, bytesSent };
    }
    const { status, category, errorComment, offendingElement, breach } = judgement;
    if (breach !== undefined) this.#channel.association.addBreach(breach);
    if (category === 'success') return { type: 'answer', outcome: 'stored', status, bytesSent };
    const reason: Reason = {
      code: 'status',
      status,
      ...(errorComment === undefined ? {} : { errorComment }),
      ...(offendingElement === undefined ? {} : { offendingElement }),
    };
    return {
      type: 'answer',
      outcome: category === 'warning' ? 'stored with warning' : 'failed',
      reason,
      status,
      bytesSent,
    };
  }
}
