import assert from "node:assert/strict";
import fc from "fast-check";
import type { Latencies } from "../../core/analytics/call_quality.ts";
import { groupKey } from "../../core/analytics/compare_groups.ts";
import type { CostQuery, Dimension } from "../../core/analytics/query.ts";
import type { AppliedPrice } from "../../core/pricing/price.ts";
import type { AppendEntry } from "../../db/append.ts";
import { findFirstDay, readGroupFacts, readUsageFacts } from "../../db/call_facts.ts";
import type { UsageRow } from "../../db/usage.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { foldQuery, readRows, usageRecords } from "./oracle.ts";
import { makeCost, makeEntry, makePrice, makeQuery, NOON, UNPRICED } from "./records.ts";

const DAY_MS = 86_400_000;
const MODELS: Dimension[] = ["provider", "model"];

/** $3 in, $0.30 read, $3.75 and $6 written. */
const CACHING: AppliedPrice = {
  ...makePrice("caching"),
  rates: Object.fromEntries(
    Object.entries({
      input_mtok: 3_000_000_000n,
      input_audio_mtok: 40_000_000_000n,
      cache_read_mtok: 300_000_000n,
      cache_write_5m_mtok: 3_750_000_000n,
      cache_write_1h_mtok: 6_000_000_000n,
      cache_audio_read_mtok: 2_500_000_000n,
    }).map(([key, nanos]) => [key, { nanos, per: 1_000_000n }]),
  ),
};

forEachDatabase("readGroupFacts() tells latencies by nearest rank, of the records that say one", async ({ open }) => {
  const database = await open();
  // 1 to 20 ms of one model, 7 ms of another, none of a third.
  await database.append([
    ...Array.from({ length: 20 }, (_, at) => makeEntry({ id: `r${at}`, latency_ms: ((at * 7) % 20) + 1 })),
    makeEntry({ id: "s", model: "o3", latency_ms: 7 }),
    makeEntry({ id: "t", model: "o4" }),
  ]);
  const { quality, whole } = await readGroupFacts(database, makeQuery({ group_by: MODELS }), { hasSavings: false });
  const twenty = { records: 20n, percentiles: { 50: 10n, 90: 18n, 95: 19n, 99: 20n } };
  assert.deepEqual(quality.get(groupKey(["openai", "gpt-5"])), { latencies: twenty });
  assert.deepEqual(quality.get(groupKey(["openai", "o3"])), {
    latencies: { records: 1n, percentiles: { 50: 7n, 90: 7n, 95: 7n, 99: 7n } },
  });
  assert.equal(quality.get(groupKey(["openai", "o4"])), undefined);
  // Of 21: the 11th of 1…7, 7, 8…20 is 10, the 19th is 18, the 20th is 19, the 21st is 20.
  assert.deepEqual(whole.latencies, { records: 21n, percentiles: { 50: 10n, 90: 18n, 95: 19n, 99: 20n } });
});

forEachDatabase("readGroupFacts() counts errors among the records that say a status", async ({ open }) => {
  const database = await open();
  const statuses = ["ok", "ok", "200", "429", "ThrottlingException", null];
  await database.append(statuses.map((status, at) => makeEntry({ id: `r${at}`, status })));
  const facts = await readGroupFacts(database, makeQuery({ group_by: ["provider"] }), { hasSavings: false });
  assert.deepEqual(facts.quality.get(groupKey(["openai"])), { statuses: { records: 5n, errors: 2n } });
  assert.deepEqual(facts.whole, { latencies: undefined, statuses: { records: 5n, errors: 2n } });
});

forEachDatabase("readGroupFacts() tells what caching saved at the prices that were applied", async ({ open }) => {
  const database = await open();
  const cached = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 100_000, cache_write_5m_tokens: 2_000 };
  await database.append([
    makeEntry({ id: "r1", ...cached }, makeCost(37_500_000n, CACHING)),
    makeEntry({ id: "r2", ...cached }, UNPRICED),
    makeEntry({ id: "r3", ...cached, model: "o3", units: { cache_audio_read_tokens: 1_000 } }, makeCost(1n, CACHING)),
    makeEntry({ id: "r4", ...cached, model: "o4" }, makeCost(1n, makePrice("without a price for caching"))),
    makeEntry({ id: "r5", model: "o5" }, makeCost(1n, CACHING)),
  ]);
  const { savings } = await readGroupFacts(database, makeQuery({ group_by: MODELS }), { hasSavings: true });
  assert.deepEqual([...savings].sort(), [
    // $0.27 for reading, -$0.0015 for writing.
    [groupKey(["openai", "gpt-5"]), 268_500_000n],
    // And $0.04 - $0.0025 for the audio.
    [groupKey(["openai", "o3"]), 306_000_000n],
    [groupKey(["openai", "o4"]), 0n],
  ]);
});

forEachDatabase("readGroupFacts() tells as the rows do, for every query", async ({ open }) => {
  const database = await open();
  const batches = fc.sample(fc.tuple(usageRecords({ least: 40, most: 60 }), fc.array(sayings(), { minLength: 60 })), {
    numRuns: 6,
    seed: 5,
  });
  for (const [at, [records, said]] of batches.entries()) {
    await database.append(records.map(({ id, entry }, index) => say(entry, said[index]!, `${at}-${id}`)));
  }
  const rows = await readRows(database);
  const bodies = new Map(
    (await database.reader.selectFrom("applied_prices").selectAll().execute()).map(({ id, body }) => [id, body]),
  );
  await fc.assert(
    fc.asyncProperty(queries(), async (query) => {
      const facts = await readGroupFacts(database, query, { hasSavings: query.group_by.length === 2 });
      const taken = takeRows(rows, query);
      const groups = Map.groupBy(taken, (row) => groupKey(query.group_by.map((name) => nameOf(row, name))));
      for (const [key, group] of groups) assert.deepEqual(facts.quality.get(key) ?? {}, qualityOf(group));
      assert.equal([...facts.quality.keys()].filter((key) => !groups.has(key)).length, 0);
      assert.deepEqual(clean(facts.whole), qualityOf(taken));
      if (query.group_by.length !== 2) return;
      for (const [key, group] of groups) assert.equal(facts.savings.get(key) ?? 0n, savedOn(group, bodies));
    }),
    { numRuns: 120 },
  );
});

forEachDatabase(
  "readUsageFacts() tells the first and last record, statuses and what has no price",
  async ({ open }) => {
    const database = await open();
    await database.append([
      makeEntry({ id: "r1", timestamp: NOON, status: "ok" }),
      makeEntry({ id: "r2", timestamp: NOON + 5, status: "ok", latency_ms: 3 }),
      makeEntry({ id: "r3", timestamp: NOON + 9, status: "error" }, UNPRICED),
      makeEntry({ id: "r4", timestamp: NOON - 1, organization_id: "other", status: "error" }, UNPRICED),
    ]);
    assert.deepEqual(await readUsageFacts(database, makeQuery({})), {
      quality: {
        latencies: { records: 1n, percentiles: { 50: 3n, 90: 3n, 95: 3n, 99: 3n } },
        statuses: { records: 3n, errors: 1n },
      },
      first_record: NOON,
      last_record: NOON + 9,
      statuses: [{ dimensions: [], status: "ok", records: 2n }, { dimensions: [], status: "error", records: 1n }],
      unpriced: [{ reason: "unknown_model", records: 1n, tokens: 110n }],
      records_since: null,
    });
  },
);

forEachDatabase("readUsageFacts() of no records tells nothing", async ({ open }) => {
  assert.deepEqual(await readUsageFacts(await open(), makeQuery({})), {
    quality: { latencies: undefined, statuses: undefined },
    first_record: null,
    last_record: null,
    statuses: [],
    unpriced: [],
    records_since: null,
  });
});

forEachDatabase("what was dropped by retention is said, and an amount is never told in part", async ({ open }) => {
  const database = await open();
  const cached = { cache_read_tokens: 100_000, latency_ms: 5 };
  await database.append([
    makeEntry({ id: "r1", ...cached }, makeCost(1n, CACHING)),
    makeEntry({ id: "r2", ...cached, timestamp: NOON + 2 * DAY_MS }, makeCost(1n, CACHING)),
  ]);
  await database.write(async (queries) => {
    await queries.insertInto("prune_marks").values({ organization_id: "default", before: NOON + DAY_MS }).execute();
    await queries.deleteFrom("usage").where("id", "=", "r1").execute();
  });
  const facts = await readGroupFacts(database, makeQuery({ group_by: MODELS }), { hasSavings: true });
  assert.equal(facts.records_since, NOON + DAY_MS);
  assert.equal(facts.whole.latencies?.records, 1n);
  assert.equal(facts.savings.size, 0);
  const after = makeQuery({ group_by: MODELS, range: { since: NOON + DAY_MS, until: NOON + 3 * DAY_MS } });
  const whole = await readGroupFacts(database, after, { hasSavings: true });
  assert.equal(whole.records_since, null);
  assert.equal(whole.savings.get(groupKey(["openai", "gpt-5"])), 270_000_000n);
});

forEachDatabase("findFirstDay() is the first UTC day with usage of the organization", async ({ open }) => {
  const database = await open();
  assert.equal(await findFirstDay(database, "default"), null);
  await database.append([makeEntry(), makeEntry({ organization_id: "other", timestamp: NOON - 3 * DAY_MS })]);
  assert.equal(await findFirstDay(database, "default"), Date.UTC(2026, 0, 5));
});

interface Saying {
  readonly latency_ms: number | null;
  readonly status: string | null;
  readonly isCaching: boolean;
}

function sayings(): fc.Arbitrary<Saying> {
  return fc.record({
    latency_ms: fc.oneof(fc.constant(null), fc.nat(20), fc.nat(60_000)),
    status: fc.constantFrom(null, "ok", "200", "500", "timeout"),
    isCaching: fc.boolean(),
  });
}

function say({ record, cost }: AppendEntry, { isCaching, ...said }: Saying, id: string): AppendEntry {
  const priced = cost.amount !== null && isCaching ? makeCost(cost.amount, CACHING) : cost;
  return { record: { ...record, ...said, id }, cost: priced };
}

function queries(): fc.Arbitrary<CostQuery> {
  const start = fc.constantFrom(Date.UTC(2026, 2, 28), Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25));
  const filter = fc.constantFrom<[Dimension, string[]][]>([], [["project", ["p", ""]]], [["tag:team", ["a"]]], [
    ["user", ["ann"]],
    ["model", ["gpt-5"]],
  ]);
  return fc.record({
    start,
    length: fc.constantFrom(1, 900_001, DAY_MS, 2 * DAY_MS, 400 * DAY_MS),
    group_by: fc.constantFrom<Dimension[]>([], ["provider"], ["session"], MODELS),
    filter,
  }).map(({ start, length, group_by, filter }) =>
    makeQuery({ range: { since: start, until: start + length }, group_by, filter: new Map(filter) })
  );
}

/** The rows that foldQuery() would take, told by asking it of each row alone. */
function takeRows(rows: readonly UsageRow[], query: CostQuery): UsageRow[] {
  return rows.filter((row) => foldQuery([row], query).length > 0);
}

function nameOf(row: UsageRow, name: Dimension): string | null {
  return row[name as "provider" | "model" | "session"] || null;
}

function qualityOf(rows: readonly UsageRow[]) {
  const latencies = rows.flatMap(({ latency_ms }) => latency_ms ?? []).sort((a, b) => Number(a - b));
  const statuses = rows.flatMap(({ status }) => status ?? []);
  const at = (percent: number) => latencies[Math.ceil((latencies.length * percent) / 100) - 1]!;
  const found: Latencies = {
    records: BigInt(latencies.length),
    percentiles: { 50: at(50), 90: at(90), 95: at(95), 99: at(99) },
  };
  const errors = statuses.filter((status) => status === "500" || status === "timeout");
  return {
    ...(latencies.length === 0 ? {} : { latencies: found }),
    ...(statuses.length === 0 ? {} : { statuses: { records: BigInt(statuses.length), errors: BigInt(errors.length) } }),
  };
}

function clean(quality: object): object {
  return Object.fromEntries(Object.entries(quality).filter(([, value]) => value !== undefined));
}

/** $3 a million is 3,000 nano-dollars a token, so all differences are whole; a picture's write costs as much as its input. */
function savedOn(rows: readonly UsageRow[], bodies: ReadonlyMap<bigint, string>): bigint {
  return rows.filter(({ applied_price_id: id }) => id !== null && bodies.get(id)!.includes('"caching"')).reduce(
    (saved, row) =>
      saved + row.cache_read_tokens * 2_700n - row.cache_write_5m_tokens * 750n - row.cache_write_1h_tokens * 3_000n,
    0n,
  );
}
