/**
 * A child process: appends batches whose three records lie in a whole day, in a whole quarter-hour and at an odd
 * millisecond. Arguments: the database, how many batches.
 */

import { openDatabase } from "../../db/database.ts";
import { makeEntry } from "./records.ts";

const INSTANTS = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 6, 0, 1), Date.UTC(2026, 0, 6, 0, 15, 0, 1)];

if (import.meta.main) {
  const [url, count] = Deno.args;
  const database = await openDatabase(url!);
  for (let at = 0; at < Number(count); at++) {
    await database.append(INSTANTS.map((timestamp, part) => makeEntry({ id: `${at}-${part}`, timestamp })));
  }
  await database.close();
}
