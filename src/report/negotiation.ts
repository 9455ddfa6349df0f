// How a peer answered the proposed presentation contexts, for both kinds of report. PS3.8 9.3.3.2 (results of
// presentation contexts), PS3.7 D.3.3.3 (asynchronous operations window).

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import type { AssociationSummary } from '../send/job.ts';
import { formatCount } from '../trace/units.ts';

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'The peer refuses it and does not say why.',
  2: 'The peer gives no reason.',
  3: 'The peer says that it does not support this SOP class.',
  4: 'The peer says that it supports none of the transfer syntaxes proposed here.',
};

const PROBLEMS: Readonly<Record<NonNullable<NegotiatedContext['problem']>, string>> = {
  'not answered': 'The peer did not answer this context.',
  'accepted with a transfer syntax that was not proposed':
    'The peer accepted it with a transfer syntax that was not proposed.',
};

export const isAccepted = ({ acceptedTransferSyntax }: NegotiatedContext): boolean =>
  acceptedTransferSyntax !== undefined;

/** Why a context cannot be used, in one sentence; undefined: it can be used. */
export function refusalText(context: NegotiatedContext): string | undefined {
  if (isAccepted(context)) return undefined;
  if (context.problem !== undefined) return PROBLEMS[context.problem];
  if (context.result === undefined) return PROBLEMS['not answered'];
  return REFUSALS[context.result] ?? `The peer's result ${context.result} is not one of the standard.`;
}

export interface ContextCounts {
  readonly proposed: number;
  readonly accepted: number;
  readonly refused: number;
}

export function contextCounts({ contexts }: AssociationSummary): ContextCounts {
  const accepted = contexts.filter(isAccepted).length;
  return { proposed: contexts.length, accepted, refused: contexts.length - accepted };
}

/** Requests that could be open at the same time. As in the standard, 0 = no limit. */
export const operationsInvoked = ({ operationsInvoked: operations }: AssociationSummary): number =>
  Number.isFinite(operations) ? operations : 0;

/** The peer accepted it, whatever came of it afterwards. */
export function wasOpened({ failure }: AssociationSummary): boolean {
  if (failure === undefined) return true;
  if (failure.code === 'connection failed' || failure.code === 'association rejected') return false;
  return !('phase' in failure && (failure.phase === 'connect' || failure.phase === 'association'));
}

/** '3', '3, and 1 more that was not opened', 'none was opened, 1 tried'. */
export function associationsText(associations: readonly AssociationSummary[]): string {
  const opened = associations.filter(wasOpened).length;
  const others = associations.length - opened;
  if (others === 0) return formatCount(opened);
  if (opened === 0) return `none was opened, ${formatCount(others)} tried`;
  return `${formatCount(opened)}, and ${formatCount(others)} more that ${others === 1 ? 'was' : 'were'} not opened`;
}
