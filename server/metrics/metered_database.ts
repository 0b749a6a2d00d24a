/**
 * A database that says how long it takes, and how much waits for it.
 */

import type { KyselyPlugin, QueryId } from "kysely";
import type { AppendEntry, AppendOptions, AppendOutcome } from "../../db/append.ts";
import type {
  ConnectionLoad,
  Database,
  Integrity,
  Queries,
  StoredRows,
  UsageBefore,
  WriteScope,
} from "../../db/database.ts";
import type { CommitObserver } from "../../db/observed_commit.ts";

/** What a database is asked on. */
export type Access = "reader" | "scanner" | "write";

/** Who is told of times, in milliseconds. */
export interface DatabaseMeter {
  /** A query was answered, or a write has ended, well or not. Queries within a write are of the write. */
  readonly onAccess: (access: Access, duration_ms: number) => void;
  /** Usage was stored that no group commits. */
  readonly onAtomicCommit: CommitObserver;
}

/** The same database, measured. */
export class MeteredDatabase implements Database {
  readonly url: string;
  readonly reader: Queries;
  readonly scanner: Queries;
  readonly weighs_values: boolean;
  readonly #database: Database;
  readonly #meter: DatabaseMeter;
  #appendingRecords = 0;
  #writes = 0;

  constructor(database: Database, meter: DatabaseMeter) {
    this.url = database.url;
    this.reader = database.reader.withPlugin(timeQueries((ms) => meter.onAccess("reader", ms)));
    this.scanner = database.scanner.withPlugin(timeQueries((ms) => meter.onAccess("scanner", ms)));
    this.weighs_values = database.weighs_values;
    this.#database = database;
    this.#meter = meter;
  }

  /** Records that were given to be appended and whose outcome is not known yet. */
  get appending_records(): number {
    return this.#appendingRecords;
  }

  /** Writes that were asked for and have not ended. */
  get writes(): number {
    return this.#writes;
  }

  async append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]> {
    const began = performance.now();
    this.#appendingRecords += entries.length;
    try {
      const outcomes = await this.#database.append(entries, options);
      if (options?.is_atomic === true && entries.length > 0) {
        this.#meter.onAtomicCommit({ records: entries.length, duration_ms: performance.now() - began });
      }
      return outcomes;
    } finally {
      this.#appendingRecords -= entries.length;
    }
  }

  async write<Result>(work: (queries: Queries) => Promise<Result>, scope?: WriteScope): Promise<Result> {
    const began = performance.now();
    this.#writes++;
    try {
      return await this.#database.write(work, scope);
    } finally {
      this.#writes--;
      this.#meter.onAccess("write", performance.now() - began);
    }
  }

  dropUsage(queries: Queries, before: UsageBefore): Promise<void> {
    return this.#database.dropUsage(queries, before);
  }

  storeRows(rows: StoredRows, work: (queries: Queries) => Promise<void>): Promise<void> {
    return this.#database.storeRows(rows, work);
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
}

/** Tells how long each query took from when it was written; one that fails is not told. */
function timeQueries(onQuery: (duration_ms: number) => void): KyselyPlugin {
  const began = new WeakMap<QueryId, number>();
  return {
    transformQuery: ({ node, queryId }) => {
      began.set(queryId, performance.now());
      return node;
    },
    transformResult: ({ result, queryId }) => {
      const from = began.get(queryId);
      if (from !== undefined) onQuery(performance.now() - from);
      return Promise.resolve(result);
    },
  };
}
