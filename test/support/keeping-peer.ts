// A peer that keeps whatever it receives whole, in the order of arrival, and answers as it is told: what it holds is what
// a sender's claims are held against.

import { releaseRp } from './naive-pdu.ts';
import { type ScriptedPeer, startScriptedPeer } from './scripted-peer.ts';
import type { Scope } from './temporary-folder.ts';

const RELEASE = 0x05;

export interface KeptInstance {
  /** From 1. */
  readonly connection: number;
  readonly dataSet: Buffer;
}

export interface KeepingPeer extends ScriptedPeer {
  /** What it answered with success, and what it took without an answer. */
  readonly kept: readonly KeptInstance[];
  /** The type of the PDU that ended each conversation; undefined: the connection just ended. */
  readonly ends: readonly (number | undefined)[];
}

/**
 * @param answer the status for the n-th instance in all, from 1, which is kept where that is success; undefined: it is
 *   kept, and no answer comes on this connection any more
 */
export async function startKeepingPeer(
  scope: Scope,
  answer: (count: number, connection: number) => number | undefined | Promise<number | undefined>,
): Promise<KeepingPeer> {
  const kept: KeptInstance[] = [];
  const ends: (number | undefined)[] = [];
  let count = 0;
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      count += 1;
      const status = await answer(count, number);
      const { dataSet } = message;
      if ((status ?? 0) === 0 && dataSet !== undefined) kept.push({ connection: number, dataSet });
      if (status === undefined) {
        ends.push((await connection.pdu())?.type);
        return;
      }
      connection.respond(message, status);
    }
    ends.push(connection.lastPdu?.type);
    if (connection.lastPdu?.type === RELEASE) connection.send(releaseRp());
  });
  scope.after(() => peer.stop());
  return Object.create(peer, { kept: { value: kept }, ends: { value: ends } }) as KeepingPeer;
}
