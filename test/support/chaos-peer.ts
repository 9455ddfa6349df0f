// An SCP that goes wrong at random, by seed: one fault on a connection, at any moment of it, on top of manners that differ
// from connection to connection. It keeps on record what it really holds and what it really answered, so that the claims
// of a sender can be compared with the truth. It stands on the scripted peer and shares nothing with src.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from './mutate.ts';
import * as naive from './naive-pdu.ts';
import {
  type PeerConnection,
  type RawMessage,
  type ScriptedPeer,
  startScriptedPeer,
  storeResponse,
  uint16,
} from './scripted-peer.ts';

/** How a connection is left, or stops being served. */
const WAYS = ['abort', 'close', 'reset', 'release', 'stop reading', 'pause', 'silence'] as const;
type Way = (typeof WAYS)[number];

/** - before: nothing of the message has come. - inside: some bytes of it have. - unanswered: all have. */
const MOMENTS = ['before', 'inside', 'unanswered', 'answered', 'release'] as const;
type Moment = (typeof MOMENTS)[number];

const BAD_ANSWERS = ['message id', 'instance', 'command', 'no status', 'truncated', 'twice'] as const;
type BadAnswer = (typeof BAD_ANSWERS)[number];

type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'reject'; readonly result: number; readonly source: number; readonly reason: number }
  | { readonly kind: 'instead of accepting'; readonly way: Way }
  | { readonly kind: 'break'; readonly at: number; readonly moment: Moment; readonly bytes: number; readonly way: Way }
  | { readonly kind: 'bad answer'; readonly at: number; readonly how: BadAnswer }
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

/** One instance that came whole. */
export interface Reception {
  readonly connection: number;
  readonly sopInstanceUID: string;
  readonly transferSyntax: string;
  readonly sha256: string;
  readonly length: number;
  /** Of the answer, where a right one was given to the system whole. */
  status: number | undefined;
}

export interface ChaosConnection {
  readonly number: number;
  /** Of the sender. */
  readonly remotePort: number;
  readonly fault: string;
  /** The association was accepted. */
  isAccepted: boolean;
  /** Its fault has happened: from then on there may be bytes that it never read. */
  isBroken: boolean;
  /** Last thing seen of the sender: A-RELEASE-RQ, A-ABORT, or only the end of the connection. */
  end: 'open' | 'release' | 'abort' | 'lost';
  /** The end came when some, but not all of a message had come. */
  endedInside: boolean;
  /** Nothing more is going to be read. */
  isOver: boolean;
}

export interface ChaosPeer extends ScriptedPeer {
  readonly receptions: readonly Reception[];
  readonly records: readonly ChaosConnection[];
  /** Resolves when all that came is read, as far as it ever will be; after at most so many milliseconds. */
  settled(limitMs: number): Promise<void>;
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

function faultBy(random: Random, chance: number): Fault {
  if (random.below(10) >= chance) return { kind: 'none' };
  const at = 1 + random.below(random.pick([1, 3, 8]));
  switch (random.below(10)) {
    case 0: {
      const [result, source, reason] = random.pick([
        [2, 3, 1],
        [2, 3, 2],
        [2, 1, 1],
        [1, 1, 3],
        [1, 2, 2],
      ] as const);
      return { kind: 'reject', result, source, reason };
    }
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

const OTHER_STATUSES = [0xb000, 0xb007, 0xa700, 0xa900, 0xc001, 0x0110, 0x0122, 0xff00, 0x1234];

export async function startChaosPeer(options: ChaosOptions): Promise<ChaosPeer> {
  const receptions: Reception[] = [];
  const records: ChaosConnection[] = [];
  const [first, later] = options.faults ?? [9, 5];
  const peer = await startScriptedPeer(async (connection, number) => {
    const random = new Random(options.seed * 64 + number);
    const fault = faultBy(random, number === 1 ? first : later);
    const manners = { ...mannersBy(random, options), ...options.manners };
    const record: ChaosConnection = {
      number,
      remotePort: connection.socket.remotePort ?? 0,
      fault: JSON.stringify(fault),
      isAccepted: false,
      isBroken: false,
      end: 'open',
      endedInside: false,
      isOver: false,
    };
    records.push(record);
    await new ChaosScript(connection, fault, manners, random, record, receptions).run(options.slow);
    record.isOver = true;
  });
  const settled = async (limitMs: number): Promise<void> => {
    const until = performance.now() + limitMs;
    while (records.some(({ isOver }) => !isOver) && performance.now() < until) await sleep(2);
  };
  return Object.create(peer, {
    receptions: { value: receptions },
    records: { value: records },
    settled: { value: settled },
  }) as ChaosPeer;
}

class ChaosScript {
  readonly #connection: PeerConnection;
  readonly #fault: Fault;
  readonly #manners: Manners;
  readonly #random: Random;
  readonly #record: ChaosConnection;
  readonly #receptions: Reception[];
  /** Nothing is answered any more. */
  #isSilent = false;
  #messages = 0;
  readonly #syntaxes = new Map<number, string>();

  constructor(
    connection: PeerConnection,
    fault: Fault,
    manners: Manners,
    random: Random,
    record: ChaosConnection,
    receptions: Reception[],
  ) {
    this.#connection = connection;
    this.#fault = fault;
    this.#manners = manners;
    this.#random = random;
    this.#record = record;
    this.#receptions = receptions;
  }

  async run(slow: ChaosOptions['slow']): Promise<void> {
    const fault = this.#fault;
    if (slow?.what === 'accepting') await sleep(slow.ms);
    if (slow?.what === 'reading') this.#readSlowly(slow.ms);
    if (await this.#accept()) {
      for (;;) {
        this.#prepareFor(this.#messages + 1);
        const message = await this.#connection.message();
        if (message === undefined) break;
        this.#messages += 1;
        this.#take(message);
      }
    }
    let pdu = this.#connection.lastPdu;
    // After its own request for release: the response, and whatever crossed it.
    while (pdu !== undefined && pdu.type !== 0x05 && pdu.type !== 0x07) {
      if (pdu.type === 0x06) this.#connection.socket.end();
      pdu = await this.#connection.pdu();
    }
    this.#record.endedInside = this.#connection.isInsideMessage;
    this.#record.end = pdu?.type === 0x05 ? 'release' : pdu?.type === 0x07 ? 'abort' : 'lost';
    if (pdu?.type === 0x05) {
      if (fault.kind === 'break' && fault.moment === 'release') this.#leave(fault.way);
      else if (!this.#isSilent) {
        if (slow?.what === 'releasing') await sleep(slow.ms);
        this.#send(naive.releaseRp());
      }
    }
    while ((await this.#connection.pdu()) !== undefined);
  }

  /** True: there may be messages. */
  async #accept(): Promise<boolean> {
    const fault = this.#fault;
    if (fault.kind === 'instead of accepting' && fault.way !== 'pause') {
      this.#connection.lastPdu = await this.#connection.pdu();
      if (this.#connection.lastPdu !== undefined) this.#leave(fault.way);
      this.#connection.lastPdu = await this.#connection.pdu();
      return false;
    }
    if (fault.kind === 'reject') {
      if ((await this.#connection.pdu()) === undefined) return false;
      this.#record.isBroken = true;
      this.#send(naive.associateRj(fault.result, fault.source, fault.reason));
      this.#connection.socket.end();
      return false;
    }
    if (fault.kind === 'instead of accepting') this.#leave(fault.way);
    let hasWindow = false;
    this.#connection.peekRequest = (rq) => {
      hasWindow = rq.includes(Buffer.from('53000004', 'hex'));
    };
    const { maximumLength, refusals, window } = this.#manners;
    const userInformation: Buffer[] = [];
    const accepting = this.#connection.accept({
      maximumLength,
      // Filled when the request has come, before the answer is written.
      userInformation,
      answer: ({ id, transferSyntaxes }) => {
        if (hasWindow && window >= 0 && userInformation.length === 0)
          userInformation.push(naive.asynchronousOperationsWindow(window, 1));
        if (this.#random.below(10) < refusals) return { result: this.#random.pick([1, 3, 4]) };
        const transferSyntax = this.#random.pick(transferSyntaxes);
        this.#syntaxes.set(id, transferSyntax);
        return { result: 0, transferSyntax };
      },
    });
    // The sender may have gone before it has asked.
    const isAccepted = await accepting.then(
      () => true,
      () => false,
    );
    this.#record.isAccepted = isAccepted;
    return isAccepted;
  }

  #readSlowly(ms: number): void {
    const { socket } = this.#connection;
    socket.on('data', () => {
      if (this.#random.below(4) > 0) return;
      socket.pause();
      setTimeout(() => socket.resume(), ms);
    });
  }

  /** What is to happen before, or inside of the message with this number. */
  #prepareFor(number: number): void {
    const fault = this.#fault;
    if (fault.kind === 'early answer' && fault.at === number) {
      this.#connection.socket.once('data', () => {
        this.#send(naive.pData(naive.pdv(1, 0x03, this.#refusal(number))));
      });
      return;
    }
    if (fault.kind !== 'break' || fault.at !== number) return;
    if (fault.moment === 'before') this.#leave(fault.way);
    if (fault.moment !== 'inside') return;
    let left = fault.bytes;
    const count = (bytes: Buffer): void => {
      left -= bytes.length;
      if (left > 0) return;
      this.#connection.socket.off('data', count);
      this.#leave(fault.way);
    };
    this.#connection.socket.on('data', count);
  }

  /** 'Out of resources', to a message that has not come whole. Message IDs begin at 1. */
  #refusal(number: number): Buffer {
    const command = new Map([[0x0110, uint16(number)]]);
    return storeResponse({ command }, 0xa700);
  }

  #take(message: RawMessage): void {
    const dataSet = message.dataSet ?? Buffer.alloc(0);
    const reception: Reception = {
      connection: this.#record.number,
      sopInstanceUID: (message.command.get(0x1000)?.toString('latin1') ?? '').replace(/\0$/, ''),
      transferSyntax: this.#syntaxes.get(message.presentationContextId) ?? '',
      sha256: createHash('sha256').update(dataSet).digest('hex'),
      length: dataSet.length,
      status: undefined,
    };
    this.#receptions.push(reception);
    const fault = this.#fault;
    const isNow = 'at' in fault && fault.at === this.#messages;
    if (isNow && fault.kind === 'break' && fault.moment === 'unanswered') this.#leave(fault.way);
    if (isNow && fault.kind === 'bad answer') {
      this.#answerBadly(message, reception, fault.how);
      return;
    }
    if (isNow && fault.kind === 'early answer') {
      // Already answered, with the status that counts.
      reception.status = 0xa700;
      return;
    }
    const delayMs = this.#manners.delayMs === 0 ? 0 : this.#random.below(this.#manners.delayMs);
    const answer = (): void => {
      this.#answer(message, reception);
      if (isNow && fault.kind === 'break' && fault.moment === 'answered') this.#leave(fault.way);
    };
    if (delayMs === 0) answer();
    else setTimeout(answer, delayMs);
  }

  #answer(message: RawMessage, reception: Reception): void {
    if (this.#isSilent || !this.#connection.socket.writable) return;
    const isOther = this.#random.below(10) < this.#manners.otherStatuses;
    const status = isOther ? this.#random.pick(OTHER_STATUSES) : 0;
    reception.status = status;
    this.#send(naive.pData(naive.pdv(message.presentationContextId, 0x03, storeResponse(message, status))));
  }

  #answerBadly(message: RawMessage, reception: Reception, how: BadAnswer): void {
    if (this.#isSilent || !this.#connection.socket.writable) return;
    this.#record.isBroken = true;
    const good = storeResponse(message, 0);
    const wrap = (response: Buffer): Buffer => naive.pData(naive.pdv(message.presentationContextId, 0x03, response));
    switch (how) {
      case 'message id':
        this.#send(wrap(storeResponse(message, 0, new Map([[0x0120, uint16(0x7fff)]]))));
        return;
      case 'instance':
        this.#send(wrap(storeResponse(message, 0, new Map([[0x1000, naive.text('2.25.77')]]))));
        return;
      case 'command':
        this.#send(wrap(storeResponse(message, 0, new Map([[0x0100, uint16(0x8030)]]))));
        return;
      case 'no status':
        this.#send(wrap(storeResponse(message, 0, new Map([[0x0900, undefined]]))));
        return;
      case 'twice':
        reception.status = 0;
        this.#send(wrap(good));
        this.#send(wrap(good));
        return;
      case 'truncated': {
        const whole = wrap(good);
        this.#send(whole.subarray(0, 1 + this.#random.below(whole.length - 1)));
        this.#leave(this.#random.pick(['close', 'reset', 'silence'] as const));
        return;
      }
    }
  }

  #leave(way: Way): void {
    const { socket } = this.#connection;
    this.#record.isBroken = true;
    if (way !== 'pause') this.#isSilent = true;
    switch (way) {
      case 'abort':
        this.#write(naive.abort(this.#random.pick([0, 2]), this.#random.below(7)));
        socket.end();
        return;
      case 'close':
        socket.end();
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'release':
        this.#write(naive.releaseRq());
        return;
      case 'stop reading':
        socket.pause();
        this.#record.isOver = true;
        return;
      case 'pause':
        socket.pause();
        setTimeout(() => socket.resume(), this.#random.below(600));
        return;
      case 'silence':
        return;
    }
  }

  #send(bytes: Buffer): void {
    if (!this.#manners.isByteWise) this.#write(bytes);
    else for (const byte of bytes) this.#write(Buffer.of(byte));
  }

  #write(bytes: Buffer): void {
    if (this.#connection.socket.writable) this.#connection.socket.write(bytes);
  }
}
