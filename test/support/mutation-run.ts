// Sends mutated files to DCMTK's storescp, each on an association of its own, and compares what became of them with what the
// pre-flight check says. The requestor shares no code with src, and it also sends what would be held back.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { loadDictionary } from '../../src/part10/dcmjs-adapter.ts';
import { tagText } from '../../src/part10/structure.ts';
import { DEFAULT_PREFLIGHT_POLICY } from '../../src/send/preflight-policy.ts';
import { CT_IMAGE, DEFLATED_LE, EXPLICIT_BE, IMPLICIT_LE } from './dicom-builder.ts';
import { wholeInspection } from './inspection.ts';
import { type MutatedFile, mutatedFile } from './mutated-file.ts';
import { BIG, EXPLICIT, IMPLICIT, readDataSet } from './naive-data-set.ts';
import * as naive from './naive-pdu.ts';
import { startStorescp } from './peers.ts';
import { PeerConnection } from './scripted-peer.ts';
import { storeCommand } from './store-client.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

/**
 * What storescp did.
 * - whole: stored with every element; 'lost': an element is missing in what it stored.
 * - guessed: stored, although what was sent cannot be read by the standard.
 * - refused: answered, with a failure.
 */
export type Fate = 'whole' | 'lost' | 'guessed' | 'refused' | 'aborted';

export interface MutationResult extends MutatedFile {
  readonly fate: Fate;
  /** What pre-flight holds it back for: the codes of its findings, or of the problem of its header. Empty: it is sent. */
  readonly heldBack: readonly string[];
  readonly details: readonly string[];
}

const { vrOf } = await loadDictionary();

/** The status of its answer; undefined: it aborted. */
async function send(port: number, mutated: MutatedFile): Promise<number | undefined> {
  const socket = new Socket();
  const connection = new PeerConnection(socket);
  socket.connect(port, '127.0.0.1');
  try {
    const items = naive.plainItems(naive.proposedContext(1, CT_IMAGE, [mutated.transferSyntax]));
    connection.send(naive.associateRq({ items }));
    await connection.expect(0x02);
    const dataSet = mutated.file.subarray(mutated.start);
    // What goes out is of even length (PS3.5 A.5); other data sets of odd length are held back.
    const even = Buffer.concat([
      dataSet,
      Buffer.alloc(mutated.transferSyntax === DEFLATED_LE ? dataSet.length % 2 : 0),
    ]);
    const uid = mutated.sopInstance.length % 2 === 0 ? mutated.sopInstance : `${mutated.sopInstance}\0`;
    connection.send(storeCommand(uid), naive.pData(naive.pdv(1, 2, even)));
    const response = await connection.message();
    if (response === undefined) return undefined;
    connection.send(naive.releaseRq());
    await connection.pdu();
    return response.command.get(0x0900)?.readUInt16LE(0);
  } finally {
    socket.destroy();
  }
}

/** Path and value of each element, without spaces and padding; group lengths and command elements (group 0000) are left out, because receivers drop them. */
function rowsOf(dataSet: Buffer, transferSyntax: string, isSequence: (tag: number) => boolean): string[] {
  const encoding = transferSyntax === IMPLICIT_LE ? IMPLICIT : transferSyntax === EXPLICIT_BE ? BIG : EXPLICIT;
  return readDataSet(dataSet, encoding, isSequence)
    .filter(({ path }) => !path.endsWith('0000') && !path.startsWith('0000'))
    .map(
      ({ path, value }) =>
        `${path} ${value.replaceAll(/../gu, (byte) => (byte === '20' ? '' : byte)).replace(/(?:00)+$/u, '')}`,
    );
}

const isListed = (tag: number): boolean => vrOf(tag) === 'SQ';

const plainBytes = (bytes: Buffer, transferSyntax: string): Buffer =>
  transferSyntax === DEFLATED_LE ? inflateRawSync(bytes) : bytes;

const pathOf = (row: string): string => row.slice(0, row.indexOf(' '));
const tagIn = (path: string): number => Number.parseInt(path.slice(-8), 16);

/** Elements that were sent and are not in the file that was written; undefined where nobody could read what was sent. */
function missingRows(mutated: MutatedFile, stored: Buffer): readonly string[] | undefined {
  const behindMeta = stored.subarray(144 + stored.readUInt32LE(140));
  const { transferSyntax, file, start } = mutated;
  let sent: string[];
  try {
    sent = rowsOf(plainBytes(file.subarray(start), transferSyntax), transferSyntax, isListed);
  } catch {
    return undefined;
  }
  const plain = plainBytes(behindMeta, transferSyntax);
  let kept: Set<string>;
  try {
    // DCMTK writes defined lengths, by which nobody knows a private sequence in Implicit VR.
    const sequences = new Set(sent.filter((row) => row.endsWith(' items')).map((row) => tagIn(pathOf(row))));
    kept = new Set(rowsOf(plain, transferSyntax, (tag) => sequences.has(tag) || isListed(tag)));
  } catch {
    kept = new Set(rowsOf(plain, transferSyntax, isListed));
  }
  // Of an element that is there twice it keeps one.
  const keptPaths = new Set([...kept].map(pathOf));
  const isRepeated = (row: string): boolean => sent.filter((other) => pathOf(other) === pathOf(row)).length > 1;
  return sent.filter((row) => !kept.has(row) && !(keptPaths.has(pathOf(row)) && isRepeated(row)));
}

/** @param folder where the storescp at `port` writes what it stores */
export async function mutationResult(
  port: number,
  folder: string,
  seed: number,
  hasSequences: boolean,
): Promise<MutationResult> {
  const mutated = mutatedFile(seed, hasSequences);
  const { findings, problem } = await wholeInspection(mutated.file);
  const held = (findings ?? []).filter(({ code }) => DEFAULT_PREFLIGHT_POLICY[code] === 'skip');
  const heldBack = problem === undefined ? held.map(({ code }) => code) : [problem.code];
  const details = (problem === undefined ? held : [problem]).map((found) => JSON.stringify(found));
  const status = await send(port, mutated);
  const path = join(folder, `CT.${mutated.sopInstance}`);
  const exists = existsSync(path);
  const stored = exists ? readFileSync(path) : undefined;
  if (exists) rmSync(path);
  if (status === undefined) return { ...mutated, heldBack, details, fate: 'aborted' };
  if (status !== 0 || stored === undefined) return { ...mutated, heldBack, details, fate: 'refused' };
  // What is no UID storescp may cut at a character that no UID has; a finding says that it is none.
  const noUIDs = (findings ?? []).flatMap((finding) => (finding.code === 'ill-formed UID' ? [finding.tag] : []));
  const missing = missingRows(mutated, stored)?.filter((row) => !noUIDs.includes(tagText(tagIn(pathOf(row)))));
  if (missing === undefined) return { ...mutated, heldBack, details, fate: 'guessed' };
  if (missing.length > 0) return { ...mutated, heldBack, details: [...details, ...missing], fate: 'lost' };
  return { ...mutated, heldBack, details, fate: 'whole' };
}

export interface MutationTally {
  readonly files: number;
  /** Of those that pass pre-flight: what storescp aborts on, or loses an element of. */
  readonly wrong: readonly MutationResult[];
  /** How many passed and were stored whole, were refused with an answer, or were stored in storescp's own reading. */
  readonly sent: Readonly<Record<Fate, number>>;
  /** How many were held back, by what became of them. */
  readonly held: Readonly<Record<Fate, number>>;
  /** Files that were held back, although storescp stores them whole, by why they were. */
  readonly needless: ReadonlyMap<string, readonly MutationResult[]>;
}

/**
 * @param first the seed of the first file; those behind it follow
 */
export async function mutationRun(
  scope: Scope,
  first: number,
  withSequences: number,
  withoutSequences: number,
): Promise<MutationTally> {
  const folder = temporaryFolder(scope);
  const { port } = await startStorescp(scope, ['+xa'], folder);
  const none = (): Record<Fate, number> => ({ whole: 0, lost: 0, guessed: 0, refused: 0, aborted: 0 });
  const [sent, held] = [none(), none()];
  const wrong: MutationResult[] = [];
  const needless = new Map<string, MutationResult[]>();
  for (let index = 0; index < withSequences + withoutSequences; index += 1) {
    const hasSequences = index < withSequences;
    const result = await mutationResult(port, folder, first + index, hasSequences);
    const { fate, heldBack } = result;
    if (heldBack.length === 0) {
      sent[fate] += 1;
      if (fate === 'aborted' || fate === 'lost') wrong.push(result);
      continue;
    }
    held[fate] += 1;
    if (fate !== 'whole') continue;
    const why = [...new Set(heldBack)].join(' and ');
    needless.set(why, [...(needless.get(why) ?? []), result]);
  }
  return { files: withSequences + withoutSequences, wrong, sent, held, needless };
}
