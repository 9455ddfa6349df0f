// Which presentation contexts the associations of a send propose, and which of them carries an instance. PS3.8 7.1.1.13
// and 9.3.3.2, PS3.4 B.3.1.
//
// Each kind of instance (SOP class and transfer syntax) gets a context of its own with exactly that syntax: the peer's
// answer then says of each kind whether it goes, and what is accepted goes out byte for byte. What can be converted
// gets a second context with what it can be converted to, used only where the first was refused.

import type { NegotiatedContext } from '../../protocol/acse/contexts.ts';
import { type ContextNeed, proposeContexts } from '../../protocol/acse/propose.ts';
import {
  DEFLATED_EXPLICIT_VR_LE,
  EXPLICIT_VR_BE,
  EXPLICIT_VR_LE,
  IMPLICIT_VR_LE,
  storageSOPClasses,
} from '../../protocol/uids.ts';
import { PRESENTATION_CONTEXTS_MAX, type ProposedPresentationContext } from '../../protocol/ul/pdu.ts';
import { conversionTargets } from '../conversion.ts';
import type { SendOptions } from '../options.ts';
import type { Reason } from '../outcome.ts';
import type { InstanceKind } from '../scanned-files.ts';
import type { Arrangement, ChannelNeeds } from '../store-target.ts';

/** What one association is requested for. */
export interface AssociationNeeds extends ChannelNeeds {
  readonly contexts: readonly ProposedPresentationContext[];
  readonly needs: ReadonlyMap<InstanceKind, ContextNeed>;
}

/** Distributes kinds over as few associations as the number of contexts allows. */
export function arrangeContexts(kinds: readonly InstanceKind[], options: SendOptions): Arrangement<AssociationNeeds> {
  const needs = new Map<InstanceKind, ContextNeed>();
  const refused = new Map<InstanceKind, Reason>();
  for (const kind of kinds) {
    const need = needOf(kind, options);
    if ('code' in need) refused.set(kind, need);
    else needs.set(kind, need);
  }
  const proposals = proposeContexts([...needs.values()]);
  if (options.propose === 'all storage' && proposals[0] !== undefined) {
    proposals[0] = withAllStorage(proposals[0], options);
  }
  const channels = proposals.map((contexts) => {
    const carried =
      proposals.length === 1
        ? needs
        : new Map([...needs].filter(([, need]) => proposals.find((other) => carries(other, need)) === contexts));
    return { kinds: [...carried.keys()], contexts, needs: carried };
  });
  return { channels, refused };
}

/** What to ask for on behalf of a kind, or why nothing can be asked for. */
function needOf(
  { sopClassUID: abstractSyntax, transferSyntaxUID: transferSyntax }: InstanceKind,
  options: SendOptions,
): ContextNeed | Reason {
  const targets = conversionTargets(transferSyntax, options.conversion);
  const { requestOnly } = options;
  if (requestOnly === undefined) return { abstractSyntax, transferSyntax, fallbacks: targets };
  if (requestOnly === transferSyntax || targets.includes(requestOnly)) {
    return { abstractSyntax, transferSyntax: requestOnly, fallbacks: [] };
  }
  const enough = (['lossless', 'any'] as const).find((policy) =>
    conversionTargets(transferSyntax, policy).includes(requestOnly),
  );
  const failure = { code: 'cannot convert', from: transferSyntax, to: requestOnly, why: 'not allowed' } as const;
  return enough === undefined
    ? { ...failure, detail: 'no conversion is known' }
    : { ...failure, detail: 'the conversion is not allowed', enoughConversion: enough };
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

/**
 * Why no presentation context carries an instance, in the terms of the peer's own answer.
 * @param contexts the whole negotiation; only those of the need's SOP class tell something
 */
export function refusalOf(
  contexts: readonly NegotiatedContext[],
  need: ContextNeed,
  { transferSyntaxUID }: InstanceKind,
  { requestOnly }: SendOptions,
): Reason {
  const wanted = [need.transferSyntax, ...need.fallbacks];
  const ofClass = contexts.filter((context) => context.abstractSyntax === need.abstractSyntax);
  const refused = ofClass
    .filter((context) => context.acceptedTransferSyntax === undefined)
    .flatMap(({ proposedTransferSyntaxes, result, unproposedTransferSyntax: other }) =>
      proposedTransferSyntaxes
        .filter((uid) => wanted.includes(uid))
        .map((uid) => ({
          transferSyntaxUID: uid,
          result,
          ...(other === undefined ? {} : { unproposedTransferSyntax: other }),
        })),
    );
  const accepted = ofClass.flatMap((context) => context.acceptedTransferSyntax ?? []);
  const enoughConversion = conversionTargets(transferSyntaxUID, 'lossless').length > 0 ? 'lossless' : 'any';
  const further = [transferSyntaxUID, ...conversionTargets(transferSyntaxUID, 'any')].filter(
    (uid) => !wanted.includes(uid),
  );
  return {
    code: 'presentation context refused',
    sopClassUID: need.abstractSyntax,
    refused,
    accepted: [...new Set(accepted)],
    ...(further.length === 0
      ? {}
      : requestOnly === undefined
        ? { further, hinderedBy: 'conversion', enoughConversion }
        : { further, hinderedBy: 'requestTransferSyntax' }),
  };
}
