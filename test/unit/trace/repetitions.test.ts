// What is hidden because it repeats is told in time, in the terminal's trace and in the output channel's batches.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogBatch, type LogLine } from '../../../src/extension/log-batch.ts';
import { REPEATED_LINES_MAX } from '../../../src/protocol/limits.ts';
import { TextTrace } from '../../../src/trace/text.ts';

const HIDDEN = 5;
const LATE_MS = 3_000;

/** Connections, of which the last ones are not shown. */
function flood(trace: TextTrace): void {
  const address = { host: '127.0.0.1', port: 11112 };
  for (let association = 1; association <= REPEATED_LINES_MAX + HIDDEN; association += 1) {
    const event = { type: 'connection accepted', localAddress: address, remoteAddress: address } as const;
    trace.record({ timeMs: Date.now(), association, event });
  }
}

/** Resolves with the lines, once one tells what was hidden. */
async function linesOf(start: (write: (lines: readonly LogLine[]) => void) => void): Promise<readonly string[]> {
  const all: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  // The timer of the trace keeps no process alive.
  const late = setTimeout(() => reject(new Error('not told')), LATE_MS);
  start((lines) => {
    for (const { text } of lines) all.push(text);
    if (all.some((text) => text.startsWith('Not shown'))) resolve(all);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
  }
}

describe('what is hidden because it repeats', () => {
  it('is told within about a second, even if nothing follows', async () => {
    const lines = await linesOf((write) => flood(new TextTrace({ level: () => 'debug', write })));
    assert.equal(lines.length, REPEATED_LINES_MAX + 1);
    assert.equal(lines.at(-1), `Not shown, because it repeats: ${HIDDEN} × connection accepted`);
  });

  it('is told in the output channel, in an entry of its own', async () => {
    const entries: number[] = [];
    const lines = await linesOf((write) => {
      const batch = new LogBatch({
        drain: () => undefined,
        shows: () => true,
        write: (entry) => {
          entries.push(entry.lines.length);
          write(entry.lines);
        },
      });
      flood(new TextTrace({ level: () => 'debug', write: (traced) => batch.add(traced) }));
    });
    assert.deepEqual(entries, [REPEATED_LINES_MAX, 1]);
    assert.match(lines.at(-1) ?? '', /^Not shown, because it repeats: 5 × connection accepted$/);
  });
});
