// Refused presentation contexts: a send with many kinds of files meets many refusals that differ in nothing but SOP class and
// transfer syntax. They are one problem with a row for each kind.

import type { Reason } from '../send/outcome.ts';
import { sentence } from '../trace/explain.ts';
import { answerText } from '../trace/explain-contexts.ts';
import { shortNameOf } from '../trace/names.ts';
import type { ListedProblem } from './listing.ts';

export interface Refusal {
  readonly files: number;
  /** Names, as they are shown. */
  readonly sopClass: string;
  readonly transferSyntax: string;
  /** What the peer answered: 'Rejected - Abstract Syntax Not Supported'. */
  readonly answers: string;
  /** What it took for this SOP class instead; '' = nothing. */
  readonly accepted: string;
}

/** The rows of a problem that consists of several refusals; undefined: it is another one, and told in its own words. */
export function refusalsOf({ parts }: ListedProblem): readonly Refusal[] | undefined {
  if (parts.length === 1) return undefined;
  return parts.map(({ count, first }) => {
    const reason = first?.reason as Extract<Reason, { code: 'presentation context refused' }>;
    const { sopClassUID, refused, accepted } = reason;
    return {
      files: count,
      sopClass: shortNameOf(sopClassUID),
      transferSyntax: shortNameOf(first?.transferSyntaxUID ?? ''),
      answers: [...new Set(refused.map(answerText))].join('; '),
      accepted: accepted.map(shortNameOf).join(', '),
    };
  });
}

/** What can be done about them, each advice once; with its cause where all have the same. */
export function adviceOn({ parts }: ListedProblem): string[] {
  const causes = new Map<string, Set<string>>();
  for (const { words, first } of parts) {
    const { action = '', cause = '' } = words;
    const { reason } = first ?? {};
    // What it accepted is in the row.
    const isInRow = reason?.code === 'presentation context refused' && reason.accepted.length > 0;
    causes.set(action, (causes.get(action) ?? new Set()).add(isInRow ? '' : cause));
  }
  return [...causes]
    .map(([action, of]) => sentence({ what: '', cause: of.size === 1 ? [...of].join('') : '', action }))
    .filter((text) => text !== '');
}
