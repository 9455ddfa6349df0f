// The notification at the end of a send has two lines at most, whatever became of the files, and names what can be done.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Closing,
  closingButtons,
  closingMessage,
  MESSAGE_MAX,
  severityOf,
  verifiedMessage,
} from '../../../src/extension/closing-message.ts';
import { mayRetryHelp } from '../../../src/extension/retryable.ts';
import { countsWords } from '../../../src/extension/words.ts';
import type { EchoResult } from '../../../src/net/echo-scu.ts';
import type { AssociationFailure } from '../../../src/net/failure.ts';
import { ProblemCollector } from '../../../src/report/problems.ts';
import type { FileOutcome, Outcome, OutcomeCounts, Reason } from '../../../src/send/outcome.ts';
import { BRIEF_MAX, briefly, brieflyUnverified } from '../../../src/trace/brief.ts';
import { exampleReasons } from '../../../src/trace/catalogue.ts';
import { explainEcho } from '../../../src/trace/explain-echo.ts';
import { brieflyNotStarted, EXPLAINED_RECEIVER_ERRORS } from '../../../src/trace/explain-receiver.ts';
import { NO_OUTCOMES } from '../../support/outcome-counts.ts';

function closing(counts: Partial<OutcomeCounts>, more: Partial<Closing> = {}): Closing {
  return {
    peerName: 'ARCHIVE',
    counts: { ...NO_OUTCOMES, ...counts },
    folders: 0,
    converted: 0,
    cancelled: false,
    wasTried: true,
    bytesSent: 412_000_000,
    elapsedMs: 5_000,
    problems: [],
    ...more,
  };
}

/** What a send collects of files that end so. */
function problemsOf(...files: readonly (readonly [Outcome, Reason, number])[]): Closing['problems'] {
  const problems = new ProblemCollector({ name: 'ARCHIVE' }, 'editor');
  for (const [outcome, reason, count] of files) {
    for (let index = 0; index < count; index += 1) {
      problems.add({ path: `/study/${index}.dcm`, outcome, reason, bytesSent: 0 });
    }
  }
  return problems.list();
}

const status = (code: number, errorComment?: string): Reason => ({
  code: 'status',
  status: code,
  ...(errorComment === undefined ? {} : { errorComment }),
});
const refused = { code: 'connection failed', error: { code: 'ECONNREFUSED', message: 'x' } } as const;

const ASSOCIATION = /^(connection|association|timeout|released by peer|protocol error|unusable)/;
const isOfAssociation = (reason: Reason): reason is AssociationFailure => ASSOCIATION.test(reason.code);

describe('the closing message', () => {
  const cases: readonly (readonly [name: string, of: Closing, words: string])[] = [
    ['all stored', closing({ stored: 24, skipped: 2 }), 'ARCHIVE: 24 stored, 2 skipped (412.0 MB in 5 s)'],
    [
      'some converted',
      closing({ stored: 24 }, { converted: 19 }),
      'ARCHIVE: 24 stored, 19 converted (412.0 MB in 5 s)',
    ],
    [
      'three reasons',
      closing(
        { stored: 2400, failed: 600 },
        {
          problems: problemsOf(
            ['failed', status(0xa900), 300],
            ['failed', status(0xc001), 200],
            ['failed', status(0x0122), 100],
          ),
        },
      ),
      'ARCHIVE: 2,400 stored, 600 failed. A900 Data Set does not match SOP Class (300), and 2 more reasons.',
    ],
    [
      'the peer’s own words',
      closing({ failed: 1 }, { problems: problemsOf(['failed', status(0xa700, 'Cannot write to file'), 1]) }),
      'ARCHIVE: 1 failed. A700 Out of Resources ("Cannot write to file").',
    ],
    [
      'held back',
      closing(
        { stored: 23, 'held back': 1 },
        {
          problems: problemsOf([
            'held back',
            {
              code: 'pre-flight',
              finding: { code: 'conflicting instance', sopInstanceUID: '1.2.3', firstPath: '/a.dcm' },
            },
            1,
          ]),
        },
      ),
      'ARCHIVE: 23 stored, 1 held back. Same SOP Instance UID as another file.',
    ],
    [
      'cancelled',
      closing(
        { stored: 10, cancelled: 14 },
        { cancelled: true, problems: problemsOf(['cancelled', { code: 'cancelled', phase: 'write' }, 14]) },
      ),
      'Cancelled. ARCHIVE: 10 stored, 14 cancelled (412.0 MB in 5 s)',
    ],
    [
      'the peer is gone: lost with a file and given up are one reason',
      closing(
        { failed: 24 },
        {
          problems: problemsOf(
            ['failed', refused, 1],
            ['failed', { code: 'given up', lostAssociations: 3, last: refused }, 23],
          ),
        },
      ),
      'ARCHIVE: 24 failed. Connection refused (ECONNREFUSED).',
    ],
    ['nothing', closing({ skipped: 2 }, { wasTried: false }), 'No DICOM file to send to ARCHIVE: 2 skipped.'],
  ];
  for (const [name, of, words] of cases) it(name, () => assert.equal(closingMessage(of), words));

  it('has two lines at most, no UID and no path, for every reason of the catalogue and the longest numbers', () => {
    const many = { stored: 1_000_000, failed: 1_000_000, 'held back': 1_000_000, skipped: 1_000_000 };
    for (const reason of exampleReasons()) {
      for (const counts of [
        { failed: 1 },
        { stored: 2400, failed: 600 },
        many,
        { ...many, unknown: 1, cancelled: 1 },
      ]) {
        for (const peerName of ['PACS', 'A department archive with a long name']) {
          for (const others of [
            [],
            [['failed', status(0xfe00), 1]],
            [
              ['failed', status(0xfe00), 1],
              ['unknown', refused, 1],
            ],
          ] as const) {
            const problems = problemsOf(['failed', reason, 1], ...others);
            for (const cancelled of [true, false]) {
              const message = closingMessage(closing(counts, { peerName, problems, cancelled, converted: 1_000_000 }));
              assert.ok(message.length <= MESSAGE_MAX, `${message.length}: ${message}`);
              assert.doesNotMatch(message, /\d+(\.\d+){4,}|\/|undefined/, message);
            }
          }
        }
      }
    }
  });

  it('gives each reason of the catalogue in a few words', () => {
    for (const reason of exampleReasons()) {
      const brief = briefly(reason);
      assert.ok(brief.length > 0 && brief.length <= BRIEF_MAX && !brief.endsWith('…'), `${reason.code}: ${brief}`);
      assert.match(brief, /^[A-Z0-9]/);
      assert.doesNotMatch(brief, /please|successfully|error occurred|\binvalid\b/, brief);
    }
  });

  it('bounds and cleans what the peer says', () => {
    const brief = briefly(status(0xa700, `Full\u202e\n${'x'.repeat(500)}"`));
    assert.ok(brief.length <= BRIEF_MAX);
    assert.doesNotMatch(brief, /\p{Cc}|\p{Cf}/u);
  });
});

describe('the message of a verification', () => {
  const verified: EchoResult = {
    verified: true,
    phases: { connectMs: 2, associationMs: 3, echoMs: 5, releaseMs: 1 },
    peerImplementationVersionName: 'OFFIS_DCMTK_367',
    peerImplementationClassUID: '1.2.276.0.7230010.3.0.3.6.7',
  };
  it('says how long the answer took and who gave it', () => {
    assert.equal(
      verifiedMessage('NORTH', verified, '', undefined),
      'NORTH answered C-ECHO in 10 ms. It is OFFIS_DCMTK_367.',
    );
  });
  it('has two lines at most, with what to do if there is room', () => {
    const failures = [
      ...exampleReasons().filter(isOfAssociation),
      { code: 'verification refused', result: 3 } as const,
    ];
    for (const failure of failures) {
      const result: EchoResult = { verified: false, phases: {}, failure };
      const { action } = explainEcho(result);
      const message = verifiedMessage('NORTH', result, brieflyUnverified(result), action);
      assert.ok(message.length <= MESSAGE_MAX, message);
      assert.match(message, /^NORTH: [A-Z]/);
    }
    const gone: EchoResult = { verified: false, phases: {}, failure: refused };
    assert.equal(
      verifiedMessage('NORTH', gone, brieflyUnverified(gone), 'Check the port.'),
      'NORTH: Connection refused (ECONNREFUSED). Check the port.',
    );
  });
});

it('why the receiver cannot start has two lines at most', () => {
  for (const error of EXPLAINED_RECEIVER_ERRORS) {
    const message = brieflyNotStarted({ ...error, message: 'x'.repeat(500) });
    assert.ok(message.length <= MESSAGE_MAX && message.endsWith('.'), message);
  }
});

describe('how it is shown', () => {
  const cases: readonly (readonly [Partial<OutcomeCounts>, boolean, string, string])[] = [
    [{ stored: 24 }, false, 'information', '24 stored'],
    [{ stored: 24, skipped: 2 }, false, 'information', '24 stored, 2 skipped'],
    [{ skipped: 2 }, false, 'warning', '2 skipped'],
    [{ stored: 3, 'stored with warning': 1 }, false, 'warning', '3 stored, 1 stored with warning'],
    [{ stored: 3, 'held back': 1 }, false, 'warning', '3 stored, 1 held back'],
    [{ stored: 1200, failed: 1 }, false, 'error', '1,200 stored, 1 failed'],
    [{ stored: 3, unknown: 1 }, false, 'error', '3 stored, 1 unknown'],
    // A person has stopped it: that is no error.
    [{ stored: 3, cancelled: 7 }, true, 'information', '3 stored, 7 cancelled'],
    [{ stored: 3, cancelled: 7, unknown: 1 }, true, 'warning', '3 stored, 7 cancelled, 1 unknown'],
    [{ failed: 1, cancelled: 7 }, true, 'warning', '1 failed, 7 cancelled'],
    [{}, false, 'warning', 'nothing to send'],
  ];
  for (const [counts, cancelled, severity, words] of cases)
    it(`${words}: ${severity}`, () => {
      assert.equal(countsWords({ ...NO_OUTCOMES, ...counts }), words);
      assert.equal(severityOf(closing(counts, { cancelled })), severity);
    });

  it('an unreadable folder is a warning', () => {
    assert.equal(severityOf(closing({ stored: 1, skipped: 1 }, { folders: 1 })), 'warning');
    assert.match(closingMessage(closing({ stored: 1, skipped: 1 }, { folders: 1 })), /1 stored, 1 folder not readable/);
  });

  it('the results come first, then what the person can do', () => {
    const buttons = (counts: Partial<OutcomeCounts>, mayRetry: boolean): readonly string[] =>
      closingButtons({ counts: { ...NO_OUTCOMES, ...counts } }, mayRetry);
    assert.deepEqual(buttons({ stored: 1 }, false), ['Show Results', 'Show Trace']);
    assert.deepEqual(buttons({ failed: 1 }, true), ['Show Results', 'Retry', 'Show Trace']);
    assert.deepEqual(buttons({ failed: 1, 'held back': 1 }, true), ['Show Results', 'Retry', 'Review Held Back…']);
  });

  it('Retry is offered only where another try may help', () => {
    const helps = (...reasons: readonly Reason[]): boolean =>
      mayRetryHelp({
        outcomes: reasons.map((reason): FileOutcome => ({ path: '/a', outcome: 'failed', bytesSent: 0, reason })),
      });
    assert.equal(helps(status(0xa900)), false);
    assert.equal(helps(status(0x0122), { code: 'association rejected', result: 1, source: 1, reason: 7 }), false);
    assert.equal(helps(status(0xa900), status(0xa700)), true);
    assert.equal(helps({ code: 'given up', lostAssociations: 3, last: refused }), true);
    assert.equal(helps({ code: 'association rejected', result: 2, source: 3, reason: 1 }), true);
  });
});
