import assert from "node:assert/strict";
import { Client } from "pg";
import { type Database, openDatabase } from "../../db/database.ts";
import { startChild, waitForLine } from "./child.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { withPostgresDatabase } from "./postgres_place.ts";

Deno.test("append() that was acknowledged survives kill -9 of its process, once, 20 times on one Postgres", async () => {
  await withPostgresDatabase(async (url) => {
    const database = await openDatabase(url);
    try {
      let next = 0;
      for (let round = 0; round < 20; round++) {
        const child = startChild("append_acknowledged.ts", [url, String(next)]);
        await waitForLine(child, String(next + 19));
        await new Promise((resolve) => setTimeout(resolve, (round * 37) % 151));
        child.kill();
        await child.ended;
        const acknowledged = Number(child.lines.at(-1));
        // What the server was told to commit may still be on its way to disk when its client is gone.
        const rows = await readSettledRows(database, url);
        const numbers = rows.map((id) => Number(id.slice(1))).sort((one, other) => one - other);
        assert.ok(numbers.length > acknowledged, `${numbers.length} records, ${acknowledged} acknowledged`);
        assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, at) => at));
        assert.equal(numbers.length % 20, 0);
        next = numbers.length;
      }
      assert.deepEqual(await findRollupFaults(database), []);
    } finally {
      await database.close();
    }
  });
});

/** The ids that are stored once no other process' transaction goes on. */
async function readSettledRows(database: Database, url: string): Promise<string[]> {
  const client = new Client(url);
  await client.connect();
  try {
    const others = "select 1 from pg_stat_activity where datname = current_database() and state <> 'idle' " +
      "and pid <> pg_backend_pid()";
    while ((await client.query(others)).rows.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    await client.end();
  }
  return (await readRows(database)).map(({ id }) => id);
}
