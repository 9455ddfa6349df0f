// Inputs for fuzzing: conversations of a peer with either of our roles, files, and data sets for the converter. An input is made
// from its seed, or read from a file that was kept.

import { DataSetConversionError } from '../../src/part10/convert/conversion-error.ts';
import { parseHeader } from '../../src/part10/header/header-parser.ts';
import { Association } from '../../src/protocol/association.ts';
import type { Effect } from '../../src/protocol/effects.ts';
import { TextTrace } from '../../src/trace/text.ts';
import { CT, EXPLICIT, rqFor } from './association-pair.ts';
import { AssociationUser } from './association-user.ts';
import { converter, DIRECTIONS, type Direction } from './conversion-run.ts';
import { sample } from './conversion-sample.ts';
import {
  buildFile,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  IMPLICIT_LE,
  RLE_LOSSLESS,
  sampleInstance,
} from './dicom-builder.ts';
import { damage, elementFields, pduFields, Random } from './mutate.ts';
import {
  commandElement,
  commandSet,
  echoRequestSet,
  storeRequestElements,
  storeResponseElements,
  us,
} from './naive-command-set.ts';
import { writeDataSet } from './naive-data-set.ts';
import * as naive from './naive-pdu.ts';

export type FuzzTarget = 'requestor' | 'acceptor' | 'header' | 'convert';

export interface FuzzInput {
  readonly target: FuzzTarget;
  /** As they come, one after the other. */
  readonly pieces: readonly Buffer[];
  /** Of 'convert': index into DIRECTIONS. */
  readonly direction?: number;
}

const CONTEXTS = [
  { presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] },
  { presentationContextId: 3, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2', EXPLICIT] },
];

const everything = (): naive.Piece[] => [
  naive.maximumLength(16_384),
  naive.implementationClassUID('1.2.276.0.7230010.3.0.3.6.7'),
  naive.asynchronousOperationsWindow(4, 1),
  naive.roleSelection(CT, 1, 1),
  naive.implementationVersionName('OFFIS_DCMTK_367'),
  naive.extendedNegotiation(CT, '010203'),
  naive.commonExtendedNegotiation(CT, '1.2.840.10008.4.2', ['1.2.3', '1.2.4']),
];

function response(changes: readonly (readonly [number, Buffer])[] = []): Buffer {
  const elements = new Map([...storeResponseElements(), [0x0120, commandElement(0x0120, us(1))] as const, ...changes]);
  return commandSet([...elements.values()]);
}

/** What a peer says to our requestor, in order. */
const FROM_ACCEPTOR: readonly (readonly Buffer[])[] = [
  [
    naive.associateAc({
      items: [
        naive.applicationContext(),
        naive.contextResult(1, 0, EXPLICIT),
        naive.contextResult(3, 4, EXPLICIT),
        naive.userInformation(...everything(), naive.userIdentityServerResponse('414243')),
      ],
    }),
    naive.pData(naive.pdv(1, 3, response())),
    naive.releaseRp(),
  ],
  [
    naive.associateAc({ items: naive.plainItems(naive.contextResult(1, 0, EXPLICIT)) }),
    naive.pData(naive.pdv(1, 1, response().subarray(0, 20)), naive.pdv(1, 3, response().subarray(20))),
    naive.releaseRq(),
    naive.releaseRp(),
  ],
  [naive.associateRj(1, 1, 7)],
  [naive.associateAc({ items: naive.plainItems(naive.contextResult(1, 0, EXPLICIT)) }), naive.abort(2, 2)],
];

const store = commandSet([...storeRequestElements().values()]);
const echo = echoRequestSet();

/** What a peer says to our acceptor, in order. */
const FROM_REQUESTOR: readonly (readonly Buffer[])[] = [
  [
    naive.associateRq({
      items: [
        naive.applicationContext(),
        ...CONTEXTS.map((c) => naive.proposedContext(c.presentationContextId, c.abstractSyntax, c.transferSyntaxes)),
        naive.userInformation(...everything(), naive.userIdentity(2, 1, '75736572', '736563726574')),
      ],
    }),
    naive.pData(naive.pdv(1, 3, store)),
    naive.pData(naive.pdv(1, 0, Buffer.alloc(300, 7))),
    naive.pData(naive.pdv(1, 0, Buffer.alloc(20, 7)), naive.pdv(1, 2, Buffer.alloc(80, 8))),
    naive.pData(naive.pdv(3, 3, echo)),
    naive.releaseRq(),
  ],
  [
    naive.associateRq({
      items: naive.plainItems(naive.proposedContext(3, '1.2.840.10008.1.1', ['1.2.840.10008.1.2'])),
    }),
    naive.pData(naive.pdv(3, 1, echo.subarray(0, 10)), naive.pdv(3, 3, echo.subarray(10))),
    naive.abort(0, 0),
  ],
];

interface DamagedFile {
  readonly bytes: Buffer;
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

const FILES: readonly DamagedFile[] = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE_LOSSLESS].flatMap(
  (syntax) => {
    const instance = sampleInstance({ transferSyntax: syntax, pixelBytes: 256 });
    const encoding = { explicit: syntax !== IMPLICIT_LE, littleEndian: syntax !== EXPLICIT_BE };
    return [
      { bytes: instance.file, ...encoding },
      { bytes: buildFile(instance, { implicitMeta: true }), ...encoding },
      { bytes: buildFile(instance, { preamble: false, meta: false }), ...encoding },
    ];
  },
);

/** Where the elements of a file begin that are worth an edit: of the meta group always, of the rest as it is encoded. */
function fileFields({ explicit, littleEndian }: DamagedFile) {
  return (bytes: Buffer) => {
    if (bytes.toString('latin1', 128, 132) !== 'DICM') return elementFields(bytes, 0, explicit, littleEndian);
    const meta = elementFields(bytes, 132, true, true);
    if (explicit && littleEndian) return meta;
    const dataSet = bytes.indexOf(Buffer.from(littleEndian ? '08000500' : '00080005', 'hex'), 132);
    return [...meta, ...(dataSet < 0 ? [] : elementFields(bytes, dataSet, explicit, littleEndian))];
  };
}

const DATA_SETS = new Map(
  DIRECTIONS.map((direction) => [direction, Buffer.from(writeDataSet(sample, direction.from))]),
);

/** The same for the same seed. */
export function fuzzInput(seed: number): FuzzInput {
  const random = new Random(seed);
  const roll = random.below(20);
  if (roll < 7) return { target: 'requestor', pieces: conversation(FROM_ACCEPTOR, FROM_REQUESTOR, random) };
  if (roll < 14) return { target: 'acceptor', pieces: conversation(FROM_REQUESTOR, FROM_ACCEPTOR, random) };
  if (roll < 17) {
    const file = random.pick(FILES);
    return { target: 'header', pieces: [damage(file.bytes, fileFields(file), random, random.pick(FILES).bytes)] };
  }
  const direction = random.below(DIRECTIONS.length);
  const chosen: Direction | undefined = DIRECTIONS[direction];
  if (chosen === undefined) throw new Error('no direction');
  const bytes = DATA_SETS.get(chosen) ?? Buffer.alloc(0);
  const { explicit, big } = chosen.from;
  const donor = random.pick([...DATA_SETS.values()]);
  const damaged = damage(bytes, (b) => elementFields(b, 0, explicit, !big), random, donor);
  return { target: 'convert', pieces: cut(damaged, random), direction };
}

function conversation(
  own: readonly (readonly Buffer[])[],
  other: readonly (readonly Buffer[])[],
  random: Random,
): Buffer[] {
  const pdus = [...random.pick(own)];
  // Some are damaged as they stand; others lose, repeat, exchange or borrow whole PDUs as well.
  switch (random.below(6)) {
    case 0:
      pdus.splice(random.below(pdus.length), 1);
      break;
    case 1:
      pdus.splice(random.below(pdus.length + 1), 0, random.pick(pdus));
      break;
    case 2:
      pdus.splice(random.below(pdus.length + 1), 0, random.pick(random.pick(random.below(2) === 0 ? own : other)));
      break;
    case 3:
      pdus.sort(() => random.below(3) - 1);
      break;
    default:
  }
  const target = random.below(Math.max(1, pdus.length));
  const damaged = pdus.map((pdu, index) =>
    index === target ? damage(pdu, pduFields, random, random.pick(random.pick(other))) : pdu,
  );
  return cut(Buffer.concat(damaged), random);
}

function cut(bytes: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  const most = random.pick([bytes.length, bytes.length, bytes.length, 1_000, 100, 7]);
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(most);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Gives the input to its target; throws where anything happens that must not. */
export function runFuzzInput({ target, pieces, direction }: FuzzInput): void {
  if (target === 'header') readHeaderOf(Buffer.concat(pieces));
  else if (target === 'convert') convertAll(pieces, DIRECTIONS[direction ?? 0]);
  else converse(target, pieces);
}

function converse(role: 'requestor' | 'acceptor', pieces: readonly Buffer[]): void {
  const user = new AssociationUser(new Association({ role, maxPduLength: 16_384 }));
  if (role === 'requestor') user.give({ type: 'A-ASSOCIATE request', rq: rqFor(CONTEXTS) });
  user.give({ type: 'transport connected' });
  for (const bytes of pieces) user.give({ type: 'bytes', bytes });
  // A-ASSOCIATE-RQs in Sta13 are answered one by one (AA-7); nothing else is answered twice.
  const requests = user.effects.filter(isReceivedRequest).length;
  if (user.aborts > 2 + requests) throw new Error(`${user.aborts} A-ABORTs`);
  user.give({ type: 'transport closed' });
  if (user.association.state !== 'Sta1') throw new Error(`${user.association.state} after the end`);
  tell(user.effects);
}

function isReceivedRequest(effect: Effect): boolean {
  return effect.type === 'trace' && effect.event.type === 'PDU' && effect.event.pdu.type === 'A-ASSOCIATE-RQ';
}

/** Control characters, and what reorders text; a line is one line. */
const CONTROL = /\p{Cc}|\p{Bidi_Control}/u;
const LINE_MAX = 20_000;

function tell(effects: readonly Effect[]): void {
  const lines: string[] = [];
  const trace = new TextTrace({
    level: () => 'trace',
    write: (more) => lines.push(...more.flatMap(({ text }) => text.split('\n'))),
  });
  for (const effect of effects) {
    if (effect.type !== 'trace') continue;
    const record = { timeMs: 0, association: 1, event: effect.event };
    trace.record(record);
  }
  for (const text of lines) {
    if (CONTROL.test(text)) throw new Error(`control characters in the trace: ${JSON.stringify(text)}`);
    if (text.length > LINE_MAX) throw new Error(`a trace line of ${text.length} characters`);
  }
}

function readHeaderOf(file: Buffer): void {
  const whole = parseHeader(file, file.length);
  if (whole.type === 'need more') throw new Error('needs more than there is');
  if (whole.type === 'instance') {
    const { dataSetOffset, dataSetLength } = whole.header;
    if (dataSetOffset + dataSetLength !== file.length) throw new Error('the data set does not end with the file');
  }
  const half = parseHeader(file.subarray(0, file.length >> 1), file.length);
  if (half.type === 'need more' && half.bytes > file.length) throw new Error('asks for more than there is');
}

function convertAll(pieces: readonly Buffer[], direction: Direction | undefined): void {
  if (direction === undefined) throw new Error('no direction');
  const running = converter(direction);
  let taken = 0;
  let given = 0;
  try {
    for (const piece of pieces) {
      running.push(piece);
      given += piece.length;
      taken += running.take().length;
    }
    running.end();
    taken += running.take().length;
  } catch (error) {
    if (!(error instanceof DataSetConversionError)) throw error;
  }
  // An element grows by 4 bytes at most.
  if (taken > given * 2 + 64) throw new Error(`${given} bytes became ${taken}`);
}
