/**
 * A database that says when something other than usage was written, and when it can no longer be trusted to store
 * anything.
 */

import { CostopsError } from "../core/error.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "../db/append.ts";
import type { Database, Queries, StoredRows, WriteScope } from "../db/database.ts";
import { ForwardingDatabase } from "../db/forwarding_database.ts";

/** Who is told of what becomes of writes. */
export interface DatabaseWatcher {
  /** A write was committed, appends apart; before whoever made it hears of it. */
  readonly onWrite: () => void;
  /** A write or an append ended with `storage_failure`. */
  readonly onFailure: (error: CostopsError) => void;
}

/** The same database, watched. */
export function watchDatabase(database: Database, watcher: DatabaseWatcher): Database {
  return new WatchedDatabase(database, watcher);
}

class WatchedDatabase extends ForwardingDatabase {
  readonly #watcher: DatabaseWatcher;

  constructor(database: Database, watcher: DatabaseWatcher) {
    super(database);
    this.#watcher = watcher;
  }

  override append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]> {
    return this.#watch(super.append(entries, options));
  }

  override async write<Result>(
    work: (queries: Queries) => Promise<Result>,
    scope?: WriteScope,
  ): Promise<Result> {
    const result = await this.#watch(super.write(work, scope));
    this.#watcher.onWrite();
    return result;
  }

  override storeRows(rows: StoredRows, work: (queries: Queries) => Promise<void>): Promise<void> {
    return this.#watch(super.storeRows(rows, work));
  }

  async #watch<Result>(writing: Promise<Result>): Promise<Result> {
    try {
      return await writing;
    } catch (error) {
      if (error instanceof CostopsError && error.kind === "storage_failure") this.#watcher.onFailure(error);
      throw error;
    }
  }
}
