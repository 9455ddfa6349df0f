import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readPeerList } from '../../../src/extension/peer-lists.ts';
import { PEERS_MAX } from '../../../src/protocol/limits.ts';

const brief = (text: string): string[] =>
  readPeerList(text).peers.map(
    ({ entry: { name, calledAETitle = '-', host, port } }) => `${name} ${calledAETitle}@${host}:${port}`,
  );

describe('a list of peers', () => {
  it('of Orthanc, with comments, as lists and as objects', () => {
    const text = `{
      /** The list of the known DICOM modalities. */
      "DicomModalities" : {
        // "untested" : [ "X", "x", 1 ],
        "sample" : [ "STORESCP", "127.0.0.1", 2000 ],
        "generic" : [ "GE", "10.0.0.2", "104", "GenericNoWildcardInDates" ],
        "secure" : { "AET" : "ORTHANC", "Host" : "pacs.example.org", "Port" : 2762, "UseDicomTls" : true },
      },
      "DicomPort" : 4242,
    }`;
    assert.deepEqual(brief(text), [
      'sample STORESCP@127.0.0.1:2000',
      'generic GE@10.0.0.2:104',
      'secure ORTHANC@pacs.example.org:2762',
    ]);
    assert.match(readPeerList(text).peers[2]?.note ?? '', /TLS/);
    assert.deepEqual(brief('{ "sample": ["A", "h", 1] }'), ['sample A@h:1']);
  });

  it('of our own, with all fields', () => {
    const entry = { name: 'A', host: 'h', port: 1, conversion: 'any', timeouts: { response: 5 } };
    for (const value of [[entry], { 'sendToPacs.peers': [entry] }, { settings: { 'sendToPacs.peers': [entry] } }])
      assert.deepEqual(readPeerList(JSON.stringify(value)).peers, [{ entry }]);
  });

  it('of DCMTK, of dcm4che, and one line each', () => {
    const table = `# comment\nHostTable BEGIN\nacme = (ACME1, acme.example.org, 5678)\nHostTable END\nNetworkTCPPort = 104`;
    assert.deepEqual(brief(table), ['acme ACME1@acme.example.org:5678']);
    assert.deepEqual(brief('ARCHIVE@pacs:104\n# x\n\nB@[::1]:11112'), ['ARCHIVE ARCHIVE@pacs:104', 'B B@::1:11112']);
    assert.deepEqual(brief('ARCHIVE pacs 104\r\nB 10.0.0.1 11112'), ['ARCHIVE ARCHIVE@pacs:104', 'B B@10.0.0.1:11112']);
  });

  it('as CSV, with and without a head, with whatever separates', () => {
    assert.deepEqual(brief('Name;Port;Host;AE Title\nNorth;104;"pacs";N1\n'), ['North N1@pacs:104']);
    assert.deepEqual(brief('ARCHIVE,pacs,104'), ['ARCHIVE ARCHIVE@pacs:104']);
    assert.deepEqual(brief('North\tARCHIVE\tpacs\t104\tcomment'), ['North ARCHIVE@pacs:104']);
  });

  it('counts what is no peer, and says why for the first', () => {
    const { peers, leftOut, why } = readPeerList('ARCHIVE,pacs,104\nB,-/x,105\nC,h,99999');
    assert.deepEqual([peers.length, leftOut], [1, 2]);
    assert.match(why ?? '', /"host" must be a host name/);
    assert.equal(readPeerList(`${'A h 1\n'.repeat(PEERS_MAX + 5)}`).leftOut, 5);
    assert.deepEqual(readPeerList('').peers, []);
    assert.deepEqual(readPeerList('{ "a": 1 }'), { peers: [], leftOut: 0 });
  });

  it('takes no name that nobody could see, or that is one of ours', () => {
    const text = JSON.stringify({ DicomModalities: { 'A\u202eB': ['X', 'h', 1], 'Built-in Receiver': ['Y', 'h', 2] } });
    const { peers } = readPeerList(text);
    assert.deepEqual(
      peers.map(({ entry, note }) => [entry.name, note]),
      [
        ['X', 'its own name cannot be used'],
        ['Y', 'its own name cannot be used'],
      ],
    );
  });

  it('is read or refused, whatever it is, in words that are harmless', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const { peers, why = '' } = readPeerList(text);
        // oxlint-disable-next-line no-control-regex -- what nobody may be shown
        assert.doesNotMatch(why, /[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
        for (const { entry } of peers) assert.match(entry.host, /^[A-Za-z0-9._:%-]+$/);
      }),
      { numRuns: 40 },
    );
    const started = performance.now();
    for (const text of [
      '['.repeat(1_000_000),
      'a,'.repeat(500_000),
      '"'.repeat(1_000_000),
      ' = (,'.repeat(200_000),
      '@'.repeat(1_000_000),
    ])
      readPeerList(text);
    assert.ok(performance.now() - started < 10_000);
  });
});
