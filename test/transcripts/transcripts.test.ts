// Compares the trace of whole associations with golden text: an unexpected line is a failure.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import { TextTrace, type TraceLevel } from '../../src/trace/text.ts';
import { assertGolden, goldenText } from '../support/golden.ts';
import {
  abortedMidFile,
  acceptedStore,
  echoWithIdentity,
  interleaved,
  noAcceptedContexts,
  outOfResources,
  receivedStore,
  rejected,
  twoFiles,
} from './scenarios.ts';

const LETTERS: Readonly<Record<TraceLevel, string>> = { error: 'E', warn: 'W', info: 'I', debug: 'D', trace: 'T' };

/** As pynetdicom's `storescu` prints: a letter, a colon, the text. */
function transcript(records: readonly TraceRecord[], level: TraceLevel): string {
  let text = '';
  const trace = new TextTrace({
    level: () => level,
    write: (lines) => {
      for (const { level: at, text: told } of lines) {
        for (const line of told.split('\n')) text += `${LETTERS[at]}: ${line}\n`;
      }
    },
  });
  for (const record of records) trace.record(record);
  trace.flush();
  return text;
}

describe('transcripts', () => {
  const goldens: readonly (readonly [string, TraceLevel, () => TraceRecord[]])[] = [
    ['accepted-store.debug.txt', 'debug', acceptedStore],
    ['accepted-store.info.txt', 'info', acceptedStore],
    ['rejected.debug.txt', 'debug', rejected],
    ['rejected.error.txt', 'error', rejected],
    ['no-accepted-contexts.debug.txt', 'debug', noAcceptedContexts],
    ['no-accepted-contexts.warn.txt', 'warn', noAcceptedContexts],
    ['out-of-resources.debug.txt', 'debug', outOfResources],
    ['out-of-resources.error.txt', 'error', outOfResources],
    ['aborted-mid-file.debug.txt', 'debug', abortedMidFile],
    ['two-files.debug.txt', 'debug', twoFiles],
    ['two-files.info.txt', 'info', twoFiles],
    ['interleaved.debug.txt', 'debug', interleaved],
    ['echo-with-identity.trace.txt', 'trace', echoWithIdentity],
    ['received-store.debug.txt', 'debug', receivedStore],
  ];
  for (const [name, level, scenario] of goldens) {
    it(name, () => assertGolden(name, transcript(scenario(), level)));
  }

  // Line by line what pynetdicom 3.0.4 `storescu -cx -d` printed with DCMTK's storescp as its peer, and with
  // `storescp --refuse` (there with the reason of our scenario).
  for (const [ours, theirs, scenario] of [
    ['a store', 'storescu-accepted.txt', acceptedStore],
    ['a rejection', 'storescu-rejected.txt', rejected],
  ] as const) {
    it(`prints ${ours} in the order and the words of storescu -d`, () => {
      const lines = transcript(scenario(), 'debug').split('\n');
      let from = 0;
      for (const line of goldenText(theirs).split('\n')) {
        const at = lines.findIndex((own, index) => index >= from && own.startsWith(line));
        assert.notEqual(at, -1, `not there, or not in this order: ${line}`);
        from = at + 1;
      }
    });
  }
});
