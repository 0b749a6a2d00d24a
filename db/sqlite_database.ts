/**
 * The database on SQLite: one connection that writes, one that reads.
 */

import type { Database, Queries } from "./database.ts";
import { type AppendEntry, type AppendOptions, type AppendOutcome } from "./append.ts";
import { type AppliedMigration, checksumOf, planMigrations } from "./migrate.ts";
import type { SchemaWords } from "./migrations/migration.ts";
import { newAuditKey } from "./audit.ts";
import { GroupCommit } from "./group_commit.ts";
import { SqliteConnection } from "./sqlite.ts";
import { SqliteAppender } from "./sqlite_append.ts";
import { queriesOn } from "./sqlite_kysely.ts";

/** How SQLite spells the schema. */
const WORDS: SchemaWords = {
  integer: "integer",
  text: "text",
  bytes: "blob",
  json: "text",
  counted_key: "integer primary key autoincrement",
  clustered: "strict, without rowid",
  plain: "strict",
  appendOnly: (table) => [
    `create trigger ${table}_is_never_updated before update on ${table}
      begin select raise(abort, '${table} is append-only'); end`,
    `create trigger ${table}_is_never_deleted before delete on ${table}
      begin select raise(abort, '${table} is append-only'); end`,
  ],
};

/** Opens a SQLite file and brings it to this program's version. */
export function openSqlite(path: string, { url, now }: { readonly url: string; readonly now: number }): Database {
  const writer = new SqliteConnection(path, { isReader: false });
  try {
    migrate(writer, { url, now });
    return new SqliteDatabase(url, { writer, reader: new SqliteConnection(path, { isReader: true }) });
  } catch (error) {
    writer.close();
    throw error;
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

class SqliteDatabase implements Database {
  readonly url: string;
  readonly reader: Queries;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  readonly #queries: Queries;
  readonly #group: GroupCommit;
  /** The write that runs; the next one begins when it has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: string, connections: { readonly writer: SqliteConnection; readonly reader: SqliteConnection }) {
    this.url = url;
    this.#writer = connections.writer;
    this.#reader = connections.reader;
    this.reader = queriesOn(connections.reader);
    this.#queries = queriesOn(connections.writer);
    const appender = new SqliteAppender(connections.writer);
    this.#group = new GroupCommit((entries) => this.#inTurn(() => Promise.resolve(appender.append(entries, {}))));
    this.#appendAlone = (entries, options) => this.#inTurn(() => Promise.resolve(appender.append(entries, options)));
  }

  readonly #appendAlone: (entries: readonly AppendEntry[], options: AppendOptions) => Promise<AppendOutcome[]>;

  append(entries: readonly AppendEntry[], options: AppendOptions = {}): Promise<AppendOutcome[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const isAlone = options.is_preview === true || options.is_atomic === true;
    return isAlone ? this.#appendAlone(entries, options) : this.#group.append(entries);
  }

  write<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      this.#writer.begin();
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

  checkIntegrity(): Promise<string[]> {
    const integrity = this.#reader.all("pragma integrity_check").map((row) => String(row.integrity_check));
    const references = this.#reader.all("pragma foreign_key_check").map((row) =>
      `row of ${row.table} refers to nothing`
    );
    return Promise.resolve([...integrity.filter((text) => text !== "ok"), ...references]);
  }

  async close(): Promise<void> {
    await this.#group.drain();
    await this.#last.catch(() => {});
    this.#reader.close();
    this.#writer.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
