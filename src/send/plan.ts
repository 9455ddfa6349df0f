// Which instance goes through which presentation context of which association. PS3.8 7.1.1.13, PS3.4 B.3.1.
//
// Each (SOP class, transfer syntax) of the files gets a context of its own with exactly that syntax: the peer's answer
// then says of each pair whether it goes, and what is accepted goes out byte for byte. What can be converted gets a
// second context with what it can be converted to, to be used only where the first was refused.

import { type ContextNeed, proposeContexts } from '../protocol/acse/propose.ts';
import {
  DEFLATED_EXPLICIT_VR_LE,
  EXPLICIT_VR_BE,
  EXPLICIT_VR_LE,
  IMPLICIT_VR_LE,
  storageSOPClasses,
} from '../protocol/uids.ts';
import { PRESENTATION_CONTEXTS_MAX, type ProposedPresentationContext } from '../protocol/ul/pdu.ts';
import { conversionTargets } from './conversion.ts';
import type { SendJob } from './job.ts';
import { type List, MadeList } from './list.ts';
import type { SendOptions } from './options.ts';
import type { Reason } from './outcome.ts';
import { PackedNumbers } from './packed.ts';
import type { ScannedInstance } from './scanned-file.ts';
import type { Pair, ScannedFiles } from './scanned-files.ts';
import { type Comparison, type Screened, Screening } from './screening.ts';

export interface PlannedInstance {
  /** In the job's files. */
  readonly index: number;
  readonly file: ScannedInstance;
  readonly need: ContextNeed;
}

export interface PlannedAssociation {
  readonly contexts: readonly ProposedPresentationContext[];
  /** In the order of the job. */
  readonly instances: List<PlannedInstance>;
}

/** An instance that is not sent. */
export interface Unsent {
  /** In the job's files. */
  readonly index: number;
  readonly outcome: 'held back' | 'failed';
  readonly reason: Reason;
}

export interface SendPlan {
  readonly associations: readonly PlannedAssociation[];
  readonly unsent: readonly Unsent[];
  /** Instances whose data set is sent from another file and which end as that one, by their index. */
  readonly duplicates: ReadonlyMap<number, Duplicate>;
}

export type Duplicate = Extract<Screened, { readonly type: 'duplicate' }>;

/** Pure: the same arguments give the same plan. */
export function planSend(
  { files, decided }: Pick<SendJob, 'files' | 'decided'>,
  options: SendOptions,
  compared?: Comparison,
): SendPlan {
  const needs = files.pairs.map((pair) => needOf(pair, options));
  const all = new PlannedInstances(files, needs);
  /** Of those that are sent. */
  const wanted = new Set<ContextNeed>();
  const unsent: Unsent[] = [];
  const duplicates = new Map<number, Duplicate>();
  const screening = new Screening(files, options.preflight, compared, decided);
  for (let index = 0; index < files.length; index += 1) {
    if (files.skipped.has(index)) continue;
    const screened = screening.screen(index);
    const need = needs[files.pairOf(index)] as ContextNeed | Reason;
    if (screened?.type === 'held back') unsent.push({ index, outcome: 'held back', reason: screened.reason });
    else if (screened?.type === 'duplicate') duplicates.set(index, screened);
    else if ('code' in need) unsent.push({ index, outcome: 'failed', reason: need });
    else {
      wanted.add(need);
      all.push(index);
    }
  }
  const proposals = proposeContexts([...wanted]);
  if (options.propose === 'all storage' && proposals[0] !== undefined) {
    proposals[0] = withAllStorage(proposals[0], options);
  }
  return { associations: distributed(all, [...wanted], proposals), unsent, duplicates };
}

/** Each instance to the association that carries its context. */
function distributed(
  all: PlannedInstances,
  needs: readonly ContextNeed[],
  proposals: readonly (readonly ProposedPresentationContext[])[],
): PlannedAssociation[] {
  const [only] = proposals;
  if (only !== undefined && proposals.length === 1) return [{ contexts: only, instances: all }];
  const homes = new Map(needs.map((need) => [need, proposals.find((contexts) => carries(contexts, need))]));
  return proposals.map((contexts) => ({ contexts, instances: all.where((need) => homes.get(need) === contexts) }));
}

class PlannedInstances extends MadeList<PlannedInstance> {
  #length = 0;
  readonly #files: ScannedFiles;
  /** Of the files' pairs. */
  readonly #needs: readonly (ContextNeed | Reason)[];
  readonly #index = new PackedNumbers(Uint32Array);

  constructor(files: ScannedFiles, needs: readonly (ContextNeed | Reason)[]) {
    super();
    this.#files = files;
    this.#needs = needs;
  }

  get length(): number {
    return this.#length;
  }

  /** @param index of an instance that can be sent */
  push(index: number): void {
    this.#index.set(this.#length, index);
    this.#length += 1;
  }

  where(belongs: (need: ContextNeed) => boolean): PlannedInstances {
    const some = new PlannedInstances(this.#files, this.#needs);
    for (let at = 0; at < this.#length; at += 1) {
      const index = this.#index.at(at);
      if (belongs(this.#needOf(index))) some.push(index);
    }
    return some;
  }

  #needOf(index: number): ContextNeed {
    return this.#needs[this.#files.pairOf(index)] as ContextNeed;
  }

  protected make(at: number): PlannedInstance {
    const index = this.#index.at(at);
    return { index, file: this.#files.instance(index), need: this.#needOf(index) };
  }
}

/** What to ask for on behalf of a pair, or why nothing can be asked for. */
function needOf(
  { sopClassUID: abstractSyntax, transferSyntaxUID: transferSyntax }: Pair,
  options: SendOptions,
): ContextNeed | Reason {
  const targets = conversionTargets(transferSyntax, options.conversion);
  const { requestOnly } = options;
  if (requestOnly === undefined) return { abstractSyntax, transferSyntax, fallbacks: targets };
  if (requestOnly === transferSyntax || targets.includes(requestOnly)) {
    return { abstractSyntax, transferSyntax: requestOnly, fallbacks: [] };
  }
  return { code: 'cannot convert', from: transferSyntax, to: requestOnly, detail: 'no conversion is allowed or known' };
}

function carries(contexts: readonly ProposedPresentationContext[], need: ContextNeed): boolean {
  return contexts.some(
    ({ abstractSyntax, transferSyntaxes }) =>
      abstractSyntax === need.abstractSyntax &&
      transferSyntaxes.length === 1 &&
      transferSyntaxes[0] === need.transferSyntax,
  );
}

/** Fills the association up with the storage classes that no file needs. */
function withAllStorage(
  contexts: readonly ProposedPresentationContext[],
  { requestOnly }: SendOptions,
): ProposedPresentationContext[] {
  const transferSyntaxes =
    requestOnly === undefined
      ? [EXPLICIT_VR_LE, IMPLICIT_VR_LE, DEFLATED_EXPLICIT_VR_LE, EXPLICIT_VR_BE]
      : [requestOnly];
  const needed = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
  const others = storageSOPClasses.filter(
    ({ uid, retired, misprintOf }) => retired === undefined && misprintOf === undefined && !needed.has(uid),
  );
  const further = others.slice(0, PRESENTATION_CONTEXTS_MAX - contexts.length).map(({ uid }, index) => ({
    presentationContextId: 2 * (contexts.length + index) + 1,
    abstractSyntax: uid,
    transferSyntaxes,
  }));
  return [...contexts, ...further];
}
