/**
 * A child process: appends batches without end and prints the last record's number once a batch is durable. Arguments:
 * the database, the first record's number.
 */

import { openDatabase } from "../../db/database.ts";
import { makeEntry, NOON } from "./records.ts";

if (import.meta.main) {
  const database = await openDatabase(Deno.args[0]!);
  for (let from = Number(Deno.args[1]);; from += 20) {
    const entries = Array.from(
      { length: 20 },
      (_, at) => makeEntry({ id: `r${from + at}`, timestamp: NOON + (from + at) * 1_000 }),
    );
    await database.append(entries);
    console.log(from + 19);
  }
}
