// PDUs of other implementations: we decode them as they are meant, and encode the same bytes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';

import { ByteWriter } from '../../src/protocol/bytes.ts';
import { Secret } from '../../src/protocol/secret.ts';
import { decodePdu } from '../../src/protocol/ul/decode.ts';
import { encodePdu, pDataTfHeader } from '../../src/protocol/ul/encode.ts';
import { PduFramer } from '../../src/protocol/ul/framer.ts';
import { PDU_TYPE_BYTES, type Pdu, type UserInformation } from '../../src/protocol/ul/pdu.ts';
import { decodeUserInformation, encodeUserInformation } from '../../src/protocol/ul/user-information.ts';
import { associateRq, bytes, item, plainItems } from '../support/naive-pdu.ts';
import { revealed } from '../support/secrets.ts';

interface PduVector {
  readonly name: string;
  readonly hex: string;
  readonly pdu?: Pdu;
  readonly notCanonical?: string;
  readonly reason?: number;
}

interface VectorFile {
  readonly origin: string;
  readonly pdus: readonly PduVector[];
  readonly userInformationSubItems?: readonly {
    readonly name: string;
    readonly hex: string;
    readonly userInformation: UserInformation;
    readonly notCanonical?: string;
  }[];
  readonly proposedPresentationContexts?: readonly {
    readonly name: string;
    readonly hex: string;
    readonly presentationContext: unknown;
  }[];
}

const SECRETS = ['primaryField', 'secondaryField', 'userIdentityServerResponse'];

/** `{ "hex": … }` becomes bytes, or a Secret where the decoder makes one. */
function load(file: string): VectorFile {
  return JSON.parse(readFileSync(new URL(`vectors/${file}`, import.meta.url), 'utf8'), (key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'hex') return value;
    const bytes = new Uint8Array(Buffer.from((value as { hex: string }).hex, 'hex'));
    return SECRETS.includes(key) ? new Secret(bytes) : bytes;
  }) as VectorFile;
}

const files = ['pynetdicom.json', 'dcmtk.json'].map((name) => ({ name, vectors: load(name) }));
const plain = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** All PDUs of a stream. From a Uint8Array, since deepStrictEqual tells a Buffer from a Uint8Array. */
function decodeStream(stream: Uint8Array): Pdu[] {
  const framer = new PduFramer({ maxPDataTfLength: 65536 });
  framer.push(new Uint8Array(stream));
  const pdus: Pdu[] = [];
  for (let next = framer.next(); next !== undefined; next = framer.next()) pdus.push(next.pdu);
  return pdus;
}

function encode(pdu: Pdu): string {
  if (pdu.type !== 'P-DATA-TF') return plain(encodePdu(pdu));
  const [pdv, ...others] = pdu.presentationDataValues;
  assert.ok(pdv !== undefined && others.length === 0);
  const header = pDataTfHeader(pdv.presentationContextId, pdv.isCommand, pdv.isLastFragment, pdv.data.length);
  return plain(header) + plain(pdv.data);
}

for (const { name: file, vectors } of files) {
  suite(file, () => {
    test('says where its vectors come from', () => {
      assert.match(vectors.origin, /pynetdicom|DCMTK/);
    });

    for (const { name, hex, pdu, reason, notCanonical } of vectors.pdus) {
      const wire = new Uint8Array(Buffer.from(hex, 'hex'));
      if (pdu === undefined) {
        test(`${name}: refused`, () => {
          const length = new DataView(wire.buffer).getUint32(2);
          assert.throws(() => decodePdu(wire[0]!, wire.subarray(6, 6 + length)), { name: 'ProtocolError', reason });
        });
        continue;
      }
      test(`${name}: decodes`, () => {
        assert.deepEqual(revealed(decodeStream(wire)), revealed([pdu]));
      });
      test(`${name}: ${notCanonical === undefined ? 'encodes to the same bytes' : `is not ours: ${notCanonical}`}`, () => {
        if (notCanonical === undefined) assert.equal(encode(pdu), hex);
        else if (/may not be sent/.test(notCanonical)) assert.throws(() => encode(pdu), RangeError);
        else {
          assert.notEqual(encode(pdu), hex);
          assert.deepEqual(revealed(decodeStream(Buffer.from(encode(pdu), 'hex'))), revealed([pdu]));
        }
      });
    }

    for (const { name, hex, userInformation, notCanonical } of vectors.userInformationSubItems ?? []) {
      const wire = new Uint8Array(Buffer.from(hex, 'hex'));
      test(`${name}: decodes`, () => {
        assert.deepEqual(revealed(decodeUserInformation(wire)), revealed(userInformation));
      });
      test(`${name}: ${notCanonical ?? 'encodes to the same bytes'}`, () => {
        const writer = new ByteWriter();
        if (notCanonical !== undefined) {
          assert.throws(() => encodeUserInformation(writer, userInformation), RangeError);
          return;
        }
        encodeUserInformation(writer, userInformation);
        assert.equal(plain(writer.finish()), plain(item(0x50, wire)));
      });
    }

    for (const { name, hex, presentationContext } of vectors.proposedPresentationContexts ?? []) {
      test(`${name}: decodes`, () => {
        const [pdu] = decodeStream(associateRq({ items: plainItems(hex) }));
        assert.ok(pdu?.type === 'A-ASSOCIATE-RQ');
        assert.deepEqual(pdu.presentationContexts, [presentationContext]);
      });
    }
  });
}

suite('the vectors together', () => {
  const pdus = files.flatMap(({ vectors }) => vectors.pdus);

  test('cover every PDU', () => {
    const types = new Set(pdus.map(({ pdu }) => pdu?.type).filter((type) => type !== undefined));
    assert.deepEqual([...types].sort(), Object.keys(PDU_TYPE_BYTES).sort());
  });

  test('cover every sub-item of the user information', () => {
    const subItems = files.flatMap(({ vectors }) => vectors.userInformationSubItems ?? []);
    const types = new Set(subItems.map(({ hex }) => hex.slice(0, 2)));
    for (const type of ['51', '52', '53', '54', '55', '56', '57', '58', '59']) assert.ok(types.has(type), type);
  });

  test('decode from one stream', () => {
    const readable = pdus.filter(({ pdu }) => pdu !== undefined);
    assert.deepEqual(
      revealed(decodeStream(bytes(...readable.map(({ hex }) => hex)))),
      revealed(readable.map(({ pdu }) => pdu)),
    );
  });
});
