// Elements with something in place of a VR that is none of PS3.5 Table 6.2-1. Every two bytes are taken as DCMTK takes them; a
// doubtful one counts when what follows confirms it (vr-doubt.ts).

import { tagText } from '../structure.ts';
import { failsInDcmtk, isFutureVR, isStandardVR } from '../value-representation.ts';
import { type DoubtfulElement, VRDoubt } from '../vr-doubt.ts';
import type { Finding, UnknownVR } from './finding.ts';

type UnknownVRFinding = Extract<Finding, { code: 'unknown VR' }>;
type ByKind = Map<UnknownVR, UnknownVRFinding>;

const NAMED: Readonly<Record<string, UnknownVR>> = {
  '--': 'hyphens',
  '??': 'question marks',
  '  ': 'blanks',
  '\0\0': 'zero bytes',
  lt: 'lt, ox or px',
  px: 'lt, ox or px',
  ox: 'lt, ox or px',
  up: 'up or xs',
  xs: 'up or xs',
};

export class UnknownVRs {
  readonly #doubt = new VRDoubt();
  /** Made when the first one is met: nearly no file has any. */
  #certain: ByKind | undefined;
  #doubted: ByKind | undefined;

  /** The first element that may be none. */
  get doubted(): DoubtfulElement | undefined {
    return this.#doubt.first;
  }

  /** In no order; without those that may be none. */
  get findings(): readonly UnknownVRFinding[] {
    return [...(this.#certain?.values() ?? [])];
  }

  /** Every element in Explicit VR. False: what was doubted is no element. */
  judge(tag: number, vr: string): boolean {
    const isRight = this.#doubt.judge(tag, vr);
    if (this.#doubted !== undefined && this.#doubt.first === undefined) this.settle();
    return isRight;
  }

  see(element: DoubtfulElement, vr: string, isDoubtful: boolean): void {
    if (isDoubtful) this.#doubt.raise(element);
    const seen = this.#doubt.first === undefined ? (this.#certain ??= new Map()) : (this.#doubted ??= new Map());
    const kind = kindOfVR(vr);
    const { offset, tag } = element;
    add(seen, { code: 'unknown VR', offset, tag: tagText(tag), kind, count: 1 });
  }

  /** Whatever was doubted is followed by the end of what it is in. */
  settle(): void {
    this.#doubt.settle();
    if (this.#doubted === undefined) return;
    this.#certain ??= new Map();
    for (const finding of this.#doubted.values()) add(this.#certain, finding);
    this.#doubted = undefined;
  }
}

function add(findings: ByKind, finding: UnknownVRFinding): void {
  const first = findings.get(finding.kind);
  findings.set(finding.kind, first === undefined ? finding : { ...first, count: first.count + finding.count });
}

function kindOfVR(vr: string): UnknownVR {
  const named = NAMED[vr];
  if (named !== undefined) return named;
  if (isFutureVR(vr)) return 'capitals';
  if (isStandardVR(vr.toUpperCase())) return 'lower case';
  return /^[\x20-\x7e]{2}$/u.test(vr) ? 'other characters' : 'other bytes';
}

/**
 * What is wrong with an element that is none, or that DCMTK cannot read.
 * @param around the tag of the sequence that it is in, if it is in one
 */
export function noVR(
  { tag, vr = '' }: { readonly tag: number; readonly vr?: string | undefined },
  around?: number,
): string {
  // Where a length before is wrong it may be text that is read here as a tag: no group of the standard is of two characters.
  const name = tag >>> 24 === 0 ? tagText(tag) : 'an element';
  const where = around === undefined ? name : `${name} in ${tagText(around)}`;
  if (failsInDcmtk(vr)) return `${where} has ${vr} for a VR, on which DCMTK fails`;
  return `no VR where ${where} should have one`;
}
