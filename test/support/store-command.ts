// Shared by the tests of docs/storescu.md: folders of instances, and command lines that must be refused.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../src/cli/command-line.ts';
import { store } from '../../src/cli/store.ts';
import {
  type BuiltElement,
  buildFile,
  element,
  encodeDataSet,
  RLE_LOSSLESS,
  type SampleOptions,
  sampleInstance,
} from './dicom-builder.ts';
import { encodeRle } from './naive-rle.ts';
import { type ModalPeer, startPeer } from './peer-modes.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

export async function folderOf(t: Scope, files: Readonly<Record<string, SampleOptions>>): Promise<string> {
  const folder = temporaryFolder(t);
  let seed = 0;
  for (const [name, options] of Object.entries(files)) {
    seed += 1;
    await mkdir(join(folder, name, '..'), { recursive: true });
    const isRle = options.transferSyntax === RLE_LOSSLESS;
    await writeFile(join(folder, name), isRle ? rleFile(seed) : sampleInstance({ seed, ...options }).file);
  }
  return folder;
}

/** The sample of that seed with its pixels really compressed. */
export function rleFile(seed: number): Buffer {
  const { elements, sopClass, sopInstance } = sampleInstance({ seed });
  const compressed = elements.map((one) =>
    one.tag === 0x7fe00010 && one.value instanceof Uint8Array
      ? element(one.tag, 'OB', { fragments: [new Uint8Array(0), encodeRle(one.value, 1, 16)] })
      : one,
  );
  const dataSet = encodeDataSet(compressed, RLE_LOSSLESS);
  return buildFile({ transferSyntax: RLE_LOSSLESS, sopClass, sopInstance, dataSet });
}

/** The builder leaves the byte order of pixels to its caller. */
export const withSwappedWords = (one: BuiltElement): BuiltElement =>
  one.vr === 'OW' && one.value instanceof Uint8Array ? element(one.tag, 'OW', Buffer.from(one.value).swap16()) : one;

export const instance = (seed: number): string => `2.25.${1_000_000_000 + seed}`;
export const received = ({ instances }: ModalPeer): string[] => instances.map(({ sopInstanceUID }) => sopInstanceUID);

/** A usage error, which ends the command with code 2, and no connection. */
export async function assertRefused(t: Scope, argv: readonly string[], message: RegExp): Promise<void> {
  const peer = await startPeer(t);
  await assert.rejects(
    store(['127.0.0.1', String(peer.port), import.meta.filename, ...argv]),
    (thrown) => thrown instanceof UsageError && message.test(thrown.message),
    argv.join(' '),
  );
  assert.deepEqual(peer.associations, []);
}
