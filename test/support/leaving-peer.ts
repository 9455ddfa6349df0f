// An SCP that reads slowly, leaves and is there again, at random, by seed: each connection with manners of its own. It keeps
// every data set that arrives whole.

import type { Socket } from 'node:net';
import { DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE } from './dicom-builder.ts';
import { Random } from './mutate.ts';
import * as naive from './naive-pdu.ts';
import { instanceOf } from './recording-peer.ts';
import { type PeerConnection, type RawMessage, type ScriptedPeer, startScriptedPeer } from './scripted-peer.ts';

export const UNCOMPRESSED = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE];
export const SYNTAXES = [...UNCOMPRESSED, JPEG_BASELINE];
/** Of the peer; the last leaves no room between the bytes. */
const MAXIMUM_LENGTHS = [0, 4_096, 16_384, 131_072, 1_037, 4_099, 65_537, 131_071, 600] as const;
const LEAVES = ['reset', 'close', 'abort', 'refuse'] as const;
/** One connection's manners, drawn when it comes. */
interface Manners {
  readonly maximumLength: number;
  /** Granted; -1: not. */
  readonly window: number;
  readonly refused: ReadonlySet<string>;
  /** Having accepted, it does not read for so long. */
  readonly firstPauseMs: number;
  /** After every so many bytes it does not read for a while; 0: it reads. */
  readonly pauseEvery: number;
  readonly pauseMs: number;
  /** It leaves after so many bytes. */
  readonly leaveAfter: number;
  readonly leave: (typeof LEAVES)[number];
  readonly answerMs: number;
}

function mannersBy(random: Random, isHeavy: boolean): Manners {
  const leaves = random.below(10) < (isHeavy ? 2 : 4);
  return {
    maximumLength: random.pick(MAXIMUM_LENGTHS),
    window: random.pick([-1, 1, 16, 0]),
    refused: random.below(4) === 0 ? new Set([random.pick(UNCOMPRESSED), random.pick(SYNTAXES)]) : new Set(),
    firstPauseMs: isHeavy ? random.pick([0, 200, 400]) : 0,
    pauseEvery: isHeavy ? random.pick([200_000, 700_000, 2_000_000]) : random.pick([0, 0, 30_000, 200_000]),
    pauseMs: 1 + random.below(isHeavy ? 12 : 4),
    leaveAfter: leaves ? 1 + random.below(random.pick([2_000, 100_000, 3_000_000])) : Number.POSITIVE_INFINITY,
    leave: random.pick(LEAVES),
    answerMs: random.pick([0, 0, 0, 3]),
  };
}

export interface Reception {
  readonly sopInstance: string;
  readonly transferSyntax: string;
  readonly dataSet: Buffer;
  isAnswered: boolean;
}

export interface LeavingPeer extends ScriptedPeer {
  readonly receptions: readonly Reception[];
}

/** @param isHeavy it does not read for long enough that what is sent to it waits with the sender */
export async function startLeavingPeer(seed: number, isHeavy: boolean): Promise<LeavingPeer> {
  const random = new Random(seed);
  const receptions: Reception[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    const manners = mannersBy(random, isHeavy);
    const { socket } = connection;
    if (manners.leave === 'refuse' && manners.leaveAfter < 2_000) {
      if ((await connection.pdu()) !== undefined) connection.send(naive.associateRj(2, 3, 2));
      socket.end();
      return;
    }
    paceAndLeave(socket, manners);
    try {
      await converse(connection, manners, receptions);
    } catch (error) {
      // Left in the middle of the negotiation.
      if (!socket.destroyed && !socket.writableEnded) throw error;
    }
  });
  return Object.create(peer, { receptions: { value: receptions } }) as LeavingPeer;
}

function paceAndLeave(socket: Socket, { pauseEvery, pauseMs, leaveAfter, leave }: Manners): void {
  let read = 0;
  let pauseAt = pauseEvery;
  socket.on('data', (bytes: Buffer) => {
    read += bytes.length;
    if (read >= leaveAfter) {
      if (leave === 'reset') socket.resetAndDestroy();
      else if (leave === 'abort') socket.end(naive.abort(2, 0));
      else socket.destroy();
    } else if (pauseEvery > 0 && read >= pauseAt) {
      pauseAt = read + pauseEvery;
      pause(socket, pauseMs);
    }
  });
}

function pause(socket: Socket, ms: number): void {
  socket.pause();
  setTimeout(() => socket.resume(), ms);
}

async function converse(connection: PeerConnection, manners: Manners, receptions: Reception[]): Promise<void> {
  const { maximumLength, window, refused, firstPauseMs, answerMs } = manners;
  const accepted = new Map<number, string>();
  await connection.accept({
    maximumLength,
    userInformation: window < 0 ? [] : [naive.asynchronousOperationsWindow(window, 1)],
    answer: ({ id, transferSyntaxes: [transferSyntax = ''] }) => {
      if (refused.has(transferSyntax)) return { result: 4, transferSyntax };
      accepted.set(id, transferSyntax);
      return { result: 0, transferSyntax };
    },
  });
  if (firstPauseMs > 0) pause(connection.socket, firstPauseMs);
  for (let message = await connection.message(); message !== undefined; message = await connection.message()) {
    const reception = receptionOf(message, accepted);
    receptions.push(reception);
    const answered = message;
    const answer = (): void => {
      if (connection.socket.destroyed || connection.socket.writableEnded) return;
      connection.respond(answered, 0);
      reception.isAnswered = true;
    };
    if (answerMs === 0) answer();
    else setTimeout(answer, answerMs);
  }
  if (connection.lastPdu?.type === 0x05 && !connection.socket.writableEnded) connection.send(naive.releaseRp());
}

function receptionOf(message: RawMessage, accepted: ReadonlyMap<number, string>): Reception {
  return {
    sopInstance: instanceOf(message),
    transferSyntax: accepted.get(message.presentationContextId) ?? '',
    dataSet: message.dataSet ?? Buffer.alloc(0),
    isAnswered: false,
  };
}
