import assert from "node:assert/strict";
import { sql } from "kysely";
import { installCatalogue } from "../../db/catalogues.ts";
import { copyDatabase, type CopyPair, endCopy } from "../../db/copy.ts";
import { proveCopy } from "../../db/copy_proof.ts";
import { COPIED_TABLES, UNCOPIED_TABLES } from "../../db/copy_tables.ts";
import { type Database, isPostgresUrl } from "../../db/database.ts";
import { examineDatabase } from "../../db/doctor.ts";
import { createOrganization } from "../../db/organizations.ts";
import { fillDatabase, makeOdd } from "./copied_usage.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { forEachPair, type TestPair } from "./for_each_pair.ts";

const ACT = { actor: "cli:ann", now: Date.UTC(2026, 5, 1) };
const RECORDS = 20_000;
const nothing = () => {};

/** Opens a source with records in it and a target with nothing. */
async function openPair({ from, to, open }: TestPair, records: number): Promise<CopyPair> {
  const source = await open(from);
  await fillDatabase(source, records);
  return { source, target: await open(to, { is_copy_target: true }) };
}

/** Copies until so many rows are done, then fails. */
async function copySome(pair: CopyPair, rows: number): Promise<void> {
  const stop = (done: number) => {
    if (done >= rows) throw new Error("stopped");
  };
  await assert.rejects(() => copyDatabase(pair, stop), { message: "stopped" });
}

const readAll = async ({ reader }: Database, { name, key }: { name: string; key: readonly string[] }) => {
  const { rows } = await sql<Record<string, unknown>>`
    select * from ${sql.table(name)} order by ${sql.join(key.map((column) => sql.ref(column)))}`.execute(reader);
  return rows.map((row) => Object.entries(row).map(([name, value]) => `${name} ${writeValue(value)}`).join("\n"));
};

const writeValue = (value: unknown) =>
  value instanceof Uint8Array ? `bytes ${value.toHex()}` : `${typeof value} ${value}`;

const readNames = async ({ url, reader }: Database): Promise<string[]> => {
  const { rows } = isPostgresUrl(url)
    ? await sql<
      { name: string }
    >`select relname as name from pg_class where relkind in ('r', 'p') and not relispartition
        and relnamespace = current_schema()::regnamespace`.execute(reader)
    : await sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`
      .execute(reader);
  return rows.map(({ name }) => name).sort();
};

const readKey = async ({ url, reader }: Database, table: string): Promise<string[]> => {
  const { rows } = isPostgresUrl(url)
    ? await sql<{ name: string }>`select a.attname as name from pg_index as i
        cross join unnest(i.indkey::int2[]) with ordinality as k (number, place)
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.number
        where i.indrelid = ${table}::regclass and i.indisprimary order by k.place`.execute(reader)
    : await sql<{ name: string }>`select name from pragma_table_info(${table}) where pk > 0 order by pk`.execute(
      reader,
    );
  return rows.map(({ name }) => name);
};

forEachDatabase("COPIED_TABLES and UNCOPIED_TABLES name every table, and by its key", async ({ open }) => {
  const database = await open();
  const listed = [...COPIED_TABLES.map(({ name }) => name), ...UNCOPIED_TABLES].sort();
  assert.deepEqual(listed, await readNames(database));
  for (const { name, key } of COPIED_TABLES) assert.deepEqual([name, ...key], [name, ...await readKey(database, name)]);
});

forEachPair("copyDatabase() stops anywhere and goes on; then every row is there as it was", async (test) => {
  const pair = await openPair(test, RECORDS);
  const { source, target } = pair;
  for (const rows of [1, 12_000, 30_000, 31_000, 50_000, 60_000]) await copySome(pair, rows);
  await assert.rejects(() => test.open(test.to), { kind: "conflict" });
  await copyDatabase(pair, nothing);
  const proof = await proveCopy(pair, nothing);
  assert.deepEqual([proof.is_same, proof.is_sound, proof.audit_faults], [true, true, []]);
  await endCopy(pair);
  for (const table of COPIED_TABLES) {
    const [ofTarget, ofSource] = [await readAll(target, table), await readAll(source, table)];
    assert.equal(ofTarget.find((row, at) => row !== ofSource[at]), undefined);
    assert.equal(ofTarget.length, ofSource.length);
  }
  const rows = (table: string) => proof.tables.find((one) => one.table === table)!.target.rows;
  assert.equal(rows("catalogues"), 2);
  assert.equal(rows("idempotent_answers"), 1);
  assert.deepEqual(await readAll(target, { name: "setup_links", key: ["sha256"] }), []);
});

forEachPair("copyDatabase() leaves a database that goes on as the source would", async (test) => {
  const pair = await openPair(test, 500);
  await copyDatabase(pair, nothing);
  await endCopy(pair);
  const copied = await test.open(test.to);
  const outcomes = await copied.append([
    makeOdd(499, 500),
    makeOdd(498, 500, 11),
    makeOdd(495, 500),
    makeOdd(16, 500),
    makeOdd(500, 500),
  ]);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), [
    "duplicate",
    "conflict",
    "deleted",
    "rejected",
    "inserted",
  ]);
  await installCatalogue(copied, { version: "v3", json: "[]" }, ACT);
  const numbers = await copied.reader.selectFrom("catalogues").select(["number", "version"]).orderBy("number")
    .execute();
  assert.deepEqual(numbers.map(({ number, version }) => [number, version]), [[1n, "v1"], [2n, "v2"], [3n, "v3"]]);
  assert.deepEqual((await examineDatabase(copied)).filter(({ ok, check }) => !ok && check !== "costs"), []);
});

forEachPair("proveCopy() finds what was written to the source meanwhile", async (test) => {
  const pair = await openPair(test, 500);
  await copySome(pair, 600);
  // Its key comes before those that are copied already.
  await pair.source.append([makeOdd(1_000_000, 2_000_000_000)].map((entry) => ({
    ...entry,
    record: { ...entry.record, organization_id: "a" },
  })));
  await copyDatabase(pair, nothing);
  const proof = await proveCopy(pair, nothing);
  assert.equal(proof.is_same, false);
  const different = proof.tables.filter(({ is_same }) => !is_same).map(({ table }) => table);
  assert.deepEqual(different.includes("usage_identity"), true);
  assert.equal(proof.months.some(({ is_same }) => !is_same), different.includes("usage"));
});

forEachPair("proveCopy() finds one digit that differs in the target, and that its roll-ups disagree", async (test) => {
  const pair = await openPair(test, 500);
  await copyDatabase(pair, nothing);
  await pair.target.write(async (queries) => {
    const row = await queries.selectFrom("usage").select(["organization_id", "timestamp", "id"])
      .where("cost_nanos", "is not", null).orderBy("timestamp").limit(1).executeTakeFirstOrThrow();
    await queries.updateTable("usage").set((of) => ({ cost_nanos: of("cost_nanos", "+", 1n) }))
      .where("timestamp", "=", row.timestamp).where("id", "=", row.id).execute();
  });
  const proof = await proveCopy(pair, nothing);
  assert.deepEqual(proof.tables.filter(({ is_same }) => !is_same).map(({ table }) => table), ["usage"]);
  assert.deepEqual([proof.is_same, proof.is_sound], [false, false]);
  const months = proof.months.filter(({ is_same }) => !is_same);
  assert.deepEqual(months.map(({ source, target }) => target.rows.cost_nanos - source.rows.cost_nanos), [1n]);
  assert.deepEqual(months.map(({ is_sound }) => is_sound), [false]);
});

forEachPair("copyDatabase() refuses a target that was used, and changes nothing in it", async (test) => {
  const source = await test.open(test.from);
  await fillDatabase(source, 20);
  const target = await test.open(test.to);
  await createOrganization(target, { id: "mine", name: "mine" }, ACT);
  const before = await readAll(target, { name: "installation", key: ["key"] });
  await assert.rejects(() => copyDatabase({ source, target }, nothing), { kind: "conflict" });
  assert.deepEqual(await readAll(target, { name: "installation", key: ["key"] }), before);
  assert.equal((await readAll(target, { name: "organizations", key: ["id"] })).length, 2);
});

forEachPair("copyDatabase() refuses a target that is the source, and one with another's copy", async (test) => {
  const { source, target } = await openPair(test, 20);
  const itself = await test.open(test.from, { is_copy_target: true });
  await assert.rejects(() => copyDatabase({ source, target: itself }, nothing), { kind: "conflict" });
  await copySome({ source, target }, 5);
  // Another database altogether: another key of its audit chain.
  await source.write((queries) =>
    queries.updateTable("installation").set({ value: "cd".repeat(32) }).where("key", "=", "audit_key").execute()
  );
  await assert.rejects(() => copyDatabase({ source, target }, nothing), { kind: "conflict" });
});
