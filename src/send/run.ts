// Runs a send: opens the associations of the plan one after the other, sends each instance through the context that was
// accepted for it, and settles each file as exactly one outcome. One bad file never stops the rest; a lost association is
// opened again for what remains.

import type { AssociationFailure } from '../net/failure.ts';
import { RequestedAssociation } from '../net/requested-association.ts';
import { DataSetReading, type StoreExchange, store } from '../net/store-scu.ts';
import { convertedSource } from '../part10/convert/converted-source.ts';
import { DataSetReadError } from '../part10/data-set-source.ts';
import { fileSource } from '../part10/file-source.ts';
import { contextFor } from '../protocol/acse/propose.ts';
import { judgeStoreResponse, storeRequest } from '../protocol/service/storage.ts';
import type { AssociationSummary, SendJob, SendListeners, SendResult } from './job.ts';
import type { Outcome, Reason } from './outcome.ts';
import { type PlannedAssociation, type PlannedInstance, planSend } from './plan.ts';
import { ProgressMeter } from './progress.ts';
import { backOffMs, isWorthAnotherTry, LOST_ASSOCIATIONS_MAX, pause } from './recovery.ts';
import { Tally } from './tally.ts';

/** An instance in flight when its association is lost goes last on the next one; lost again, it is not sent a third time. */
const TRIES_MAX = 2;
const MESSAGE_ID_MAX = 65_535;
/** After cancelling, the peer has this long to take part in an orderly end. */
const CANCELLED_RELEASE_MS = 500;
/** Longer than ARTIM, so that a peer that does not close is closed by the protocol and not by us. */
const CLOSE_MS = 3_000;

/** An instance on its way, with what its earlier tries have left. */
interface Pending extends PlannedInstance {
  tries: number;
  /** In some try every byte went out and no answer came. */
  mayBeStored: boolean;
}

/** The context that carries an instance, and its data set being read for it. */
interface Prepared {
  readonly pending: Pending;
  readonly presentationContextId: number;
  readonly transferSyntax: string;
  readonly length: number | undefined;
  readonly reading: DataSetReading;
}

/** Never rejects because of a peer or a file: those end as outcomes. */
export async function runSend(job: SendJob, listeners: SendListeners, signal: AbortSignal): Promise<SendResult> {
  return new SendRun(job, listeners, signal).run();
}

class SendRun {
  readonly #job: SendJob;
  readonly #listeners: SendListeners;
  readonly #signal: AbortSignal;
  readonly #tally: Tally;
  readonly #progress: ProgressMeter;
  readonly #associations: AssociationSummary[] = [];
  readonly #closing: Promise<void>[] = [];
  #bytesSent = 0;
  /** Responses to our requests, whatever their status. */
  #answers = 0;

  constructor(job: SendJob, listeners: SendListeners, signal: AbortSignal) {
    this.#job = job;
    this.#listeners = listeners;
    this.#signal = signal;
    this.#tally = new Tally(job.files.length, listeners.outcome);
    let bytes = 0;
    for (const file of job.files) if (file.type === 'instance') bytes += file.header.dataSetLength;
    const totals = { files: job.files.length, bytes };
    this.#progress = new ProgressMeter(totals, () => this.#tally.counts, listeners.progress);
  }

  async run(): Promise<SendResult> {
    const startedAtMs = Date.now();
    const { files, peer } = this.#job;
    files.forEach((file, index) => {
      if (file.type !== 'skipped') return;
      this.#tally.settle(index, { path: file.path, outcome: 'skipped', bytesSent: 0, reason: file.problem });
      this.#progress.settled(0);
    });
    const plan = planSend(files);
    for (const { index, reason } of plan.refused) this.#settleByIndex(index, 'failed', reason);
    for (const association of plan.associations) {
      if (this.#signal.aborted) break;
      await this.#runAssociations(association);
    }
    files.forEach((_file, index) => {
      if (!this.#tally.isSettled(index)) this.#settleByIndex(index, 'cancelled', { code: 'cancelled', phase: 'write' });
    });
    await Promise.all(this.#closing);
    this.#progress.finish();
    return {
      peer,
      startedAtMs,
      endedAtMs: Date.now(),
      outcomes: this.#tally.finish(),
      counts: this.#tally.counts,
      bytesSent: this.#bytesSent,
      associations: this.#associations,
      cancelled: this.#signal.aborted,
    };
  }

  /** One planned association, opened again as often as it is worth it, until all its instances are settled. */
  async #runAssociations(planned: PlannedAssociation): Promise<void> {
    let queue: Pending[] = planned.instances.map((instance) => ({ ...instance, tries: 0, mayBeStored: false }));
    let lostInARow = 0;
    while (queue.length > 0 && !this.#signal.aborted) {
      const { peer } = this.#job;
      const outcome = await RequestedAssociation.request(peer, planned.contexts, this.#listeners.trace, this.#signal);
      const { association } = outcome;
      const answersBefore = this.#answers;
      let failure: AssociationFailure | undefined;
      if (outcome.type === 'open') {
        queue = await this.#sendAll(association, queue);
        failure = await this.#end(association);
      } else {
        failure = outcome.failure;
      }
      this.#summarise(association, failure);
      this.#closing.push(association.gone(this.#signal.aborted ? CANCELLED_RELEASE_MS : CLOSE_MS));
      if (failure === undefined || this.#signal.aborted || queue.length === 0) continue;
      lostInARow = this.#answers > answersBefore ? 1 : lostInARow + 1;
      if (!isWorthAnotherTry(failure, this.#answers > 0)) {
        for (const pending of queue.splice(0)) this.#giveUp(pending, failure);
      } else if (lostInARow >= LOST_ASSOCIATIONS_MAX) {
        for (const pending of queue.splice(0)) {
          this.#giveUp(pending, { code: 'given up', lostAssociations: lostInARow, last: failure });
        }
      } else {
        await pause(backOffMs(lostInARow), this.#signal);
      }
    }
    // Cancelled. What was once sent whole without an answer may be stored, whatever was meant to happen next.
    for (const pending of queue) {
      if (pending.mayBeStored) this.#settle(pending, 'unknown', { code: 'cancelled', phase: 'response' });
    }
  }

  /** Sends what it can through an open association; returns what is still to be sent. */
  async #sendAll(association: RequestedAssociation, queue: Pending[]): Promise<Pending[]> {
    const maxFragment = association.maxFragment;
    if (maxFragment === undefined) {
      const maximumLength = association.ac?.userInformation.maximumLength ?? 0;
      for (const pending of queue) this.#settle(pending, 'failed', { code: 'unusable maximum length', maximumLength });
      return [];
    }
    const waiting = queue.filter((pending) => this.#hasContext(association, pending));
    const again: Pending[] = [];
    let messageId = 0;
    let next: Prepared | undefined;
    try {
      for (;;) {
        const prepared = next ?? this.#prepare(association, maxFragment, waiting.shift());
        next = undefined;
        if (prepared === undefined || association.hasEnded || this.#signal.aborted) {
          next = prepared;
          break;
        }
        messageId = (messageId % MESSAGE_ID_MAX) + 1;
        const done = await this.#sendOne(association, prepared, messageId, () => {
          next = this.#prepare(association, maxFragment, waiting.shift());
        });
        if (!done) again.push(prepared.pending);
      }
    } finally {
      if (next !== undefined) {
        waiting.unshift(next.pending);
        await next.reading.close();
      }
    }
    return [...waiting, ...again];
  }

  /** Settles an instance that the peer would not take in any syntax we have for it. */
  #hasContext(association: RequestedAssociation, pending: Pending): boolean {
    if (contextFor(association.contexts, pending.need) !== undefined) return true;
    const { abstractSyntax, transferSyntax, fallbacks } = pending.need;
    const ofClass = association.contexts.filter((context) => context.abstractSyntax === abstractSyntax);
    const wanted = [transferSyntax, ...fallbacks];
    const refused = ofClass
      .filter((context) => context.acceptedTransferSyntax === undefined)
      .flatMap(({ proposedTransferSyntaxes, result, problem }) =>
        proposedTransferSyntaxes
          .filter((uid) => wanted.includes(uid))
          .map((uid) => ({ transferSyntaxUID: uid, result: problem === undefined ? result : undefined })),
      );
    const accepted = ofClass.flatMap((context) => context.acceptedTransferSyntax ?? []);
    this.#settle(pending, 'failed', {
      code: 'presentation context refused',
      sopClassUID: abstractSyntax,
      refused,
      accepted: [...new Set(accepted)],
    });
    return false;
  }

  #prepare(association: RequestedAssociation, maxFragment: number, pending: Pending | undefined): Prepared | undefined {
    if (pending === undefined) return undefined;
    const found = contextFor(association.contexts, pending.need);
    if (found === undefined) throw new Error('an instance without an accepted context was queued');
    const { file } = pending;
    const own = fileSource(file.path, file.header, file.identity);
    const { transferSyntax } = found;
    const source = transferSyntax === own.transferSyntaxUID ? own : convertedSource(own, transferSyntax);
    return {
      pending,
      presentationContextId: found.context.presentationContextId,
      transferSyntax,
      length: source.length,
      reading: new DataSetReading(source, maxFragment),
    };
  }

  /** Returns false when the instance is to be sent again on another association. */
  async #sendOne(
    association: RequestedAssociation,
    prepared: Prepared,
    messageId: number,
    prepareNext: () => void,
  ): Promise<boolean> {
    const { pending, presentationContextId, transferSyntax } = prepared;
    const { path, header } = pending.file;
    const { sopClassUID, sopInstanceUID } = header;
    const { priority } = this.#job;
    const shown = this.#job.displayPath?.(path) ?? path;
    const request = storeRequest({ messageId, sopClassUID, sopInstanceUID, priority });
    const began = performance.now();
    association.driver.trace({ type: 'file begins', path: shown, messageId, length: prepared.length });
    pending.tries += 1;
    this.#progress.restart();
    const exchange = await store(
      association,
      presentationContextId,
      request,
      prepared.reading,
      {
        sent: (bytes) => {
          this.#bytesSent += bytes;
          this.#progress.sent(bytes);
        },
        allSent: prepareNext,
      },
      this.#signal,
    );
    const verdict = this.#judge(association, exchange, pending, request, transferSyntax);
    if (verdict === undefined) return false;
    const elapsedMs = performance.now() - began;
    const { bytesSent } = exchange;
    association.driver.trace({
      type: 'file ends',
      path: shown,
      outcome: verdict.outcome,
      ...(verdict.status === undefined ? {} : { status: verdict.status }),
      elapsedMs,
      bytes: bytesSent,
    });
    this.#settle(pending, verdict.outcome, verdict.reason, {
      bytesSent,
      elapsedMs,
      transferSyntaxOnWire: transferSyntax,
      ...(verdict.status === undefined ? {} : { status: verdict.status }),
    });
    return true;
  }

  /** What an exchange means for its instance; undefined: it is to be tried again. */
  #judge(
    association: RequestedAssociation,
    exchange: StoreExchange,
    pending: Pending,
    request: ReturnType<typeof storeRequest>,
    onWire: string,
  ): { outcome: Outcome; reason?: Reason; status?: number } | undefined {
    switch (exchange.type) {
      case 'unreadable': {
        const { error } = exchange;
        if (error instanceof DataSetReadError) return { outcome: 'failed', reason: error.reason };
        const from = pending.file.header.transferSyntaxUID;
        return { outcome: 'failed', reason: { code: 'cannot convert', from, to: onWire, detail: error.message } };
      }
      case 'answer': {
        const judgement = judgeStoreResponse(request, exchange.command);
        if (judgement.type === 'invalid') {
          association.abort({ code: 'protocol error', phase: 'response', detail: judgement.detail });
          return { outcome: 'failed', reason: { code: 'invalid response', detail: judgement.detail } };
        }
        this.#answers += 1;
        const { status, category, errorComment, offendingElement } = judgement;
        if (category === 'success') return { outcome: 'stored', status };
        const reason: Reason = {
          code: 'status',
          status,
          ...(errorComment === undefined ? {} : { errorComment }),
          ...(offendingElement === undefined ? {} : { offendingElement }),
        };
        return { outcome: category === 'warning' ? 'stored with warning' : 'failed', reason, status };
      }
      case 'failure': {
        const { failure, allSent } = exchange;
        if (allSent) pending.mayBeStored = true;
        if (failure.code !== 'cancelled' && pending.tries < TRIES_MAX) return undefined;
        if (pending.mayBeStored) return { outcome: 'unknown', reason: failure };
        return { outcome: failure.code === 'cancelled' ? 'cancelled' : 'failed', reason: failure };
      }
    }
  }

  /** Leaves in good order where that is still possible. */
  async #end(association: RequestedAssociation): Promise<AssociationFailure | undefined> {
    if (association.hasEnded) return association.failure;
    const limit = this.#signal.aborted ? AbortSignal.timeout(CANCELLED_RELEASE_MS) : this.#signal;
    const failure = await association.release(limit);
    // Everything is answered: how the peer leaves changes nothing for any file.
    return failure === undefined || failure.code === 'cancelled' ? undefined : failure;
  }

  #summarise(association: RequestedAssociation, failure: AssociationFailure | undefined): void {
    const information = association.ac?.userInformation;
    const { implementationClassUID, implementationVersionName, maximumLength } = information ?? {};
    this.#associations.push({
      association: association.number,
      startedAtMs: association.startedAtMs,
      endedAtMs: Date.now(),
      contexts: association.contexts,
      ...(implementationClassUID === undefined ? {} : { peerImplementationClassUID: implementationClassUID }),
      ...(implementationVersionName === undefined ? {} : { peerImplementationVersionName: implementationVersionName }),
      ...(maximumLength === undefined ? {} : { peerMaximumLength: maximumLength }),
      ...(failure === undefined ? {} : { failure }),
    });
  }

  #giveUp(pending: Pending, reason: Reason): void {
    this.#settle(pending, pending.mayBeStored ? 'unknown' : 'failed', reason);
  }

  #settleByIndex(index: number, outcome: Outcome, reason: Reason): void {
    const file = this.#job.files[index];
    if (file?.type !== 'instance') throw new Error(`file ${index} is no instance`);
    this.#settle({ index, file }, outcome, reason);
  }

  #settle(
    { index, file }: Pick<PlannedInstance, 'index' | 'file'>,
    outcome: Outcome,
    reason: Reason | undefined,
    sent: { bytesSent: number; elapsedMs?: number; transferSyntaxOnWire?: string; status?: number } = { bytesSent: 0 },
  ): void {
    const { sopClassUID, sopInstanceUID, transferSyntaxUID, dataSetLength } = file.header;
    this.#tally.settle(index, {
      path: file.path,
      outcome,
      sopClassUID,
      sopInstanceUID,
      transferSyntaxUID,
      ...sent,
      ...(reason === undefined ? {} : { reason }),
    });
    this.#progress.settled(dataSetLength);
  }
}
