/**
 * A child process: says "ready", waits for a file when it is given one, opens a database and closes it. Arguments: the
 * database, the file to wait for.
 */

import { isPostgresUrl, openDatabase } from "../../db/database.ts";

if (import.meta.main) {
  const [url, gate] = Deno.args;
  await (isPostgresUrl(url!) ? import("../../db/postgres_database.ts") : import("../../db/sqlite_database.ts"));
  console.log("ready");
  const latest = Date.now() + 20_000;
  while (gate !== undefined && !isThere(gate) && Date.now() < latest) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const database = await openDatabase(url!);
  await database.close();
  console.log("opened");
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
