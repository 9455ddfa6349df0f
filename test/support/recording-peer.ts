// A peer that takes everything and keeps what each association brought: what a command line really put onto the wire.

import * as naive from './naive-pdu.ts';
import { type AcceptOptions, type ProposedByPeer, type RawMessage, startScriptedPeer } from './scripted-peer.ts';
import type { Scope } from './temporary-folder.ts';

export interface RecordedAssociation {
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  /** 51H; undefined: none was sent. */
  readonly maximumLength: number | undefined;
  /** 53H: invoked, performed; undefined: not proposed. */
  readonly operationsWindow: readonly [number, number] | undefined;
  contexts: readonly ProposedByPeer[];
  readonly messages: RawMessage[];
}

export interface RecordingPeer {
  /** As a command line takes it. */
  readonly port: string;
  readonly associations: readonly RecordedAssociation[];
}

export interface RecordingOptions extends AcceptOptions {
  /** Of the n-th instance of an association, from 1. Default: success. */
  readonly status?: (count: number, message: RawMessage) => number;
  /** Further elements of the responses. */
  readonly elements?: ReadonlyMap<number, Buffer>;
}

/** Items of user information, PS3.8 Annex D. */
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

function recordOf(request: Buffer): RecordedAssociation {
  const window = userItem(request, 0x53);
  return {
    calledAETitle: request.toString('latin1', 4, 20),
    callingAETitle: request.toString('latin1', 20, 36),
    maximumLength: userItem(request, 0x51)?.readUInt32BE(0),
    operationsWindow: window === undefined ? undefined : [window.readUInt16BE(0), window.readUInt16BE(2)],
    contexts: [],
    messages: [],
  };
}

export async function startRecordingPeer(t: Scope, options: RecordingOptions = {}): Promise<RecordingPeer> {
  const associations: RecordedAssociation[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    let record: RecordedAssociation | undefined;
    connection.peekRequest = (request) => {
      record = recordOf(request);
      associations.push(record);
    };
    const contexts = await connection.accept(options);
    if (record === undefined) throw new Error('no request');
    record.contexts = contexts;
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      record.messages.push(message);
      connection.respond(message, options.status?.(record.messages.length, message) ?? 0, options.elements);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  t.after(() => peer.stop());
  return { port: String(peer.port), associations };
}

/** The SOP Instance UID of a C-STORE-RQ. */
export const instanceOf = (message: RawMessage): string =>
  (message.command.get(0x1000)?.toString('latin1') ?? '').replace(/\0$/, '');
