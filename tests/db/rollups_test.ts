import assert from "node:assert/strict";
import fc from "fast-check";
import { findRollupFaults, usageRecords } from "./oracle.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { makeCost, makeEntry, NOON, UNPRICED } from "./records.ts";
import { deleteUsage } from "../../db/usage.ts";

forEachDatabase("append() adds to each roll-up, and deleteUsage() takes away again", async ({ open }) => {
  const database = await open();
  const at = { user: "ann", project: "p", environment: "prod" };
  await database.append([
    makeEntry({ ...at, id: "r1", timestamp: Date.UTC(2026, 0, 5, 12, 14, 59, 999), cache_write_5m_tokens: 3 }),
    makeEntry(
      { ...at, id: "r2", timestamp: Date.UTC(2026, 0, 5, 12, 15), units: { audio_output_tokens: 4 } },
      UNPRICED,
    ),
    makeEntry({ ...at, id: "r3", timestamp: Date.UTC(2026, 0, 5, 23, 59, 59, 999), user: "bob" }, makeCost(5n)),
  ]);
  const quarters = database.reader.selectFrom("usage_by_quarter_hour").orderBy("start")
    .select(["start", "requests", "output_tokens", "cache_write_tokens", "cost_nanos", "unpriced_tokens"]);
  const read = async () => (await quarters.execute()).map((row) => Object.values(row));
  const noon = BigInt(NOON);
  const last = BigInt(Date.UTC(2026, 0, 5, 23, 45));
  assert.deepEqual(await read(), [
    [noon, 1n, 10n, 3n, 1_000_000_000n, 0n],
    [noon + 900_000n, 1n, 14n, 0n, 0n, 114n],
    [last, 1n, 10n, 0n, 5n, 0n],
  ]);
  const usersQuery = database.reader.selectFrom("usage_by_day_and_user").select(["user_id", "requests"]).orderBy(
    "user_id",
  );
  const users = async () => (await usersQuery.execute()).map(({ user_id, requests }) => [user_id, requests]);
  assert.deepEqual(await users(), [["ann", 2n], ["bob", 1n]]);

  await deleteUsage(database, { organization_id: "default", id: "r2" }, { actor: "cli:alice", now: NOON });
  assert.deepEqual(await read(), [[noon, 1n, 10n, 3n, 1_000_000_000n, 0n], [last, 1n, 10n, 0n, 5n, 0n]]);
  assert.deepEqual(await users(), [["ann", 1n], ["bob", 1n]]);
});

forEachDatabase("roll-ups equal the sums of the rows after any appends and deletes", async ({ open }) => {
  const database = await open();
  let run = 0;
  const batches = fc.array(usageRecords({ most: 12 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(batches, fc.array(fc.nat(48), { maxLength: 10 }), async (batches, deleted) => {
      run++;
      const entries = batches.flatMap((batch) => batch.map(({ entry }) => entry));
      const ids = new Set<string>();
      for (const batch of batches) {
        const named = batch.map(({ entry, id }) => ({ ...entry, record: { ...entry.record, id: `${run}-${id}` } }));
        await database.append(named);
        named.forEach(({ record }) => ids.add(`${record.organization_id}\n${record.id}`));
      }
      for (const at of new Set(deleted.map((index) => index % entries.length))) {
        const key = [...ids][at]?.split("\n");
        if (key === undefined) continue;
        await deleteUsage(database, { organization_id: key[0]!, id: key[1]! }, { actor: "cli:alice", now: NOON });
      }
      assert.deepEqual(await findRollupFaults(database), []);
    }),
    { numRuns: 40 },
  );
});

forEachDatabase(
  "append() counts the requests that an aggregated record stands for, apart from records",
  async ({ open }) => {
    const database = await open();
    await database.append([
      makeEntry({ id: "many", units: { requests: 250 } }),
      makeEntry({ id: "one" }),
      makeEntry({ id: "unpriced", units: { requests: 7 } }, UNPRICED),
    ]);
    const sums = await database.reader.selectFrom("usage_by_day").selectAll().executeTakeFirstOrThrow();
    assert.deepEqual([sums.requests, sums.records, sums.unpriced_records], [258n, 3n, 1n]);
    assert.deepEqual(await findRollupFaults(database), []);
  },
);
