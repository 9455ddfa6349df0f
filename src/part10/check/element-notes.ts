// What single elements of a data set tell, wherever they stand: the walk over the structure shows each element here as it
// reads its header. Repetitions are counted, so that a data set of any size yields a few findings.
//
// PS3.5 7.1.1 (even lengths), 9.1 (UIDs) and A.4 (pixel data), PS3.6 clause 6 (the VR of each attribute), PS3.10
// 7.1 (group 0002 belongs in front of a data set), PS3.3 C.7.2.1 and C.7.3.1 (Study and Series Instance UID).

import { uidOrLength } from '../../protocol/harmless.ts';
import type { ElementHeader } from '../element-walk.ts';
import type { InstanceHeader } from '../header/header.ts';
import { isSequenceAttribute } from '../sequence-attributes.ts';
import { FLOAT_PIXEL_DATA, PIXEL_DATA, tagText, UNDEFINED_LENGTH } from '../structure.ts';
import { isEncapsulated } from '../transfer-syntax-encoding.ts';
import { isStandardVR } from '../value-representation.ts';
import type { Finding } from './finding.ts';
import { Lengthless } from './lengthless.ts';
import { uidFault } from './uid-fault.ts';

const META_GROUP = 2;
/** By these an archive files an instance. */
const STUDY_AND_SERIES: readonly (readonly [tag: number, keyword: string])[] = [
  [0x0020000d, 'StudyInstanceUID'],
  [0x0020000e, 'SeriesInstanceUID'],
];
/** Of the Non-Patient Object Storage Service (PS3.4 GG.3): what belongs to no study. */
const WITHOUT_STUDY: ReadonlySet<string> = new Set(
  ['1.1.200.1', '1.1.200.3', '1.1.200.7', '1.1.201.1', '38.1', '39.1', '43.1', '44.1', '45.1'].map(
    (end) => `1.2.840.10008.5.1.4.${end}`,
  ),
);

/** What the header says of the data set. */
export type DeclaredInstance = Pick<InstanceHeader, 'sopClassUID' | 'transferSyntaxUID'>;

type OddValue = Extract<Finding, { code: 'odd value' }>;
type IllFormedUID = Extract<Finding, { code: 'ill-formed UID' }>;
type Pixels = Extract<Finding, { code: 'pixel data against transfer syntax' }>;
type AgainstDictionary = Extract<Finding, { code: 'VR against dictionary' }>;
type Strays = Extract<Finding, { code: 'stray meta elements' }>;

export class ElementNotes {
  readonly #declared: DeclaredInstance;
  readonly #isEncapsulated: boolean | undefined;
  readonly #start: number;
  /** Made when the first one is met, like the UIDs: nearly no file has any. */
  #lengthless: Lengthless | undefined;
  readonly #uids = new Set<number>();
  #oddValue: OddValue | undefined;
  /** By keyword and fault: four keywords and five faults. */
  #illFormedUIDs: Map<string, IllFormedUID> | undefined;
  #strays: Strays | undefined;
  #pixels: Pixels | undefined;
  #againstDictionary: AgainstDictionary | undefined;
  #isAtEnd = false;

  /** @param start where the data set begins, in bytes from the start of the file */
  constructor(declared: DeclaredInstance, start: number) {
    this.#declared = declared;
    this.#isEncapsulated = isEncapsulated(declared.transferSyntaxUID);
    this.#start = start;
  }

  /** Elements without a length that only the whole data dictionary can judge; undefined: there are none. */
  get lengthless(): Lengthless | undefined {
    return this.#lengthless;
  }

  /** In no order. */
  get findings(): readonly Finding[] {
    const all = [this.#oddValue, this.#strays, this.#pixels, this.#againstDictionary];
    const single = all.filter((finding) => finding !== undefined);
    return [...single, ...(this.#illFormedUIDs?.values() ?? []), ...this.#missing()];
  }

  /** @param at where the element begins, in bytes from the start of the file */
  see(element: ElementHeader, at: number, isTopLevel: boolean): void {
    const { tag, vr, length } = element;
    if (length === UNDEFINED_LENGTH && vr === undefined) {
      this.#lengthless ??= new Lengthless();
      this.#lengthless.see(element, at);
    }
    if (vr !== undefined && isStandardVR(vr)) this.#seeVR(element, vr, at);
    if (tag >>> 16 === PIXEL_DATA >>> 16 && (tag === PIXEL_DATA || FLOAT_PIXEL_DATA.has(tag)))
      this.#seePixels(tag, length, at, isTopLevel);
    if (tag >>> 16 === META_GROUP) {
      const first = this.#strays ?? { code: 'stray meta elements', offset: at, place: 'in the data set', count: 0 };
      this.#strays = { ...first, count: first.count + 1 };
    }
  }

  #seeVR({ tag, length }: ElementHeader, vr: string, offset: number): void {
    // UN stands for any VR.
    if (vr === 'SQ' || vr === 'UN' || length === 0 || length === UNDEFINED_LENGTH || !isSequenceAttribute(tag)) return;
    const named = { code: 'VR against dictionary', offset, tag: tagText(tag), count: 0 } as const;
    const first = this.#againstDictionary ?? named;
    this.#againstDictionary = { ...first, count: first.count + 1 };
  }

  /** In a sequence, as of an icon image, an encapsulated syntax allows both forms. */
  #seePixels(tag: number, length: number, at: number, isTopLevel: boolean): void {
    const pixels = length === UNDEFINED_LENGTH ? 'encapsulated' : 'native';
    const isNative = tag !== PIXEL_DATA || this.#isEncapsulated === false;
    const isAllowed = pixels === 'native' ? isNative || !isTopLevel || this.#isEncapsulated === undefined : !isNative;
    if (isAllowed) return;
    const transferSyntaxUID = uidOrLength(this.#declared.transferSyntaxUID);
    const named = { tag: tagText(tag), transferSyntaxUID, pixels } as const;
    const first = this.#pixels ?? { code: 'pixel data against transfer syntax', offset: at, ...named, count: 0 };
    this.#pixels = { ...first, count: first.count + 1 };
  }

  /** An element of defined length that is in the file as a whole. */
  seeValue({ tag, length, valueOffset }: ElementHeader): void {
    if (length % 2 === 0) return;
    const first = this.#oddValue ?? { code: 'odd value', offset: valueOffset, tag: tagText(tag), length, count: 0 };
    this.#oddValue = { ...first, count: first.count + 1 };
  }

  /**
   * A UID of the top level.
   * @param raw its value, or the first 128 bytes of it
   */
  seeUID(tag: number, keyword: string, raw: string, offset: number): void {
    // Nearly all UIDs are padded like this: test first without allocating more.
    const isPlain = uidFault(raw.endsWith('\0') ? raw.slice(0, -1) : raw) === undefined;
    const value = isPlain ? raw : raw.replace(/^ +|[ \0]+$/gu, '');
    if (value !== '') this.#uids.add(tag);
    if (isPlain) return;
    const isPaddedBySpace = value !== '' && raw.includes(' ') && raw.replace(/\0+$/u, '') !== value;
    const fault = (value === '' ? undefined : uidFault(value)) ?? (isPaddedBySpace ? 'space padding' : undefined);
    if (fault === undefined) return;
    const kind = `${keyword} ${fault}`;
    const named = { tag: tagText(tag), keyword, value: uidOrLength(value), fault };
    this.#illFormedUIDs ??= new Map();
    const first = this.#illFormedUIDs.get(kind) ?? { code: 'ill-formed UID', offset, ...named, count: 0 };
    this.#illFormedUIDs.set(kind, { ...first, count: first.count + 1 });
  }

  /** The data set has no more elements. */
  end(): void {
    this.#isAtEnd = true;
  }

  #missing(): readonly Finding[] {
    if (!this.#isAtEnd || WITHOUT_STUDY.has(this.#declared.sopClassUID)) return [];
    const missing = STUDY_AND_SERIES.filter(([tag]) => !this.#uids.has(tag));
    if (missing.length === 0) return [];
    const named = missing.map(([tag, keyword]) => ({ tag: tagText(tag), keyword }));
    return [{ code: 'no study or series', offset: this.#start, missing: named }];
  }
}
