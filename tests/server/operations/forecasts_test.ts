import assert from "node:assert/strict";
import { type Permission, ROLES } from "../../../core/access.ts";
import { CostopsError } from "../../../core/error.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import type { Cell, Report, SideTable } from "../../../core/report/report.ts";
import { usdFromNanos } from "../../../core/money.ts";
import type { UsageRecord } from "../../../core/usage/record.ts";
import type { AppendEntry } from "../../../db/append.ts";
import type { Database } from "../../../db/database.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { type CostForecastInput, forecastCost, forecastUsage } from "../../../server/operations/forecasts.ts";
import { perform } from "../../../server/operations/operation.ts";
import { setOwnPrice } from "../../../server/operations/prices.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makeCost, makeEntry, UNPRICED } from "../../db/records.ts";

const DAY_MS = 86_400_000;
const USD = 1_000_000_000n;
/** A Thursday; the history of the tests is the four weeks before it. */
const NOW = "2026-01-29T18:00:00Z";
const FIRST = Date.parse("2026-01-01T12:00:00Z");
const DAYS = 28;

function contextOf(database: Database, now = NOW, organization_id = "default") {
  const environment: Environment = { ...createEnvironment(database), now: () => Date.parse(now) };
  return {
    environment,
    principal: {
      actor: "user:ann",
      organization_id,
      is_super_admin: false,
      permissions: new Set<Permission>(ROLES.org_admin),
    },
  };
}

/** Sets the price of a million input tokens of house-1 from a day on. */
function setterOf(context: ReturnType<typeof contextOf>) {
  return (input_mtok: string, effective_from: string) =>
    perform(setOwnPrice, context, {
      price: { provider: "in-house", model: "house-1", rates: { input_mtok }, effective_from },
      is_installation: false,
      is_dry_run: false,
    });
}

/** One record a day, at noon, each of the same cost. */
function daily(name: string, nanos: bigint, record: Partial<UsageRecord> = {}): AppendEntry[] {
  return Array.from(
    { length: DAYS },
    (_, day) => makeEntry({ id: `${name}-${day}`, timestamp: FIRST + day * DAY_MS, ...record }, makeCost(nanos)),
  );
}

const forecast = (database: Database, input: CostForecastInput, now?: string) =>
  perform(forecastCost, contextOf(database, now), input);

function column(table: Pick<Report, "columns" | "rows"> | SideTable, name: string): Cell[] {
  const at = table.columns.findIndex((other) => other.name === name);
  return table.rows.map((row) => row[at] ?? null);
}

function figure(report: Report, name: string): Cell {
  return report.report.summary![name]!.value;
}

forEachDatabase("a constant cost is forecast to go on, from the day that runs", async ({ open }) => {
  const database = await open();
  await database.append(daily("a", 2n * USD));
  const report = await forecast(database, { horizon: 3 });
  assert.equal(report.report.type, "cost_forecast");
  assert.deepEqual([report.report.since, report.report.until], ["2026-01-29T00:00:00Z", "2026-02-01T00:00:00Z"]);
  assert.deepEqual(report.rows.map((row) => row[0]), ["2026-01-29", "2026-01-30", "2026-01-31"]);
  // A quarter of the day that runs is left.
  assert.deepEqual(column(report, "mean_cost_usd"), [500_000n, 2_000_000n, 2_000_000n]);
  assert.equal(report.totals.mean_cost_usd, 4_500_000n);
  assert.deepEqual(report.columns.map(({ name, type }) => [name, type]), [
    ["day", "time"],
    ["mean_cost_usd", "approximate_usd"],
    ["lower_cost_usd", "approximate_usd"],
    ["upper_cost_usd", "approximate_usd"],
  ]);
  assert.equal(figure(report, "history_periods"), 28n);
  assert.equal(figure(report, "driver"), "cost");
});

forEachDatabase("the month that runs is what was spent, exactly, and what is left of its days", async ({ open }) => {
  const database = await open();
  // A fraction of a dollar today, which no forecast rounds.
  const today = makeEntry({ id: "today", timestamp: Date.parse("2026-01-29T06:00:00Z") }, makeCost(500_000_001n));
  await database.append([...daily("a", 2n * USD), today]);
  const report = await forecast(database, { horizon: 1 });
  assert.equal(figure(report, "month"), "2026-01");
  assert.equal(figure(report, "month_actual_cost_usd"), 56_500_000_001n);
  // A quarter of today is left, then two days: 0.5 + 2 + 2.
  assert.equal(figure(report, "month_projected_rest_cost_usd"), 4_500_000n);
  assert.equal(figure(report, "month_projected_cost_usd"), 61_000_000n);
  const weekly = await forecast(database, { interval: "week", horizon: 1 });
  assert.equal(figure(weekly, "month_projected_cost_usd"), 61_000_000n);
  const past = await forecast(database, { horizon: 1, history: { until: "2026-01-20" } });
  assert.equal(past.report.summary!.month, undefined);
});

forEachDatabase("groups add up to the whole in every period, to the last digit", async ({ open }) => {
  const database = await open();
  const entries = ["one", "two", "three"].flatMap((project, at) =>
    Array.from({ length: DAYS }, (_, day) =>
      makeEntry(
        { id: `${project}-${day}`, timestamp: FIRST + day * DAY_MS, project },
        makeCost(BigInt((day * 7_919 + at * 104_729) % 1_000) * 1_234_567n + USD),
      ))
  );
  await database.append(entries);
  const report = await forecast(database, { horizon: 5, group_by: ["project"] });
  assert.match(String(figure(report, "reconciliation")), /^bottom-up/);
  const whole = report.report.tables!.total!;
  assert.equal(report.rows.length, 15);
  for (const [at, period] of column(whole, "day").entries()) {
    const sum = report.rows.filter((row) => row[0] === period).reduce((sum, row) => sum + (row[2] as bigint), 0n);
    assert.equal(sum, column(whole, "mean_cost_usd")[at]);
  }
  const sums = column(report.report.tables!.groups!, "mean_cost_usd") as bigint[];
  assert.equal(sums.reduce((sum, cell) => sum + cell, 0n), report.totals.mean_cost_usd);
  for (const { lower, mean, upper } of report.rows.map(([, , mean, lower, upper]) => ({ lower, mean, upper }))) {
    assert.ok(lower! <= mean! && mean! <= upper!);
  }
});

forEachDatabase("more groups than are forecast apart are one, and still add up", async ({ open }) => {
  const database = await open();
  const entries = Array.from({ length: 52 }, (_, at) => daily(`p${at}`, BigInt(at + 1) * USD, { project: `p${at}` }))
    .flat();
  await database.append(entries);
  const report = await forecast(database, { horizon: 1, group_by: ["project"], method: "fast" });
  assert.equal(report.rows.length, 51);
  // The two smallest cost 1 and 2 dollars a day; a quarter of the day that runs is left.
  const other = report.rows.find((row) => row[1] === "(other)");
  assert.deepEqual(other!.slice(0, 3), ["2026-01-29", "(other)", 750_000n]);
  assert.equal(report.totals.mean_cost_usd, BigInt(52 * 53 / 2) * 250_000n);
  assert.match(report.report.warnings!.join(), /the 2 smallest groups are forecast as one/);
});

forEachDatabase("a price that doubles on a day doubles the forecast from that day on", async ({ open }) => {
  const database = await open();
  const context = contextOf(database);
  const set = setterOf(context);
  await set("1", "2026-01-01");
  const record = { provider: "in-house", model: "house-1", input_tokens: 2_000_000, output_tokens: 0 };
  await database.append([...daily("a", 2n * USD, { ...record, project: "x" }), ...daily("b", USD, { project: "y" })]);
  const before = await forecast(database, { horizon: 4, driver: "auto" });
  assert.deepEqual(column(before, "mean_cost_usd"), [750_000n, 3_000_000n, 3_000_000n, 3_000_000n]);
  await set("2", "2026-01-31");
  const after = await forecast(database, { horizon: 4 });
  assert.equal(figure(after, "driver"), "usage");
  assert.deepEqual(column(after, "mean_cost_usd"), [750_000n, 3_000_000n, 5_000_000n, 5_000_000n]);
  assert.deepEqual(after.report.tables!.price_changes!.rows, [[
    "2026-01-31",
    "in-house",
    "house-1",
    "standard",
    2_000_000n,
  ]]);
  // 18:00: a quarter of the 29th, then the 30th, then the 31st at the new price.
  assert.equal(figure(after, "month_projected_rest_cost_usd"), 750_000n + 3_000_000n + 5_000_000n);
  const grouped = await forecast(database, { horizon: 3, group_by: ["project"] });
  assert.deepEqual(grouped.rows.map((row) => row.slice(0, 3)), [
    ["2026-01-29", "x", 500_000n],
    ["2026-01-29", "y", 250_000n],
    ["2026-01-30", "x", 2_000_000n],
    ["2026-01-30", "y", 1_000_000n],
    ["2026-01-31", "x", 4_000_000n],
    ["2026-01-31", "y", 1_000_000n],
  ]);
  const asWas = await forecast(database, { horizon: 4, driver: "cost" });
  assert.deepEqual(column(asWas, "mean_cost_usd"), [750_000n, 3_000_000n, 3_000_000n, 3_000_000n]);
});

forEachDatabase(
  "a group is whole at prices to come too, however many models all groups have together",
  async ({ open }) => {
    const database = await open();
    const set = setterOf(contextOf(database));
    await set("1", "2026-01-01");
    await set("2", "2026-01-30");
    const house = { provider: "in-house", model: "house-1", input_tokens: 2_000_000, output_tokens: 0 };
    // 30 projects with two models each are 60 series, of which 50 are forecast apart.
    const entries = Array.from({ length: 30 }, (_, at) => [
      ...daily(`a${at}`, 2n * USD, { ...house, project: `p${at}` }),
      ...daily(`b${at}`, USD, { project: `p${at}` }),
    ]).flat();
    await database.append(entries);
    const report = await forecast(database, { horizon: 2, group_by: ["project"] });
    assert.equal(figure(report, "driver"), "usage");
    const before = report.rows.filter((row) => row[0] === "2026-01-29");
    assert.deepEqual(before.map((row) => row[2]), Array(30).fill(750_000n));
    const after = report.rows.filter((row) => row[0] === "2026-01-30");
    assert.deepEqual(after.map((row) => row[2]), Array(30).fill(5_000_000n));
  },
);

forEachDatabase("a price that changed in the past is no change of usage", async ({ open }) => {
  const database = await open();
  const context = contextOf(database);
  const set = setterOf(context);
  await set("1", "2026-01-01");
  await set("2", "2026-01-15");
  await set("3", "2026-01-30");
  const record = { provider: "in-house", model: "house-1", input_tokens: 1_000_000, output_tokens: 0 };
  await database.append(
    daily("a", USD, record).map((entry, day) => day < 14 ? entry : { ...entry, cost: makeCost(2n * USD) }),
  );
  const report = await forecast(database, { horizon: 2 });
  assert.deepEqual(column(report, "mean_cost_usd"), [500_000n, 3_000_000n]);
});

forEachDatabase("usage is forecast in tokens or requests, with three decimals at most", async ({ open }) => {
  const database = await open();
  await database.append(daily("a", USD));
  const tokens = await perform(forecastUsage, contextOf(database), { horizon: 1 });
  assert.deepEqual(tokens.rows[0]!.slice(0, 2), ["2026-01-29", 27_500n]);
  assert.equal(tokens.columns[1]!.name, "mean_total_tokens");
  assert.equal(tokens.columns[1]!.type, "thousandths");
  const requests = await perform(forecastUsage, contextOf(database), { horizon: 1, measure: "requests" });
  assert.deepEqual(requests.rows[0]!.slice(0, 2), ["2026-01-29", 250n]);
});

forEachDatabase(
  "a forecast without usage has no rows and says why, and so has one without any price",
  async ({ open }) => {
    const database = await open();
    const empty = await forecast(database, {});
    assert.deepEqual(empty.rows, []);
    assert.match(empty.report.warnings![0]!, /there is no usage in any whole period/);
    await database.append(daily("a", 0n).map((entry) => ({ ...entry, cost: UNPRICED })));
    const unpriced = await forecast(database, {});
    assert.deepEqual(unpriced.rows, []);
    assert.match(unpriced.report.warnings![0]!, /no usage of the history has a price/);
  },
);

forEachDatabase("nothing of another organization is in a forecast", async ({ open }) => {
  const database = await open();
  await database.append([
    ...daily("a", USD),
    ...daily("b", 50n * USD, { organization_id: "other", project: "theirs" }),
  ]);
  const report = await forecast(database, { horizon: 1, group_by: ["project"] });
  assert.deepEqual(report.rows.map((row) => row.slice(0, 3)), [["2026-01-29", null, 250_000n]]);
  await assert.rejects(
    forecast(database, { organization_id: "other" }),
    (error) => error instanceof CostopsError && error.kind === "forbidden_organization",
  );
});

/** A history that is not constant, whose forecast has many digits. */
const UNEVEN = Array.from({ length: DAYS }, (_, day) =>
  makeEntry(
    { id: `u-${day}`, timestamp: FIRST + day * DAY_MS, project: day % 2 === 0 ? "x" : "y" },
    makeCost(usdFromNanos(BigInt((day * 7_919) % 997) * 3_333_333n + USD)),
  ));

const written = new Map<string, string>();

forEachDatabase("both databases give the same forecast, byte for byte", async ({ open, url }) => {
  const database = await open();
  await database.append(UNEVEN);
  const report = await forecast(database, { group_by: ["project"], tz: "Europe/Berlin" });
  written.set(url.startsWith("postgres") ? "Postgres" : "SQLite", [...writeJson(report)].join(""));
  assert.equal(new Set(written.values()).size, 1);
});

forEachDatabase("a forecast ends with its signal, and tells how far it has come", async ({ open }) => {
  const database = await open();
  await database.append([...daily("a", USD, { project: "x" }), ...daily("b", USD, { project: "y" })]);
  const told: [number, number][] = [];
  const end = new AbortController();
  const onProgress = (done: number, all: number) => {
    told.push([done, all]);
    end.abort();
  };
  await assert.rejects(
    forecast(database, { group_by: ["project"], signal: end.signal, onProgress }),
    (error) => error instanceof CostopsError && error.kind === "temporary",
  );
  assert.deepEqual(told, [[1, 4]]);
  await assert.rejects(forecast(database, { signal: AbortSignal.abort() }), /it was stopped/);
  // Whoever comes next is answered.
  assert.equal((await forecast(database, { horizon: 2 })).rows.length, 2);
});

forEachDatabase(
  "a period that runs is what was spent of it and what is left, of each group and together",
  async ({ open }) => {
    const database = await open();
    const today = (name: string, nanos: bigint, project: string) =>
      makeEntry({ id: name, timestamp: Date.parse("2026-01-29T06:00:00Z"), project }, makeCost(nanos));
    await database.append([
      ...daily("a", 2n * USD, { project: "old" }),
      today("more", 5n * USD, "old"),
      today("new", 3n * USD, "new"),
    ]);
    // A quarter of today is left: 5 + 0.5 of the old project; 3 of the new one, of which there is no history.
    const whole = await forecast(database, { horizon: 2 });
    assert.deepEqual(column(whole, "mean_cost_usd"), [8_500_000n, 2_000_000n]);
    assert.ok((column(whole, "lower_cost_usd")[0] as bigint) >= 8_000_000n);
    assert.equal(whole.totals.mean_cost_usd, 10_500_000n);
    const grouped = await forecast(database, { horizon: 2, group_by: ["project"] });
    assert.deepEqual(grouped.rows.slice(0, 2).map((row) => row.slice(0, 3)), [
      ["2026-01-29", "old", 5_500_000n],
      ["2026-01-29", "new", 3_000_000n],
    ]);
    assert.deepEqual(column(grouped.report.tables!.total!, "mean_cost_usd"), [8_500_000n, 2_000_000n]);
    assert.deepEqual(column(grouped.report.tables!.groups!, "mean_cost_usd"), [7_500_000n, 3_000_000n]);
    // The history is of periods that have ended.
    assert.equal(column(whole.report.history!, "cost_usd").length, 28);
  },
);

forEachDatabase("a forecast of months from few of them says what tells more", async ({ open }) => {
  const database = await open();
  await database.append(daily("a", 2n * USD));
  const warnings = async (interval: string) =>
    (await forecast(database, { interval, horizon: 2 })).report.warnings?.[0] ?? "";
  // Three whole weeks from 5 January; to 8 February there are eleven days, the one that runs included.
  assert.equal(
    await warnings("week"),
    "3 whole weeks are little to learn from: a forecast by day, of 11 periods, learns from the days and adds them up",
  );
  assert.doesNotMatch(await warnings("day"), /little to learn from/);
});
