// The requestor's side of presentation contexts: what to ask for, and what to use of the answer. PS3.8 7.1.1.13, 9.3.2.2;
// PS3.7 Annex D.3.2.
//
// An acceptor picks one transfer syntax per context and is free in its choice. To know which of two syntaxes a peer takes, each
// must stand in a context of its own; so every (abstract syntax, transfer syntax) gets one. What we could convert to goes into
// one more context per abstract syntax, where the peer may choose.

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

/** One context to be, without an ID. */
interface Draft {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** Everything that is asked for under one abstract syntax. */
class Wishes {
  readonly #abstractSyntax: string;
  readonly #own = new Map<string, Draft>();
  /** By own transfer syntax. */
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

  /** For each own transfer syntax, the contexts that must be in one association: its own, then those of its fallbacks. */
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
 * The presentation contexts of the associations that `needs` take; one list per association, IDs 1, 3, 5 ... in each.
 *
 * Every need finds all of its contexts (its own syntax, its fallbacks) in one and the same association. A fallback that is
 * already somebody's own syntax under that abstract syntax is not proposed again. Same needs, same order: same result.
 *
 * Packed first-fit. An association is closed to a need only when the need's contexts do not fit any more, so with a fallback
 * context or none at most one place stays empty in each, and only an abstract syntax that straddles two associations has its
 * fallback context in both.
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
