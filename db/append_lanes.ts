/**
 * Appends of several organizations beside each other: what holds one up, such as pricing its usage again, does not hold
 * up the others.
 */

import type { AppendEntry, AppendOutcome } from "./append.ts";
import { type CommitEntries, GroupCommit, QueueLoad } from "./group_commit.ts";

/** The lane of batches with records of more than one organization; no organization has this name. */
const SEVERAL = "";

/** One group commit for each organization, with one limit for all that waits, and a bound on how many commit at once. */
export class AppendLanes {
  readonly #commit: CommitEntries;
  readonly #most: number;
  readonly #load = new QueueLoad();
  readonly #lanes = new Map<string, GroupCommit>();
  #committing = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(commit: CommitEntries, most: number) {
    this.#most = most;
    this.#commit = (entries) => this.#inBounds(() => commit(entries));
  }

  /** Appends with whoever of the same organization comes at the same time. Fails with `temporary` when too much waits. */
  async append(entries: readonly AppendEntry[]): Promise<AppendOutcome[]> {
    const name = nameLane(entries);
    let lane = this.#lanes.get(name);
    if (lane === undefined) this.#lanes.set(name, lane = new GroupCommit(this.#commit, this.#load));
    const appended = lane.append(entries);
    // Organizations are many; a lane is made again when it is needed.
    lane.drain().then(() => lane.isIdle && this.#lanes.get(name) === lane && this.#lanes.delete(name));
    return await appended;
  }

  /** Waits until nothing waits any more. */
  async drain(): Promise<void> {
    while (this.#lanes.size > 0) {
      for (const [name, lane] of [...this.#lanes]) {
        await lane.drain();
        if (lane.isIdle) this.#lanes.delete(name);
      }
    }
  }

  async #inBounds<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#committing >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#committing++;
    try {
      return await work();
    } finally {
      // Whoever waits longest takes the place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#committing--;
      else next();
    }
  }
}

function nameLane(entries: readonly AppendEntry[]): string {
  const first = entries[0]!.record.organization_id;
  return entries.every(({ record }) => record.organization_id === first) ? first : SEVERAL;
}
