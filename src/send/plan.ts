// Which instance goes through which presentation context of which association. PS3.8 7.1.1.13, PS3.4 B.3.1.
//
// Each (SOP class, transfer syntax) of the files gets a context of its own with exactly that syntax: the peer's answer
// then says of each pair whether it goes, and what is accepted goes out byte for byte. Uncompressed ones get a second
// context with the uncompressed alternatives, to be used only where the first was refused.

import { uncompressedAlternatives } from '../part10/convert/transfer-syntaxes.ts';
import { type ContextNeed, proposeContexts } from '../protocol/acse/propose.ts';
import { DEFLATED_EXPLICIT_VR_LE } from '../protocol/uids.ts';
import type { ProposedPresentationContext } from '../protocol/ul/pdu.ts';
import type { ScannedFile } from './job.ts';
import type { Reason } from './outcome.ts';

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
  /** Instances that no peer should be sent. */
  readonly refused: readonly { readonly index: number; readonly reason: Reason }[];
}

/** Pure: the same files give the same plan. */
export function planSend(files: readonly ScannedFile[]): SendPlan {
  const needs = new Map<string, ContextNeed>();
  const instances: PlannedInstance[] = [];
  const refused: { index: number; reason: Reason }[] = [];
  files.forEach((file, index) => {
    if (file.type !== 'instance') return;
    const { header } = file;
    // A peer that checks aborts the association on an odd fragment, and takes other files with it. Deflated is a
    // stream of bytes and gets its padding on the way (PS3.5 A.5).
    if (header.dataSetLength % 2 !== 0 && header.transferSyntaxUID !== DEFLATED_EXPLICIT_VR_LE) {
      refused.push({ index, reason: { code: 'odd length', length: header.dataSetLength } });
      return;
    }
    const key = `${header.sopClassUID} ${header.transferSyntaxUID}`;
    let need = needs.get(key);
    if (need === undefined) {
      need = {
        abstractSyntax: header.sopClassUID,
        transferSyntax: header.transferSyntaxUID,
        fallbacks: uncompressedAlternatives(header.transferSyntaxUID),
      };
      needs.set(key, need);
    }
    instances.push({ index, file, need });
  });
  const proposals = proposeContexts([...needs.values()]);
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

function carries(contexts: readonly ProposedPresentationContext[], need: ContextNeed): boolean {
  return contexts.some(
    ({ abstractSyntax, transferSyntaxes }) =>
      abstractSyntax === need.abstractSyntax &&
      transferSyntaxes.length === 1 &&
      transferSyntaxes[0] === need.transferSyntax,
  );
}
