/**
 * A thread that appends to a SQLite file: it is sent a path first, then batches, and says what became of each when that
 * is durable.
 */

import type { AppendOutcome } from "./append.ts";
import { SqliteConnection } from "./sqlite.ts";
import { SqliteAppender } from "./sqlite_append.ts";
import type { AppendRequest } from "./threaded_append.ts";
import { answerRequests, CLOSE } from "./thread.ts";

let connection: SqliteConnection | undefined;
let appender: SqliteAppender;

answerRequests<AppendRequest>((request) => {
  if (request === CLOSE) return connection?.close();
  if ("path" in request) return open(request.path);
  return append(request);
});

function open(path: string): void {
  connection = new SqliteConnection(path, { isReader: false });
  connection.waitBriefly();
  appender = new SqliteAppender(connection);
}

async function append({ entries, options }: Extract<AppendRequest, { entries: unknown }>): Promise<AppendOutcome[]> {
  await connection!.beginWhenFree();
  return appender.append(entries, options);
}
