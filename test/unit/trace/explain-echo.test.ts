import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EchoResult } from '../../../src/net/echo-scu.ts';
import type { AssociationFailure, Phase } from '../../../src/net/failure.ts';
import { sentence } from '../../../src/trace/explain.ts';
import { explainEcho } from '../../../src/trace/explain-echo.ts';

describe('explainEcho', () => {
  const verified: EchoResult = {
    verified: true,
    phases: { connectMs: 3, associationMs: 5, echoMs: 2, releaseMs: 1 },
    remoteAddress: { host: '192.0.2.9', port: 104 },
    peerImplementationClassUID: '1.2.276.0.7230010.3.0.3.6.7',
    peerImplementationVersionName: 'OFFIS_DCMTK_367',
    peerMaximumLength: 16384,
    status: 0,
  };

  it('says who answered and how long each step took', () => {
    assert.equal(
      sentence(explainEcho(verified, { peerName: 'ORTHANC' })),
      'ORTHANC answered C-ECHO with success at 192.0.2.9:104 (connect 3 ms, association 5 ms, C-ECHO 2 ms, release 1 ms). ' +
        'It is OFFIS_DCMTK_367 (1.2.276.0.7230010.3.0.3.6.7) and accepts PDUs of up to 16384 bytes.',
    );
  });

  it('says what went wrong after the answer', () => {
    const failure = { code: 'timeout', phase: 'release', afterMs: 10_000 } as const;
    assert.match(
      sentence(explainEcho({ ...verified, failure })),
      /with success.*Afterwards: The peer did not answer the release request/,
    );
  });

  it('says why the peer was not verified', () => {
    const failed = (more: Partial<EchoResult>): string =>
      sentence(explainEcho({ verified: false, phases: {}, ...more }));
    assert.match(
      failed({ failure: { code: 'verification refused', result: 3 } }),
      /not Verification: Rejected - Abstract/,
    );
    assert.match(failed({ failure: { code: 'invalid response', detail: 'x' } }), /does not fit the C-ECHO request/);
    assert.match(
      failed({ failure: { code: 'association rejected', result: 1, source: 1, reason: 7 } }),
      /called AE title/,
    );
    assert.match(failed({ status: 0x0122 }), /0122H SOP Class Not Supported/);
    assert.match(
      failed({ status: 0x0122, errorComment: 'not\u202e for\r\nyou' }),
      /answered C-ECHO with 0122H SOP Class Not Supported \("not for you"\)\./,
    );
    assert.match(
      failed({ failure: { code: 'verification refused', result: 0, unproposedTransferSyntax: '1.2.840.10008.1.2.5' } }),
      /not Verification: accepted with RLE Lossless \(1\.2\.840\.10008\.1\.2\.5\), which was not proposed\./,
    );
    assert.match(failed({}), /was not verified/);
  });

  it('speaks of no file, and of no option that a verification lacks', () => {
    const phases: readonly Phase[] = ['connect', 'association', 'write', 'response', 'release'];
    const failures: AssociationFailure[] = [
      { code: 'released by peer' },
      { code: 'unusable maximum length', maximumLength: 3 },
      ...['ETIMEDOUT', 'EADDRNOTAVAIL', 'EMFILE', 'ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN'].map(
        (code) => ({ code: 'connection failed' as const, error: { code, message: code } }),
      ),
      ...[1, 2].flatMap((result) =>
        [1, 2, 3].flatMap((source) =>
          [1, 2, 3, 7].map((reason) => ({ code: 'association rejected' as const, result, source, reason })),
        ),
      ),
      ...phases.flatMap((phase): AssociationFailure[] => [
        { code: 'connection lost', phase },
        { code: 'timeout', phase, afterMs: 1000 },
        { code: 'association aborted', phase, source: 0, reason: 0 },
        { code: 'association aborted', phase, source: 2, reason: 1 },
        { code: 'protocol error', phase, detail: 'x' },
      ]),
    ];
    for (const failure of failures) {
      for (const surface of ['terminal', 'editor'] as const) {
        const text = sentence(explainEcho({ verified: false, phases: {}, failure }, { surface }));
        assert.doesNotMatch(text, /(a|that|the missing) files?\b|send again|instances|fewer associations/, text);
      }
    }
  });

  it('lists the steps before a failure', () => {
    const failure = { code: 'association rejected', result: 1, source: 1, reason: 7 } as const;
    const { what } = explainEcho({ verified: false, phases: { connectMs: 2 }, failure }, { peerName: 'ORTHANC' });
    assert.match(what, /^ORTHANC rejected the association: .*\. Done before: connect 2 ms\.$/);
  });

  it('names the class UID if there is no version name, and says that PDUs have no limit', () => {
    const { peerImplementationVersionName: _name, ...unnamed } = verified;
    const { cause } = explainEcho({ ...unnamed, peerImplementationClassUID: '1.2.3', peerMaximumLength: 0 });
    assert.equal(cause, 'It is 1.2.3 and accepts PDUs of any length.');
  });

  it('bounds and cleans the text of the peer', () => {
    const name = 'A\u202E\nB\u0007'.repeat(9);
    const text = sentence(explainEcho({ ...verified, peerImplementationVersionName: name }));
    assert.doesNotMatch(text, /\p{Cc}|\p{Cf}/u);
    assert.ok(text.length < 300);
  });
});
