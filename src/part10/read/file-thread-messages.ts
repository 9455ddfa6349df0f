// What the file thread is asked, and what it answers. Bytes do not travel in messages: they are read into buffers that both
// sides see, and that one side at a time uses.

import type { PackedHeaders } from '../header/packed-headers.ts';
import type { DataSetReadReason } from './data-set-source.ts';
import type { FileIdentity } from './file-identity.ts';
import type { FragmentRoom } from './fragment-room.ts';

/** A data set in its file. */
export interface DataSetRequest {
  readonly path: string;
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  /** What the file was when it was scanned. */
  readonly identity: FileIdentity;
}

/** Questions, each with one answer. `buffer`: by the number under which it was shared. */
export type FileThreadQuestion =
  /** `areKnownFiles`: of which the caller saw just now that they are regular files. `stop`: not 0 = no more use for it. */
  | {
      readonly type: 'headers';
      readonly paths: readonly string[];
      readonly areKnownFiles: readonly boolean[];
      readonly stop: Int32Array<SharedArrayBuffer>;
    }
  /** Whole data sets, one behind the other, each at its place in the buffer. */
  | {
      readonly type: 'data sets';
      readonly files: readonly DataSetRequest[];
      readonly buffer: number;
      readonly places: readonly number[];
      readonly room: FragmentRoom | undefined;
    }
  /** Parts of one data set, each to the front of its buffer. They come in order, over as many questions as it takes. */
  | {
      readonly type: 'parts';
      readonly stream: number;
      readonly file: DataSetRequest;
      readonly parts: readonly DataSetPart[];
      readonly room: FragmentRoom | undefined;
    };

/** `position`: within the data set. In bytes. */
export interface DataSetPart {
  readonly buffer: number;
  readonly position: number;
  readonly length: number;
}

/** What needs no answer. */
export type FileThreadNotice =
  | { readonly type: 'share'; readonly buffer: number; readonly bytes: Uint8Array<SharedArrayBuffer> }
  | { readonly type: 'forget'; readonly buffer: number }
  /** No further part of it is wanted. */
  | { readonly type: 'abandon'; readonly stream: number };

export type FileThreadMessage =
  | FileThreadNotice
  | { readonly type: 'ask'; readonly id: number; readonly question: FileThreadQuestion };

/** Undefined: the bytes are there. */
export type ReadResult = DataSetReadReason | undefined;

export interface FileThreadAnswers {
  readonly headers: PackedHeaders;
  readonly 'data sets': readonly ReadResult[];
  readonly parts: ReadResult;
}

export interface FileThreadReply {
  readonly id: number;
  readonly answer: FileThreadAnswers[keyof FileThreadAnswers];
  /** What it took, in milliseconds. */
  readonly elapsedMs: number;
}
