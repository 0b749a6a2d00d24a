/**
 * The database, measured: its queries, its writes, its commits of usage, and what waits for them.
 */

import type { Database } from "../../db/database.ts";
import type { CommitObserver } from "../../db/observed_commit.ts";
import { type Access, MeteredDatabase } from "./metered_database.ts";
import { gauge, type Measure, type Meter } from "./meter.ts";

/** From a row by its key to what a statement may take. */
const QUERY_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** From an fsync on a fast disk to a database that is locked. */
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** From one record to the largest that is appended in one transaction. */
const RECORD_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** Made once: queries are many. */
const ACCESS_LABELS: Readonly<Record<Access, { readonly access: Access }>> = {
  reader: { access: "reader" },
  scanner: { access: "scanner" },
  write: { access: "write" },
};

/** The instruments of one database. */
export class DatabaseMetrics {
  readonly #meter: Meter;
  readonly #durations: Measure<"access">;
  readonly #commits: Measure<never>;
  readonly #records: Measure<never>;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#durations = meter.histogram({
      name: "costops_database_duration_seconds",
      help:
        "Time of a query by reader or scanner, and of a write whole, waiting for a connection or its turn included.",
      labels: ["access"],
      buckets: QUERY_BUCKETS,
    });
    this.#commits = meter.histogram({
      name: "costops_append_commit_duration_seconds",
      help: "Time in which a group of records of usage became durable, in one transaction.",
      labels: [],
      buckets: COMMIT_BUCKETS,
    });
    this.#records = meter.histogram({
      name: "costops_append_commit_records",
      help: "Records of usage in one transaction.",
      labels: [],
      buckets: RECORD_BUCKETS,
    });
  }

  /** Told of every commit of usage. */
  readonly onCommit: CommitObserver = ({ records, duration_ms }) => {
    this.#commits({}, duration_ms / 1000);
    this.#records({}, records);
  };

  /** The same database, measured from now on. */
  meter(database: Database): Database {
    const metered = new MeteredDatabase(database, {
      onAccess: (access, duration_ms) => this.#durations(ACCESS_LABELS[access], duration_ms / 1000),
      onAtomicCommit: this.onCommit,
    });
    gauge(this.#meter, {
      name: "costops_append_queue_records",
      help: "Records of usage that wait to be stored, or are being stored.",
      read: () => metered.appending_records,
    });
    gauge(this.#meter, {
      name: "costops_database_writes_waiting",
      help: "Writes other than of usage that wait for their turn, or are being done.",
      read: () => metered.writes,
    });
    gauge(this.#meter, {
      name: "costops_database_connections_waiting",
      help: "Queries that wait for a connection, on SQLite for a thread that reads.",
      read: () => metered.measureLoad().waiting,
    });
    this.#meter.observe({
      type: "gauge",
      name: "costops_database_connections",
      help: "Connections to the database, on SQLite threads that read, by whether they are at work.",
      labels: ["state"],
      read: () => {
        const { busy, idle } = metered.measureLoad();
        return [{ labels: { state: "busy" }, value: busy }, { labels: { state: "idle" }, value: idle }];
      },
    });
    return metered;
  }
}
