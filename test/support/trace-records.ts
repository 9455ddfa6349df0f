// Trace records written by hand, for tests of their text. The PDU bytes come from the naive writer.

import type { TraceEvent, TraceRecord } from '../../src/net/trace-record.ts';
import type { Command } from '../../src/protocol/dimse/command.ts';
import { TRACE_BYTES_MAX } from '../../src/protocol/limits.ts';
import type { Direction } from '../../src/protocol/trace-event.ts';
import type { ActionId } from '../../src/protocol/ul/actions.ts';
import type { AAssociateAc, AAssociateRq, PDataTf, Pdu, UserInformation } from '../../src/protocol/ul/pdu.ts';
import { redactCommand, redactPdu } from '../../src/protocol/ul/redact.ts';
import type { EventId, State } from '../../src/protocol/ul/states.ts';

export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const MR = '1.2.840.10008.5.1.4.1.1.4';
export const EXPLICIT = '1.2.840.10008.1.2.1';
export const IMPLICIT = '1.2.840.10008.1.2';
export const J2K = '1.2.840.10008.1.2.4.90';
export const INSTANCE = '1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322';

/** A clock that only a test moves. 2026-01-02T03:04:05Z. */
export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export class Records {
  readonly all: TraceRecord[] = [];
  #timeMs = START_MS;
  readonly association: number;

  constructor(association = 1) {
    this.association = association;
  }

  after(ms: number): this {
    this.#timeMs += ms;
    return this;
  }

  add(event: TraceEvent): this {
    this.all.push({ timeMs: this.#timeMs, association: this.association, event });
    return this;
  }

  transition(from: State, event: EventId, action: ActionId, to: State): this {
    return this.add({ type: 'transition', from, event, action, to });
  }

  pdu(
    direction: Direction,
    pdu: Exclude<Pdu, PDataTf>,
    bytes: Uint8Array = new Uint8Array(0),
    length = bytes.length,
  ): this {
    return this.add({ type: 'PDU', direction, pdu, length, parts: redactPdu(bytes, TRACE_BYTES_MAX) });
  }

  command(direction: Direction, presentationContextId: number, command: Command, hasDataSet = false): this {
    return this.add({ type: 'DIMSE message', direction, presentationContextId, command, hasDataSet });
  }

  commandPdu(direction: Direction, presentationContextId: number, length: number, command?: Uint8Array): this {
    return this.add({
      type: 'P-DATA-TF',
      direction,
      presentationContextId,
      isCommand: true,
      isLastFragment: true,
      pdus: 1,
      length,
      ...(command === undefined ? {} : { parts: redactCommand(command), fragmentLength: command.length }),
    });
  }

  dataPdus(presentationContextId: number, pdus: number, length: number, isLastFragment: boolean): this {
    return this.add({
      type: 'P-DATA-TF',
      direction: 'sent',
      presentationContextId,
      isCommand: false,
      isLastFragment,
      pdus,
      length,
    });
  }

  connected(): this {
    return this.add({ type: 'connecting', host: 'pacs.example', port: 11112 })
      .transition('Sta1', 'Evt1', 'AE-1', 'Sta4')
      .after(3)
      .add({
        type: 'connected',
        localAddress: { host: '192.0.2.1', port: 50123 },
        remoteAddress: { host: '192.0.2.9', port: 11112 },
        elapsedMs: 3,
      });
  }

  closed(): this {
    return this.add({ type: 'connection closed', by: 'us' });
  }
}

export const OURS: UserInformation = {
  maximumLength: 16382,
  implementationClassUID: '1.2.826.0.1.3680043.9.3811.3.0.4',
  implementationVersionName: 'PYNETDICOM_304',
};

export const THEIRS: UserInformation = {
  maximumLength: 16384,
  implementationClassUID: '1.2.276.0.7230010.3.0.3.6.7',
  implementationVersionName: 'OFFIS_DCMTK_367',
};

export function rq(
  contexts: AAssociateRq['presentationContexts'],
  userInformation: UserInformation = OURS,
): AAssociateRq {
  return {
    type: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAETitle: 'ANY-SCP',
    callingAETitle: 'STORESCU',
    applicationContextName: '1.2.840.10008.3.1.1.1',
    presentationContexts: contexts,
    userInformation,
  };
}

export function ac(
  contexts: AAssociateAc['presentationContexts'],
  userInformation: UserInformation = THEIRS,
): AAssociateAc {
  return { ...rq([]), type: 'A-ASSOCIATE-AC', presentationContexts: contexts, userInformation };
}

export const proposed = (
  presentationContextId: number,
  abstractSyntax: string,
  ...transferSyntaxes: string[]
): AAssociateRq['presentationContexts'][number] => ({ presentationContextId, abstractSyntax, transferSyntaxes });

export const storeRq = (MessageID: number, sopClass = CT, sopInstance = INSTANCE): Command => ({
  type: 'C-STORE-RQ',
  MessageID,
  AffectedSOPClassUID: sopClass,
  AffectedSOPInstanceUID: sopInstance,
  Priority: 2,
});

export const storeRsp = (
  MessageIDBeingRespondedTo: number,
  Status: number,
  more: { readonly ErrorComment?: string; readonly OffendingElement?: readonly number[] } = {},
  sopClass = CT,
  sopInstance = INSTANCE,
): Command => ({
  type: 'C-STORE-RSP',
  MessageIDBeingRespondedTo,
  AffectedSOPClassUID: sopClass,
  AffectedSOPInstanceUID: sopInstance,
  Status,
  ...more,
});
