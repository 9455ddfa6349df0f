// Nothing that a peer sends blocks the event loop for longer than 50 ms: the largest and the costliest input, in the pieces that
// the system hands over, with the trace at its most detailed level. The measuring functions are tested, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { State } from '../../src/protocol/ul/states.ts';
import { TextTrace } from '../../src/trace/text.ts';
import { inState } from '../support/association-states.ts';
import { AssociationUser } from '../support/association-user.ts';
import { commandSet, echoRequestSet, storeRequestElements } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { leastLongestTurnMs, leastThreadMs, longestTurnMs, STALL_MS, threadMs } from '../support/stall.ts';

/** The most that Node hands over at a time. */
const READ_LENGTH = 65_536;
const MEGABYTE = 1_048_576;

function compute(ms: number): void {
  const began = threadMs();
  while (threadMs() - began < ms);
}

/** Blocks the thread without any work, as a machine does that others use. */
function beBlocked(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Long enough for the measuring timer to look: it is timers that are tested here. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 5);
  });

test('the measurement sees a stall of this thread, and ignores what other processes do', async () => {
  const stalled = await longestTurnMs(async () => {
    await turn();
    compute(80);
    await turn();
  });
  assert.ok(stalled > 75, `${stalled} ms`);
  const blocked = await leastLongestTurnMs(async () => {
    await turn();
    beBlocked(200);
    await turn();
  });
  assert.ok(blocked < STALL_MS, `${blocked} ms`);
  const spread = await leastLongestTurnMs(async () => {
    for (let count = 0; count < 20; count += 1) {
      compute(10);
      await turn();
    }
  });
  assert.ok(spread < STALL_MS, `${spread} ms`);
});

test('a slow measurement is repeated, and work that is slow each time is slow', () => {
  let runs = 0;
  const once = (): void => {
    runs += 1;
    if (runs === 1) compute(60);
  };
  assert.ok(leastThreadMs(once) < STALL_MS);
  assert.equal(runs, 2);
  // As a reader that looks at everything again for each byte.
  let looks = 0;
  const quadratic = (): void => {
    for (let length = 0; length < 20_000; length += 1) for (let at = 0; at < length; at += 1) looks += at & 1;
  };
  assert.ok(leastThreadMs(quadratic) > STALL_MS);
  assert.ok(looks > 0);
});

const repeated = (piece: Buffer, length: number): Buffer =>
  Buffer.alloc(piece.length * Math.floor(length / piece.length), piece);
const storeRequest = naive.pData(naive.pdv(1, 3, commandSet([...storeRequestElements().values()])));
const echoRequest = naive.pData(naive.pdv(1, 3, echoRequestSet()));
const emptyItem = naive.item(0x99, '');
const contextOf = (id: number, syntaxes: Buffer): Buffer =>
  naive.item(0x20, Buffer.concat([Buffer.from([id, 0, 0, 0]), naive.item(0x30, '312e32'), syntaxes]));
const associateRq = (...items: Buffer[]): Buffer => naive.associateRq({ items: naive.plainItems(...items) });

const BUSY: readonly (readonly [string, State, Buffer])[] = [
  ['PDUs of an empty PDV', 'Sta6', Buffer.concat([storeRequest, repeated(naive.pData(naive.pdv(1, 0, '')), MEGABYTE)])],
  ['empty fragments of a command', 'Sta6', repeated(naive.pData(naive.pdv(1, 1, '')), MEGABYTE)],
  ['verifications', 'Sta6', repeated(echoRequest, MEGABYTE)],
  [
    'instances of no bytes',
    'Sta6',
    repeated(Buffer.concat([storeRequest, naive.pData(naive.pdv(1, 2, ''))]), MEGABYTE),
  ],
  ['nothing but items', 'Sta2', associateRq(repeated(emptyItem, 1_000_000))],
  ['items up to the limit', 'Sta2', associateRq(repeated(emptyItem, 4 * 32_000))],
  [
    'contexts of nothing but transfer syntaxes',
    'Sta2',
    associateRq(
      ...Array.from({ length: 15 }, (_, index) => contextOf(2 * index + 1, repeated(naive.item(0x40, ''), 65_000))),
    ),
  ],
  [
    'contexts of 2,000 transfer syntaxes each',
    'Sta2',
    associateRq(
      ...Array.from({ length: 15 }, (_, index) =>
        contextOf(2 * index + 1, repeated(naive.item(0x40, '312e32'), 14_000)),
      ),
    ),
  ],
];

for (const [name, state, bytes] of BUSY) {
  test(`F20, F21, F25: no read of ${name} holds the event loop`, () => {
    let heldMs = 0;
    for (let tries = 0; tries < 6; tries += 1) {
      const user = new AssociationUser(inState(state, 'acceptor'));
      const trace = new TextTrace({ level: () => 'trace', write: () => undefined });
      let told = 0;
      heldMs = 0;
      for (let at = 0; at < bytes.length; at += READ_LENGTH) {
        const began = threadMs();
        user.give({ type: 'bytes', bytes: bytes.subarray(at, at + READ_LENGTH) });
        for (; told < user.effects.length; told += 1) {
          const effect = user.effects[told];
          if (effect?.type === 'trace') trace.record({ timeMs: 0, association: 1, event: effect.event });
        }
        heldMs = Math.max(heldMs, threadMs() - began);
      }
      assert.ok(user.effects.length > 0);
      if (heldMs <= STALL_MS) break;
    }
    assert.ok(heldMs <= STALL_MS, `${heldMs} ms`);
  });
}

test('F21: more than 32,768 items are refused, nested ones included', () => {
  const abortsAfter = (bytes: Buffer): number => {
    const user = new AssociationUser(inState('Sta2', 'acceptor'));
    user.give({ type: 'bytes', bytes });
    return user.aborts;
  };
  // Beside them: the application context and the user information.
  const items = (count: number): Buffer => associateRq(repeated(emptyItem, emptyItem.length * count));
  assert.equal(abortsAfter(items(32_766)), 0);
  assert.equal(abortsAfter(items(32_767)), 1);
  const context = (id: number): Buffer => contextOf(id, repeated(naive.item(0x40, ''), 4 * 16_000));
  assert.equal(abortsAfter(associateRq(context(1), context(3))), 0);
  assert.equal(abortsAfter(associateRq(context(1), context(3), context(5))), 1);
});
