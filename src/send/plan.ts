// Which instance goes through which presentation context of which association. PS3.8 7.1.1.13, PS3.4 B.3.1.
//
// Each (SOP class, transfer syntax) of the files gets a context of its own with exactly that syntax: the peer's answer
// then says of each pair whether it goes, and what is accepted goes out byte for byte. What can be converted gets a
// second context with what it can be converted to, to be used only where the first was refused.

import { PRESENTATION_CONTEXTS_MAX } from '../protocol/acse/contexts.ts';
import { type ContextNeed, proposeContexts } from '../protocol/acse/propose.ts';
import {
  DEFLATED_EXPLICIT_VR_LE,
  EXPLICIT_VR_BE,
  EXPLICIT_VR_LE,
  IMPLICIT_VR_LE,
  storageSOPClasses,
} from '../protocol/uids.ts';
import type { ProposedPresentationContext } from '../protocol/ul/pdu.ts';
import { conversionTargets } from './conversion.ts';
import type { ScannedFile } from './job.ts';
import type { SendOptions } from './options.ts';
import type { Reason } from './outcome.ts';
import { type HeldBack, holdBack } from './screening.ts';

export interface PlannedInstance {
  /** In the job's files. */
  readonly index: number;
  readonly file: Extract<ScannedFile, { type: 'instance' }>;
  readonly need: ContextNeed;
}

export interface PlannedAssociation {
  readonly contexts: readonly ProposedPresentationContext[];
  /** In the order of the job. */
  readonly instances: readonly PlannedInstance[];
}

export interface SendPlan {
  readonly associations: readonly PlannedAssociation[];
  /** Instances that are not sent. */
  readonly refused: readonly HeldBack[];
}

/**
 * Pure: the same arguments give the same plan.
 * @param digests of instances that come more than once, by their index (see digestsOfRepeated)
 */
export function planSend(
  files: readonly ScannedFile[],
  options: SendOptions,
  digests: ReadonlyMap<number, string> = new Map(),
): SendPlan {
  const needs = new Map<string, ContextNeed | Reason>();
  const instances: PlannedInstance[] = [];
  const refused: HeldBack[] = [...holdBack(files, digests, options.preflight)];
  const held = new Set(refused.map(({ index }) => index));
  files.forEach((file, index) => {
    if (file.type !== 'instance' || held.has(index)) return;
    const { header } = file;
    const key = `${header.sopClassUID} ${header.transferSyntaxUID}`;
    const need = needs.get(key) ?? needOf(header.sopClassUID, header.transferSyntaxUID, options);
    needs.set(key, need);
    if ('code' in need) refused.push({ index, outcome: 'failed', reason: need });
    else instances.push({ index, file, need });
  });
  const proposals = proposeContexts([...needs.values()].filter((need): need is ContextNeed => !('code' in need)));
  if (options.propose === 'all storage' && proposals[0] !== undefined) {
    proposals[0] = withAllStorage(proposals[0], options);
  }
  const associations = proposals.map((contexts) => ({ contexts, instances: [] as PlannedInstance[] }));
  const homes = new Map<ContextNeed, PlannedInstance[]>();
  for (const instance of instances) {
    let home = homes.get(instance.need);
    if (home === undefined) {
      home = associations.find(({ contexts }) => carries(contexts, instance.need))?.instances;
      if (home === undefined) throw new Error('every need has a proposed context');
      homes.set(instance.need, home);
    }
    home.push(instance);
  }
  return { associations, refused };
}

/** What to ask for on behalf of a pair, or why nothing can be asked for. */
function needOf(abstractSyntax: string, transferSyntax: string, options: SendOptions): ContextNeed | Reason {
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
