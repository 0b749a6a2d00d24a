/**
 * The database, measured: its queries, its writes, its commits of usage, and what waits for them.
 */

import { Gauge, Histogram, type Registry } from "prom-client";
import type { Database } from "../../db/database.ts";
import type { CommitObserver } from "../../db/observed_commit.ts";
import { gauge } from "./gauge.ts";
import { MeteredDatabase } from "./metered_database.ts";

/** From a row by its key to what a statement may take. */
const QUERY_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** From an fsync on a fast disk to a database that is locked. */
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** From one record to the largest that is appended in one transaction. */
const RECORD_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** The instruments of one database. */
export class DatabaseMetrics {
  readonly #registry: Registry;
  readonly #durations: Histogram<"access">;
  readonly #commits: Histogram;
  readonly #records: Histogram;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#durations = new Histogram({
      name: "costops_database_duration_seconds",
      help:
        "Time of a query by reader or scanner, and of a write whole, waiting for a connection or its turn included.",
      labelNames: ["access"],
      buckets: QUERY_BUCKETS,
      registers,
    });
    this.#commits = new Histogram({
      name: "costops_append_commit_duration_seconds",
      help: "Time in which a group of records of usage became durable, in one transaction.",
      buckets: COMMIT_BUCKETS,
      registers,
    });
    this.#records = new Histogram({
      name: "costops_append_commit_records",
      help: "Records of usage in one transaction.",
      buckets: RECORD_BUCKETS,
      registers,
    });
  }

  /** Told of every commit of usage. */
  readonly onCommit: CommitObserver = ({ records, duration_ms }) => {
    this.#commits.observe(duration_ms / 1000);
    this.#records.observe(records);
  };

  /** The same database, measured from now on. */
  meter(database: Database): Database {
    const metered = new MeteredDatabase(database, {
      onAccess: (access, duration_ms) => this.#durations.observe({ access }, duration_ms / 1000),
      onAtomicCommit: this.onCommit,
    });
    gauge(this.#registry, {
      name: "costops_append_queue_records",
      help: "Records of usage that wait to be stored, or are being stored.",
      read: () => metered.appending_records,
    });
    gauge(this.#registry, {
      name: "costops_database_writes_waiting",
      help: "Writes other than of usage that wait for their turn, or are being done.",
      read: () => metered.writes,
    });
    gauge(this.#registry, {
      name: "costops_database_connections_waiting",
      help: "Queries that wait for a connection, on SQLite for a thread that reads.",
      read: () => metered.measureLoad().waiting,
    });
    new Gauge({
      name: "costops_database_connections",
      help: "Connections to the database, on SQLite threads that read, by whether they are at work.",
      labelNames: ["state"],
      registers: [this.#registry],
      collect() {
        const { busy, idle } = metered.measureLoad();
        this.set({ state: "busy" }, busy);
        this.set({ state: "idle" }, idle);
      },
    });
    return metered;
  }
}
