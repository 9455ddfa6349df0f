// The list of sends: those that run, those that ended in this window, and those of the last 30 days from disk. It is the
// only place that knows the state of a send. The status bar, the results, the closing message and every view read it and
// subscribe to `onDidChange`; they keep nothing of their own. It needs no editor, so unit tests run it as it is.
//
// A send goes scanning → asking → sending → done, cancelled or interrupted. One that never came to sending leaves the
// list. When it ends its results are kept on disk (kept-sends.ts); the last few stay in memory as well. A send whose
// process died left no results, only its journal: it is listed as interrupted.

import { join } from 'node:path';
import { systemErrorInfo } from '../part10/system-error.ts';
import type { SendResult } from '../send/job.ts';
import type { JournalSummary } from '../send/journal-shelf.ts';
import { newSendId, type SendId } from '../send/send-id.ts';
import { withoutQuotes } from '../trace/sanitize.ts';
import { Emitter, type Event } from './emitter.ts';
import type { KeptHead, SendFacts } from './kept-send-file.ts';
import { LiveSend, noCounts, PastSend, type Send, type SendOwner } from './send-entries.ts';

export interface SendsOptions {
  /** The extension's storage: sends are kept in its folder 'sends'; journals are in its folder 'journals'. */
  readonly storage: string;
  /** Told what a person should know: a send that cannot be kept. */
  readonly note: (text: string) => void;
}

/** Subscribers hear of progress this often at most; of a new state at once. */
const PROGRESS_MS = 250;
/** Results in memory; older ones are read from disk when somebody asks. */
const RESULTS_IN_MEMORY = 5;
export class Sends {
  readonly #directory: string;
  readonly #journals: string;
  readonly #note: SendsOptions['note'];
  readonly #live = new Map<SendId, LiveSend>();
  readonly #past = new Map<SendId, PastSend>();
  /** What `refresh` has read before they were forgotten does not count. */
  readonly #forgotten = new Set<SendId>();
  /** The one that was used last is the last. */
  readonly #results = new Map<SendId, SendResult>();
  /** From disk: a tree asks for the same results many times at once. */
  readonly #reading = new Map<SendId, Promise<SendResult | undefined>>();
  readonly #writing = new Set<Promise<void>>();
  readonly #changed = new Set<SendId>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #emitter: Emitter<ReadonlySet<SendId>>;
  #isGoingDown = false;

  constructor({ storage, note }: SendsOptions) {
    this.#directory = join(storage, 'sends');
    this.#journals = join(storage, 'journals');
    this.#note = note;
    this.#emitter = new Emitter((error) => {
      note(`A view of the sends failed: ${withoutQuotes(systemErrorInfo(error).message)}`);
    });
  }

  /** The ids of the sends that are new, changed or gone. */
  get onDidChange(): Event<ReadonlySet<SendId>> {
    return this.#emitter.event;
  }

  /** What is known by now, newest first. `refresh` adds what is on disk. */
  list(): readonly Send[] {
    return [...this.#live.values(), ...this.#past.values()].sort((a, b) => b.startedAtMs - a.startedAtMs);
  }

  find(id: SendId): Send | undefined {
    return this.#live.get(id) ?? this.#past.get(id);
  }

  begin(facts: Omit<SendFacts, 'id' | 'startedAtMs'>): LiveSend {
    const startedAtMs = Date.now();
    const id = newSendId(startedAtMs);
    const send = new LiveSend({ ...facts, id, startedAtMs }, this.#owner);
    this.#live.set(id, send);
    this.#tell(id, true);
    return send;
  }

  /** Reads what is on disk: sends of earlier windows and of others, and what can be resumed. Never rejects. */
  async refresh(): Promise<void> {
    const [{ keptHeads }, { readJournals, remaining }] = await Promise.all([
      import('./kept-sends.ts'),
      import('../send/journal-shelf.ts'),
    ]);
    const withResults = [...this.#past.values()].filter(({ hasResults }) => hasResults);
    const { ids, heads } = await keptHeads(this.#directory, new Set(withResults.map(({ id }) => id)));
    const journals = (await readJournals(this.#journals, Date.now())).filter(({ isHeld }) => !isHeld);
    const before = new Map([...this.#past].map(([id, { owed }]) => [id, owed] as const));
    // Another window may have forgotten it.
    for (const { id } of withResults) if (!ids.has(id) && !this.#results.has(id)) this.#past.delete(id);
    for (const head of heads)
      if (!this.#live.has(head.id) && !this.#forgotten.has(head.id)) this.#past.set(head.id, new PastSend(head, true));
    const owed = new Map(journals.map((journal) => [journal.id, remaining(journal).length]));
    const ofSends = new Set<SendId | undefined>();
    for (const [id, send] of this.#past) {
      send.owed = (send.journalId === undefined ? 0 : owed.get(send.journalId)) || undefined;
      if (send.hasResults) ofSends.add(send.journalId);
      else this.#past.delete(id);
    }
    for (const journal of journals)
      if (!ofSends.has(journal.id)) this.#addInterrupted(journal, owed.get(journal.id) ?? 0);
    for (const [id, { owed }] of this.#past) if (!before.has(id) || before.get(id) !== owed) this.#changed.add(id);
    for (const id of before.keys()) if (!this.#past.has(id)) this.#changed.add(id);
    this.#flush();
  }

  /** A send whose process died: all that is known of it is its journal. */
  #addInterrupted({ id, peer, selection, startedAtMs, total, outcomes, end }: JournalSummary, owed: number): void {
    if (owed === 0) return;
    const counts = noCounts();
    for (const outcome of outcomes.values()) counts[outcome] += 1;
    const facts: SendFacts = { id, peer, selection, startedAtMs, roots: [], decided: [], arePathsHidden: true };
    const state = end ?? 'interrupted';
    const head = { ...facts, state, endedAtMs: startedAtMs, files: total, counts, problems: [], journalId: id };
    const send = new PastSend(head, false);
    send.owed = owed;
    this.#past.set(id, send);
  }

  /** What became of each file of an ended send; undefined: it is not kept any more, or left no results. Never rejects. */
  async resultOf(id: SendId): Promise<SendResult | undefined> {
    const inMemory = this.#results.get(id);
    if (inMemory !== undefined) {
      this.#remember(id, inMemory);
      return inMemory;
    }
    if (this.#live.has(id)) return undefined;
    const reading = this.#reading.get(id) ?? this.#read(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  async #read(id: SendId): Promise<SendResult | undefined> {
    const { readKept } = await import('./kept-sends.ts');
    const result = await readKept(this.#directory, id);
    // It may have been forgotten meanwhile.
    if (result !== undefined && this.#past.has(id)) this.#remember(id, result);
    return result;
  }

  /** Takes an ended send out of the list and its results off the disk. Its journal stays. */
  async forget(id: SendId): Promise<void> {
    if (this.#live.has(id)) return;
    this.#forgotten.add(id);
    this.#past.delete(id);
    this.#results.delete(id);
    await Promise.all(this.#writing);
    const { forgetKept } = await import('./kept-sends.ts');
    await forgetKept(this.#directory, id);
    this.#tell(id, true);
  }

  /** From now on sends do not end but are interrupted. */
  goDown(): void {
    this.#isGoingDown = true;
  }

  /** Leaves the journal of every send that still runs as that of an interrupted one. */
  interrupt(): void {
    for (const send of this.#live.values()) send.journal?.close('interrupted');
    clearTimeout(this.#timer);
  }

  /** Resolves when what has ended so far is on disk. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #remember(id: SendId, result: SendResult): void {
    this.#results.delete(id);
    this.#results.set(id, result);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= RESULTS_IN_MEMORY) break;
      this.#results.delete(oldest);
    }
  }

  readonly #owner: SendOwner = {
    changed: (id, isState) => this.#tell(id, isState),
    dropped: (id) => {
      this.#live.delete(id);
      this.#tell(id, true);
    },
    ended: (send, result) => this.#end(send, result),
    isGoingDown: () => this.#isGoingDown,
  };

  #end(send: LiveSend, result: SendResult): void {
    const head = send.head(result);
    const past = new PastSend(head, true);
    this.#live.delete(head.id);
    this.#past.set(head.id, past);
    this.#remember(head.id, result);
    const write = this.#keep(head, result).finally(() => this.#writing.delete(write));
    this.#writing.add(write);
    this.#tell(head.id, true);
  }

  async #keep(head: KeptHead, result: SendResult): Promise<void> {
    try {
      const { keepSend, tidyKept } = await import('./kept-sends.ts');
      await keepSend(this.#directory, head, result);
      await tidyKept(this.#directory, Date.now());
    } catch (error) {
      const { code } = systemErrorInfo(error);
      this.#note(`The results of this send cannot be kept (${code}): they are gone when this window is closed.`);
    }
  }

  #tell(id: SendId, isState: boolean): void {
    this.#changed.add(id);
    if (isState) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), PROGRESS_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    const changed = new Set(this.#changed);
    this.#changed.clear();
    this.#emitter.fire(changed);
  }
}
