/**
 * A child process: appends the records r0, r1, … in an order of its own, in batches of 100, and prints how many it was
 * the first to store. Arguments: the database, how many records, a step that has no factor in common with that number.
 */

import { openDatabase } from "../../db/database.ts";
import { makeEntry, NOON } from "./records.ts";

if (import.meta.main) {
  const [url, count, step] = [Deno.args[0]!, Number(Deno.args[1]), Number(Deno.args[2])];
  const database = await openDatabase(url);
  let inserted = 0;
  for (let from = 0; from < count; from += 100) {
    const numbers = Array.from({ length: 100 }, (_, at) => ((from + at) * step) % count);
    const entries = numbers.map((at) => makeEntry({ id: `r${at}`, timestamp: NOON + at * 60_000 }));
    const outcomes = await database.append(entries);
    inserted += outcomes.filter(({ outcome }) => outcome === "inserted").length;
  }
  await database.close();
  console.log(inserted);
}
