import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AssociationFailure, culpritOf, type Phase } from '../../../src/net/failure.ts';
import type { Reason } from '../../../src/send/outcome.ts';
import { contextOf, explain, sentence } from '../../../src/trace/explain.ts';
import { CT, EXPLICIT, IMPLICIT, J2K } from '../../support/trace-records.ts';

const DEFLATED = '1.2.840.10008.1.2.1.99';

const words = (reason: Reason): string => sentence(explain(reason, { peerName: 'ORTHANC' }));

const systemError = (code: string) => ({
  code,
  syscall: 'connect',
  address: '192.0.2.9',
  port: 104,
  message: `connect ${code}`,
});

type Code = Reason['code'];

/** A reason for each code, and what its text must match. A new code does not compile until it is here. */
const EVERY_CODE: { readonly [K in Code]: readonly [Extract<Reason, { code: K }>, RegExp] } = {
  'empty file': [{ code: 'empty file' }, /^The file is empty\. .*Get the file again/],
  'not DICOM': [{ code: 'not DICOM', looksLike: 'ZIP' }, /not DICOM; it looks like ZIP\. Unpack the archive/],
  DICOMDIR: [{ code: 'DICOMDIR' }, /DICOMDIR.*Send the folder/],
  unreadable: [
    { code: 'unreadable', error: systemError('EACCES') },
    /cannot be read \(EACCES\)\. This user may not read it/,
  ],
  'unreadable folder': [
    { code: 'unreadable folder', error: systemError('EACCES') },
    /folder cannot be read, so nothing in it was sent \(EACCES\)\. This user may not read it/,
  ],
  'link out of the selection': [
    { code: 'link out of the selection', leadsTo: '/home/archive' },
    /a link that leads out of the selection.*setting sendToPacs\.followLinks, option --follow-links/,
  ],
  'not a regular file': [{ code: 'not a regular file', kind: 'FIFO' }, /not a regular file \(FIFO\)/],
  malformed: [{ code: 'malformed', detail: 'VR "??"', offset: 132 }, /damaged at byte 132: VR "\?\?"/],
  'missing attribute': [
    { code: 'missing attribute', tag: '(0008,0018)', keyword: 'SOPInstanceUID' },
    /no SOPInstanceUID \(0008,0018\)/,
  ],
  'invalid UID': [
    { code: 'invalid UID', tag: '(0008,0018)', keyword: 'SOPInstanceUID', length: 5 },
    /SOPInstanceUID \(0008,0018\) of the file is not a valid UID: 5 bytes that are no UID\./,
  ],
  'connection failed': [
    { code: 'connection failed', error: systemError('ECONNREFUSED') },
    /^ORTHANC refused the connection \(ECONNREFUSED 192\.0\.2\.9:104\)\. No program listens.*Check host and port/,
  ],
  'connection lost': [
    { code: 'connection lost', phase: 'association', error: systemError('ECONNRESET') },
    /instead of answering the association request\. It may require TLS/,
  ],
  timeout: [{ code: 'timeout', phase: 'association', afterMs: 30_000 }, /within 30 s\. It may require TLS/],
  'association rejected': [
    { code: 'association rejected', result: 1, source: 1, reason: 7 },
    /does not know the called AE title\. Give the AE title .*\(setting calledAETitle, option -aec\)/,
  ],
  'association aborted': [
    { code: 'association aborted', phase: 'response', source: 2, reason: 6 },
    /aborted the association: A-ABORT source 2, reason 6, Invalid PDU parameter value\./,
  ],
  'released by peer': [{ code: 'released by peer' }, /ended the association while/],
  'protocol error': [
    { code: 'protocol error', phase: 'association', detail: 'PDU type 48H', looksLike: 'HTTP' },
    /look like HTTP\. A web server listens at this port\. Use the DICOM port/,
  ],
  'unusable maximum length': [{ code: 'unusable maximum length', maximumLength: 4 }, /at most 4 bytes/],
  abandoned: [{ code: 'abandoned', phase: 'write' }, /aborted because a file could not be read/],
  cancelled: [{ code: 'cancelled', phase: 'write' }, /^Cancelled while it was being sent\.$/],
  'presentation context refused': [
    {
      code: 'presentation context refused',
      sopClassUID: CT,
      refused: [{ transferSyntaxUID: J2K, result: 4 }],
      accepted: [EXPLICIT],
      further: [EXPLICIT],
      hinderedBy: 'conversion',
    },
    /refused CT Image Storage .* in JPEG 2000 .*1\.2\.840\.10008\.1\.2\.4\.90.*Transfer Syntaxes Not Supported.*accepted this SOP class in Explicit VR Little Endian.*conversion .*option --conversion/,
  ],
  status: [
    { code: 'status', status: 0xa700, errorComment: 'Cannot write to file' },
    /^ORTHANC answered A700H Out of Resources \("Cannot write to file"\)\. The PACS disk may be full\. Ask its administrator to free space, then send again\.$/,
  ],
  'invalid response': [
    { code: 'invalid response', detail: 'Message ID 7' },
    /does not fit the request: Message ID 7\./,
  ],
  'file changed': [
    { code: 'file changed', detail: 'size 10, was 12' },
    /changed after it was scanned: size 10, was 12\./,
  ],
  'read error': [{ code: 'read error', error: systemError('EIO') }, /not be read to its end \(EIO\)/],
  'pre-flight': [
    { code: 'pre-flight', finding: { code: 'odd length', offset: 332, length: 12_345 } },
    /12,345 bytes long from byte 332 on.*truncated/,
  ],
  'same as another file': [
    {
      code: 'same as another file',
      firstPath: '/study/a.dcm',
      reason: { code: 'timeout', phase: 'write', afterMs: 60_000 },
    },
    /same bytes is in another file of this send, which was to be sent for both\. ORTHANC took no data for 1 min\. /,
  ],
  'cannot convert': [
    { code: 'cannot convert', from: J2K, to: EXPLICIT, detail: 'no decoder', why: 'not decoded' },
    /from JPEG 2000.* to Explicit VR Little Endian: no decoder\..*Get the file again .*to accept JPEG 2000/,
  ],
  'given up': [
    { code: 'given up', lostAssociations: 3, last: { code: 'timeout', phase: 'write', afterMs: 60_000 } },
    /given up after 3 lost associations in a row\. ORTHANC took no data for 1 min\. /,
  ],
};

describe('explain', () => {
  for (const [code, [reason, expected]] of Object.entries(EVERY_CODE)) {
    it(code, () => {
      assert.match(words(reason), expected);
      const { whose, ...parts } = explain(reason);
      assert.ok(whose !== undefined);
      for (const part of Object.values(parts)) {
        // Whole sentences, without a gap where a value was missing.
        assert.match(part, /^[A-Z0-9].*\.$/);
        assert.doesNotMatch(part, /undefined|null|NaN|\[object|\.\./);
      }
    });
  }

  it('attributes a failed association to the same side as the send does', () => {
    const errors = [
      'ECONNREFUSED',
      'EACCES',
      'EPERM',
      'EADDRNOTAVAIL',
      'EMFILE',
      'ENFILE',
      'ENOBUFS',
      'ENOMEM',
      'EPIPE',
    ];
    const failures: AssociationFailure[] = [
      ...errors.map((code) => ({ code: 'connection failed' as const, error: systemError(code) })),
      ...errors.map((code) => ({
        code: 'connection lost' as const,
        phase: 'write' as const,
        error: systemError(code),
      })),
      { code: 'connection lost', phase: 'write' },
      EVERY_CODE.timeout[0],
      EVERY_CODE['association rejected'][0],
      EVERY_CODE['association aborted'][0],
      EVERY_CODE['released by peer'][0],
      EVERY_CODE['protocol error'][0],
      EVERY_CODE['unusable maximum length'][0],
      EVERY_CODE.abandoned[0],
      EVERY_CODE.cancelled[0],
    ];
    for (const failure of failures) assert.equal(explain(failure).whose, culpritOf(failure), JSON.stringify(failure));
  });

  it('names the file if its path is given', () => {
    assert.equal(explain({ code: 'empty file' }, { path: 'CT/a\n.dcm' }).what, 'CT/a .dcm: The file is empty.');
  });

  it('distinguishes a missing path from a file that disappeared', () => {
    const error = systemError('ENOENT');
    assert.match(
      words({ code: 'unreadable', error }),
      /There is nothing at this path, or where a link at it leads\. Check the path\./,
    );
    assert.match(words({ code: 'read error', error }), /It is not there any more\./);
  });

  it('names the peer, or says "The peer"', () => {
    assert.match(explain({ code: 'released by peer' }).what, /^The peer ended/);
    assert.match(explain({ code: 'released by peer' }, { peerName: '\u202e' }).what, /^The peer ended/);
  });

  it('has a cause of its own for each connection error', () => {
    const codes = [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ETIMEDOUT',
      'ECONNRESET',
      'EACCES',
      'EADDRNOTAVAIL',
      'EMFILE',
      'ENFILE',
      'ENOBUFS',
    ];
    const all = codes.map((code) => {
      const text = words({ code: 'connection failed', error: systemError(code) });
      assert.ok(text.includes(code));
      return text.replace(code, '');
    });
    assert.equal(new Set(all).size, codes.length);
    assert.match(
      words({ code: 'connection failed', error: { code: 'UNKNOWN', message: 'odd things' } }),
      /\(odd things\)/,
    );
  });

  it('distinguishes the phases in which an association was lost, timed out or was cancelled', () => {
    const phases: readonly Phase[] = ['connect', 'association', 'response', 'write', 'release'];
    for (const make of [
      (phase: Phase): Reason => ({ code: 'connection lost', phase }),
      (phase: Phase): Reason => ({ code: 'timeout', phase, afterMs: 1500 }),
      (phase: Phase): Reason => ({ code: 'cancelled', phase }),
    ]) {
      assert.equal(new Set(phases.map((phase) => words(make(phase)))).size, phases.length);
    }
  });

  it('gives advice that fits the reason of a rejection', () => {
    const reject = (result: number, source: number, reason: number): string =>
      words({ code: 'association rejected', result, source, reason });
    assert.match(reject(1, 1, 3), /calling AE title .* registered at the PACS.*-aet/);
    assert.match(reject(2, 3, 1), /Temporary congestion.*busy.*later/);
    assert.match(reject(2, 3, 2), /limit of associations.*later/);
    assert.match(reject(2, 1, 1), /later/);
    assert.match(reject(1, 1, 1), /registered at the PACS/);
    assert.match(reject(1, 2, 2), /version 1/);
    assert.match(reject(9, 9, 99), /99 \(unknown\).*9 \(unknown\)/);
  });

  it('gives the results of refused contexts', () => {
    const refused = (...results: (number | undefined)[]): string =>
      words({
        code: 'presentation context refused',
        sopClassUID: CT,
        refused: results.map((result, index) => ({ transferSyntaxUID: index === 0 ? J2K : IMPLICIT, result })),
        accepted: [],
      });
    assert.match(
      refused(3, 3),
      /refused CT Image Storage .* in JPEG 2000 .* and in Implicit VR Little Endian .*: Rejected - Abstract Syntax Not Supported\. It does not store this kind of object\./,
    );
    assert.match(refused(3), /may not store this kind of object; but some peers, such as Orthanc/);
    assert.match(refused(4, 1), /JPEG 2000.*Transfer Syntaxes Not Supported.*Implicit VR.*User Rejection/);
    assert.match(refused(undefined), /Not Answered/);
    assert.match(refused(), /No presentation context was proposed/);
  });

  it('does not say that a class is not taken which was accepted in another context', () => {
    const reason: Reason = {
      code: 'presentation context refused',
      sopClassUID: CT,
      refused: [{ transferSyntaxUID: J2K, result: 3 }],
      accepted: [EXPLICIT],
    };
    assert.match(words(reason), /Abstract Syntax Not Supported\. It accepted this SOP class in Explicit VR Little/);
    assert.doesNotMatch(words(reason), /at all|does not store|conversion/);
  });

  it('names the transfer syntax that a context was accepted with and that was not proposed', () => {
    const answered = (uid: string): string =>
      words({
        code: 'presentation context refused',
        sopClassUID: CT,
        refused: [{ transferSyntaxUID: J2K, result: 0, unproposedTransferSyntax: uid }],
        accepted: [],
      });
    assert.match(
      answered(EXPLICIT),
      /in JPEG 2000 .* accepted with Explicit VR Little Endian \(1\.2\.840\.10008\.1\.2\.1\), which was not proposed\..*defective/,
    );
    assert.match(answered(''), /accepted without a transfer syntax/);
    assert.doesNotMatch(answered(EXPLICIT), /refused|Not Answered|Ask its administrator/);
  });

  it('names our own option where it kept a transfer syntax from being proposed', () => {
    const hindered = (hinderedBy: 'conversion' | 'requestTransferSyntax', accepted: string[] = []): string =>
      words({
        code: 'presentation context refused',
        sopClassUID: CT,
        refused: [{ transferSyntaxUID: J2K, result: 4 }],
        accepted,
        further: [EXPLICIT],
        hinderedBy,
      });
    assert.match(hindered('conversion'), /Set conversion to "any" \(setting conversion, option --conversion\), or ask/);
    assert.match(
      words({
        code: 'presentation context refused',
        sopClassUID: CT,
        refused: [{ transferSyntaxUID: J2K, result: 4 }],
        accepted: [EXPLICIT],
        further: [EXPLICIT],
        hinderedBy: 'conversion',
        enoughConversion: 'lossless',
      }),
      /Set conversion to "lossless" \(setting conversion/,
    );
    assert.match(
      hindered('requestTransferSyntax'),
      /Do not limit what is proposed \(setting requestTransferSyntax, option -xe/,
    );
    // Nothing can be converted to it.
    assert.doesNotMatch(hindered('conversion', ['1.2.840.10008.1.2.4.50']), /conversion/);
  });

  it('tells a damaged file from a transfer syntax that the peer does not take', () => {
    const reason = { code: 'cannot convert', from: DEFLATED, to: EXPLICIT, detail: 'unexpected end' } as const;
    assert.doesNotMatch(words({ ...reason, why: 'damaged' }), /administrator/);
    assert.match(
      words({ ...reason, why: 'damaged' }),
      /as it is, and the file is damaged, or defective.*Get the file again/,
    );
    assert.equal(explain({ ...reason, why: 'damaged' }).whose, 'local');
    assert.match(
      words({ ...reason, why: 'not allowed', enoughConversion: 'lossless' }),
      /setting requestTransferSyntax.*setting conversion/,
    );
  });

  it('says that the instance is stored for warnings, and never for failures', () => {
    for (let status = 1; status <= 0xffff; status += 1) {
      const text = words({ code: 'status', status });
      const isWarning = status >> 12 === 0xb || [0x0001, 0x0107, 0x0116].includes(status);
      assert.equal(text.includes('stored it with warning'), isWarning, text);
      assert.equal(text.includes('The instance is stored'), isWarning, text);
    }
  });

  it('shows the offending elements', () => {
    assert.match(
      words({ code: 'status', status: 0xa900, errorComment: '', offendingElement: [0x00080018, 0x00100020] }),
      /\(offending elements \(0008,0018\), \(0010,0020\)\)/,
    );
  });

  it('removes characters of the peer that could reverse the text', () => {
    const comment = '\u202e"\u001b[2J\nAll files stored';
    const text = words({ code: 'status', status: 0xc000, errorComment: comment });
    assert.match(text, /\("'\[2J All files stored"\)/);
  });

  it('names the AE title that the PACS does not know', () => {
    const peer = contextOf({ name: 'NORTH', callingAETitle: 'SENDTOPACS', calledAETitle: 'ARCHIVE' }, undefined);
    const rejected = (reason: number): Reason => ({ code: 'association rejected', result: 1, source: 1, reason });
    assert.match(sentence(explain(rejected(3), peer)), /does not know the calling AE title SENDTOPACS\. /);
    assert.match(sentence(explain(rejected(7), peer)), /does not know the called AE title ARCHIVE\. /);
    assert.match(sentence(explain(rejected(1), peer)), /registered at the PACS with its calling AE title SENDTOPACS /);
  });
});
