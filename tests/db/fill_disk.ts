/**
 * A child process: appends until the database takes no more, says why and how many records were acknowledged, then makes
 * room and tries again. Arguments: the database, a file to delete for room, and `thread` to append on a thread.
 */

import { CostopsError } from "../../core/error.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { readUsage } from "../../db/usage.ts";
import { makeEntry, NOON } from "./records.ts";

if (import.meta.main) {
  const [url, ballast, thread] = Deno.args;
  const database = await openDatabase(url!, { has_append_thread: thread === "thread" });
  let stored = 0;
  let reason: string | undefined;
  while (reason === undefined && stored < 200_000) {
    reason = await tryAppend(database, stored);
    if (reason === undefined) stored += 100;
  }
  console.log(`first: ${reason}`);
  console.log(`again: ${await tryAppend(database, stored)}`);
  console.log(`write: ${await kindOf(database.write((queries) => queries.deleteFrom("prune_marks").execute()))}`);
  console.log(`read: ${await kindOf(readUsage(database, { organization_id: "default", id: `r${stored - 1}` }))}`);
  await Deno.remove(ballast!);
  console.log(`with room: ${await tryAppend(database, stored)}`);
  console.log(stored);
  await database.close();
}

function tryAppend(database: Database, from: number): Promise<string | undefined> {
  const extra = { text: "x".repeat(1_000) };
  const numbers = Array.from({ length: 100 }, (_, at) => from + at);
  return kindOf(database.append(numbers.map((at) => makeEntry({ id: `r${at}`, timestamp: NOON + at, extra }))));
}

async function kindOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof CostopsError ? error.kind : String(error);
  }
}
