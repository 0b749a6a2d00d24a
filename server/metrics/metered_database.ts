/**
 * A database that says how long it takes, and how much waits for it.
 */

import type { KyselyPlugin, QueryId } from "kysely";
import type { AppendEntry, AppendOptions, AppendOutcome } from "../../db/append.ts";
import type { Database, Queries, WriteScope } from "../../db/database.ts";
import { ForwardingDatabase } from "../../db/forwarding_database.ts";
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
export class MeteredDatabase extends ForwardingDatabase {
  readonly #meter: DatabaseMeter;
  #appendingRecords = 0;
  #writes = 0;

  constructor(database: Database, meter: DatabaseMeter) {
    super(database, {
      reader: database.reader.withPlugin(timeQueries((ms) => meter.onAccess("reader", ms))),
      scanner: database.scanner.withPlugin(timeQueries((ms) => meter.onAccess("scanner", ms))),
    });
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

  override async append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]> {
    const began = performance.now();
    this.#appendingRecords += entries.length;
    try {
      const outcomes = await super.append(entries, options);
      if (options?.is_atomic === true && entries.length > 0) {
        this.#meter.onAtomicCommit({ records: entries.length, duration_ms: performance.now() - began });
      }
      return outcomes;
    } finally {
      this.#appendingRecords -= entries.length;
    }
  }

  override async write<Result>(
    work: (queries: Queries) => Promise<Result>,
    scope?: WriteScope,
  ): Promise<Result> {
    const began = performance.now();
    this.#writes++;
    try {
      return await super.write(work, scope);
    } finally {
      this.#writes--;
      this.#meter.onAccess("write", performance.now() - began);
    }
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
