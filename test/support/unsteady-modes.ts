// A peer that reads slowly, leaves and comes back, at random, by seed. Each connection has manners of its own.
//
// Its pauses are times and not events: any interleaving is right, and many of them are wanted.

import type { Socket } from 'node:net';
import { DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE } from './dicom-builder.ts';
import type { ModeAct, PeerModes } from './mode-types.ts';
import { Random } from './mutate.ts';
import * as naive from './naive-pdu.ts';

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

/** @param isHeavy it does not read for long enough that what is sent to it waits with the sender */
export function unsteadyModes(seed: number, isHeavy: boolean): () => PeerModes {
  const random = new Random(seed);
  return () => {
    const manners = mannersBy(random, isHeavy);
    const { maximumLength, window, refused, firstPauseMs, answerMs } = manners;
    if (manners.leave === 'refuse' && manners.leaveAfter < 2_000) return { reject: [2, 3, 2] };
    const firstPause: ModeAct = { moment: 'before', act: ({ socket }) => pause(socket, firstPauseMs) };
    return {
      maximumLength,
      ...(window < 0 ? {} : { window }),
      context: ({ transferSyntaxes: [transferSyntax = ''] }) => ({
        result: refused.has(transferSyntax) ? 4 : 0,
        transferSyntax,
      }),
      ...(answerMs === 0 ? {} : { answer: () => later(answerMs).then(() => 0) }),
      at: firstPauseMs === 0 ? [] : [firstPause],
      reading: pacing(manners),
    };
  };
}

/** Pauses and leaves as the manners say, by the bytes that were read. */
function pacing({ pauseEvery, pauseMs, leaveAfter, leave }: Manners): NonNullable<PeerModes['reading']> {
  let pauseAt = pauseEvery;
  return (bytesRead, { socket }) => {
    if (bytesRead >= leaveAfter) {
      if (leave === 'reset') socket.resetAndDestroy();
      else if (leave === 'abort') socket.end(naive.abort(2, 0));
      else socket.destroy();
    } else if (pauseEvery > 0 && bytesRead >= pauseAt) {
      pauseAt = bytesRead + pauseEvery;
      pause(socket, pauseMs);
    }
  };
}

function pause(socket: Socket, ms: number): void {
  socket.pause();
  void later(ms).then(() => socket.resume());
}

const later = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
