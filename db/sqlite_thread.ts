/**
 * A thread that reads a SQLite file: it is sent a path first, then queries, and gives their rows.
 */

import { bind, SqliteConnection } from "./sqlite.ts";
import type { ReadRequest } from "./sqlite_threads.ts";
import { answerRequests, CLOSE } from "./thread.ts";

let connection: SqliteConnection | undefined;

answerRequests<ReadRequest>((request) => {
  if (request === CLOSE) return connection?.close();
  if ("path" in request) {
    connection = new SqliteConnection(request.path, { isReader: true });
    return [];
  }
  return run(request.sql, request.parameters);
});

/** Statements that give no rows, like those around a transaction, are run all the same. */
function run(sql: string, parameters: readonly unknown[]): unknown[] {
  const statement = connection!.prepare(sql);
  return connection!.translate(() => statement.all(...parameters.map(bind)));
}
