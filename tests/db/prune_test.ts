import assert from "node:assert/strict";
import { explainCost } from "../../core/pricing/cost.ts";
import type { UsageRecord } from "../../core/usage/record.ts";
import type { Database } from "../../db/database.ts";
import { examineDatabase } from "../../db/doctor.ts";
import { pruneUsage } from "../../db/prune.ts";
import { rebuildRollups } from "../../db/rebuild.ts";
import { readUsage } from "../../db/usage.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { makePrice, makeRecord, NOON } from "./records.ts";

const DAY_MS = 86_400_000;
/** 2026-01-06T00:00:00Z */
const MARK = Date.UTC(2026, 0, 6);
const ACT = { organization_id: "default", actor: "cli:ann", now: NOON + 10 * DAY_MS };

/** A million input tokens at $1.25. */
function priced(overrides: Partial<UsageRecord>) {
  const record = makeRecord({ input_tokens: 1_000_000, output_tokens: 0, ...overrides });
  return { record, cost: explainCost(record, makePrice("prices 1")) };
}

/** One record just before the mark, one at it, one a day later, and one of another organization. */
async function fill(database: Database): Promise<void> {
  await database.append([
    priced({ id: "old", timestamp: MARK - 1 }),
    priced({ id: "edge", timestamp: MARK }),
    priced({ id: "new", timestamp: MARK + DAY_MS }),
    priced({ id: "theirs", organization_id: "other", timestamp: MARK - 1 }),
  ]);
}

const readLines = (database: Database) =>
  database.reader.selectFrom("usage_by_day").select(["organization_id", "start", "records", "cost_nanos"])
    .orderBy("organization_id").orderBy("start").execute();

forEachDatabase(
  "pruneUsage() drops what is before the day, of one organization, and keeps its sums",
  async ({ open }) => {
    const database = await open();
    await fill(database);
    const lines = await readLines(database);
    // An instant within the day: the mark is where the day begins.
    assert.deepEqual(await pruneUsage(database, { ...ACT, before: MARK + 5, is_preview: false }), {
      records: 1n,
      before: MARK,
    });
    const ids = await database.reader.selectFrom("usage").select("id").orderBy("id").execute();
    assert.deepEqual(ids.map(({ id }) => id), ["edge", "new", "theirs"]);
    assert.deepEqual(await readLines(database), lines);
    assert.deepEqual(
      lines.map(({ records, cost_nanos }) => [records, cost_nanos]),
      Array(4).fill([1n, 1_250_000_000n]),
    );
    assert.deepEqual((await examineDatabase(database)).filter(({ ok }) => !ok), []);
    await assert.rejects(() => readUsage(database, { organization_id: "default", id: "old" }), { kind: "not_found" });
  },
);

forEachDatabase(
  "pruneUsage() refuses records from before the mark ever after, new ones and known ones",
  async ({ open }) => {
    const database = await open();
    await fill(database);
    await pruneUsage(database, { ...ACT, before: MARK, is_preview: false });
    const outcomes = await database.append([
      priced({ id: "old", timestamp: MARK - 1 }),
      priced({ id: "late", timestamp: MARK - 1 }),
      priced({ id: "edge", timestamp: MARK }),
      priced({ id: "late", organization_id: "other", timestamp: MARK - 1 }),
    ]);
    const detail =
      "Cannot take a record from before 2026-01-06T00:00:00.000Z: rows before it were dropped by retention";
    const refused = { outcome: "rejected", code: "beyond_retention", detail };
    assert.deepEqual(outcomes, [refused, refused, { outcome: "duplicate" }, { outcome: "inserted" }]);
  },
);

forEachDatabase("pruneUsage() moves the mark on and never back, and not beyond now", async ({ open }) => {
  const database = await open();
  await fill(database);
  await pruneUsage(database, { ...ACT, before: MARK, is_preview: false });
  await assert.rejects(() => pruneUsage(database, { ...ACT, before: MARK - 1, is_preview: false }), {
    kind: "conflict",
    message: "Cannot move the mark back: rows from before 2026-01-06T00:00:00.000Z are gone already",
  });
  await assert.rejects(() => pruneUsage(database, { ...ACT, before: ACT.now + DAY_MS, is_preview: false }), {
    kind: "invalid",
  });
  const later = await pruneUsage(database, { ...ACT, before: MARK + DAY_MS, is_preview: false });
  assert.deepEqual(later, { records: 1n, before: MARK + DAY_MS });
});

forEachDatabase("pruneUsage() counts what it would drop, and drops none of it", async ({ open }) => {
  const database = await open();
  await fill(database);
  assert.equal((await pruneUsage(database, { ...ACT, before: MARK + DAY_MS, is_preview: true })).records, 2n);
  const { count } = await database.reader.selectFrom("usage")
    .select((of) => of.fn.countAll<bigint>().as("count")).executeTakeFirstOrThrow();
  assert.equal(count, 4n);
  assert.deepEqual(await database.reader.selectFrom("prune_marks").selectAll().execute(), []);
});

forEachDatabase(
  "rebuildRollups() mends every line and keeps those whose rows retention has dropped",
  async ({ open }) => {
    const database = await open();
    await fill(database);
    const lines = await readLines(database);
    await pruneUsage(database, { ...ACT, before: MARK, is_preview: false });
    await database.write(async (queries) => {
      // A line too high, one lost, and one of usage that never was.
      await queries.updateTable("usage_by_day").set({ cost_nanos: 7n }).where("start", "=", BigInt(MARK)).execute();
      await queries.deleteFrom("usage_by_day_and_user").where("start", "=", BigInt(MARK + DAY_MS)).execute();
      await queries.updateTable("usage_by_quarter_hour").set({ project: "ghost" }).where("start", ">", BigInt(MARK))
        .execute();
    });
    const wrong = async () => (await examineDatabase(database)).filter(({ ok }) => !ok).map(({ check }) => check);
    assert.deepEqual(await wrong(), ["usage_by_quarter_hour", "usage_by_day", "usage_by_day_and_user"]);
    await rebuildRollups(database, ACT);
    assert.deepEqual(await wrong(), []);
    assert.deepEqual(await readLines(database), lines);
  },
);
