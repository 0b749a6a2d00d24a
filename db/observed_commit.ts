/**
 * Commits of usage, told to whoever measures them.
 */

import type { CommitEntries } from "./group_commit.ts";

/** Usage that was stored in one transaction. */
export interface Commit {
  readonly records: number;
  /** From its turn being asked for until it was durable. */
  readonly duration_ms: number;
}

/** Told of a commit, after it. */
export type CommitObserver = (commit: Commit) => void;

/** The same commits; each that succeeds is told. */
export function observeCommits(commit: CommitEntries, onCommit: CommitObserver | undefined): CommitEntries {
  if (onCommit === undefined) return commit;
  return async (entries) => {
    const began = performance.now();
    const outcomes = await commit(entries);
    onCommit({ records: entries.length, duration_ms: performance.now() - began });
    return outcomes;
  };
}
