// What the trace remembers of an association while it is open.

import type { AAssociateRq } from '../protocol/ul/pdu.ts';
import type { ContextInUse } from './dimse-text.ts';
import type { Folding } from './folding.ts';
import { MessageBlocks } from './message-blocks.ts';
import type { ProposedContexts } from './pdu-text.ts';
import { ExpectedMessages } from './repetitions.ts';
import { formatClock } from './units.ts';

export interface AssociationState {
  folding: Folding | undefined;
  /** Until it is answered. */
  request: AAssociateRq | undefined;
  proposed: ProposedContexts;
  /** 'STORESCU -> ORTHANC', and when it was accepted. */
  accepted: { readonly titles: string; readonly timeMs: number } | undefined;
  readonly inUse: Map<number, ContextInUse>;
  readonly blocks: MessageBlocks;
  readonly expected: ExpectedMessages;
  /** We requested the association. */
  isRequested: boolean;
  /** The last message of this direction is not shown, and neither are its P-DATA-TF PDUs. */
  readonly isHidden: { sent: boolean; received: boolean };
}

export const emptyState = (): AssociationState => ({
  folding: undefined,
  request: undefined,
  proposed: new Map(),
  accepted: undefined,
  inUse: new Map(),
  blocks: new MessageBlocks(),
  expected: new ExpectedMessages(),
  isRequested: false,
  isHidden: { sent: false, received: false },
});

/**
 * What was negotiated, for a reader who has the end of a long trace only: logs are rotated. [] = it is not open yet.
 */
export function reminderOf({ accepted, inUse }: AssociationState): string[] {
  if (accepted === undefined) return [];
  const { titles, timeMs } = accepted;
  const contexts = [...inUse].map(([id, { names }]) => `  Presentation context ${id}: ${names}`);
  return [`Still open: ${titles}, accepted at ${formatClock(timeMs)}`, ...contexts];
}
