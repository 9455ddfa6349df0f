// Results of sends, written by hand, for tests of reports and messages.

import type { Peer } from '../../src/net/peer.ts';
import { DEFAULT_TIMEOUTS } from '../../src/net/peer.ts';
import type { AssociationSummary, SendResult } from '../../src/send/job.ts';
import { type FileOutcome, OUTCOMES, type OutcomeCounts, type Reason } from '../../src/send/outcome.ts';
import { CT, EXPLICIT, IMPLICIT, J2K, START_MS } from './trace-records.ts';

export const ORTHANC: Peer = {
  name: 'ORTHANC',
  host: 'pacs.example',
  port: 4242,
  calledAETitle: 'ORTHANC',
  callingAETitle: 'SENDTOPACS',
  maxPduLength: 16382,
  timeouts: DEFAULT_TIMEOUTS,
};

export const storedFile = (path: string, more: Partial<FileOutcome> = {}): FileOutcome => ({
  path,
  outcome: 'stored',
  sopClassUID: CT,
  sopInstanceUID: `2.25.${path.length}`,
  transferSyntaxUID: EXPLICIT,
  transferSyntaxOnWire: EXPLICIT,
  status: 0,
  bytesSent: 500_000,
  elapsedMs: 80,
  ...more,
});

export const failedFile = (path: string, reason: Reason, more: Partial<FileOutcome> = {}): FileOutcome => {
  const file: FileOutcome = {
    ...storedFile(path),
    outcome: 'failed',
    reason,
    ...(reason.code === 'status' ? { status: reason.status } : {}),
    ...more,
  };
  if (file.status !== 0) return file;
  const { status: _status, ...unanswered } = file;
  return unanswered;
};

export const GOOD_ASSOCIATION: AssociationSummary = {
  association: 1,
  startedAtMs: START_MS,
  endedAtMs: START_MS + 2100,
  contexts: [
    {
      presentationContextId: 1,
      abstractSyntax: CT,
      proposedTransferSyntaxes: [EXPLICIT],
      result: 0,
      acceptedTransferSyntax: EXPLICIT,
    },
  ],
  peerImplementationClassUID: '1.2.276.0.7230010.3.0.3.6.7',
  peerImplementationVersionName: 'OFFIS_DCMTK_367',
  peerMaximumLength: 16384,
  operationsInvoked: 1,
};

export function sendResult(outcomes: readonly FileOutcome[], more: Partial<SendResult> = {}): SendResult {
  const counts = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, outcomes.filter((file) => file.outcome === outcome).length]),
  ) as OutcomeCounts;
  return {
    peer: ORTHANC,
    startedAtMs: START_MS,
    endedAtMs: START_MS + 2100,
    outcomes,
    counts,
    bytesSent: outcomes.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    associations: [GOOD_ASSOCIATION],
    cancelled: false,
    ...more,
  };
}

/** A result in which all text that others choose (paths, peers, what they say) is the same. */
export function resultInWords(words: string): SendResult {
  return sendResult(
    [
      failedFile(`/${words}`, { code: 'status', status: 0xc001, errorComment: words }),
      failedFile('/x', { code: 'invalid response', detail: words }),
      failedFile('/y', { code: 'file changed', detail: words }),
    ],
    {
      peer: { ...sendResult([]).peer, name: words, host: words, calledAETitle: words, callingAETitle: words },
      associations: [
        {
          ...GOOD_ASSOCIATION,
          peerImplementationVersionName: words,
          peerImplementationClassUID: words,
          contexts: [
            {
              presentationContextId: 1,
              abstractSyntax: words,
              proposedTransferSyntaxes: [words],
              result: 0,
              acceptedTransferSyntax: words,
            },
          ],
          failure: { code: 'protocol error', phase: 'response', detail: words },
        },
      ],
    },
  );
}

/** A failure with all that a peer may say. */
export const FULL: Reason = {
  code: 'status',
  status: 0xa700,
  errorComment: 'Cannot write to file',
  offendingElement: [0x00080018],
};

/** One of nearly everything. */
export const MIXED = sendResult(
  [
    storedFile('/study/a.dcm'),
    storedFile('/study/b.dcm', { transferSyntaxUID: J2K }),
    storedFile('/study/c.dcm', {
      outcome: 'stored with warning',
      status: 0xb000,
      reason: { code: 'status', status: 0xb000, errorComment: 'PatientID coerced' },
    }),
    failedFile('/study/d.dcm', FULL),
    failedFile('/study/e.dcm', FULL),
    failedFile(
      '/study/f.dcm',
      {
        code: 'presentation context refused',
        sopClassUID: CT,
        refused: [
          { transferSyntaxUID: J2K, result: 4 },
          { transferSyntaxUID: IMPLICIT, result: 4 },
        ],
        accepted: [EXPLICIT],
        further: [EXPLICIT],
        hinderedBy: 'conversion',
        enoughConversion: 'lossless',
      },
      { bytesSent: 0 },
    ),
    failedFile('/study/g.dcm', { code: 'connection lost', phase: 'response' }, { outcome: 'unknown' }),
    { path: '/study/DICOMDIR', outcome: 'skipped', bytesSent: 0, reason: { code: 'DICOMDIR' } },
  ],
  {
    associations: [
      GOOD_ASSOCIATION,
      {
        ...GOOD_ASSOCIATION,
        association: 2,
        contexts: [
          { presentationContextId: 1, abstractSyntax: CT, proposedTransferSyntaxes: [J2K], result: 4 },
          {
            presentationContextId: 3,
            abstractSyntax: '1.2.3.4',
            proposedTransferSyntaxes: [EXPLICIT, IMPLICIT],
            result: 0,
            problem: 'accepted with a transfer syntax that was not proposed',
          },
        ],
        failure: { code: 'connection lost', phase: 'response' },
      },
    ],
  },
);
