import assert from "node:assert/strict";
import { sql } from "kysely";
import { type Database, openDatabase } from "../../db/database.ts";
import { withPostgresDatabase } from "./postgres_place.ts";
import { makeEntry } from "./records.ts";

async function listMonths({ reader }: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'usage'::regclass order by 1`
    .execute(reader);
  return rows.map(({ name }) => name);
}

Deno.test("append() makes the month after now ahead, month by month, in a process that runs on, on Postgres", async () => {
  await withPostgresDatabase(async (url) => {
    const database = await openDatabase(url);
    try {
      for (const [month, id] of [[9, "r1"], [10, "r2"], [11, "r3"]] as const) {
        const now = Date.UTC(2026, month, 20);
        await database.append([makeEntry({ id, timestamp: now, ingested_at: now })]);
      }
      assert.deepEqual(await listMonths(database), [
        "usage_2026_10",
        "usage_2026_11",
        "usage_2026_12",
        "usage_2027_01",
      ]);
    } finally {
      await database.close();
    }
  });
});
