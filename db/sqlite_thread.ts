/**
 * A thread that reads a SQLite file: it runs the queries it is sent, one after another, and sends their rows.
 *
 * What it is sent: a path first, then queries, and to close the file at the end. What it sends: one answer for each, in
 * their order.
 */

import { CostopsError } from "../core/error.ts";
import { bind, SqliteConnection } from "./sqlite.ts";
import type { ThreadAnswer, ThreadRequest } from "./sqlite_threads.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<ThreadRequest>) => void;
  postMessage(answer: ThreadAnswer): void;
};

let connection: SqliteConnection | undefined;

scope.onmessage = ({ data }) => scope.postMessage(answer(data));

function answer(request: ThreadRequest): ThreadAnswer {
  try {
    if (request === "close") {
      connection?.close();
      return { rows: [] };
    }
    if ("path" in request) {
      connection = new SqliteConnection(request.path, { isReader: true });
      return { rows: [] };
    }
    return { rows: run(request.sql, request.parameters) };
  } catch (error) {
    if (error instanceof CostopsError) return { error: { kind: error.kind, message: error.message } };
    return { error: { message: error instanceof Error ? error.message : String(error) } };
  }
}

/** Statements that give no rows, like those around a transaction, are run all the same. */
function run(sql: string, parameters: readonly unknown[]): unknown[] {
  const statement = connection!.prepare(sql);
  return connection!.translate(() => statement.all(...parameters.map(bind)));
}
