// What a sender must know of a file before it opens an association. PS3.10 clause 7.1, PS3.5 clause 7.

import type { Encoding } from '../element-walk.ts';
import type { SystemErrorInfo } from '../system-error.ts';

/** How a file says what it holds: with the preamble, with group 0002 first, or with a data set and nothing else. */
export const HEADER_FORMS = ['Part 10', 'no preamble', 'bare data set'] as const;

/** A file that holds one SOP Instance. All UIDs are without padding. */
export interface InstanceHeader {
  /** (0008,0016) of the data set itself, unless `standIns` names it; what goes into the C-STORE-RQ. */
  readonly sopClassUID: string;
  /** (0008,0018) of the data set itself. */
  readonly sopInstanceUID: string;
  /** (0002,0010), or what the encoding shows where there is no meta group. */
  readonly transferSyntaxUID: string;
  /** Where the data set begins: bytes from the start of the file. */
  readonly dataSetOffset: number;
  /** From there to the end of the file, in bytes. */
  readonly dataSetLength: number;
  /**
   * Of the data set once its pixel data are decompressed, in bytes, as its attributes say; of a deflated one, what it inflates
   * to, or the most that it can where nobody looked. Absent: it is neither, or its attributes do not say.
   */
  readonly decodedLength?: number;
  readonly form: (typeof HEADER_FORMS)[number];
}

/** Why a file holds nothing that could be sent. */
export type HeaderProblem =
  | { readonly code: 'empty file' }
  /** `looksLike`: what the first bytes say, e.g. 'ZIP', 'PDF', 'text'. */
  | { readonly code: 'not DICOM'; readonly looksLike?: string }
  | { readonly code: 'DICOMDIR' }
  | { readonly code: 'unreadable'; readonly error: SystemErrorInfo }
  /** No file, but a folder whose files nobody knows. */
  | { readonly code: 'unreadable folder'; readonly error: SystemErrorInfo }
  | { readonly code: 'not a regular file'; readonly kind: string }
  /** A link that leads out of what the person selected. `leadsTo`: absolute, without any link in it. */
  | { readonly code: 'link out of the selection'; readonly leadsTo: string }
  /** `offset`: in bytes from the start of the file. */
  | { readonly code: 'malformed'; readonly detail: string; readonly offset: number }
  | { readonly code: 'missing attribute'; readonly tag: string; readonly keyword: string }
  /** `length`: of the value without padding, in bytes. The value itself may be the name of a patient. */
  | { readonly code: 'invalid UID'; readonly tag: string; readonly keyword: string; readonly length: number };

/** A UID of group 0002 and where its value begins, in bytes from the start of the file. */
export interface MetaUID {
  readonly value: string;
  readonly offset: number;
}

/** Elements of group 0002 between the end of the File Meta Information and the data set: the first one, and how many. */
export interface StrayElements {
  readonly offset: number;
  readonly count: number;
}

/** `tag`: '(0008,0018)' */
export interface NamedAttribute {
  readonly tag: string;
  readonly keyword: string;
}

export type HeaderResult =
  | {
      readonly type: 'instance';
      readonly header: InstanceHeader;
      /** (0002,0002) and (0002,0003), which need not agree with the data set. */
      readonly mediaStorage: { readonly sopClass?: MetaUID; readonly sopInstance?: MetaUID };
      readonly strays?: StrayElements;
      /** What the data set lacks or has empty, so that the header has the value of the meta group. */
      readonly standIns?: readonly NamedAttribute[];
      /** The encoding that the data set is in, where it is not the one of its transfer syntax. */
      readonly actualEncoding?: Encoding;
    }
  | { readonly type: 'problem'; readonly problem: HeaderProblem };
