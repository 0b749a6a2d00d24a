import assert from "node:assert/strict";
import { startChild, waitForLine } from "./child.ts";
import { forEachDatabase, withFolder } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";

forEachDatabase("append() from two processes stores each of their 5,000 common records once", async ({ url, open }) => {
  const children = ["1", "4999"].map((step) => startChild("append_shuffled.ts", [url, "5000", step]));
  for (const child of children) assert.deepEqual(await child.ended, { code: 0, errors: "" });
  const inserted = children.map(({ lines }) => Number(lines[0]));
  assert.equal(inserted[0]! + inserted[1]!, 5_000);
  const database = await open();
  const ids = (await readRows(database)).map(({ id }) => id);
  assert.equal(ids.length, 5_000);
  assert.equal(new Set(ids).size, 5_000);
  assert.deepEqual(await findRollupFaults(database), []);
  assert.deepEqual((await database.checkIntegrity()).faults, []);
});

forEachDatabase("openDatabase() from ten processes at once makes one database", async ({ url, open }) => {
  await withFolder(async (folder) => {
    const gate = `${folder}/go`;
    const children = Array.from({ length: 10 }, () => startChild("open_only.ts", [url, gate]));
    for (const child of children) await waitForLine(child, "ready");
    await Deno.writeTextFile(gate, "");
    for (const child of children) assert.deepEqual(await child.ended, { code: 0, errors: "" });
    for (const { lines } of children) assert.deepEqual(lines, ["ready", "opened"]);
  });
  const database = await open();
  const migrations = await database.reader.selectFrom("schema_migrations").select("number").execute();
  assert.equal(migrations.length, new Set(migrations.map(({ number }) => number)).size);
  const keys = await database.reader.selectFrom("installation").select("key").where("key", "=", "audit_key").execute();
  assert.equal(keys.length, 1);
}, { isUntouched: true });
