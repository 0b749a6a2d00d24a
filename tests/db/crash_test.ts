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
    assert.deepEqual((await database.checkIntegrity()).faults, []);
    await database.close();
    next = numbers.length;
  }
});

/** How long after they were ready the processes are killed that make one database, one after another. */
const KILLED_AFTER_MS = [[0], [1, 2, 4], [8], [12], [16], [24], [60, 90]];

for (const waits_ms of KILLED_AFTER_MS) {
  forEachDatabase(
    `openDatabase() finishes what a process began that was killed after ${waits_ms.join(" and ")} ms`,
    async ({ url, open }) => {
      for (const wait_ms of waits_ms) await killAfter(startChild("open_only.ts", [url]), { line: "ready", wait_ms });
      const database = await open();
      assert.deepEqual((await database.checkIntegrity()).faults, []);
      const migrations = await database.reader.selectFrom("schema_migrations").select("number").execute();
      assert.equal(migrations.length, new Set(migrations.map(({ number }) => number)).size);
    },
    { isUntouched: true },
  );
}

/** Kills a child some time after it printed a line; the last number that it printed whole. */
async function killAfter(child: Child, { line, wait_ms }: { line: string; wait_ms: number }): Promise<number> {
  await waitForLine(child, line);
  await new Promise((resolve) => setTimeout(resolve, wait_ms));
  child.kill();
  await child.ended;
  return Number(child.lines.at(-1));
}
