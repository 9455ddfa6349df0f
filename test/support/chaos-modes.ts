// A peer that goes wrong at random, by seed. Each connection has at most one fault, at any of its moments, and manners such as
// its maximum length and its delays.
//
// Its delays are times and not events: faults at any instant are the purpose, and no assertion depends on which instant it was.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ModeAct, Moment, PeerModes, Way } from './mode-types.ts';
import { Random } from './mutate.ts';
import * as naive from './naive-pdu.ts';
import type { AssociationRecord } from './peer-records.ts';
import { type PeerConnection, type RawMessage, storeResponse, uint16 } from './scripted-peer.ts';

/** The peer does not read for a while, and goes on. */
const PAUSE_MAX_MS = 600;
const WAYS = ['abort', 'close', 'reset', 'release', 'stop reading', 'pause', 'silence'] as const;
const MOMENTS = ['before', 'inside', 'unanswered', 'answered', 'released'] as const;
const BAD_ANSWERS = ['message id', 'instance', 'command', 'no status', 'truncated', 'twice'] as const;
const REJECTIONS = [
  [2, 3, 1],
  [2, 3, 2],
  [2, 1, 1],
  [1, 1, 3],
  [1, 2, 2],
] as const;
const OTHER_STATUSES = [0xb000, 0xb007, 0xa700, 0xa900, 0xc001, 0x0110, 0x0122, 0xff00, 0x1234];

type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'reject'; readonly rejection: (typeof REJECTIONS)[number] }
  | { readonly kind: 'instead of accepting'; readonly way: Way | 'pause' }
  | {
      readonly kind: 'break';
      readonly at: number;
      readonly moment: Moment;
      readonly bytes: number;
      readonly way: Way | 'pause';
    }
  | { readonly kind: 'bad answer'; readonly at: number; readonly how: (typeof BAD_ANSWERS)[number] }
  | { readonly kind: 'early answer'; readonly at: number };

/** How a connection behaves beside its fault. */
interface Manners {
  readonly maximumLength: number;
  /** Of 10 contexts so many are refused. */
  readonly refusals: number;
  /** Granted where it was proposed; 0 = no limit, -1 = not granted. */
  readonly window: number;
  /** Of 10 answers so many are not 'success'. */
  readonly otherStatuses: number;
  readonly isByteWise: boolean;
  /** An answer comes after 0 to so many milliseconds. */
  readonly delayMs: number;
}

export interface ChaosOptions {
  readonly seed: number;
  /** Of 10 connections so many have a fault: the first one, and the later ones. */
  readonly faults?: readonly [first: number, later: number];
  /** Of the sender's deadlines: answers are delayed by up to twice as much. */
  readonly deadlineMs: number;
  /** Without it, as the seed says. */
  readonly manners?: Partial<Manners>;
  /** PDUs are not made so short that the largest instance falls into too many of them. */
  readonly largest: number;
  /** What it takes its time for, again and again. */
  readonly slow?: { readonly what: 'accepting' | 'reading' | 'releasing'; readonly ms: number };
}

/** The modes of each connection; `faults` gets a description of each as it comes. */
export function chaosModes(options: ChaosOptions, faults: string[] = []): (number: number) => PeerModes {
  const [first, later] = options.faults ?? [9, 5];
  return (number) => {
    const random = new Random(options.seed * 64 + number);
    const fault = faultBy(random, number === 1 ? first : later);
    faults.push(JSON.stringify(fault));
    const manners = { ...mannersBy(random, options), ...options.manners };
    const { window, maximumLength, isByteWise, refusals } = manners;
    return {
      maximumLength,
      isByteWise,
      ...(window < 0 ? {} : { window }),
      ...(fault.kind === 'reject' ? { reject: fault.rejection } : {}),
      context: ({ transferSyntaxes }) =>
        random.below(10) < refusals
          ? { result: random.pick([1, 3, 4]) }
          : { result: 0, transferSyntax: random.pick(transferSyntaxes) },
      answer: answerBy(random, fault, manners),
      at: [...slowActs(options.slow), ...faultActs(random, fault)],
      ...(options.slow?.what === 'reading' ? { reading: slowReading(random, options.slow.ms) } : {}),
    };
  };
}

function faultBy(random: Random, chance: number): Fault {
  if (random.below(10) >= chance) return { kind: 'none' };
  const at = 1 + random.below(random.pick([1, 3, 8]));
  switch (random.below(10)) {
    case 0:
      return { kind: 'reject', rejection: random.pick(REJECTIONS) };
    case 1:
      return { kind: 'instead of accepting', way: random.pick(WAYS) };
    case 2:
    case 3:
      return { kind: 'bad answer', at, how: random.pick(BAD_ANSWERS) };
    case 4:
      return { kind: 'early answer', at };
    default: {
      const bytes = 1 + random.below(random.pick([10, 2_000, 60_000]));
      return { kind: 'break', at, moment: random.pick(MOMENTS), bytes, way: random.pick(WAYS) };
    }
  }
}

function mannersBy(random: Random, { deadlineMs, largest }: ChaosOptions): Manners {
  const maxima = [16_384, 16_384, 131_072, 0, ...(largest > 100_000 ? [] : [256, 1_024])];
  return {
    maximumLength: random.pick(maxima),
    refusals: random.pick([0, 0, 0, 0, 3]),
    window: random.pick([-1, 0, 2, 4]),
    otherStatuses: random.pick([0, 0, 0, 4]),
    isByteWise: random.below(10) === 0,
    delayMs: random.pick([0, 0, 0, 5, 20, 2 * deadlineMs]),
  };
}

function slowActs(slow: ChaosOptions['slow']): ModeAct[] {
  if (slow?.what === 'accepting') return [{ moment: 'connected', act: () => sleep(slow.ms) }];
  if (slow?.what === 'releasing') return [{ moment: 'released', act: () => sleep(slow.ms) }];
  return [];
}

const slowReading =
  (random: Random, ms: number) =>
  (_bytesRead: number, { socket }: PeerConnection): void => {
    if (random.below(4) > 0) return;
    socket.pause();
    setTimeout(() => socket.resume(), ms);
  };

function faultActs(random: Random, fault: Fault): ModeAct[] {
  const actOf = (way: Way | 'pause'): Pick<ModeAct, 'act' | 'abort'> => {
    if (way === 'abort') return { act: way, abort: [random.pick([0, 2]), random.below(7)] };
    return { act: way === 'pause' ? pauseBy(random) : way };
  };
  switch (fault.kind) {
    case 'instead of accepting':
      return [{ moment: fault.way === 'pause' ? 'connected' : 'requested', ...actOf(fault.way) }];
    case 'break': {
      const { moment, at, bytes, way } = fault;
      return [{ moment, bytes, ...actOf(way), ...(moment === 'released' ? {} : { message: at }) }];
    }
    case 'early answer':
      return [{ moment: 'inside', message: fault.at, act: (connection) => refuseEarly(connection, fault.at) }];
    case 'bad answer':
      if (fault.how !== 'truncated') return [];
      return [{ moment: 'answered', message: fault.at, act: random.pick(['close', 'reset', 'silence'] as const) }];
    default:
      return [];
  }
}

const pauseBy =
  (random: Random) =>
  ({ socket }: PeerConnection, record: AssociationRecord): void => {
    record.isBroken = true;
    socket.pause();
    setTimeout(() => socket.resume(), random.below(PAUSE_MAX_MS));
  };

/** 'Out of resources', to a message that has not come whole. Message IDs begin at 1. */
function refuseEarly(connection: PeerConnection, messageId: number): void {
  const command = new Map([[0x0110, uint16(messageId)]]);
  if (connection.socket.writable) connection.send(naive.pData(naive.pdv(1, 0x03, storeResponse({ command }, 0xa700))));
}

function answerBy(random: Random, fault: Fault, { otherStatuses, delayMs }: Manners): NonNullable<PeerModes['answer']> {
  return (instance, message) => {
    const isNow = 'at' in fault && fault.at === instance.nth;
    if (isNow && fault.kind === 'bad answer') return badAnswer(random, message, fault.how);
    if (isNow && fault.kind === 'early answer') {
      // Already answered, with the status that counts.
      instance.status = 0xa700;
      return { status: 0xa700, bytes: [] };
    }
    const answer = (): Answer => (random.below(10) < otherStatuses ? random.pick(OTHER_STATUSES) : 0);
    const ms = delayMs === 0 ? 0 : random.below(delayMs);
    return ms === 0 ? answer() : sleep(ms).then(answer);
  };
}

function badAnswer(random: Random, message: RawMessage, how: (typeof BAD_ANSWERS)[number]): Answer {
  const answer = (changes?: ReadonlyMap<number, Buffer | undefined>): Buffer =>
    naive.pData(naive.pdv(message.presentationContextId, 0x03, storeResponse(message, 0, changes)));
  const wrong = (element: number, value: Buffer | undefined): Answer => ({
    status: undefined,
    bytes: [answer(new Map([[element, value]]))],
  });
  switch (how) {
    case 'message id':
      return wrong(0x0120, uint16(0x7fff));
    case 'instance':
      // Nobody waits for that instance, so the Message ID says which one is stored.
      return { status: 0, bytes: [answer(new Map([[0x1000, naive.text('2.25.77')]]))] };
    case 'command':
      return wrong(0x0100, uint16(0x8030));
    case 'no status':
      return wrong(0x0900, undefined);
    case 'twice':
      return { status: 0, bytes: [answer(), answer()] };
    case 'truncated': {
      const whole = answer();
      return { status: undefined, bytes: [whole.subarray(0, 1 + random.below(whole.length - 1))] };
    }
  }
}
