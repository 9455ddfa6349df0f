// C-ECHO to a peer, with its trace, for whoever asks: the command, the form for a peer, the tree.

import type { EchoResult } from '../net/echo-scu.ts';
import type { Peer } from '../net/peer.ts';
import type { Explanation } from '../trace/explanation.ts';
import { peerWords } from './peers.ts';
import type { Session } from './session.ts';

export async function verifyPeer(session: Session, peer: Peer, signal: AbortSignal): Promise<EchoResult> {
  const { echo } = await import('../net/echo-scu.ts');
  const { keepVerification, verificationKey } = await import('./verifications.ts');
  const key = verificationKey(peer);
  session.verifying.add(key);
  session.peersChanged.fire();
  const trace = await session.channel.begin();
  let result: EchoResult;
  try {
    result = await echo(peer, trace.sink, signal);
  } finally {
    trace.end();
    session.verifying.delete(key);
    session.peersChanged.fire();
  }
  if (result.verified || result.failure?.code !== 'cancelled') {
    await keepVerification(session.context.globalState, peer, result, Date.now());
    session.peersChanged.fire();
    const { sentence } = await import('../trace/explain.ts');
    session.channel.note(result.verified ? 'info' : 'error', sentence(await explainedEcho(result, peer)));
  }
  return result;
}

/** What came of it, for a person. Where it failed the address is named, too. */
export async function explainedEcho(result: EchoResult, peer: Peer): Promise<Explanation> {
  const { contextOf } = await import('../trace/explain.ts');
  const { explainEcho } = await import('../trace/explain-echo.ts');
  return explainEcho(result, contextOf({ ...peer, name: result.verified ? peer.name : peerWords(peer) }, 'editor'));
}
