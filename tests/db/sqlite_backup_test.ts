import assert from "node:assert/strict";
import { openDatabase } from "../../db/database.ts";
import { backupSqlite, restoreSqlite } from "../../db/sqlite_backup.ts";
import { startChild, waitForLine } from "./child.ts";
import { withFolder } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { makeEntry } from "./records.ts";

/** Opens a database, and closes it after the work. */
async function inDatabase<Result>(
  path: string,
  work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<Result>,
) {
  const database = await openDatabase(path);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const readIds = (path: string) =>
  inDatabase(path, async (database) => (await readRows(database)).map(({ id }) => id).sort());

async function listNames(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("backupSqlite() copies one moment while another process writes: all that was acknowledged before, batches whole", async () => {
  await withFolder(async (folder) => {
    const child = startChild("append_acknowledged.ts", [`${folder}/live.db`, "0"]);
    try {
      for (const [name, line] of [["one.db", 199], ["two.db", 599]] as const) {
        await waitForLine(child, String(line));
        const acknowledged = Number(child.lines.at(-1));
        await backupSqlite(`${folder}/live.db`, `${folder}/${name}`);
        await inDatabase(`${folder}/${name}`, async (copy) => {
          const numbers = (await readRows(copy)).map(({ id }) => Number(id.slice(1))).sort((a, b) => a - b);
          assert.ok(numbers.length > acknowledged, `${numbers.length} records, ${acknowledged} acknowledged`);
          assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, at) => at));
          assert.equal(numbers.length % 20, 0);
          assert.deepEqual(await findRollupFaults(copy), []);
          assert.deepEqual((await copy.checkIntegrity()).faults, []);
        });
      }
      assert.equal(child.hasEnded(), false);
    } finally {
      child.kill();
      await child.ended;
    }
  });
});

Deno.test("backupSqlite() leaves a file that is there as it is, and nothing of its own when it fails", async () => {
  await withFolder(async (folder) => {
    await inDatabase(`${folder}/a.db`, (database) => database.append([makeEntry()]));
    await Deno.writeTextFile(`${folder}/there`, "mine");
    await assert.rejects(() => backupSqlite(`${folder}/a.db`, `${folder}/there`), { kind: "conflict" });
    assert.equal(await Deno.readTextFile(`${folder}/there`), "mine");
    await assert.rejects(() => backupSqlite(`${folder}/a.db`, `${folder}/no/copy.db`), { kind: "failure" });
    await assert.rejects(() => backupSqlite(`${folder}/there`, `${folder}/copy.db`), { kind: "failure" });
    assert.deepEqual((await listNames(folder)).filter((name) => !name.startsWith("a.db")), ["there"]);
  });
});

Deno.test("restoreSqlite() puts a backup in the place of a database, and makes it where there is none", async () => {
  await withFolder(async (folder) => {
    await inDatabase(`${folder}/a.db`, (database) => database.append([makeEntry({ id: "r1" })]));
    await backupSqlite(`${folder}/a.db`, `${folder}/old.db`);
    await inDatabase(`${folder}/a.db`, (database) => database.append([makeEntry({ id: "r2" })]));
    for (const place of ["a.db", "new.db"]) {
      await restoreSqlite(`${folder}/old.db`, `${folder}/${place}`);
      assert.deepEqual(await readIds(`${folder}/${place}`), ["r1"]);
      await inDatabase(`${folder}/${place}`, async (database) => {
        assert.deepEqual(await findRollupFaults(database), []);
        assert.equal((await database.append([makeEntry({ id: "r3" })]))[0]!.outcome, "inserted");
      });
    }
    assert.equal((await Deno.stat(`${folder}/new.db`)).mode! & 0o777, 0o600);
  });
});

Deno.test("restoreSqlite() refuses what is no whole database of costops and leaves the database as it was", async () => {
  await withFolder(async (folder) => {
    await inDatabase(
      `${folder}/a.db`,
      (database) => database.append(Array.from({ length: 2_000 }, (_, at) => makeEntry({ id: `r${at}` }))),
    );
    await backupSqlite(`${folder}/a.db`, `${folder}/whole.db`);
    const bytes = await Deno.readFile(`${folder}/whole.db`);
    await Deno.writeFile(`${folder}/cut.db`, bytes.subarray(0, bytes.length / 2));
    await Deno.writeFile(`${folder}/damaged.db`, bytes.map((byte, at) => at > 40_000 && at < 60_000 ? 0 : byte));
    await Deno.writeTextFile(`${folder}/text.db`, "no database at all");
    for (const name of ["cut.db", "damaged.db", "text.db", "missing.db"]) {
      await assert.rejects(() => restoreSqlite(`${folder}/${name}`, `${folder}/a.db`), { name: "CostopsError" }, name);
    }
    assert.equal((await readIds(`${folder}/a.db`)).length, 2_000);
  });
});
