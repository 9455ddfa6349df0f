// Which presentation contexts a requestor proposes, and which of the accepted ones it uses. PS3.8 7.1.1.13, 9.3.2.2;
// PS3.7 Annex D.3.2.
//
// An acceptor picks one transfer syntax for each context, whichever it likes. To learn which of several it takes, each must be
// proposed in a context of its own. So each pair of abstract syntax and transfer syntax that the files have gets a context. The
// transfer syntaxes that we could convert to share one more context for each abstract syntax; there the peer may choose.

import { PRESENTATION_CONTEXTS_MAX, type ProposedPresentationContext } from '../ul/pdu.ts';
import type { NegotiatedContext } from './contexts.ts';

export interface ContextNeed {
  /** The SOP class UID. */
  readonly abstractSyntax: string;
  /** What the data set is encoded in. */
  readonly transferSyntax: string;
  /** What we could convert it to, best first. */
  readonly fallbacks: readonly string[];
}

/** A context before it has an ID. */
interface Draft {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** All needs of one abstract syntax. */
class Wishes {
  readonly #abstractSyntax: string;
  readonly #own = new Map<string, Draft>();
  /** By the transfer syntax of the data sets. */
  readonly #fallbacks = new Map<string, Set<string>>();

  constructor(abstractSyntax: string) {
    this.#abstractSyntax = abstractSyntax;
  }

  add({ transferSyntax, fallbacks }: ContextNeed): void {
    if (!this.#own.has(transferSyntax)) {
      this.#own.set(transferSyntax, { abstractSyntax: this.#abstractSyntax, transferSyntaxes: [transferSyntax] });
      this.#fallbacks.set(transferSyntax, new Set());
    }
    for (const fallback of fallbacks) this.#fallbacks.get(transferSyntax)?.add(fallback);
  }

  /** For each transfer syntax of the data sets: its context and those of its fallbacks, which must be in one association. */
  bundles(): (readonly Draft[])[] {
    const shared = new Set<string>();
    for (const fallbacks of this.#fallbacks.values()) {
      for (const fallback of fallbacks) if (!this.#own.has(fallback)) shared.add(fallback);
    }
    const convertible: Draft = { abstractSyntax: this.#abstractSyntax, transferSyntaxes: [...shared] };
    return [...this.#own].map(([transferSyntax, draft]) => {
      const bundle = new Set<Draft>([draft]);
      for (const fallback of this.#fallbacks.get(transferSyntax) ?? []) {
        bundle.add(this.#own.get(fallback) ?? convertible);
      }
      return [...bundle];
    });
  }
}

function withIds(drafts: ReadonlySet<Draft>): ProposedPresentationContext[] {
  return [...drafts].map((draft, index) => ({ presentationContextId: 2 * index + 1, ...draft }));
}

/**
 * The presentation contexts for all `needs`: a list for each association, with the IDs 1, 3, 5 ... in each.
 *
 * All contexts of one need (its own transfer syntax and its fallbacks) are in the same association. A fallback that has a context
 * of its own under the same abstract syntax is not proposed twice. The same needs in the same order give the same result.
 *
 * Needs are packed first-fit: each goes into the first association that has room for all of its contexts.
 *
 * @throws RangeError a need with more fallbacks than one association has contexts
 */
export function proposeContexts(needs: readonly ContextNeed[]): ProposedPresentationContext[][] {
  const wishes = new Map<string, Wishes>();
  for (const need of needs) {
    const known = wishes.get(need.abstractSyntax) ?? new Wishes(need.abstractSyntax);
    known.add(need);
    wishes.set(need.abstractSyntax, known);
  }
  const associations: Set<Draft>[] = [];
  for (const bundle of [...wishes.values()].flatMap((wish) => wish.bundles())) {
    if (bundle.length > PRESENTATION_CONTEXTS_MAX) {
      throw new RangeError(`one need of ${bundle.length} contexts does not fit an association`);
    }
    const roomy = associations.find((drafts) => {
      const added = bundle.filter((draft) => !drafts.has(draft)).length;
      return drafts.size + added <= PRESENTATION_CONTEXTS_MAX;
    });
    const drafts = roomy ?? new Set<Draft>();
    if (roomy === undefined) associations.push(drafts);
    for (const draft of bundle) drafts.add(draft);
  }
  return associations.map(withIds);
}

/**
 * The accepted context for one need: its own syntax if the peer takes it, else the first fallback that it takes.
 *
 * @returns undefined when the peer takes none of them
 */
export function contextFor(
  contexts: readonly NegotiatedContext[],
  need: ContextNeed,
): { readonly context: NegotiatedContext; readonly transferSyntax: string } | undefined {
  for (const transferSyntax of [need.transferSyntax, ...need.fallbacks]) {
    const context = contexts.find(
      (candidate) =>
        candidate.abstractSyntax === need.abstractSyntax && candidate.acceptedTransferSyntax === transferSyntax,
    );
    if (context !== undefined) return { context, transferSyntax };
  }
  return undefined;
}
