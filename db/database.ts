/**
 * The seam between the program and its database: queries that read, one transaction at a time that writes, appends.
 */

import type { Kysely } from "kysely";
import { CostopsError } from "../core/error.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "./append.ts";
import type { Tables } from "./tables.ts";

/** Queries, inside a transaction or not. */
export type Queries = Kysely<Tables>;

/** An open database. Every failure is said as a CostopsError: `temporary`, `storage_full`, `storage_failure`, …. */
export interface Database {
  /** As it was opened, for messages. */
  readonly url: string;
  /** Queries that read what was committed. */
  readonly reader: Queries;
  /**
   * Runs work in one transaction that may write; nothing of it stays when it fails. Transactions run one after another.
   * Work must only await the queries it is given.
   */
  write<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  /** Appends usage and says of each entry, in order, what became of it; what it says is durable. */
  append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]>;
  /** Checks the database's own structure; what it finds, in words. */
  checkIntegrity(): Promise<string[]>;
  /** Waits for what is being written, then closes. */
  close(): Promise<void>;
}

/** How a database is opened. */
export interface OpenOptions {
  /** Milliseconds since 1970 UTC, for the record of migrations. */
  readonly now?: number;
}

/**
 * Opens the database at a path or `sqlite:PATH`, makes it where there is none, and brings it to this program's version.
 * Fails with `usage` on an address of another kind, and with `failure` when it cannot be opened, is not a database of
 * costops, or is newer than this program.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const { openSqlite } = await import("./sqlite_database.ts");
  return openSqlite(readDatabasePath(url), { url, now: options.now ?? Date.now() });
}

/** The path of a SQLite address. Fails with `usage` on an address of another kind. */
export function readDatabasePath(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  const path = scheme === "sqlite" || scheme === "file" ? url.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, "") : url;
  if (path === "" || path.startsWith(":") || (scheme !== undefined && scheme !== "sqlite" && scheme !== "file")) {
    throw new CostopsError("usage", `Cannot open the database "${maskPassword(url)}": write a path, or sqlite:PATH`);
  }
  return path;
}

function maskPassword(url: string): string {
  return url.replace(/(:\/\/[^:/@]*:)[^@]*@/, "$1***@");
}
