/**
 * The database on SQLite: one connection that writes, one that reads, and in a service threads for what takes long.
 */

import type { ConnectionLoad, Database, Integrity, OpenOptions, Queries, StoredRows, UsageBefore } from "./database.ts";
import { type AppendEntry, type AppendOptions, type AppendOutcome } from "./append.ts";
import { type AppliedMigration, checksumOf, planMigrations } from "./migrate.ts";
import type { SchemaWords } from "./migrations/migration.ts";
import { newAuditKey } from "./audit.ts";
import { GroupCommit } from "./group_commit.ts";
import { type CommitObserver, observeCommits } from "./observed_commit.ts";
import { CostopsError } from "../core/error.ts";
import { giveTurn } from "./event_loop.ts";
import { LIMITS } from "../core/limits.ts";
import { deleteUsageBefore } from "./prune.ts";
import { explainError, SqliteConnection } from "./sqlite.ts";
import { SqliteAppender } from "./sqlite_append.ts";
import { queriesOn } from "./sqlite_kysely.ts";
import { SqliteThreads } from "./sqlite_threads.ts";
import { ThreadedAppender } from "./threaded_append.ts";

/** How SQLite spells the schema. */
const WORDS: SchemaWords = {
  integer: "integer",
  text: "text",
  bytes: "blob",
  json: "text",
  counted_key: "integer primary key autoincrement",
  clustered: "strict, without rowid",
  plain: "strict",
  often_updated: "strict, without rowid",
  by_month: "strict, without rowid",
  spread: "strict, without rowid",
  spreadParts: () => [],
  references: (place) => `references ${place}`,
  appendOnly: (table) => [
    `create trigger ${table}_is_never_updated before update on ${table}
      begin select raise(abort, '${table} is append-only'); end`,
    `create trigger ${table}_is_never_deleted before delete on ${table}
      begin select raise(abort, '${table} is append-only'); end`,
  ],
};

/** How a file is opened. */
type SqliteOptions = OpenOptions & { readonly url: string; readonly now: number };

/** Opens a SQLite file and brings it to this program's version. Fails with `not_found` when it must exist and does not. */
export function openSqlite(
  path: string,
  { url, now, must_exist, reader_threads = 0, has_append_thread = false, onCommit }: SqliteOptions,
): Database {
  if (must_exist === true && !isThere(path)) {
    throw new CostopsError(
      "not_found",
      `Cannot find the database "${path}": costops ingest and costops import make it`,
    );
  }
  const writer = new SqliteConnection(path, { isReader: false });
  try {
    migrate(writer, { url, now });
    const reader = new SqliteConnection(path, { isReader: true });
    const threads = reader_threads === 0 ? undefined : new SqliteThreads(path, reader_threads);
    const appender = has_append_thread ? new ThreadedAppender(path) : appendOn(writer);
    return new SqliteDatabase(url, { writer, reader, threads, appender, onCommit });
  } catch (error) {
    writer.close();
    throw error;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw explainError(error, path);
  }
}

/** Only a database that is behind is locked, so that opening one never waits for a writer. */
function migrate(writer: SqliteConnection, { url, now }: { readonly url: string; readonly now: number }): void {
  if (planMigrations(readApplied(writer), { words: WORDS, url }).length === 0) return;
  writer.inTransaction(() => {
    writer.run(
      `create table if not exists schema_migrations (
        number integer not null primary key, name text not null, checksum text not null, applied_at integer not null
      ) strict`,
    );
    for (const migration of planMigrations(readApplied(writer), { words: WORDS, url })) {
      for (const statement of migration.statements(WORDS)) writer.run(statement);
      const { number, name } = migration;
      const checksum = checksumOf(migration, WORDS);
      writer.run("insert into schema_migrations values (?, ?, ?, ?)", number, name, checksum, now);
      if (number === 1) writer.run("insert into installation values ('audit_key', ?)", newAuditKey());
      writer.all(`pragma user_version = ${number}`);
    }
  });
}

function readApplied(writer: SqliteConnection): AppliedMigration[] {
  const exists = writer.all("select 1 from sqlite_schema where name = 'schema_migrations'").length > 0;
  if (!exists) return [];
  return writer.all("select number, name, checksum from schema_migrations order by number")
    .map(({ number, name, checksum }) => ({ number: Number(number), name: String(name), checksum: String(checksum) }));
}

/** What appends batches, one after another, each in a transaction of its own. */
interface Appender {
  append(entries: readonly AppendEntry[], options: AppendOptions): Promise<AppendOutcome[]>;
  close(): Promise<void>;
}

function appendOn(writer: SqliteConnection): Appender {
  const appender = new SqliteAppender(writer);
  return {
    append: async (entries, options) => {
      // A caller that appends in a loop must not keep timers, signals and other requests from their turn.
      await giveTurn();
      await writer.beginWhenFree();
      return appender.append(entries, options);
    },
    close: () => Promise.resolve(),
  };
}

/** What a database reads and writes with. */
interface Connections {
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
  readonly threads: SqliteThreads | undefined;
  readonly appender: Appender;
  readonly onCommit: CommitObserver | undefined;
}

class SqliteDatabase implements Database {
  readonly url: string;
  readonly reader: Queries;
  readonly scanner: Queries;
  readonly weighs_values = false;
  readonly append_records = LIMITS.append_records;
  readonly #threads: SqliteThreads | undefined;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  readonly #queries: Queries;
  readonly #appender: Appender;
  readonly #group: GroupCommit;
  /** The write that runs; the next one begins when it has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: string, connections: Connections) {
    this.url = url;
    this.#threads = connections.threads;
    this.#writer = connections.writer;
    this.#reader = connections.reader;
    this.reader = queriesOn(connections.reader);
    this.scanner = connections.threads?.queries ?? this.reader;
    this.#queries = queriesOn(connections.writer);
    this.#appender = connections.appender;
    this.#group = new GroupCommit(observeCommits((entries) => this.#appendAlone(entries, {}), connections.onCommit));
    this.#writer.waitBriefly();
  }

  /** What it needs is worked out on the way: no server stands still meanwhile. */
  prepareAppend(): Promise<void> {
    return Promise.resolve();
  }

  append(entries: readonly AppendEntry[], options: AppendOptions = {}): Promise<AppendOutcome[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const isAlone = options.is_preview === true || options.is_atomic === true;
    return isAlone ? this.#appendAlone(entries, options) : this.#group.append(entries);
  }

  write<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      await this.#writer.beginWhenFree();
      try {
        const result = await work(this.#queries);
        this.#writer.run("commit");
        return result;
      } catch (error) {
        this.#writer.rollBack();
        throw error;
      }
    });
  }

  dropUsage(queries: Queries, before: UsageBefore): Promise<void> {
    return deleteUsageBefore(queries, before);
  }

  storeRows({ table, rows }: StoredRows, work: (queries: Queries) => Promise<void>): Promise<void> {
    const columns = Object.keys(rows[0]!);
    const places = columns.map(() => "?").join(", ");
    const names = columns.map((column) => `"${column}"`).join(", ");
    const statement = `insert into ${table} (${names}) values (${places})`;
    return this.write(async (queries) => {
      await work(queries);
      for (const row of rows) this.#writer.run(statement, ...columns.map((column) => row[column]!));
    });
  }

  checkIntegrity(): Promise<Integrity> {
    const integrity = this.#reader.all("pragma integrity_check").map((row) => String(row.integrity_check));
    const references = this.#reader.all("pragma foreign_key_check").map((row) =>
      `row of ${row.table} refers to nothing`
    );
    const faults = [...integrity.filter((text) => text !== "ok"), ...references];
    return Promise.resolve({ faults, proved: "its pages and references are whole" });
  }

  measureLoad(): ConnectionLoad {
    return this.#threads?.load ?? { busy: 0, idle: 0, waiting: 0 };
  }

  async close(): Promise<void> {
    await this.#group.drain();
    await this.#last.catch(() => {});
    await this.#threads?.close();
    await this.#appender.close();
    this.#reader.close();
    this.#writer.close();
  }

  /** The appender's connection may be another one than the writer's: after an I/O error on either none writes any more. */
  #appendAlone(entries: readonly AppendEntry[], options: AppendOptions): Promise<AppendOutcome[]> {
    return this.#inTurn(async () => {
      this.#writer.requireSound();
      try {
        return await this.#appender.append(entries, options);
      } catch (error) {
        if (error instanceof CostopsError && error.kind === "storage_failure") this.#writer.refuse(error);
        throw error;
      }
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
