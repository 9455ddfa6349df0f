// The pre-flight check: finds what a peer could fail on, with its offset in the file, before the file is sent. PS3.5 clause
// 7 and 9.1, PS3.10 clause 7.1.
//
// The bytes of the header have been read already. Behind them it reads one small piece after the other and steps over
// values. An ordinary image costs no further read, or one. A deflated data set is read and inflated to its end.

import { uidOrLength } from '../../protocol/harmless.ts';
import { PIECES_MAX } from '../../protocol/limits.ts';
import { detectEncoding } from '../encoding-detection.ts';
import type { HeaderResult } from '../header/header.ts';
import { encodingOf, isDeflated, isPrivate } from '../transfer-syntax-encoding.ts';
import { checkDeflated } from './deflated-check.ts';
import type { FilePart, ReadPart, StopSignal } from './file-part.ts';
import type { Finding } from './finding.ts';
import type { ImageSize } from './image-size.ts';
import { StructureCheck } from './structure-check.ts';

/** First read at a new position: enough for a header, because its value is usually skipped. In bytes, like the next two. */
const PIECE = 4_096;
const PIECE_IN_A_ROW = 16_384;
const PIECE_MAX = 65_536;

type Instance = Extract<HeaderResult, { type: 'instance' }>;

/**
 * @param prefix the bytes that the header was read from, from the start of the file
 * @param read its rejections are passed on
 * @param signal when it aborts, the rest of the file is reported as 'not checked'
 * @param size is told of the image, or of what is inflated
 * @returns what was found, in the order of the file; what is said of the data set as a whole comes last
 */
export async function inspect(
  instance: Instance,
  prefix: Uint8Array,
  read: ReadPart,
  signal?: StopSignal,
  size?: ImageSize,
): Promise<readonly Finding[]> {
  const { transferSyntaxUID, dataSetOffset, dataSetLength } = instance.header;
  const ofMeta = metaFindings(instance);
  if (isDeflated(transferSyntaxUID)) {
    const check = new StructureCheck(encodingOf(transferSyntaxUID), 0, Number.POSITIVE_INFINITY, instance.header);
    const deflated = { prefix, start: dataSetOffset, end: dataSetOffset + dataSetLength, read, signal };
    const found = await checkDeflated(deflated, check, size);
    const lengthless = ((await check.lengthless?.findings()) ?? []).map(
      (finding): Finding => ({ ...finding, isInflated: true }),
    );
    return [...ofMeta, ...found, ...lengthless];
  }
  const isOdd = dataSetLength % 2 !== 0;
  const odd: Finding[] = isOdd ? [{ code: 'odd length', offset: dataSetOffset, length: dataSetLength }] : [];
  return [...ofMeta, ...(await walk(instance, prefix, read, signal, size)), ...odd];
}

async function walk(
  { header, actualEncoding }: Instance,
  prefix: Uint8Array,
  read: ReadPart,
  signal: StopSignal | undefined,
  size: ImageSize | undefined,
): Promise<readonly Finding[]> {
  const { transferSyntaxUID, dataSetOffset, dataSetLength } = header;
  const end = dataSetOffset + dataSetLength;
  let encoding = actualEncoding ?? encodingOf(transferSyntaxUID);
  if (isPrivate(transferSyntaxUID)) {
    const detected = detectEncoding({ bytes: prefix, end }, dataSetOffset, false);
    if (detected.type !== 'detected') return [{ code: 'not checked', offset: dataSetOffset }];
    encoding = detected.encoding;
  }
  const check = new StructureCheck(encoding, dataSetOffset, end, header, size);
  let part: FilePart = { bytes: prefix.subarray(0, end), base: 0 };
  let piece = 0;
  for (let pieces = 0; pieces < PIECES_MAX && signal?.aborted !== true; pieces++) {
    const want = check.advance(part);
    if (want === undefined) break;
    const isNext = want.offset <= part.base + part.bytes.length;
    piece = isNext ? Math.min(PIECE_MAX, Math.max(PIECE_IN_A_ROW, 2 * piece)) : PIECE;
    const bytes = await read(want.offset, Math.min(end - want.offset, Math.max(piece, want.length)));
    if (bytes.length < want.length) break;
    part = { bytes, base: want.offset };
  }
  // Without an effect where the walk has come to its end.
  check.abandon();
  const { findings, lengthless } = check;
  return lengthless === undefined ? findings : [...findings, ...(await lengthless.findings())];
}

function metaFindings({ header, mediaStorage, strays, standIns = [], actualEncoding }: Instance): Finding[] {
  const pairs = [
    ['SOPClassUID', mediaStorage.sopClass, header.sopClassUID],
    ['SOPInstanceUID', mediaStorage.sopInstance, header.sopInstanceUID],
  ] as const;
  const place = 'before the data set';
  const stray: Finding[] = strays === undefined ? [] : [{ code: 'stray meta elements', place, ...strays }];
  const disagreeing = pairs.flatMap(([keyword, meta, dataSet]): Finding[] =>
    meta === undefined || meta.value === dataSet
      ? []
      : [
          {
            code: 'meta disagrees',
            offset: meta.offset,
            keyword,
            meta: uidOrLength(meta.value),
            dataSet: uidOrLength(dataSet),
          },
        ],
  );
  const { dataSetOffset: offset, transferSyntaxUID } = header;
  const wrong: Finding[] =
    actualEncoding === undefined
      ? []
      : [{ code: 'wrong encoding', offset, transferSyntaxUID: uidOrLength(transferSyntaxUID), actual: actualEncoding }];
  const missing = standIns.map((attribute): Finding => ({ code: 'missing attribute', offset, ...attribute }));
  return [...disagreeing, ...stray, ...wrong, ...missing];
}
