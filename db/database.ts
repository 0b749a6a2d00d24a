/**
 * The seam between the program and its database: queries that read, one transaction at a time that writes, appends.
 */

import type { Kysely } from "kysely";
import { CostopsError } from "../core/error.ts";
import { maskPassword } from "../core/mask.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "./append.ts";
import type { StoredRow } from "./copy_rows.ts";
import { refuseHalfCopy } from "./copy_state.ts";
import type { CommitObserver } from "./observed_commit.ts";
import type { Tables } from "./tables.ts";

/** Queries, inside a transaction or not. */
export type Queries = Kysely<Tables>;

/** An open database. Every failure is said as a CostopsError: `temporary`, `storage_full`, `storage_failure`, …. */
export interface Database {
  /** As it was opened, without its password, for messages. */
  readonly url: string;
  /** Queries that read what was committed, and are quick: by a key, or of small tables. */
  readonly reader: Queries;
  /** Queries that may read much; in a service they keep nobody else waiting. */
  readonly scanner: Queries;
  /**
   * Whether the planner weighs the values of a statement. One that does takes a comparison of whole keys for nearly empty,
   * by their first columns alone, and sorts all that comes after a page; values of a subquery it cannot weigh.
   */
  readonly weighs_values: boolean;
  /**
   * Runs work in one transaction that may write; nothing of it stays when it fails. Transactions run one after another,
   * those of other processes included. Work must only await the queries it is given, and may be run again from its
   * beginning when another process was in its way, so that all it leaves behind is what it returns.
   */
  write<Result>(work: (queries: Queries) => Promise<Result>, scope?: WriteScope): Promise<Result>;
  /**
   * Works out what an append of these entries will need, as far as it is known without the database: while it stores the
   * entries before them, say. {@link append} of the same array then takes less time; nothing else changes.
   */
  prepareAppend(entries: readonly AppendEntry[]): Promise<void>;
  /** How many entries of a long input are best appended at a time. */
  readonly append_records: number;
  /** Appends usage and says of each entry, in order, what became of it; what it says is durable. */
  append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]>;
  /** Drops an organization's rows and identities from before an instant, within the transaction of a write to its usage. */
  dropUsage(queries: Queries, before: UsageBefore): Promise<void>;
  /** Stores rows as another database has them, in one transaction with work that comes first; nobody appends meanwhile. */
  storeRows(rows: StoredRows, work: (queries: Queries) => Promise<void>): Promise<void>;
  /** Checks the database's own structure. */
  checkIntegrity(): Promise<Integrity>;
  /** How busy its connections are right now; on SQLite its threads that read. */
  measureLoad(): ConnectionLoad;
  /** Waits for what is being written, then closes. */
  close(): Promise<void>;
}

/** What a write changes besides tables that only writes change. */
export interface WriteScope {
  /**
   * Stored usage and its roll-ups: of one organization by its id, or all of it. Nobody appends there meanwhile; whoever
   * reads what is stored to work out a change must say so here.
   */
  readonly usage_of: string | "all organizations";
}

/** Which usage: an organization's from before an instant, in milliseconds since 1970 UTC. */
export interface UsageBefore {
  readonly organization_id: string;
  readonly before: number;
}

/** Rows of one table, at least one, with all its columns. */
export interface StoredRows {
  readonly table: string;
  readonly rows: readonly StoredRow[];
  /** The key that the database counts up by itself, and goes on after these. */
  readonly counted_key?: string;
}

/** What a check of a database's own structure found. */
export interface Integrity {
  /** What is wrong, in words. */
  readonly faults: readonly string[];
  /** What is proved when nothing is. */
  readonly proved: string;
}

/** Connections, counted by what they do. */
export interface ConnectionLoad {
  readonly busy: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
}

/** How a database is opened. */
export interface OpenOptions {
  /** Milliseconds since 1970 UTC, for the record of migrations. */
  readonly now?: number;
  /** Fails with `not_found` where there is no database of costops yet, and makes none. */
  readonly must_exist?: boolean;
  /** Threads for queries that may read much, on SQLite; without any they run on the caller's. */
  readonly reader_threads?: number;
  /** Whether usage is appended on a thread of its own, on SQLite, rather than on the caller's. */
  readonly has_append_thread?: boolean;
  /** Connections to a Postgres server at the same time. */
  readonly max_connections?: number;
  /** Whether statements may take as long as they need, as an operator's do; else a service's limit ends them. */
  readonly is_patient?: boolean;
  /** Told of every group of appends that was committed. */
  readonly onCommit?: CommitObserver;
  /** Whether a database is opened that a copy into it has not ended in, or that one is to begin in. */
  readonly is_copy_target?: boolean;
}

/**
 * Opens the database at a path, `sqlite:PATH` or `postgres://…`, makes what is not there, and brings it to this program's
 * version. Fails with `usage` on an address of another kind, with `temporary` when a server cannot be reached, with
 * `conflict` when a copy into it has not ended, and with `failure` when it cannot be opened, is not a database of costops,
 * or is newer than this program.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const database = await openEither(url, { ...options, now: options.now ?? Date.now() });
  if (options.is_copy_target === true) return database;
  try {
    await refuseHalfCopy(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openEither(url: string, options: OpenOptions & { readonly now: number }): Promise<Database> {
  if (isPostgresUrl(url)) return await (await import("./postgres_database.ts")).openPostgres(url, options);
  return (await import("./sqlite_database.ts")).openSqlite(readDatabasePath(url), { ...options, url });
}

/** Whether an address is of a Postgres server. */
export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:\/\//i.test(url);
}

/** The path of a SQLite address; undefined for a Postgres server, which has none. Fails with `usage` on another kind. */
export function findDatabasePath(url: string): string | undefined {
  return isPostgresUrl(url) ? undefined : readDatabasePath(url);
}

/** The path of a SQLite address. Fails with `usage` on an address of another kind. */
export function readDatabasePath(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  const path = scheme === "sqlite" || scheme === "file" ? url.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, "") : url;
  if (path === "" || path.startsWith(":") || (scheme !== undefined && scheme !== "sqlite" && scheme !== "file")) {
    throw new CostopsError(
      "usage",
      `Cannot open the database "${maskPassword(url)}": write a path, sqlite:PATH, or postgres://USER@HOST/DATABASE`,
    );
  }
  return path;
}
