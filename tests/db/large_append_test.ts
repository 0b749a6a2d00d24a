import assert from "node:assert/strict";
import { sql } from "kysely";
import type { UsageRecord } from "../../core/usage/record.ts";
import type { AppendEntry, AppendOutcome } from "../../db/append.ts";
import { createOrganization } from "../../db/organizations.ts";
import { deleteUsage } from "../../db/usage.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { hashText, makeCost, makeEntry, NOON } from "./records.ts";
import { openTwo } from "./two_handles.ts";

/** As many as an input brings at once: one a minute, of 700 users and 3 models. */
function makeEntries(count: number, { from = 0, ...overrides }: Partial<UsageRecord> & { from?: number } = {}) {
  return Array.from({ length: count }, (_, at) =>
    makeEntry({
      id: `r${from + at}`,
      timestamp: NOON + (from + at) * 60_000,
      model: `gpt-${at % 3}`,
      user: `user-${at % 700}`,
      ...overrides,
    }, makeCost(3n)));
}

function countOutcomes(outcomes: readonly AppendOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

forEachDatabase("append() stores a large batch, and the next one beside its roll-up lines", async ({ open }) => {
  const database = await open();
  assert.deepEqual(countOutcomes(await database.append(makeEntries(2_500))), { inserted: 2_500 });
  assert.deepEqual(countOutcomes(await database.append(makeEntries(2_500, { from: 2_500 }))), { inserted: 2_500 });
  assert.equal((await readRows(database)).length, 5_000);
  const days = await database.reader.selectFrom("usage_by_day").select(["records", "cost_nanos"]).execute();
  assert.equal(days.reduce((sum, { records }) => sum + records, 0n), 5_000n);
  assert.equal(days.reduce((sum, { cost_nanos }) => sum + cost_nanos, 0n), 15_000n);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("append() of a large batch tells what came before in it", async ({ open }) => {
  const database = await open();
  const entries = [
    ...makeEntries(2_500),
    makeEntry({ id: "r7", content_hash: hashText("r7") }),
    makeEntry({ id: "r9", content_hash: hashText("other") }),
  ];
  const outcomes = await database.append(entries);
  assert.deepEqual(outcomes.slice(2_499), [{ outcome: "inserted" }, { outcome: "duplicate" }, { outcome: "conflict" }]);
  assert.deepEqual(countOutcomes(outcomes), { inserted: 2_500, duplicate: 1, conflict: 1 });
  assert.equal((await readRows(database)).length, 2_500);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase(
  "append() of a large batch tells what is stored: all of it, half of it, one of it",
  async ({ open }) => {
    const database = await open();
    await database.append(makeEntries(2_500));
    assert.deepEqual(countOutcomes(await database.append(makeEntries(2_500))), { duplicate: 2_500 });
    const half = await database.append(makeEntries(2_500, { from: 1_250 }));
    assert.deepEqual(countOutcomes(half.slice(0, 1_250)), { duplicate: 1_250 });
    assert.deepEqual(countOutcomes(half.slice(1_250)), { inserted: 1_250 });
    const other = makeEntry({ id: "r3", content_hash: hashText("other") });
    const one = await database.append([...makeEntries(2_500, { from: 10_000 }), other]);
    assert.deepEqual(countOutcomes(one), { inserted: 2_500, conflict: 1 });
    assert.equal((await readRows(database)).length, 6_250);
    assert.deepEqual(await findRollupFaults(database), []);
  },
);

forEachDatabase("append() of a large batch never stores a deleted id again", async ({ open }) => {
  const database = await open();
  await database.append(makeEntries(2_500));
  await deleteUsage(database, { organization_id: "default", id: "r1200" }, { actor: "test", now: NOON });
  const outcomes = await database.append(makeEntries(2_500));
  assert.deepEqual(outcomes[1_200], { outcome: "deleted" });
  assert.deepEqual(countOutcomes(outcomes), { duplicate: 2_499, deleted: 1 });
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase(
  "append() of a large batch lets later lines of a log take the place of stored ones",
  async ({ open }) => {
    const database = await open();
    const calls = (output: number): AppendEntry[] =>
      makeEntries(2_500, { output_tokens: output }).map(({ record, cost }) => ({
        record: { ...record, content_hash: hashText(`${record.id} ${output}`) },
        cost,
        may_supersede: true,
      }));
    assert.deepEqual(countOutcomes(await database.append([...calls(5), ...calls(40).slice(0, 100)])), {
      inserted: 2_500,
      updated: 100,
    });
    assert.deepEqual(countOutcomes(await database.append(calls(20))), { updated: 2_400, duplicate: 100 });
    const days = await database.reader.selectFrom("usage_by_day").select(["records", "output_tokens"]).execute();
    assert.equal(days.reduce((sum, { records }) => sum + records, 0n), 2_500n);
    // 100 calls of 40 tokens and 2,400 of 20.
    assert.equal(days.reduce((sum, { output_tokens }) => sum + output_tokens, 0n), 52_000n);
    assert.deepEqual(await findRollupFaults(database), []);
  },
);

forEachDatabase("append() of a large batch reaches months that nobody has written to", async ({ open }) => {
  const database = await open();
  const months = [Date.UTC(2025, 2, 31, 23), Date.UTC(2025, 3, 1), Date.UTC(2025, 7, 9)];
  const entries = makeEntries(2_100).map(({ record, cost }, at) => ({
    record: { ...record, timestamp: months[at % 3]! },
    cost,
  }));
  assert.deepEqual(countOutcomes(await database.append(entries)), { inserted: 2_100 });
  const lines = await database.reader.selectFrom("usage_by_day").select(["start", "records"]).execute();
  const sums = new Map<number, bigint>();
  for (const { start, records } of lines) sums.set(Number(start), (sums.get(Number(start)) ?? 0n) + records);
  assert.deepEqual([...sums].sort(), [[Date.UTC(2025, 2, 31), 700n], [Date.UTC(2025, 3, 1), 700n], [
    Date.UTC(2025, 7, 9),
    700n,
  ]]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("append() of a large batch keeps two organizations with the same ids apart", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, { actor: "test", now: NOON });
  const entries = ["default", "other"].flatMap((organization_id) => makeEntries(1_100, { organization_id }));
  assert.deepEqual(countOutcomes(await database.append(entries)), { inserted: 2_200 });
  assert.deepEqual(countOutcomes(await database.append(makeEntries(2_500, { organization_id: "other" }))), {
    duplicate: 1_100,
    inserted: 1_400,
  });
  const lines = await database.reader.selectFrom("usage_by_day").select(["organization_id", "records"]).execute();
  const count = (name: string) =>
    lines.reduce((sum, { organization_id, records }) => organization_id === name ? sum + records : sum, 0n);
  assert.deepEqual([count("default"), count("other")], [1_100n, 2_500n]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("append() of a large batch refuses what is from before the prune mark", async ({ open }) => {
  const database = await open();
  await database.write(async (queries) => {
    await queries.insertInto("prune_marks").values({ organization_id: "default", before: NOON + 5_000 }).execute();
  });
  const outcomes = await database.append(makeEntries(2_500));
  assert.equal(outcomes[0]!.outcome, "rejected");
  assert.deepEqual(countOutcomes(outcomes), { rejected: 1, inserted: 2_499 });
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("append() of a large batch adds up lines that are too full for one sum", async ({ open }) => {
  const database = await open();
  // 900 records of 10 million dollars are 9e18 nano-dollars; a batch sums 2^62 (4.6e18) of them at most.
  const dear = Array.from({ length: 900 }, (_, at) => makeEntry({ id: `dear-${at}` }, makeCost(10n ** 16n)));
  assert.deepEqual(countOutcomes(await database.append([...makeEntries(1_500), ...dear])), { inserted: 2_400 });
  const { rows } = await sql<{ cost: bigint }>`
    select max(cost_nanos) as cost from usage_by_day`.execute(database.reader);
  assert.equal(BigInt(rows[0]!.cost), 9_000_000_000_000_000_000n);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("append() of the same large batches by two at once stores each record once", async (place) => {
  const [one, other] = await openTwo(place);
  const appendAll = async (database: typeof one, starts: readonly number[]) => {
    const outcomes: AppendOutcome[] = [];
    for (const from of starts) outcomes.push(...await database.append(makeEntries(2_000, { from })));
    return outcomes;
  };
  const told = await Promise.all([
    appendAll(one, [0, 1_000, 2_000, 3_000, 4_000]),
    appendAll(other, [4_000, 3_000, 2_000, 1_000, 0]),
  ]);
  assert.deepEqual(countOutcomes(told.flat()), { inserted: 6_000, duplicate: 14_000 });
  assert.equal((await readRows(one)).length, 6_000);
  assert.deepEqual(await findRollupFaults(one), []);
});
