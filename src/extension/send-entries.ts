// One send in the list of sends: as others see it, while it runs, and after it has ended.

import { type KeptPeer, keptPeer } from '../net/peer.ts';
import { KEPT_PROBLEMS_MAX } from '../protocol/limits.ts';
import type { ProblemCollector } from '../report/problems.ts';
import type { OutcomesSoFar, SendListeners, SendProgress, SendResult } from '../send/job.ts';
import type { Journal } from '../send/journal.ts';
import { LazyList, type List } from '../send/list.ts';
import { OUTCOMES, type Outcome, type OutcomeCounts } from '../send/outcome.ts';
import { PackedNumbers } from '../send/packed.ts';
import type { SendId } from '../send/send-id.ts';
import type { EndState, KeptHead, ProblemCount, SendFacts } from './kept-send-file.ts';

export type SendState = 'scanning' | 'asking' | 'sending' | EndState;

/** One send as others see it: every member tells how it is now. */
export interface Send extends SendFacts {
  readonly state: SendState;
  /** DICOM files found so far; from 'sending' on all that are to be sent. */
  readonly files: number;
  readonly counts: OutcomeCounts;
  /** Once it is sending. */
  readonly progress: SendProgress | undefined;
  readonly problems: readonly ProblemCount[];
  readonly endedAtMs: number | undefined;
  readonly journalId: SendId | undefined;
  /** `resultOf` has something to give. */
  readonly hasResults: boolean;
  /** Files that its journal owes; undefined: nothing can be resumed, or nobody has looked yet. */
  readonly owed: number | undefined;
  /** What became of its files so far, while it is sending. When it has ended, `resultOf` of the list has all outcomes. */
  readonly outcomes: OutcomesSoFar | undefined;
  /** While it is sending: its files that have an outcome, by their index in the job, in the order in which they ended. */
  readonly settled: List<number> | undefined;
  /** Stops it where it runs. */
  cancel(): void;
}

export const noCounts = (): Record<Outcome, number> =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;

/** What a send that runs tells its list. */
export interface SendOwner {
  changed(id: SendId, isState: boolean): void;
  dropped(id: SendId): void;
  ended(send: LiveSend, result: SendResult): void;
  isGoingDown(): boolean;
}

/** What is there when the first file is about to go out. */
export interface SendStart {
  /** DICOM files. */
  readonly files: number;
  /** Absent: nothing is sent, so nothing can be owed. */
  readonly journal?: Journal;
  /** Empty; gets every file as it ends. */
  readonly problems: ProblemCollector;
}

class SettledFiles extends LazyList<number> {
  readonly #indexes = new PackedNumbers(Uint32Array);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(index: number): void {
    this.#indexes.set(this.#length, index);
    this.#length += 1;
  }

  protected make(place: number): number {
    return this.#indexes.at(place);
  }
}

/** What never changes about a send. */
abstract class KnownSend implements SendFacts {
  readonly id: SendId;
  readonly peer: KeptPeer;
  readonly selection: readonly string[];
  readonly roots: SendFacts['roots'];
  readonly decided: readonly string[];
  readonly arePathsHidden: boolean;
  readonly startedAtMs: number;

  constructor({ id, peer, selection, roots, decided, arePathsHidden, startedAtMs }: SendFacts) {
    this.id = id;
    this.peer = keptPeer(peer);
    this.selection = selection;
    this.roots = roots;
    this.decided = decided;
    this.arePathsHidden = arePathsHidden;
    this.startedAtMs = startedAtMs;
  }
}

/** A send of this window until it ends. Only what runs the send calls its methods. */
export class LiveSend extends KnownSend implements Send {
  readonly endedAtMs = undefined;
  readonly hasResults = false;
  readonly owed = undefined;
  /** Aborts when somebody stops the send. */
  readonly controller = new AbortController();
  readonly settled = new SettledFiles();
  readonly #owner: SendOwner;
  readonly #counts = noCounts();
  #state: SendState = 'scanning';
  #hasEnded = false;
  #files = 0;
  #progress: SendProgress | undefined;
  #problems: ProblemCollector | undefined;
  #journal: Journal | undefined;
  #outcomes: OutcomesSoFar | undefined;

  constructor(facts: SendFacts, owner: SendOwner) {
    super(facts);
    this.#owner = owner;
  }

  get state(): SendState {
    return this.#state;
  }

  get files(): number {
    return this.#files;
  }

  get counts(): OutcomeCounts {
    return { ...this.#counts };
  }

  get progress(): SendProgress | undefined {
    return this.#progress;
  }

  get problems(): readonly ProblemCount[] {
    return this.#problems?.list() ?? [];
  }

  get journal(): Journal | undefined {
    return this.#journal;
  }

  get journalId(): SendId | undefined {
    return this.#journal?.id;
  }

  get outcomes(): OutcomesSoFar | undefined {
    return this.#outcomes;
  }

  cancel(): void {
    this.controller.abort();
  }

  found(files: number): void {
    this.#files = files;
    this.#owner.changed(this.id, false);
  }

  asking(): void {
    this.#enter('asking');
  }

  /** @returns what the run of the send tells this one */
  sending({ files, journal, problems }: SendStart): Required<Pick<SendListeners, 'began' | 'outcome' | 'progress'>> {
    this.#files = files;
    this.#journal = journal;
    this.#problems = problems;
    this.#enter('sending');
    return {
      began: (outcomes) => {
        this.#outcomes = outcomes;
      },
      outcome: (index, file) => {
        // Write-ahead: the journal has it before anybody can count it.
        journal?.record(index, file);
        this.#counts[file.outcome] += 1;
        this.settled.add(index);
        problems.add(file);
        this.#owner.changed(this.id, false);
      },
      progress: (progress) => {
        this.#progress = progress;
        this.#owner.changed(this.id, false);
      },
    };
  }

  /** It came to its end, whatever became of its files. */
  end(result: SendResult): void {
    this.#hasEnded = true;
    this.#state = this.#owner.isGoingDown() ? 'interrupted' : result.cancelled ? 'cancelled' : 'done';
    this.#journal?.close(this.#state);
    this.#owner.ended(this, result);
  }

  /** Nothing was sent, or the run broke: only its journal tells of it, if it has one. Nothing happens after `end`. */
  drop(): void {
    if (this.#hasEnded) return;
    this.#journal?.close('interrupted');
    this.#owner.dropped(this.id);
  }

  head(result: SendResult): KeptHead {
    const { id, peer, selection, roots, decided, arePathsHidden, startedAtMs, journalId } = this;
    return {
      ...{ id, peer, selection, roots, decided, arePathsHidden, startedAtMs },
      state: this.#state as EndState,
      endedAtMs: result.endedAtMs,
      files: this.#files,
      counts: result.counts,
      problems: this.problems
        .slice(0, KEPT_PROBLEMS_MAX)
        .map(({ outcome, brief, text, count }) => ({ outcome, brief, text, count })),
      ...(journalId === undefined ? {} : { journalId }),
    };
  }

  #enter(state: SendState): void {
    this.#state = state;
    this.#owner.changed(this.id, true);
  }
}

export class PastSend extends KnownSend implements Send {
  readonly state: EndState;
  readonly files: number;
  readonly counts: OutcomeCounts;
  readonly progress = undefined;
  readonly outcomes = undefined;
  readonly settled = undefined;
  readonly problems: readonly ProblemCount[];
  readonly endedAtMs: number;
  readonly journalId: SendId | undefined;
  /** Its results are in memory or on disk. */
  readonly hasResults: boolean;
  owed: number | undefined;

  constructor(head: KeptHead, hasResults: boolean) {
    super(head);
    this.state = head.state;
    this.files = head.files;
    this.counts = head.counts;
    this.problems = head.problems;
    this.endedAtMs = head.endedAtMs;
    this.journalId = head.journalId;
    this.hasResults = hasResults;
  }

  cancel(): void {
    // It has ended.
  }
}
