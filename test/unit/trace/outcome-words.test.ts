// What is said of a file agrees with its outcome: for each outcome, with each reason that a file with it may have.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Phase } from '../../../src/net/failure.ts';
import { OUTCOME_WORDS, ProblemCollector } from '../../../src/report/problems.ts';
import { type FileOutcome, OUTCOMES, type Outcome, type Reason } from '../../../src/send/outcome.ts';
import { contextOf, explainFile, sentence } from '../../../src/trace/explain.ts';
import { CT, EXPLICIT, J2K } from '../../support/trace-records.ts';

const PHASES: readonly Phase[] = ['connect', 'association', 'write', 'response', 'release'];
const PEER = { name: 'ORTHANC', callingAETitle: 'HERE', calledAETitle: 'THERE' };

const error = (code: string) => ({ code, syscall: 'connect', message: `connect ${code}` });
const codes = ['ECONNREFUSED', 'EACCES', 'EMFILE', 'EPIPE'];

/** A new code does not compile until it is here. */
const REASONS: { readonly [Code in Reason['code']]: readonly Extract<Reason, { code: Code }>[] } = {
  'empty file': [{ code: 'empty file' }],
  'not DICOM': [{ code: 'not DICOM' }],
  DICOMDIR: [{ code: 'DICOMDIR' }],
  unreadable: [{ code: 'unreadable', error: error('EIO') }],
  'unreadable folder': [{ code: 'unreadable folder', error: error('EIO') }],
  'not a regular file': [{ code: 'not a regular file', kind: 'FIFO' }],
  'link out of the selection': [{ code: 'link out of the selection', leadsTo: '/elsewhere' }],
  malformed: [{ code: 'malformed', detail: 'no VR', offset: 132 }],
  'missing attribute': [{ code: 'missing attribute', tag: '(0008,0018)', keyword: 'SOPInstanceUID' }],
  'invalid UID': [{ code: 'invalid UID', tag: '(0008,0018)', keyword: 'SOPInstanceUID', length: 3 }],
  'connection failed': codes.map((code) => ({ code: 'connection failed', error: error(code) })),
  'connection lost': PHASES.flatMap((phase) => [
    { code: 'connection lost' as const, phase },
    { code: 'connection lost' as const, phase, error: error('ECONNRESET') },
  ]),
  timeout: PHASES.map((phase) => ({ code: 'timeout', phase, afterMs: 30_000 })),
  'association rejected': [1, 2, 3].map((source) => ({
    code: 'association rejected',
    result: 1,
    source,
    reason: 1,
  })),
  'association aborted': PHASES.flatMap((phase) =>
    [0, 2].map((source) => ({ code: 'association aborted' as const, phase, source, reason: 0 })),
  ),
  'released by peer': [{ code: 'released by peer' }],
  'protocol error': PHASES.map((phase) => ({ code: 'protocol error', phase, detail: 'PDU type 09H' })),
  'unusable maximum length': [{ code: 'unusable maximum length', maximumLength: 4 }],
  abandoned: [{ code: 'abandoned', phase: 'write' }],
  cancelled: PHASES.map((phase) => ({ code: 'cancelled', phase })),
  'presentation context refused': [
    {
      code: 'presentation context refused',
      sopClassUID: CT,
      refused: [{ transferSyntaxUID: J2K, result: 4 }],
      accepted: [EXPLICIT],
    },
  ],
  status: [0x0110, 0x0122, 0xa700, 0xa900, 0xb000, 0xb007, 0xc001].map((status) => ({ code: 'status', status })),
  'invalid response': [{ code: 'invalid response', detail: 'Message ID 7' }],
  'file changed': [{ code: 'file changed', detail: '10 bytes, 12 before' }],
  'read error': [{ code: 'read error', error: error('EIO') }],
  'pre-flight': [{ code: 'pre-flight', finding: { code: 'odd length', offset: 332, length: 12_345 } }],
  'same as another file': [{ code: 'same as another file', firstPath: '/a.dcm' }],
  'cannot convert': (['damaged', 'not decoded', 'not allowed'] as const).map((why) => ({
    code: 'cannot convert',
    from: J2K,
    to: EXPLICIT,
    detail: 'no end',
    why,
  })),
  'given up': [],
};

const simple: readonly Reason[] = Object.values(REASONS).flat();
const ofAssociation = simple.filter(
  ({ code }) => code.startsWith('association') || code.startsWith('connection') || code === 'timeout',
);
const all: readonly Reason[] = [
  ...simple,
  ...[...ofAssociation, ...REASONS['released by peer'], ...REASONS['protocol error']].flatMap((last): Reason[] => [
    { code: 'given up', lostAssociations: 3, last },
    { code: 'same as another file', firstPath: '/a.dcm', reason: last },
    { code: 'same as another file', firstPath: '/a.dcm', reason: { code: 'given up', lostAssociations: 3, last } },
  ]),
];

const isOfHeader = ({ code }: Reason): boolean => [...Object.keys(REASONS).slice(0, 9)].includes(code);
const isWarning = (reason: Reason): boolean => reason.code === 'status' && reason.status >> 12 === 0xb;

/** What the outcome means (send/outcome.ts) leaves these reasons out; every other pair is looked at. */
const MAY_HAVE: Readonly<Record<Outcome, (reason: Reason) => boolean>> = {
  stored: () => false,
  'stored with warning': isWarning,
  failed: (reason) =>
    !isOfHeader(reason) &&
    !isWarning(reason) &&
    reason.code !== 'pre-flight' &&
    reason.code !== 'cancelled' &&
    reason.code !== 'invalid response',
  'held back': ({ code }) => code === 'pre-flight',
  skipped: (reason) => isOfHeader(reason),
  cancelled: ({ code }) => code === 'cancelled' || code === 'same as another file',
  unknown: (reason) => !isOfHeader(reason) && reason.code !== 'status' && reason.code !== 'pre-flight',
};

const SAYS_STORED = /is stored(?! there or not)|stored it|Nothing needs to be done|is sent from there/;
const SAYS_DOUBT = /may be stored|Look for the instance/;
const SAYS_NOT_SENT = /^(?!It was sent whole)(Not sent|Cancelled before|Cancelled while)/;

const CONTRADICTS: Readonly<Record<Outcome, readonly RegExp[]>> = {
  stored: [/./],
  'stored with warning': [SAYS_DOUBT, SAYS_NOT_SENT],
  failed: [SAYS_STORED, SAYS_DOUBT, /was sent whole|Cancelled/],
  'held back': [SAYS_STORED, SAYS_DOUBT, /was sent whole/],
  skipped: [SAYS_DOUBT, /was sent whole/],
  cancelled: [SAYS_STORED, SAYS_DOUBT, /was sent whole/],
  unknown: [SAYS_STORED, SAYS_NOT_SENT, /Not sent/],
};

const SURFACES = ['editor', 'terminal', undefined] as const;
/** What only the other surface has. */
const FOREIGN = {
  editor: /\boptions? -|--[a-z]|\bleave out -/,
  terminal: /\bsetting\b|Send This One|Review Held/,
};

/** Every file that can be, as far as its words go. */
function* everyFile(): Generator<FileOutcome & { readonly reason: Reason }> {
  for (const outcome of OUTCOMES) {
    for (const reason of all.filter(MAY_HAVE[outcome])) {
      for (const bytesSent of [0, 10_000]) yield { path: '/study/a.dcm', outcome, reason, bytesSent };
    }
  }
}

describe('what is said of a file', () => {
  it('names only what the place has where it is read: settings and buttons, or options', () => {
    for (const surface of SURFACES) {
      if (surface === undefined) continue;
      for (const file of everyFile()) {
        const words = explainFile(file, contextOf(PEER, surface));
        assert.doesNotMatch(words === undefined ? '' : sentence(words), FOREIGN[surface], surface);
      }
    }
  });

  it('never says that the PACS may have what did not go out whole', () => {
    for (const surface of SURFACES) {
      for (const file of everyFile()) {
        if (file.outcome === 'unknown') continue;
        const words = explainFile(file, contextOf(PEER, surface));
        assert.doesNotMatch(words === undefined ? '' : sentence(words), /may (be|have) stored|may have it/);
      }
    }
  });

  it('does not lay a loss to a file that was never sent', () => {
    for (const last of ofAssociation) {
      const reason: Reason = { code: 'given up', lostAssociations: 3, last };
      const words = explainFile({ path: '/a.dcm', outcome: 'failed', bytesSent: 0, reason }, contextOf(PEER, 'editor'));
      assert.doesNotMatch(words === undefined ? '' : sentence(words), /this file/);
    }
  });

  it('says that nothing else was proposed where it was so, and what lets more be proposed', () => {
    const refused = { code: 'presentation context refused', sopClassUID: CT, accepted: [] } as const;
    for (const result of [1, 2, 3, 4, undefined]) {
      const reason: Reason = {
        ...refused,
        refused: [{ transferSyntaxUID: '1.2.840.10008.1.2.4.50', result }],
        further: [EXPLICIT],
        hinderedBy: 'conversion',
        enoughConversion: 'any',
      };
      const text = (surface: (typeof SURFACES)[number]): string =>
        sentence(
          explainFile({ path: '/a.dcm', outcome: 'failed', bytesSent: 0, reason }, contextOf(PEER, surface)) ?? {
            what: '',
          },
        );
      assert.doesNotMatch(text(undefined), /no other transfer syntax\.|nothing of what/);
      assert.match(text('terminal'), /Allow conversion with --conversion any, or ask its administrator/);
      assert.match(text('editor'), /Set conversion to "any" \(setting conversion of the peer\), or ask/);
    }
  });

  it('names the words to type where our own options leave nothing to propose', () => {
    const file = (enoughConversion?: 'lossless' | 'any'): FileOutcome => ({
      path: '/a.dcm',
      outcome: 'failed',
      bytesSent: 0,
      reason: {
        code: 'cannot convert',
        from: '1.2.840.10008.1.2.4.50',
        to: '1.2.840.10008.1.2',
        detail: 'the conversion is not allowed',
        why: 'not allowed',
        ...(enoughConversion === undefined ? {} : { enoughConversion }),
      },
    });
    const action = (one: FileOutcome, surface: (typeof SURFACES)[number]): string | undefined =>
      explainFile(one, contextOf(PEER, surface))?.action;
    assert.equal(action(file('any'), 'terminal'), 'Leave out -xi, or allow conversion with --conversion any.');
    assert.equal(action(file(), 'terminal'), 'Leave out -xi.');
    assert.equal(
      action(file('any'), 'editor'),
      'Do not limit what is proposed (setting requestTransferSyntax of the peer), or set conversion to "any" (setting conversion of the peer).',
    );
  });

  it('has none of the words that say nothing', () => {
    for (const file of everyFile()) {
      const words = explainFile(file, contextOf(PEER, undefined));
      assert.doesNotMatch(
        words === undefined ? '' : sentence(words),
        /error occurred|please|successfully|\binvalid\b/i,
        file.reason.code,
      );
    }
  });
});

describe('what is said of a file agrees with its outcome', () => {
  for (const outcome of OUTCOMES) {
    it(outcome, () => {
      for (const reason of all.filter(MAY_HAVE[outcome])) {
        for (const bytesSent of [0, 10_000]) {
          const file = { path: '/study/a.dcm', outcome, reason, bytesSent };
          const problems = new ProblemCollector(PEER, 'editor');
          problems.add(file);
          const [problem] = problems.list();
          if (problem === undefined) continue;
          const line = `${OUTCOME_WORDS[outcome]}: ${problem.text}`;
          for (const pattern of CONTRADICTS[outcome]) assert.doesNotMatch(problem.text, pattern, line);
          if (outcome === 'unknown') {
            assert.match(problem.text, /he instance may be stored there or not\..*Look for the instance/, line);
          }
          for (const part of Object.values(problem.words)) assert.doesNotMatch(part, /undefined|\.\.| {2}/, line);
        }
      }
    });
  }

  it('tells a file that was never sent what its send was given up for, not what to look for in the PACS', () => {
    const last: Reason = { code: 'timeout', phase: 'response', afterMs: 60_000 };
    const reason: Reason = { code: 'given up', lostAssociations: 3, last };
    const words = explainFile({ path: '/a.dcm', outcome: 'failed', bytesSent: 0, reason }, { peerName: 'ORTHANC' });
    assert.match(words?.what ?? '', /^Not sent: given up after 3 lost associations in a row\. ORTHANC did not answer/);
    assert.match(words?.action ?? '', /^Check that the PACS runs, then send again; .*option -td/);
  });

  it('says of a file that went out whole before the send was given up that it may be stored', () => {
    const last: Reason = { code: 'connection failed', error: error('ECONNREFUSED') };
    const reason: Reason = { code: 'given up', lostAssociations: 3, last };
    const words = explainFile({ path: '/a.dcm', outcome: 'unknown', bytesSent: 0, reason }, { peerName: 'ORTHANC' });
    assert.match(
      words?.what ?? '',
      /^It was sent whole, but no valid answer came, and the send was given up after 3 lost/,
    );
  });
});
