/**
 * Turns: what several processes on one database do by turns, each time one of them alone.
 */

import type { Database, Queries } from "./database.ts";

/**
 * Takes the turn when the last one, of whichever process, is at least `every_ms` ago; false when it is not time yet, or
 * another process has just taken it.
 */
export async function takeTurn(
  database: Database,
  { name, every_ms, now }: { readonly name: string; readonly every_ms: number; readonly now: number },
): Promise<boolean> {
  const key = `turn:${name}`;
  const isTime = async (queries: Queries) => {
    const row = await queries.selectFrom("installation").select("value").where("key", "=", key).executeTakeFirst();
    // A clock that was set back must not stop everything until its old time comes again.
    return row === undefined || Math.abs(now - Number(row.value)) >= every_ms;
  };
  if (!await isTime(database.reader)) return false;
  return await database.write(async (queries) => {
    if (!await isTime(queries)) return false;
    const value = String(now);
    await queries.insertInto("installation").values({ key, value })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value })).execute();
    return true;
  });
}
