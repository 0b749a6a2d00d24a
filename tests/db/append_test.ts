import assert from "node:assert/strict";
import { parseUsd, usdFromNanos } from "../../core/money.ts";
import { LIMITS } from "../../core/limits.ts";
import { OTHER_UNIT_NAMES } from "../../core/usage/units.ts";
import type { Database } from "../../db/database.ts";
import { deleteUsage, listUsage, readUsage } from "../../db/usage.ts";
import { forEachAppender } from "./for_each_database.ts";
import { hashText, makeCost, makeEntry, makePrice, makeRecord, NOON, UNPRICED } from "./records.ts";

forEachAppender("append() inserts a record once, and says duplicate when it comes again", async ({ open }) => {
  const database = await open();
  assert.deepEqual(await database.append([makeEntry()]), [{ outcome: "inserted" }]);
  assert.deepEqual(await database.append([makeEntry({ ingested_at: NOON + 5, source: "api" })]), [
    { outcome: "duplicate" },
  ]);
  assert.equal(await countRequests(database), 1n);
  assert.equal((await read(database, "r1")).source, "file");
});

forEachAppender("append() keeps the first of two records with one id, and says conflict", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry({ input_tokens: 7 })]);
  const other = makeEntry({ content_hash: hashText("other"), input_tokens: 8, timestamp: NOON + 86_400_000 });
  assert.deepEqual(await database.append([other]), [{ outcome: "conflict" }]);
  assert.equal((await read(database, "r1")).input_tokens, 7);
  assert.equal(await countRequests(database), 1n);
});

forEachAppender("append() recognises one id twice in one batch", async ({ open }) => {
  const database = await open();
  const outcomes = await database.append([
    makeEntry(),
    makeEntry(),
    makeEntry({ content_hash: hashText("other") }),
    makeEntry({ id: "r2" }),
  ]);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["inserted", "duplicate", "conflict", "inserted"]);
  assert.equal(await countRequests(database), 2n);
});

forEachAppender("append() keeps one id of two organizations apart", async ({ open }) => {
  const database = await open();
  const outcomes = await database.append([makeEntry(), makeEntry({ organization_id: "other" })]);
  assert.deepEqual(outcomes, [{ outcome: "inserted" }, { outcome: "inserted" }]);
  assert.equal(await countRequests(database), 1n);
});

forEachAppender("append() tells ids apart that differ in case or in their Unicode form alone", async ({ open }) => {
  const database = await open();
  const ids = ["a", "A", "é", "e\u0301", "a ", "ß", "ss"];
  const outcomes = await database.append(ids.map((id) => makeEntry({ id })));
  assert.deepEqual(outcomes, ids.map(() => ({ outcome: "inserted" })));
});

forEachAppender("append() says deleted for an id that was deleted, whatever its content", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry()]);
  await deleteUsage(database, { organization_id: "default", id: "r1" }, { actor: "cli:alice", now: NOON });
  const outcomes = await database.append([makeEntry(), makeEntry({ content_hash: hashText("other") })]);
  assert.deepEqual(outcomes, [{ outcome: "deleted" }, { outcome: "deleted" }]);
  await assert.rejects(() => read(database, "r1"), { kind: "deleted" });
  assert.equal(await countRequests(database), 0n);
});

forEachAppender(
  "append() refuses what is from before the organization's prune mark, and nothing else",
  async ({ open }) => {
    const database = await open();
    await setPruneMark(database, NOON);
    const outcomes = await database.append([
      makeEntry({ timestamp: NOON - 1 }),
      makeEntry({ id: "r2", timestamp: NOON }),
      makeEntry({ id: "r3", organization_id: "other", timestamp: NOON - 1 }),
    ]);
    assert.deepEqual(outcomes, [
      {
        outcome: "rejected",
        code: "beyond_retention",
        detail: "Cannot take a record from before 2026-01-05T12:00:00.000Z: rows before it were dropped by retention",
      },
      { outcome: "inserted" },
      { outcome: "inserted" },
    ]);
    await assert.rejects(() => read(database, "r1"), { kind: "not_found" });
  },
);

forEachAppender("append() of a preview says what would become of each entry and stores nothing", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry()]);
  const entries = [makeEntry(), makeEntry({ content_hash: hashText("other") }), makeEntry({ id: "r2" })];
  const outcomes = await database.append(entries, { is_preview: true });
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["duplicate", "conflict", "inserted"]);
  assert.deepEqual((await list(database)).map(({ id }) => id), ["r1"]);
  assert.deepEqual(await database.append([makeEntry({ id: "r2" })]), [{ outcome: "inserted" }]);
});

forEachAppender("append() of an atomic batch stores all of it or nothing", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry()]);
  const refused = await database.append(
    [makeEntry({ id: "r2" }, makeCost(5n, makePrice("prices 2"))), makeEntry({ content_hash: hashText("other") })],
    { is_atomic: true },
  );
  assert.deepEqual(refused.map(({ outcome }) => outcome), ["inserted", "conflict"]);
  assert.deepEqual((await list(database)).map(({ id }) => id), ["r1"]);
  const taken = await database.append(
    [makeEntry({ id: "r2" }, makeCost(5n, makePrice("prices 2"))), makeEntry()],
    { is_atomic: true },
  );
  assert.deepEqual(taken.map(({ outcome }) => outcome), ["inserted", "duplicate"]);
  assert.deepEqual((await read(database, "r2")).price, makePrice("prices 2"));
});

forEachAppender("append() of nothing is nothing", async ({ open }) => {
  const database = await open();
  assert.deepEqual(await database.append([]), []);
});

forEachAppender("append() takes a batch of ten thousand records", async ({ open }) => {
  const database = await open();
  const entries = Array.from({ length: 10_000 }, (_, at) => makeEntry({ id: `r${at}`, timestamp: NOON + at }));
  const outcomes = await database.append(entries);
  assert.equal(outcomes.filter(({ outcome }) => outcome === "inserted").length, 10_000);
  assert.equal(await countRequests(database), 10_000n);
});

forEachAppender(
  "append() stores one applied price once, however many records and objects share it",
  async ({ open }) => {
    const database = await open();
    const entries = Array.from(
      { length: 40 },
      (_, at) => makeEntry({ id: `r${at}` }, makeCost(1n, makePrice(at % 2 === 0 ? "prices 1" : "prices 2"))),
    );
    await database.append(entries.slice(0, 20));
    await database.append(entries.slice(20));
    const prices = await database.reader.selectFrom("applied_prices").selectAll().execute();
    assert.equal(prices.length, 2);
    assert.deepEqual((await read(database, "r38")).price, makePrice("prices 1"));
    assert.deepEqual((await read(database, "r39")).price, makePrice("prices 2"));
  },
);

forEachAppender("append() keeps every field, and readUsage() gives it back", async ({ open }) => {
  const database = await open();
  const record = makeRecord({
    id: 'id "quoted" with \\ and 🙂',
    region: "eu",
    operation: "chat",
    project: "Ünïcode; drop table usage",
    user: "O'Brien",
    environment: "prod",
    session: "s-1",
    api_key: "key label",
    tags: { team: "a", "": "empty key", empty: "", 'quo"te': "\ud800", nul: "a\0b" },
    status: "ok",
    latency_ms: 0,
    time_to_first_token_ms: LIMITS.latency_ms,
    reported_cost: { text: "1e-3", amount: parseUsd("0.001") },
    cache_read_tokens: 1,
    cache_write_5m_tokens: 2,
    cache_write_1h_tokens: 3,
    reasoning_tokens: 10,
    units: { audio_input_tokens: 4, web_searches: 5, seconds: 1_500 },
    extra: { nested: { list: [1, null, "x"] }, number: 0.1 },
    quality: ["assumed_timestamp", "total_mismatch"],
  });
  await database.append([{ record, cost: makeCost(75_000_001n) }]);
  const { content_hash: _, is_retry_safe: __, ...kept } = record;
  const { applied_price_id, ...usage } = await readUsage(database, record);
  assert.equal(typeof applied_price_id, "bigint");
  assert.deepEqual(usage, {
    ...kept,
    catalog_model: "gpt-5",
    cost: usdFromNanos(75_000_001n),
    unpriced_reason: null,
    price: makePrice("prices 1"),
  });
});

forEachAppender(
  "append() keeps what is absent absent, and a missing price apart from a price of zero",
  async ({ open }) => {
    const database = await open();
    await database.append([makeEntry({}, UNPRICED), makeEntry({ id: "r2" }, makeCost(0n))]);
    const { content_hash: _, is_retry_safe: __, ...kept } = makeRecord();
    assert.deepEqual(await read(database, "r1"), {
      ...kept,
      catalog_model: null,
      cost: null,
      unpriced_reason: "unknown_model",
      applied_price_id: null,
      price: null,
    });
    assert.equal((await read(database, "r2")).cost, 0n);
    const sums = await database.reader.selectFrom("usage_by_day").selectAll().executeTakeFirstOrThrow();
    assert.deepEqual([sums.requests, sums.cost_nanos, sums.unpriced_records, sums.unpriced_tokens], [2n, 0n, 1n, 110n]);
  },
);

forEachAppender("append() keeps the largest numbers exact, in rows and in roll-ups", async ({ open }) => {
  const database = await open();
  const largest = {
    input_tokens: LIMITS.units,
    cache_read_tokens: LIMITS.units,
    cache_write_5m_tokens: LIMITS.units,
    cache_write_1h_tokens: LIMITS.units,
    output_tokens: LIMITS.units,
    reasoning_tokens: LIMITS.units,
    units: Object.fromEntries(OTHER_UNIT_NAMES.map((name) => [name, LIMITS.units])),
  };
  const cost = makeCost(LIMITS.record_nanos - 1n);
  await database.append([makeEntry(largest, cost), makeEntry({ ...largest, id: "r2" }, UNPRICED)]);
  const usage = await read(database, "r1");
  assert.deepEqual(usage.units, largest.units);
  assert.deepEqual([usage.input_tokens, usage.cost], [100_000_000_000, 9_999_999_999_999_999n]);
  // Of each record: 1 + 4 kinds of input, 1 + 3 of cache read, 2 + 3 of cache write, 1 + 4 of output, 10^11 tokens each.
  for (const table of ["usage_by_quarter_hour", "usage_by_day", "usage_by_day_and_user"] as const) {
    const sums = await database.reader.selectFrom(table).selectAll().executeTakeFirstOrThrow();
    assert.equal(sums.input_tokens, 1_000_000_000_000n);
    assert.equal(sums.cache_read_tokens, 800_000_000_000n);
    assert.equal(sums.cache_write_tokens, 1_000_000_000_000n);
    assert.equal(sums.output_tokens, 1_000_000_000_000n);
    assert.equal(sums.unpriced_tokens, 1_900_000_000_000n);
    assert.equal(sums.cost_nanos, 9_999_999_999_999_999n);
  }
});

forEachAppender("append() adds up a batch beyond 2^53 tokens to the last one", async ({ open }) => {
  const database = await open();
  // 6,001 records of 19 x 10^11 tokens and one token more: above 2^53 (9.007 x 10^15), where doubles skip odd numbers.
  const units = Object.fromEntries(
    OTHER_UNIT_NAMES.filter((name) => name.endsWith("_tokens")).map((name) => [name, LIMITS.units]),
  );
  const entries = Array.from({ length: 6_001 }, (_, at) =>
    makeEntry({
      id: `r${at}`,
      units,
      input_tokens: at === 0 ? 1 : LIMITS.units,
      cache_read_tokens: LIMITS.units,
      cache_write_5m_tokens: LIMITS.units,
      cache_write_1h_tokens: LIMITS.units,
      output_tokens: LIMITS.units,
    }, UNPRICED));
  await database.append(entries);
  const sums = await database.reader.selectFrom("usage_by_day").select("unpriced_tokens").executeTakeFirstOrThrow();
  assert.equal(sums.unpriced_tokens, 6_001n * 1_900_000_000_000n - 100_000_000_000n + 1n);
});

forEachAppender("append() that fails in the middle of a batch leaves nothing of it", async ({ open }) => {
  const database = await open();
  const impossible = makeEntry({ id: "r2", output_tokens: 1, reasoning_tokens: 2 });
  await assert.rejects(() => database.append([makeEntry(), impossible]), /constraint/i);
  // A stored price that no record refers to says nothing; on a server it may stay.
  for (const table of ["usage", "usage_identity", "usage_by_day"] as const) {
    assert.deepEqual(await database.reader.selectFrom(table).selectAll().execute(), [], table);
  }
  assert.deepEqual(await database.append([makeEntry()]), [{ outcome: "inserted" }]);
  assert.deepEqual((await read(database, "r1")).price, makePrice("prices 1"));
});

forEachAppender(
  "append() refuses with too_large what a sum of 64 bits cannot hold, and keeps what was there",
  async ({ open }) => {
    const database = await open();
    // 922 records of ten million dollars fit below 2^63 nano-dollars, 923 do not.
    const entries = Array.from({ length: 923 }, (_, at) => makeEntry({ id: `r${at}` }, makeCost(LIMITS.record_nanos)));
    await database.append(entries.slice(0, 922));
    await assert.rejects(() => database.append(entries.slice(922)), { kind: "too_large" });
    const sums = await database.reader.selectFrom("usage_by_day").selectAll().executeTakeFirstOrThrow();
    assert.deepEqual([sums.requests, sums.cost_nanos], [922n, 9_220_000_000_000_000_000n]);
    assert.deepEqual(await database.append([makeEntry({ id: "small" }, makeCost(1n))]), [{ outcome: "inserted" }]);
  },
);

function read(database: Database, id: string) {
  return readUsage(database, { organization_id: "default", id });
}

function list(database: Database) {
  return listUsage(database, { organization_id: "default", filter: new Map(), limit: 100 });
}

async function setPruneMark(database: Database, before: number): Promise<void> {
  await database.write(async (queries) => {
    await queries.insertInto("prune_marks").values({ organization_id: "default", before }).execute();
  });
}

/** What the day roll-up says of the organization `default`. */
async function countRequests(database: Database): Promise<bigint> {
  const rows = await database.reader.selectFrom("usage_by_day").select("requests")
    .where("organization_id", "=", "default").execute();
  return rows.reduce((sum, { requests }) => sum + requests, 0n);
}
