import assert from "node:assert/strict";
import type { AppendEntry } from "../../db/append.ts";
import { openDatabase } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import { SqliteConnection } from "../../db/sqlite.ts";
import { ThreadedAppender } from "../../db/threaded_append.ts";
import { withFolder } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { makeEntry } from "./records.ts";

Deno.test("ThreadedAppender: appends and other writes take turns, and each stores all of its own", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/costops.db`, { has_append_thread: true });
    const numbers = Array.from({ length: 30 }, (_, at) => at);
    const outcomes = await Promise.all(numbers.flatMap((at) => [
      database.append([makeEntry({ id: `r${at}` })]).then(([outcome]) => outcome!.outcome),
      createOrganization(database, { id: `o${at}`, name: "one" }, { actor: "test", now: at }).then(() => "created"),
    ]));
    assert.equal(outcomes.filter((outcome) => outcome === "inserted").length, 30);
    assert.equal(outcomes.filter((outcome) => outcome === "created").length, 30);
    assert.equal((await readRows(database)).length, 30);
    assert.deepEqual(await findRollupFaults(database), []);
    await database.close();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["costops.db"]);
  });
});

Deno.test("ThreadedAppender: a batch waits for another program's transaction, and whoever reads does not", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/costops.db`;
    const database = await openDatabase(path, { has_append_thread: true });
    const other = new SqliteConnection(path, { isReader: false });
    other.begin();
    let isStored = false;
    const stored = database.append([makeEntry({ id: "r1" })]).then(() => isStored = true);
    assert.equal((await readRows(database)).length, 0);
    assert.equal(isStored, false);
    other.run("commit");
    await stored;
    assert.equal((await readRows(database)).length, 1);
    other.close();
    await database.close();
  });
});

Deno.test("ThreadedAppender: a file that cannot be opened is said in its words, and is tried again", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/text.db`;
    await Deno.writeTextFile(path, "this is no database, but long enough to be looked at as one");
    const appender = new ThreadedAppender(path);
    const message = `Cannot open the database "${path}": it is not a SQLite database`;
    await assert.rejects(appender.append([makeEntry({})], {}), { kind: "failure", message });
    await Deno.remove(path);
    await (await openDatabase(path)).close();
    assert.deepEqual(await appender.append([makeEntry({})], {}), [{ outcome: "inserted" }]);
    await appender.close();
  });
});

Deno.test("ThreadedAppender: what a record costs is stored as the whole price that made it", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/costops.db`, { has_append_thread: true });
    const entry = makeEntry({ id: "r1" });
    await database.append([entry]);
    await database.append([makeEntry({ id: "r2" })]);
    const [one, two] = await readRows(database);
    assert.equal(one!.cost_nanos, entry.cost.amount);
    assert.equal(one!.applied_price_id, two!.applied_price_id);
    const kept = await database.reader.selectFrom("applied_prices").selectAll().execute();
    assert.equal(kept.length, 1);
    await database.close();
  });
});

Deno.test("ThreadedAppender: what cannot be sent to the thread fails alone, and the thread goes on", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/costops.db`, { has_append_thread: true });
    const { record, cost } = makeEntry({ id: "poison" });
    const poisoned = { cost, record: { ...record, extra: { call: () => {} } } } as unknown as AppendEntry;
    const [one, other, another] = await Promise.allSettled([
      database.append([makeEntry({ id: "r1" })]),
      database.append([poisoned]),
      database.append([makeEntry({ id: "r2" })]),
    ]);
    assert.deepEqual([one.status, other.status, another.status], ["fulfilled", "rejected", "fulfilled"]);
    assert.deepEqual(await database.append([makeEntry({ id: "r3" })]), [{ outcome: "inserted" }]);
    assert.deepEqual((await readRows(database)).map(({ id }) => id), ["r1", "r2", "r3"]);
    await database.close();
  });
});
