// The thread that works on files, so that whoever sends them waits for none: headers of files, whole data sets and parts of
// data sets, in the order in which it is asked. It waits itself, which is the fastest way while files are in the system's
// cache. Where the storage makes it wait long for each header, several are asked for at a time.

import { parentPort } from 'node:worker_threads';
import { type PackedHeaders, packHeaders } from '../header/packed-headers.ts';
import { type HeaderReading, readHeader } from '../header/read-header.ts';
import { serve } from '../thread-end.ts';
import { DataSetFile } from './data-set-file.ts';
import { asynchronousAccess, type FileAccess, synchronousAccess } from './file-access.ts';
import type {
  DataSetRequest,
  FileThreadAnswers,
  FileThreadMessage,
  FileThreadQuestion,
  FileThreadReply,
  ReadResult,
} from './file-thread-messages.ts';
import type { FragmentRoom } from './fragment-room.ts';

/** Storage that takes longer than this for a header gains by several at a time. In milliseconds. */
const SLOW_HEADER_MS = 1;

const buffers = new Map<number, Uint8Array>();
const streams = new Map<number, DataSetFile>();
/** What a header took lately, in milliseconds. */
let headerMs = 0;

serve<FileThreadMessage>(parentPort, (message) => {
  switch (message.type) {
    case 'ask':
      void reply(message.id, message.question);
      return;
    case 'share':
      buffers.set(message.buffer, message.bytes);
      return;
    case 'forget':
      buffers.delete(message.buffer);
      return;
    case 'abandon':
      streams.get(message.stream)?.close();
      streams.delete(message.stream);
      return;
  }
});

async function reply(id: number, question: FileThreadQuestion): Promise<void> {
  const began = performance.now();
  const answer = await answerTo(question);
  const message: FileThreadReply = { id, answer, elapsedMs: performance.now() - began };
  parentPort?.postMessage(message);
}

function answerTo(question: FileThreadQuestion): FileThreadReply['answer'] | Promise<FileThreadAnswers['headers']> {
  switch (question.type) {
    case 'headers':
      return headers(question);
    case 'data sets':
      return readAll(question);
    case 'parts':
      return readParts(question);
  }
}

async function headers({
  paths,
  areKnownFiles,
  stop,
}: Extract<FileThreadQuestion, { type: 'headers' }>): Promise<PackedHeaders> {
  const signal = {
    get aborted() {
      return Atomics.load(stop, 0) !== 0;
    },
  };
  const began = performance.now();
  const read = (index: number, access: FileAccess) =>
    readHeader(paths[index] as string, areKnownFiles[index], signal, access);
  let readings: HeaderReading[];
  if (headerMs < SLOW_HEADER_MS) {
    readings = [];
    for (let index = 0; index < paths.length; index += 1) readings.push(await read(index, synchronousAccess));
  } else {
    readings = await Promise.all(paths.map((_path, index) => read(index, asynchronousAccess)));
  }
  headerMs = (performance.now() - began) / paths.length;
  return packHeaders(readings);
}

function buffer(number: number): Uint8Array {
  const bytes = buffers.get(number);
  if (bytes === undefined) throw new Error(`buffer ${number} is not shared`);
  return bytes;
}

function readAll({ files, buffer: number, places, room }: FileThreadQuestion & { type: 'data sets' }): ReadResult[] {
  const into = buffer(number);
  return files.map((file, index) => readWhole(file, into, places[index] ?? 0, room));
}

function readParts({ stream, file, parts, room }: FileThreadQuestion & { type: 'parts' }): ReadResult {
  const opened = streams.get(stream) ?? DataSetFile.open(file);
  if (!(opened instanceof DataSetFile)) return opened;
  streams.set(stream, opened);
  for (const { buffer: number, position, length } of parts) {
    const result = opened.read(buffer(number), 0, position, length, room);
    const isEnd = position + length >= file.length;
    if (result !== undefined || isEnd) streams.delete(stream);
    if (result !== undefined) return result;
  }
  return undefined;
}

function readWhole(file: DataSetRequest, into: Uint8Array, at: number, room: FragmentRoom | undefined): ReadResult {
  const opened = DataSetFile.open(file);
  return opened instanceof DataSetFile ? opened.read(into, at, 0, file.length, room) : opened;
}
