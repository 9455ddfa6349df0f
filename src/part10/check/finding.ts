// What can be wrong with a file that could still be sent. Findings come from its structure, without reading pixels. A finding
// is a fact; whether it holds the file back is the policy of the send (send/preflight-policy.ts).

import type { UIDOrLength } from '../../protocol/harmless.ts';
import type { Encoding } from '../element-walk.ts';
import type { NamedAttribute } from '../header/header.ts';

/** How a UID is not as PS3.5 9.1 asks. */
export type UIDFault = 'leading zero' | 'empty component' | 'too long' | 'characters' | 'space padding';

/** What stands in place of a VR. 'capitals': of a later edition, as far as anybody knows. */
export type UnknownVR =
  | 'capitals'
  | 'lower case'
  | 'hyphens'
  | 'question marks'
  | 'blanks'
  | 'zero bytes'
  /** Names that DCMTK has for VRs of its own. */
  | 'lt, ox or px'
  | 'up or xs'
  | 'other characters'
  | 'other bytes';

/**
 * `offset`: in bytes from the start of the file. `isInflated`: from the start of what the deflated data set inflates to.
 * `tag`: '(7FE0,0010)'.
 */
export type Finding = Fault & { readonly isInflated?: true };

type Fault =
  /**
   * The file ends before the data set does. `part` is what is cut: the header of an element, a value, a fragment of
   * compressed pixel data, compressed pixel data or a sequence that nothing closes; 'delimiter': nothing but what closes
   * the compressed pixel data, of which every frame is there; 'deflate stream': its final block is missing (PS3.5 A.5).
   * `missing`: bytes, where a length says how many.
   */
  | {
      readonly code: 'truncated';
      readonly offset: number;
      readonly part: 'header' | 'value' | 'fragment' | 'sequence' | 'pixel data' | 'delimiter' | 'deflate stream';
      readonly tag?: string;
      readonly missing?: number;
    }
  /** From `offset` on the bytes are not elements (PS3.5 clause 7): a peer that parses the data set fails there. */
  | { readonly code: 'broken structure'; readonly offset: number; readonly detail: string }
  /** Sequences are nested deeper than in any real object. */
  | { readonly code: 'deep nesting'; readonly offset: number; readonly depth: number }
  /** The bytes behind the pixel data are not an element. `length`: to the end of the file. */
  | { readonly code: 'trailing bytes'; readonly offset: number; readonly length: number }
  /** As before, and all of it is zero. */
  | { readonly code: 'zero padding'; readonly offset: number; readonly length: number }
  /** More than one padding byte behind the final block of a deflated data set (PS3.5 A.5). `length`: as before. */
  | { readonly code: 'deflate trailer'; readonly offset: number; readonly length: number }
  /** The data set as a whole has an odd number of bytes (PS3.5 7.1.1). `offset`: where it begins. */
  | { readonly code: 'odd length'; readonly offset: number; readonly length: number }
  /** The first of `count` values of odd length (PS3.5 7.1.1), and where it begins. */
  | {
      readonly code: 'odd value';
      readonly offset: number;
      readonly tag: string;
      readonly length: number;
      readonly count: number;
    }
  /** (0002,0002) or (0002,0003) names another class or instance than the data set does. `offset`: of its value. */
  | {
      readonly code: 'meta disagrees';
      readonly offset: number;
      readonly keyword: 'SOPClassUID' | 'SOPInstanceUID';
      readonly meta: UIDOrLength;
      readonly dataSet: UIDOrLength;
    }
  /**
   * Elements of group 0002 that do not belong to the File Meta Information (PS3.10 7.1). Those between it and the data set
   * are not sent.
   */
  | {
      readonly code: 'stray meta elements';
      readonly offset: number;
      readonly place: 'before the data set' | 'in the data set';
      readonly count: number;
    }
  /**
   * What stands where a VR should be is none of PS3.5 Table 6.2-1. The first of `count` elements with the same kind of it,
   * and where it begins. What stands there is not kept: it may be part of a value.
   */
  | {
      readonly code: 'unknown VR';
      readonly offset: number;
      readonly tag: string;
      readonly kind: UnknownVR;
      readonly count: number;
    }
  /**
   * The VR is another one, and the attribute is a sequence (SQ, PS3.6 clause 6): whoever reads it without its VR takes the
   * value for items. The first of `count`, and where it begins.
   */
  | { readonly code: 'VR against dictionary'; readonly offset: number; readonly tag: string; readonly count: number }
  /** The data set is in another encoding than its transfer syntax says (PS3.5 Annex A). `offset`: where it begins. */
  | {
      readonly code: 'wrong encoding';
      readonly offset: number;
      readonly transferSyntaxUID: UIDOrLength;
      readonly actual: Encoding;
    }
  /**
   * Pixel data that its transfer syntax does not allow (PS3.5 A.4): 'encapsulated' in a native syntax, or 'native' (with a
   * defined length) in an encapsulated one. The first of `count`, and where it begins.
   */
  | {
      readonly code: 'pixel data against transfer syntax';
      readonly offset: number;
      readonly tag: string;
      readonly transferSyntaxUID: UIDOrLength;
      readonly pixels: 'native' | 'encapsulated';
      readonly count: number;
    }
  /**
   * The data set has no SOP class or instance UID, or an empty one; only the File Meta Information has it. `offset`: where the
   * data set begins.
   */
  | { readonly code: 'missing attribute'; readonly offset: number; readonly tag: string; readonly keyword: string }
  /**
   * The data set has no Study or Series Instance UID, or an empty one, which its SOP class needs. `offset`: where the data
   * set begins.
   */
  | { readonly code: 'no study or series'; readonly offset: number; readonly missing: readonly NamedAttribute[] }
  /** The first of `count` elements with this tag and this fault, and where its value begins. */
  | {
      readonly code: 'ill-formed UID';
      readonly offset: number;
      readonly tag: string;
      readonly keyword: string;
      readonly value: UIDOrLength;
      readonly fault: UIDFault;
      readonly count: number;
    }
  /** An image by its attributes, without any pixel data. `offset`: where it would stand. */
  | { readonly code: 'no pixel data'; readonly offset: number }
  /** The structure is unknown from `offset` on: too many elements to read, an unknown encoding, or a deflate stream too long. */
  | { readonly code: 'not checked'; readonly offset: number };
