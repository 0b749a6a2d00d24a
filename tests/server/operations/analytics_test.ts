import assert from "node:assert/strict";
import fc from "fast-check";
import { type Permission, type Principal, ROLES } from "../../../core/access.ts";
import type { Cell, Report } from "../../../core/report/report.ts";
import type { Database } from "../../../db/database.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { analyzeCosts, analyzeUsage, compareModels, compareProviders } from "../../../server/operations/analytics.ts";
import { type Operation, perform } from "../../../server/operations/operation.ts";
import { makeReport } from "../../../server/operations/reports.ts";
import { readStatistics } from "../../../server/operations/statistics.ts";
import { readTrends } from "../../../server/operations/trends.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { usageRecords } from "../../db/oracle.ts";
import { makeCost, makeEntry, NOON, UNPRICED } from "../../db/records.ts";

const ALL = [analyzeCosts, analyzeUsage, compareModels, compareProviders, readTrends, readStatistics];
const DAY_MS = 86_400_000;

/** Two days after the month of the records that tests add; the clock stands. */
function contextOf(database: Database, overrides: Partial<Principal> & { readonly now?: string } = {}) {
  const { now = "2026-02-02T00:00:00Z", ...principal } = overrides;
  const environment: Environment = { ...createEnvironment(database), now: () => Date.parse(now) };
  return {
    environment,
    principal: {
      actor: "user:ann",
      organization_id: "default",
      is_super_admin: false,
      permissions: new Set<Permission>(ROLES.viewer),
      ...principal,
    },
  };
}

function pick(report: Report, ...names: string[]): Cell[][] {
  const at = names.map((name) => report.columns.findIndex((column) => column.name === name));
  return report.rows.map((row) => at.map((index) => row[index]!));
}

function sum(report: Report, name: string): bigint {
  return pick(report, name).reduce((sum, [cell]) => sum + ((cell as bigint | null) ?? 0n), 0n);
}

forEachDatabase("the analytics of an organization without usage are empty, and nothing in them is made up", async ({
  open,
}) => {
  const context = contextOf(await open());
  const month = { since: "2026-01-01", until: "2026-01-31" };
  const costs = await perform(analyzeCosts, context, month);
  assert.equal(costs.rows.length, 31);
  assert.equal(sum(costs, "requests"), 0n);
  assert.deepEqual((await perform(compareModels, context, month)).rows, []);
  assert.deepEqual((await perform(compareProviders, context, month)).totals["error_rate"], null);
  const trends = await perform(readTrends, context, month);
  assert.equal(trends.rows.length, 31);
  assert.deepEqual(new Set(pick(trends, "moving_average_usd").flat()), new Set([null]));
  assert.deepEqual(trends.report.tables!["movers"]!.rows, []);
  const statistics = await perform(readStatistics, context, month);
  assert.deepEqual(pick(statistics, "first_record", "requests", "cost_usd", "latency_p50_ms"), [[
    null,
    0n,
    null,
    null,
  ]]);
});

forEachDatabase("no analytics of one organization have anything of another", async ({ open }) => {
  const database = await open();
  await database.append([
    makeEntry({ id: "r1", latency_ms: 5, status: "ok" }, makeCost(7n)),
    makeEntry(
      { id: "r1", organization_id: "other", model: "theirs", latency_ms: 98_765, status: "error" },
      makeCost(123_457n),
    ),
    makeEntry({ id: "r2", organization_id: "other", timestamp: NOON - 31 * DAY_MS }, UNPRICED),
  ]);
  const month = { since: "2026-01" };
  for (const operation of ALL as Operation<typeof month, Report>[]) {
    const own = await perform(operation, contextOf(database), month);
    assert.equal(own.totals["requests"], 1n, operation.name);
    assert.equal(own.coverage?.unpriced_records, 0n, operation.name);
    const text = JSON.stringify(own, (_, cell) => typeof cell === "bigint" ? String(cell) : cell);
    assert.doesNotMatch(text, /theirs|98765|123457/);
    const foreign = { ...month, organization_id: "other" };
    await assert.rejects(perform(operation, contextOf(database), foreign), { kind: "forbidden_organization" });
    const admin = await perform(operation, contextOf(database, { is_super_admin: true }), foreign);
    assert.equal(admin.report.organization_id, "other");
  }
});

forEachDatabase("each of the analytics takes its own permission", async ({ open }) => {
  const database = await open();
  const permissions = ALL.map(({ name, permission }) => [name, permission]);
  assert.deepEqual(permissions, [
    ["analyzeCosts", "analytics:read"],
    ["analyzeUsage", "analytics:read"],
    ["compareModels", "analytics:read"],
    ["compareProviders", "analytics:read"],
    ["readTrends", "cost:read"],
    ["readStatistics", "usage:read"],
  ]);
  const nobody = contextOf(database, { permissions: new Set(ROLES.ingest) });
  for (const operation of ALL as Operation<object, Report>[]) {
    assert.throws(() => perform(operation, nobody, {}), { kind: "forbidden" });
  }
});

forEachDatabase("days, providers, models and the whole add up alike, whatever is asked", async ({ open }) => {
  const database = await open();
  const [records] = fc.sample(usageRecords({ least: 150, most: 200 }), { numRuns: 1, seed: 11 });
  await database.append(records!.map(({ id, entry }) => ({ ...entry, record: { ...entry.record, id } })));
  const context = contextOf(database, { now: "2027-01-01T00:00:00Z" });
  const asked = fc.record({
    since: fc.constantFrom("2026-03-28", "2026-03-29T00:30", "2026-10-25"),
    until: fc.constantFrom("2026-10-25", "2026-10-26", "2026-11-01T12:34"),
    tz: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"),
    filter: fc.constantFrom([], ["project=p,"], ["user=ann"], ["tag:team=a"], ["model=none"]),
  });
  await fc.assert(
    fc.asyncProperty(asked, fc.constantFrom("day", "week", "month"), async (texts, interval) => {
      const whole = await perform(makeReport, context, { type: "cost", group_by: [], ...texts });
      const { cost_usd, ...counts } = whole.totals;
      const cost = (cost_usd ?? 0n) as bigint;
      const series = await perform(analyzeCosts, context, { ...texts, interval });
      const usage = await perform(analyzeUsage, context, { ...texts, interval, group_by: ["model"] });
      const providers = await perform(compareProviders, context, texts);
      const models = await perform(compareModels, context, texts);
      const statistics = await perform(readStatistics, context, texts);
      for (const report of [series, providers, models, statistics]) {
        assert.equal(sum(report, "cost_usd"), cost);
        assert.deepEqual(report.coverage, whole.coverage);
        for (const [name, count] of Object.entries(counts)) assert.equal(report.totals[name], count, name);
      }
      assert.equal(sum(usage, "total_tokens"), counts["total_tokens"]);
      for (const name of ["latency_p50_ms", "error_rate", "previous_cost_usd", "cost_per_million_tokens_usd"]) {
        assert.equal(providers.totals[name], models.totals[name], name);
      }
      for (const table of Object.values(statistics.report.tables!).slice(0, 2)) {
        const at = table.columns.findIndex(({ name }) => name === "cost_usd");
        assert.equal(table.rows.reduce((sum, row) => sum + ((row[at] as bigint | null) ?? 0n), 0n), cost);
      }
    }),
    { numRuns: 25 },
  );
});

forEachDatabase(
  "readTrends() adds up to the report of its own period, and its movers to the difference",
  async ({ open }) => {
    const database = await open();
    const [records] = fc.sample(usageRecords({ least: 150, most: 200 }), { numRuns: 1, seed: 12 });
    await database.append(records!.map(({ id, entry }) => ({ ...entry, record: { ...entry.record, id } })));
    await fc.assert(
      fc.asyncProperty(trendQuestions(), async ({ now, ...input }) => {
        const context = contextOf(database, { now });
        const trends = await perform(readTrends, context, input);
        const { since, until, tz, summary, tables } = trends.report;
        const report = (range = {}) =>
          perform(makeReport, context, {
            type: "cost",
            group_by: [],
            since,
            until,
            tz,
            filter: input.filter,
            ...range,
          });
        const whole = await report();
        assert.equal(sum(trends, "cost_usd"), whole.totals["cost_usd"] ?? 0n);
        for (const name of ["requests", "total_tokens", "unpriced_records"]) {
          assert.equal(trends.totals[name], whole.totals[name], name);
          assert.equal(sum(trends, name), whole.totals[name], name);
        }
        const { previous_since, previous_until } = summary!;
        const before = await report({ since: previous_since!.value, until: previous_until!.value });
        const cost = (of: Report) => (of.totals["cost_usd"] ?? 0n) as bigint;
        const movers = { ...trends, ...tables!["movers"]! };
        assert.equal(sum(movers, "cost_usd"), cost(whole));
        assert.equal(sum(movers, "previous_cost_usd"), cost(before));
        assert.equal(sum(movers, "change_usd"), cost(whole) - cost(before));
      }),
      { numRuns: 40 },
    );
  },
);

/** Around the instants where the records of the oracle lie. */
function trendQuestions() {
  return fc.record({
    since: fc.constantFrom("2026-03-28", "2026-03-29T00:30", "2026-10-25T01:30"),
    until: fc.constantFrom("2026-10-25T02:30", "2026-10-26", "2026-11-01T12:34"),
    tz: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"),
    filter: fc.constantFrom([], ["project=p,"], ["user=ann"], ["tag:team=a"]),
    now: fc.constantFrom("2026-10-25T00:10:00Z", "2027-01-01T00:00:00Z"),
    interval: fc.constantFrom("day", "week", "month"),
    movers_by: fc.constantFrom("model", "user", "tag:team"),
    movers: fc.integer({ min: 1, max: 2 }),
  });
}

forEachDatabase(
  "readTrends() counts whole days of the zone where clocks change, and compares them",
  async ({ open }) => {
    const database = await open();
    const start = Date.UTC(2026, 2, 20, 23);
    // A nano-dollar an hour from midnight of 2026-03-21 in Berlin; the 29th has 23 hours.
    await database.append(
      Array.from(
        { length: 10 * 24 },
        (_, hour) => makeEntry({ id: `r${hour}`, timestamp: start + hour * 3_600_000 }, makeCost(1n)),
      ),
    );
    const context = contextOf(database, { now: "2026-04-05T00:00:00Z" });
    const report = await perform(readTrends, context, {
      since: "2026-03-28",
      until: "2026-03-30",
      tz: "Europe/Berlin",
      window: 2,
    });
    const names = ["day", "cost_usd", "moving_average_usd", "change_usd", "change_percent", "same_weekday_change_usd"];
    assert.deepEqual(pick(report, ...names), [
      ["2026-03-28", 24n, 24n, 0n, 0n, 0n],
      // 47 / 2 is 23.5, even is 24.
      ["2026-03-29", 23n, 24n, -1n, -4_167n, -1n],
      ["2026-03-30", 24n, 24n, 1n, 4_348n, 0n],
    ]);
    assert.deepEqual(report.report.summary!["change_usd"], { value: -1n, type: "usd" });
    assert.deepEqual(report.report.tables!["movers"]!.rows, [["fell", "gpt-5", 1n, 71n, 72n, -1n, -1_389n]]);
  },
);

forEachDatabase("readTrends() compares a day that runs with as much of the days before", async ({ open }) => {
  const database = await open();
  await database.append(
    Array.from(
      { length: 15 * 24 },
      (_, hour) => makeEntry({ id: `r${hour}`, timestamp: Date.UTC(2026, 0, 1) + hour * 3_600_000 + 1 }, makeCost(1n)),
    ),
  );
  const context = contextOf(database, { now: "2026-01-15T06:00:00Z" });
  const report = await perform(readTrends, context, { since: "today", movers_by: "provider" });
  const names = ["day", "previous_cost_usd", "same_weekday_cost_usd", "moving_average_usd"];
  // Records of the whole day are there already, the other days count up to six in the morning.
  assert.deepEqual(pick(report, "cost_usd"), [[24n]]);
  assert.deepEqual(pick(report, ...names), [["2026-01-15", 6n, 6n, null]]);
  assert.equal(report.report.summary!["previous_cost_usd"]!.value, 6n);
});

forEachDatabase(
  "comparisons answer from roll-ups where records were dropped, and say from when on they know more",
  async ({
    open,
  }) => {
    const database = await open();
    await database.append([
      makeEntry({ id: "r1", latency_ms: 1 }, makeCost(5n)),
      makeEntry({ id: "r2", latency_ms: 9, timestamp: NOON + 2 * DAY_MS }, makeCost(6n)),
    ]);
    const before = Date.UTC(2026, 0, 6);
    await database.write(async (queries) => {
      await queries.insertInto("prune_marks").values({ organization_id: "default", before }).execute();
      await queries.deleteFrom("usage").where("timestamp", "<", BigInt(before)).execute();
    });
    const report = await perform(compareModels, contextOf(database), { since: "2026-01" });
    assert.deepEqual(pick(report, "cost_usd", "latency_records", "latency_p50_ms", "cache_savings_usd"), [
      [11n, 1n, 9n, null],
    ]);
    assert.equal(report.report.records_since, "2026-01-06T00:00:00Z");
    const statistics = await perform(readStatistics, contextOf(database), { since: "2026-01" });
    assert.deepEqual(pick(statistics, "requests", "first_record"), [[2n, "2026-01-07T12:00:00Z"]]);
    await assert.rejects(perform(readTrends, contextOf(database), { since: "2026-01", filter: ["session=s"] }), {
      kind: "beyond_retention",
    });
  },
);

forEachDatabase("a series takes its interval from where it is given, and refuses two", async ({ open }) => {
  const context = contextOf(await open());
  const intervalOf = async (input: object) => (await perform(analyzeCosts, context, input)).report.group_by;
  assert.deepEqual(await intervalOf({}), ["day"]);
  assert.deepEqual(await intervalOf({ interval: "Week", group_by: ["model"] }), ["week", "model"]);
  assert.deepEqual(await intervalOf({ group_by: ["model", "month"] }), ["model", "month"]);
  await assert.rejects(intervalOf({ interval: "week", group_by: ["day"] }), { kind: "invalid" });
  await assert.rejects(intervalOf({ interval: "model" }), { kind: "invalid", message: /Cannot read interval "model"/ });
  await assert.rejects(intervalOf({ interval: "dya" }), { message: /did you mean day/ });
});

forEachDatabase("readTrends() refuses a window and a number of movers beyond their limits", async ({ open }) => {
  const context = contextOf(await open());
  for (const input of [{ window: 0 }, { window: 367 }, { window: 1.5 }, { movers: 0 }, { movers: 51 }]) {
    await assert.rejects(perform(readTrends, context, input), { kind: "invalid" });
  }
  await perform(readTrends, context, { window: 366, movers: 50 });
});
