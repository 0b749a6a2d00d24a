/**
 * A database that says when something other than usage was written, and when it can no longer be trusted to store
 * anything.
 */

import { CostopsError } from "../core/error.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "../db/append.ts";
import type {
  ConnectionLoad,
  Database,
  Integrity,
  Queries,
  StoredRows,
  UsageBefore,
  WriteScope,
} from "../db/database.ts";

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

class WatchedDatabase implements Database {
  readonly url: string;
  readonly reader: Queries;
  readonly scanner: Queries;
  readonly weighs_values: boolean;
  readonly #database: Database;
  readonly #watcher: DatabaseWatcher;

  constructor(database: Database, watcher: DatabaseWatcher) {
    this.url = database.url;
    this.reader = database.reader;
    this.scanner = database.scanner;
    this.weighs_values = database.weighs_values;
    this.weighs_values = database.weighs_values;
    this.#database = database;
    this.#watcher = watcher;
  }

  append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]> {
    return this.#watch(this.#database.append(entries, options));
  }

  async write<Result>(work: (queries: Queries) => Promise<Result>, scope?: WriteScope): Promise<Result> {
    const result = await this.#watch(this.#database.write(work, scope));
    this.#watcher.onWrite();
    return result;
  }

  dropUsage(queries: Queries, before: UsageBefore): Promise<void> {
    return this.#database.dropUsage(queries, before);
  }

  storeRows(rows: StoredRows, work: (queries: Queries) => Promise<void>): Promise<void> {
    return this.#watch(this.#database.storeRows(rows, work));
  }

  checkIntegrity(): Promise<Integrity> {
    return this.#database.checkIntegrity();
  }

  measureLoad(): ConnectionLoad {
    return this.#database.measureLoad();
  }

  close(): Promise<void> {
    return this.#database.close();
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
