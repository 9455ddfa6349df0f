// A DICOM peer as the target of a send: each channel is an association.

import { type AssociationFailure, culpritOf } from '../../net/failure.ts';
import { RequestedAssociation } from '../../net/requested-association.ts';
import { sinkBefore, type TraceSink } from '../../net/trace-record.ts';
import { CANCELLED_RELEASE_MS } from '../../protocol/limits.ts';
import { DataSetSources } from '../conversion.ts';
import type { AssociationSummary, SendJob, SendListeners } from '../job.ts';
import type { SendOptions } from '../options.ts';
import type { InstanceKind } from '../scanned-files.ts';
import type { Arrangement, Opened, StoreTarget } from '../store-target.ts';
import { AssociationChannel } from './dicom-channel.ts';
import { type AssociationNeeds, arrangeContexts } from './dicom-contexts.ts';
import { channelFailure } from './dicom-failure.ts';

export class DicomTarget implements StoreTarget<AssociationNeeds> {
  readonly associations: AssociationSummary[] = [];
  readonly #job: Pick<SendJob, 'peer' | 'connector' | 'displayPath'>;
  readonly #options: SendOptions;
  readonly #listeners: Pick<SendListeners, 'trace' | 'pdus'>;
  readonly #sources: DataSetSources;
  readonly #closing: Promise<void>[] = [];
  /** Associations that are open. */
  #openNow = 0;
  /** 1 after the peer has lost an association on which several requests were open. */
  #operationsInvoked: number;

  constructor(
    job: Pick<SendJob, 'peer' | 'connector' | 'displayPath'>,
    options: SendOptions,
    listeners: Pick<SendListeners, 'trace' | 'pdus'>,
  ) {
    this.#job = job;
    this.#options = options;
    this.#listeners = listeners;
    this.#sources = new DataSetSources(options.fileTimeoutMs);
    this.#operationsInvoked = options.operationsInvoked;
  }

  arrange(kinds: readonly InstanceKind[]): Arrangement<AssociationNeeds> {
    return arrangeContexts(kinds, this.#options);
  }

  async open(needs: AssociationNeeds, signal: AbortSignal): Promise<Opened> {
    const { peer, connector } = this.#job;
    const { trace, pdus } = this.#listeners;
    // 1: the window is not proposed.
    const operationsInvoked = this.#operationsInvoked === 1 ? {} : { operationsInvoked: this.#operationsInvoked };
    const opening = openingTrace(trace, this.#openNow > 0);
    const outcome = await RequestedAssociation.request(
      peer,
      { presentationContexts: needs.contexts, ...operationsInvoked },
      opening.sink,
      signal,
      { ...(connector === undefined ? {} : { connector }), ...(pdus === undefined ? {} : { pdus }) },
    );
    const { association } = outcome;
    if (outcome.type === 'failure') {
      this.#ended(association, outcome.failure, signal);
      return { type: 'failure', failure: channelFailure(outcome.failure) };
    }
    opening.isOver();
    this.#openNow += 1;
    const ended = (failure: AssociationFailure | undefined): void => {
      this.#openNow -= 1;
      this.#ended(association, failure, signal);
    };
    const settings = {
      options: this.#options,
      sources: this.#sources,
      displayPath: this.#job.displayPath ?? ((path: string) => path),
      signal,
      ended,
    };
    return { type: 'open', channel: new AssociationChannel(association, needs, settings) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing);
    await this.#sources.close();
  }

  #ended(association: RequestedAssociation, failure: AssociationFailure | undefined, signal: AbortSignal): void {
    this.associations.push(summaryOf(association, failure));
    this.#closing.push(association.gone(signal.aborted ? CANCELLED_RELEASE_MS : undefined));
    // Some peers grant a window and break on it: from then on one request at a time.
    const isLost = failure !== undefined && culpritOf(failure) === 'peer';
    if (isLost && association.operationsInvoked > 1) this.#operationsInvoked = 1;
  }
}

/** Marks the records of an association beside others until it is open. */
function openingTrace(
  trace: TraceSink | undefined,
  isFurther: boolean,
): { readonly sink: TraceSink | undefined; readonly isOver: () => void } {
  let isOpening = isFurther;
  const isOver = (): void => {
    isOpening = false;
  };
  if (trace === undefined || !isFurther) return { sink: trace, isOver };
  return { sink: sinkBefore(trace, (record) => trace(isOpening ? { ...record, isFurther: true } : record)), isOver };
}

function summaryOf(association: RequestedAssociation, failure: AssociationFailure | undefined): AssociationSummary {
  const information = association.ac?.userInformation;
  const { implementationClassUID, implementationVersionName, maximumLength } = information ?? {};
  const { breaches } = association;
  return {
    association: association.number,
    startedAtMs: association.startedAtMs,
    endedAtMs: Date.now(),
    contexts: association.contexts,
    ...(implementationClassUID === undefined ? {} : { peerImplementationClassUID: implementationClassUID }),
    ...(implementationVersionName === undefined ? {} : { peerImplementationVersionName: implementationVersionName }),
    ...(maximumLength === undefined ? {} : { peerMaximumLength: maximumLength }),
    operationsInvoked: association.operationsInvoked,
    ...(breaches.length === 0 ? {} : { breaches }),
    ...(failure === undefined ? {} : { failure }),
  };
}
