/**
 * Group commit: appends that come at the same time share one transaction, and each waits for it.
 */

import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { AppendEntry, AppendOutcome } from "./append.ts";
import { giveTurn } from "./event_loop.ts";

interface Waiting {
  readonly entries: readonly AppendEntry[];
  readonly resolve: (outcomes: AppendOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** How much waits to be stored, in one queue or in several that share a limit. */
export class QueueLoad {
  requests = 0;
  entries = 0;

  /** Whether nothing more may wait. */
  get isFull(): boolean {
    return this.requests >= LIMITS.queue_requests || this.entries >= LIMITS.queue_records;
  }
}

/** Stores entries in one transaction. */
export type CommitEntries = (entries: readonly AppendEntry[]) => Promise<AppendOutcome[]>;

/**
 * Gathers appends. What comes while a group is being committed forms the next one, which begins before those of the last
 * go on: whoever stores never waits for what is done with the answers.
 */
export class GroupCommit {
  readonly #commit: CommitEntries;
  readonly #load: QueueLoad;
  #queue: Waiting[] = [];
  #waitingEntries = 0;
  #running: Promise<void> | undefined;

  constructor(commit: CommitEntries, load: QueueLoad = new QueueLoad()) {
    this.#commit = commit;
    this.#load = load;
  }

  /** Whether nothing waits and nothing is being stored. */
  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Appends with whoever comes at the same time. Fails with `temporary` when too many wait already. */
  append(entries: readonly AppendEntry[]): Promise<AppendOutcome[]> {
    if (this.#load.isFull) {
      const error = new CostopsError("temporary", "Cannot take more usage now: too much waits to be stored; try again");
      return Promise.reject(error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome[]>();
    this.#queue.push({ entries, resolve, reject });
    this.#waitingEntries += entries.length;
    this.#load.requests++;
    this.#load.entries += entries.length;
    this.#running ??= this.#run();
    return promise;
  }

  /** Waits until nothing waits any more. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop lets everybody in who is ready now; then a group goes as soon as the last is durable.
    await giveTurn();
    let tell = () => {};
    while (this.#queue.length > 0) {
      const committing = this.#commitGroup(this.#takeGroup());
      // Those of the last group, which is durable, hear of it while this one is being stored.
      tell();
      tell = await committing;
    }
    tell();
    this.#running = undefined;
  }

  #takeGroup(): Waiting[] {
    let records = 0;
    let count = 0;
    while (count < this.#queue.length && (count === 0 || records < LIMITS.group_records)) {
      records += this.#queue[count++]!.entries.length;
    }
    this.#waitingEntries -= records;
    this.#load.requests -= count;
    this.#load.entries -= records;
    return this.#queue.splice(0, count);
  }

  /** Commits a group, and gives what tells its callers. */
  async #commitGroup(group: readonly Waiting[]): Promise<() => void> {
    try {
      const outcomes = await this.#commit(
        group.length === 1 ? group[0]!.entries : group.flatMap(({ entries }) => entries),
      );
      return () => {
        let from = 0;
        for (const { entries, resolve } of group) resolve(outcomes.slice(from, from += entries.length));
      };
    } catch (error) {
      if (group.length === 1 || isOfStorage(error)) return () => group.forEach(({ reject }) => reject(error));
      // One of them is at fault: alone, it fails alone.
      const told: (() => void)[] = [];
      for (const waiting of group) told.push(await this.#commitGroup([waiting]));
      return () => told.forEach((tell) => tell());
    }
  }
}

function isOfStorage(error: unknown): boolean {
  return error instanceof CostopsError && ["temporary", "storage_full", "storage_failure"].includes(error.kind);
}
