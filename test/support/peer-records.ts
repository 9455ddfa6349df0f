// What a peer records of its associations: what was proposed, which instances came whole and how they were answered, and
// how the association ended.

import type { ProposedByPeer, RawMessage } from './scripted-peer.ts';

/** One instance that came whole. */
export interface InstanceRecord {
  /** Of the association, from 1. */
  readonly association: number;
  /** Among all instances of the peer, from 1, in the order of arrival. */
  readonly count: number;
  /** Among the instances of its association, from 1. */
  readonly nth: number;
  readonly sopInstanceUID: string;
  /** Accepted for the presentation context in which it came. */
  readonly transferSyntax: string;
  readonly length: number;
  /** Empty where the peer keeps no data sets. */
  readonly dataSet: Buffer;
  /** '' where the peer keeps no digests. */
  readonly sha256: string;
  /** Of a correct C-STORE-RSP that was handed to the system whole; undefined: there is none. */
  status: number | undefined;
}

export interface AssociationRecord {
  /** From 1. */
  readonly number: number;
  /** The sender's TCP port. */
  readonly remotePort: number;
  /** As they came, 16 characters each; '' until the A-ASSOCIATE-RQ has come. */
  calledAETitle: string;
  callingAETitle: string;
  /** 51H; undefined: none was sent. */
  maximumLength: number | undefined;
  /** 53H: invoked, performed; undefined: not proposed. */
  operationsWindow: readonly [number, number] | undefined;
  contexts: readonly ProposedByPeer[];
  readonly messages: RawMessage[];
  isAccepted: boolean;
  /** The peer has gone wrong: from then on it may leave bytes unread. */
  isBroken: boolean;
  /** The last that was seen of the sender: A-RELEASE-RQ, A-ABORT, or only the end of the connection. */
  end: 'open' | 'release' | 'abort' | 'lost';
  /** The end came when a part of a message had come. */
  endedInside: boolean;
  /** Nothing more will be read. */
  isOver: boolean;
}

export function newRecord(number: number, remotePort: number): AssociationRecord {
  return {
    number,
    remotePort,
    calledAETitle: '',
    callingAETitle: '',
    maximumLength: undefined,
    operationsWindow: undefined,
    contexts: [],
    messages: [],
    isAccepted: false,
    isBroken: false,
    end: 'open',
    endedInside: false,
    isOver: false,
  };
}

/** @param request the body of an A-ASSOCIATE-RQ (PS3.8 Table 9-11, without the six bytes of type and length) */
export function recordRequest(record: AssociationRecord, request: Buffer): void {
  const window = userItem(request, 0x53);
  record.calledAETitle = request.toString('latin1', 4, 20);
  record.callingAETitle = request.toString('latin1', 20, 36);
  record.maximumLength = userItem(request, 0x51)?.readUInt32BE(0);
  record.operationsWindow = window === undefined ? undefined : [window.readUInt16BE(0), window.readUInt16BE(2)];
}

/** The value of a sub-item of the user information (PS3.8 Annex D). */
function userItem(request: Buffer, wanted: number): Buffer | undefined {
  for (let at = 68; at < request.length; at += 4 + request.readUInt16BE(at + 2)) {
    if (request.readUInt8(at) !== 0x50) continue;
    const value = request.subarray(at + 4, at + 4 + request.readUInt16BE(at + 2));
    for (let inner = 0; inner < value.length; inner += 4 + value.readUInt16BE(inner + 2)) {
      if (value.readUInt8(inner) === wanted)
        return value.subarray(inner + 4, inner + 4 + value.readUInt16BE(inner + 2));
    }
  }
  return undefined;
}

/** What the peer holds: what it answered with success, and what it took without an answer. */
export const held = (instances: readonly InstanceRecord[]): InstanceRecord[] =>
  instances.filter(({ status }) => (status ?? 0) === 0);

/** The Affected SOP Instance UID of a C-STORE-RQ. */
export const instanceOf = ({ command }: Pick<RawMessage, 'command'>): string =>
  (command.get(0x1000)?.toString('latin1') ?? '').replace(/\0$/, '');
