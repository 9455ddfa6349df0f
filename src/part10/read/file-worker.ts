// The file thread: headers of files, folders, whole data sets and parts of data sets, one question after the other. Its system
// calls are synchronous, which is the fastest way while files are in the system's cache.

import { parentPort, workerData } from 'node:worker_threads';
import { type PackedHeaders, packHeaders } from '../header/packed-headers.ts';
import { type HeaderReading, readHeader } from '../header/read-header.ts';
import { serve } from '../thread-end.ts';
import { DataSetFile, type DataSetInFile } from './data-set-file.ts';
import { look, synchronousAccess } from './file-access.ts';
import {
  ABANDONED,
  CONTROL,
  type FileThreadAnswer,
  type FileThreadMessage,
  type FileThreadQuestion,
  type FileThreadReply,
  NO_QUESTION,
  type ReadResult,
} from './file-thread.ts';
import type { FragmentRoom } from './fragment-room.ts';

const control = workerData as Int32Array<SharedArrayBuffer>;
const buffers = new Map<number, Uint8Array>();
const streams = new Map<number, DataSetFile>();

/** Abandoned while a call hung, the thread fails at its next call, closes what is open and ends. */
const access = synchronousAccess(() => {
  if (Atomics.load(control, CONTROL.question) === ABANDONED) throw new Error('nobody waits for this file any more');
  Atomics.add(control, CONTROL.calls, 1);
});

/** One message after the other, also where a question has to wait for a module. */
let handled: Promise<void> = Promise.resolve();

serve<FileThreadMessage>(parentPort, (message) => {
  handled = handled.then(() => handle(message));
});

async function handle(message: FileThreadMessage): Promise<void> {
  switch (message.type) {
    case 'ask':
      await reply(message.id, message.question);
      return;
    case 'share':
      buffers.set(message.buffer, message.bytes);
      return;
    case 'forget':
      buffers.delete(message.buffer);
      return;
    case 'abandon':
      await streams.get(message.stream)?.close();
      streams.delete(message.stream);
      return;
  }
}

async function reply(id: number, question: FileThreadQuestion): Promise<void> {
  Atomics.store(control, CONTROL.file, 0);
  // An abandoned thread begins nothing: the buffers of further questions belong to another thread by now.
  if (Atomics.compareExchange(control, CONTROL.question, NO_QUESTION, id) !== NO_QUESTION) return;
  const began = performance.now();
  const answer = await answerTo(question);
  const message: FileThreadReply = { id, answer, elapsedMs: performance.now() - began };
  if (Atomics.compareExchange(control, CONTROL.question, id, NO_QUESTION) === id) parentPort?.postMessage(message);
}

function answerTo(question: FileThreadQuestion): Promise<FileThreadAnswer> {
  switch (question.type) {
    case 'headers':
      return headers(question);
    case 'look':
      return look(question.path, question.options, access);
    case 'data sets':
      return readAll(question);
    case 'parts':
      return readParts(question);
  }
}

type Question<T extends FileThreadQuestion['type']> = Extract<FileThreadQuestion, { type: T }>;

async function headers({ paths, areKnownFiles, stop }: Question<'headers'>): Promise<PackedHeaders> {
  const signal = {
    get aborted() {
      return Atomics.load(stop, 0) !== 0;
    },
  };
  const readings: HeaderReading[] = [];
  for (const [index, path] of paths.entries()) {
    Atomics.store(control, CONTROL.file, index);
    readings.push(await readHeader(path, areKnownFiles[index], signal, access));
  }
  return packHeaders(readings);
}

function buffer(number: number): Uint8Array {
  const bytes = buffers.get(number);
  if (bytes === undefined) throw new Error(`buffer ${number} is not shared`);
  return bytes;
}

async function readAll({ files, buffer: number, places, room }: Question<'data sets'>): Promise<readonly ReadResult[]> {
  const into = buffer(number);
  const results: ReadResult[] = [];
  for (const [index, file] of files.entries()) {
    Atomics.store(control, CONTROL.file, index);
    results.push(await readWhole(file, into, places[index] ?? 0, room));
  }
  return results;
}

async function readParts({ stream, file, parts, room }: Question<'parts'>): Promise<ReadResult> {
  const opened = streams.get(stream) ?? (await DataSetFile.open(file, access));
  if (!(opened instanceof DataSetFile)) return opened;
  streams.set(stream, opened);
  for (const { buffer: number, position, length } of parts) {
    const result = await opened.read(buffer(number), 0, position, length, room);
    const isEnd = position + length >= file.length;
    if (result !== undefined || isEnd) streams.delete(stream);
    if (result !== undefined) return result;
  }
  return undefined;
}

async function readWhole(
  file: DataSetInFile,
  into: Uint8Array,
  at: number,
  room: FragmentRoom | undefined,
): Promise<ReadResult> {
  const opened = await DataSetFile.open(file, access);
  return opened instanceof DataSetFile ? opened.read(into, at, 0, file.length, room) : opened;
}
