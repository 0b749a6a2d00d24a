/**
 * Kysely on a connection of ours: its SQLite dialect wants the shape of better-sqlite3.
 */

import { Kysely, SqliteDialect } from "kysely";
import { bind, type SqliteConnection } from "./sqlite.ts";
import type { Tables } from "./tables.ts";

/** Queries on a connection, which stays its owner's to close. */
export function queriesOn(connection: SqliteConnection): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new SqliteDialect({
      database: {
        close: () => {},
        prepare: (sql) => {
          const statement = connection.prepare(sql);
          const run = <Result>(parameters: readonly unknown[], work: (bound: ReturnType<typeof bind>[]) => Result) =>
            connection.translate(() => work(parameters.map(bind)));
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => run(parameters, (bound) => statement.all(...bound)),
            run: (parameters) =>
              run(parameters, (bound) => {
                const { changes, lastInsertRowid } = statement.run(...bound);
                return { changes: BigInt(changes), lastInsertRowid: BigInt(lastInsertRowid) };
              }),
            iterate: (parameters) =>
              run(parameters, (bound) => statement.iterate(...bound) as IterableIterator<unknown>),
          };
        },
      },
    }),
  });
}
