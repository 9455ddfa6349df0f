import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../src/part10/check/finding.ts';
import type { FileOutcome, Reason } from '../../../src/send/outcome.ts';
import { DEFAULT_PREFLIGHT_POLICY } from '../../../src/send/preflight-policy.ts';
import { explainFile, explainInCommon, sentence } from '../../../src/trace/explain.ts';
import { FAILED_ON } from '../../../src/trace/explain-found.ts';

const BROKEN: Finding = { code: 'broken structure', offset: 900, detail: 'no VR' };
const ABORTED: Reason = { code: 'association aborted', phase: 'response', source: 0, reason: 0 };

function words(reason: Reason, findings: readonly Finding[], outcome: FileOutcome['outcome'] = 'failed'): string {
  const explanation = explainFile({ path: '/a', outcome, bytesSent: 9, reason, findings }, { surface: 'terminal' });
  return explanation === undefined ? '' : sentence(explanation);
}

describe('a file that was sent though peers fail on what was found in it', () => {
  it('is told as the likely reason of an abort, and not sent again as it is', () => {
    const text = words(ABORTED, [BROKEN], 'unknown');
    assert.match(text, /A-ABORT source 0, reason 0\. The file itself may be the reason\. The data set cannot be read/);
    assert.match(
      text,
      /aborts there\. The instance may be stored there or not\. Get the file again from where it came/,
    );
    assert.doesNotMatch(text, /send it again/);
  });

  it('is told as the likely reason of a refusal, a timeout and a lost connection', () => {
    const encapsulated: Finding = {
      code: 'pixel data against transfer syntax',
      offset: 460,
      tag: '(7FE0,0010)',
      transferSyntaxUID: '1.2.840.10008.1.2.1',
      pixels: 'encapsulated',
      count: 1,
    };
    assert.match(
      words({ code: 'status', status: 0xa700 }, [encapsulated]),
      /The file itself may be the reason\. The pixel data is encapsulated, which .* Or the PACS disk is full\. Get the file/,
    );
    assert.doesNotMatch(words({ code: 'status', status: 0xc000 }, [encapsulated]), /disk/);
    for (const phase of ['write', 'response'] as const) {
      assert.match(words({ code: 'timeout', phase, afterMs: 1 }, [BROKEN]), /file itself/);
      assert.match(words({ code: 'connection lost', phase }, [BROKEN]), /file itself/);
    }
  });

  it('has nothing to do with failures of the peer or the network, nor has a harmless finding', () => {
    const others: readonly Reason[] = [
      { code: 'association rejected', result: 1, source: 1, reason: 3 },
      { code: 'association aborted', phase: 'association', source: 0, reason: 0 },
      { code: 'connection lost', phase: 'release' },
      { code: 'status', status: 0x0122 },
      { code: 'status', status: 0xb000 },
    ];
    for (const reason of others) assert.doesNotMatch(words(reason, [BROKEN]), /file itself/);
    assert.doesNotMatch(words(ABORTED, [{ code: 'zero padding', offset: 9, length: 8 }]), /file itself/);
    assert.doesNotMatch(words(ABORTED, []), /file itself/);
  });

  it('has the same words as others with that finding, whatever the byte', () => {
    const common = (offset: number) =>
      explainInCommon({
        path: '/a',
        outcome: 'failed',
        bytesSent: 9,
        reason: ABORTED,
        findings: [{ ...BROKEN, offset }],
      });
    assert.deepEqual(common(900), common(901));
  });

  it('is one that is held back by default', () => {
    const heldBack = Object.entries(DEFAULT_PREFLIGHT_POLICY)
      .filter(([code, word]) => word === 'skip' && !code.endsWith(' instance'))
      .map(([code]) => code);
    assert.deepEqual([...FAILED_ON].sort(), heldBack.sort());
  });
});
