import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PeerAddress, parsePeerAddress } from '../../../src/extension/peer-address.ts';
import { addressOf } from '../../../src/trace/names.ts';

const parsed = (text: string): PeerAddress => {
  const address = parsePeerAddress(text);
  assert.ok(!('problem' in address), `${text}: ${JSON.stringify(address)}`);
  return address;
};
const problem = (text: string): string => {
  const address = parsePeerAddress(text);
  assert.ok('problem' in address, `${text}: ${JSON.stringify(address)}`);
  return address.problem;
};

describe('the address of a peer', () => {
  const whole = { host: 'pacs.example.org', port: 11112, calledAETitle: 'ARCHIVE' };

  for (const [text, expected] of [
    ['pacs.example.org', { host: 'pacs.example.org' }],
    ['pacs.example.org:11112', { host: 'pacs.example.org', port: 11112 }],
    ['ARCHIVE@pacs.example.org', { host: 'pacs.example.org', calledAETitle: 'ARCHIVE' }],
    ['ARCHIVE@pacs.example.org:11112', whole],
    ['  ARCHIVE@pacs.example.org:11112\n', whole],
    ['\ufeffARCHIVE@pacs.example.org:11112\u200b', whole],
    ['"ARCHIVE@pacs.example.org:11112"', whole],
    ['dicom://ARCHIVE@pacs.example.org:11112', whole],
    ['DICOM://ARCHIVE@pacs.example.org:11112/', whole],
    ['dicom://pacs.example.org:11112', { host: 'pacs.example.org', port: 11112 }],
    ['dicom://MY%20AE@pacs.example.org:104', { host: 'pacs.example.org', port: 104, calledAETitle: 'MY AE' }],
    ['ARCHIVE pacs.example.org 11112', whole],
    ['pacs.example.org 11112', { host: 'pacs.example.org', port: 11112 }],
    ['MY AE@10.0.0.1:104', { host: '10.0.0.1', port: 104, calledAETitle: 'MY AE' }],
    ['a@b@10.0.0.1:104', { host: '10.0.0.1', port: 104, calledAETitle: 'a@b' }],
    ['100%@10.0.0.1:104', { host: '10.0.0.1', port: 104, calledAETitle: '100%' }],
    ['::1', { host: '::1' }],
    ['[::1]', { host: '::1' }],
    ['[::1]:104', { host: '::1', port: 104 }],
    ['AE@[fe80::1%eth0]:104', { host: 'fe80::1%eth0', port: 104, calledAETitle: 'AE' }],
    ['dicom://AE@[2001:db8::7]:104', { host: '2001:db8::7', port: 104, calledAETitle: 'AE' }],
  ] as const)
    it(`is read from ${JSON.stringify(text)}`, () => assert.deepEqual(parsed(text), expected));

  it('is read from what Copy Address writes', () => {
    const receiver = { host: '127.0.0.1', port: 4242 };
    assert.deepEqual(parsed(`RECEIVER@${addressOf(receiver)}`), { ...receiver, calledAETitle: 'RECEIVER' });
  });

  it('of a web server is refused with a word', () => {
    for (const text of ['http://pacs:8042', 'https://pacs/dicom-web', 'HTTP://AE@pacs:104'])
      assert.match(problem(text), /web address.*DICOM port/);
    assert.match(problem('dicoms://AE@pacs:2762'), /TLS/);
    assert.match(problem('ftp://pacs:21'), /dicom:\/\//);
    assert.match(problem('dicom://AE@pacs:104/path'), /without/);
  });

  it('says which part is wrong', () => {
    assert.match(problem(''), /host/i);
    assert.match(problem('pacs:'), /port/i);
    assert.match(problem('pacs:0'), /port.*1 to 65535/i);
    assert.match(problem('pacs:65536'), /port.*1 to 65535/i);
    assert.match(problem('pacs:dicom'), /port.*1 to 65535/i);
    assert.match(problem('@pacs:104'), /AE title.*1 to 16/i);
    assert.match(problem('SEVENTEEN-LETTERS@pacs:104'), /AE title.*1 to 16/i);
    assert.match(problem('A\\B@pacs:104'), /AE title.*backslash/i);
    assert.match(problem('[::1:104'), /host/i);
    assert.match(problem('pa_cs:104/x'), /port/i);
    assert.match(problem('pac\u200bs'), /host/i);
    assert.match(problem('a b c d'), /host/i);
    assert.match(problem('x'.repeat(100_000)), /host/i);
  });

  it('is either read as what the settings accept, or refused in one line, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z@:[\]%/. 0-9]{0,40}$/)),
        (text) => {
          const address = parsePeerAddress(text);
          if ('problem' in address) {
            assert.match(address.problem, /^[ -~…“”]{1,200}$/);
            return;
          }
          assert.match(address.host, /^[A-Za-z0-9._:%-]+$/);
          assert.ok(address.port === undefined || (address.port >= 1 && address.port <= 65_535));
          assert.match(address.calledAETitle ?? 'AE', /^[ -[\]-~]{1,16}$/);
        },
      ),
    );
  });
});
