import assert from "node:assert/strict";
import { type Child, startChild, waitForLine } from "./child.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";

forEachDatabase("append() that was acknowledged survives kill -9, once, whenever it comes", async ({ url, open }) => {
  let next = 0;
  for (const wait_ms of [0, 7, 23, 61, 130]) {
    const child = startChild("append_acknowledged.ts", [url, String(next)]);
    const acknowledged = await killAfter(child, { line: String(next + 19), wait_ms });
    const database = await open();
    const numbers = (await readRows(database)).map(({ id }) => Number(id.slice(1))).sort((a, b) => a - b);
    assert.ok(numbers.length > acknowledged, `${numbers.length} records, ${acknowledged} acknowledged`);
    // Every number from 0 on is there once, and a batch is there whole.
    assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, at) => at));
    assert.equal(numbers.length % 20, 0);
    assert.deepEqual(await findRollupFaults(database), []);
    assert.deepEqual(await database.checkIntegrity(), []);
    await database.close();
    next = numbers.length;
  }
});

forEachDatabase(
  "openDatabase() finishes what a process killed while it made the database began",
  async ({ url, open }) => {
    for (const wait_ms of [0, 1, 2, 4, 8, 12, 16, 24]) {
      await killAfter(startChild("open_only.ts", [url]), { line: "ready", wait_ms });
      if (wait_ms % 4 === 0) {
        const database = await open();
        assert.deepEqual(await database.checkIntegrity(), []);
        const migrations = await database.reader.selectFrom("schema_migrations").select("number").execute();
        assert.equal(migrations.length, new Set(migrations.map(({ number }) => number)).size);
        await database.close();
        await removeFiles(url);
      }
    }
  },
);

/** Kills a child some time after it printed a line; the last number that it printed whole. */
async function killAfter(child: Child, { line, wait_ms }: { line: string; wait_ms: number }): Promise<number> {
  await waitForLine(child, line);
  await new Promise((resolve) => setTimeout(resolve, wait_ms));
  if (!child.hasEnded()) child.kill();
  await child.ended;
  return Number(child.lines.at(-1));
}

/** The next process begins with an empty folder again. */
async function removeFiles(url: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) {
    await Deno.remove(url + suffix).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
