// The usual behaviours of a peer, as data: how it answers the association, with what status it answers each instance, when
// it leaves and how. Modes combine freely, and each connection may have its own. What no mode can say is a script of
// `scripted-peer.ts`.
//
//     startPeer(t)                                                          accepts and stores everything
//     startPeer(t, { reject: [1, 1, 7] })                                   called AE title not recognized
//     startPeer(t, { answer: ({ count }) => (count === 2 ? 0xa700 : 0) })   refuses the second instance
//     startPeer(t, { answer: () => gate })                                  answers when the promise `gate` resolves
//     startPeer(t, { answer: ({ nth }) => (nth === 3 ? 'abort' : 0) })      aborts instead of answering the third
//     startPeer(t, { at: [{ moment: 'unanswered', act: 'abort' }] })        aborts instead of answering the first instance
//     startPeer(t, (number) => (number === 1 ? { reject: [2, 3, 2] } : {})) only the first connection goes wrong
//     startPeer(t, {}, { limit: 1 })                                        one association at a time
//
// The peer records each association and each instance: tests compare a sender's claims with these records.

import { ModeScript, type PeerState } from './mode-script.ts';
import type { PeerModes } from './mode-types.ts';
import type { AssociationRecord, InstanceRecord } from './peer-records.ts';
import { type ScriptedPeer, startScriptedPeer } from './scripted-peer.ts';
import type { Scope } from './temporary-folder.ts';

export interface PeerOptions {
  /** So many associations at a time; further ones are rejected with 'local limit exceeded'. */
  readonly limit?: number;
}

export interface ModalPeer extends ScriptedPeer {
  /** Connections in the order in which they came. */
  readonly associations: readonly AssociationRecord[];
  /** Instances of all associations, in the order of arrival. */
  readonly instances: readonly InstanceRecord[];
  /** How many associations were rejected for `limit`. */
  readonly overLimit: number;
  /** Resolves when nothing more will be read, or at the latest after `limitMs`. */
  settled(limitMs: number): Promise<void>;
}

/** @param modes of all connections, or of the connection with this number, from 1 */
export async function startPeer(
  scope: Scope | undefined,
  modes: PeerModes | ((number: number) => PeerModes) = {},
  { limit = Number.POSITIVE_INFINITY }: PeerOptions = {},
): Promise<ModalPeer> {
  const state: PeerState = {
    associations: [],
    instances: [],
    limit,
    open: 0,
    overLimit: 0,
    over: () => undefined,
  };
  const peer = await startScriptedPeer(async (connection, number) => {
    const own = typeof modes === 'function' ? modes(number) : modes;
    await new ModeScript(connection, number, own, state).run();
  }, scope);
  const settled = async (limitMs: number): Promise<void> => {
    const limitReached = new AbortController();
    const timer = setTimeout(() => {
      limitReached.abort();
      state.over();
    }, limitMs);
    while (state.associations.some(({ isOver }) => !isOver) && !limitReached.signal.aborted) {
      await new Promise<void>((resolve) => {
        state.over = resolve;
      });
    }
    clearTimeout(timer);
  };
  return {
    port: peer.port,
    associations: state.associations,
    instances: state.instances,
    get connections() {
      return peer.connections;
    },
    get overLimit() {
      return state.overLimit;
    },
    stop: () => peer.stop(),
    settled,
  };
}
