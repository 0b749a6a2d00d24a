import assert from "node:assert/strict";
import { NO_MEASURES } from "../../../core/analytics/fold.ts";
import type { Measures } from "../../../core/analytics/measures.ts";
import type { Budget } from "../../../core/budget/budget.ts";
import { buildBudgetReport } from "../../../core/budget/build_report.ts";
import { checkBudget, isInScope } from "../../../core/budget/check.ts";
import { findPeriod } from "../../../core/budget/period.ts";
import type { BudgetProjection } from "../../../core/budget/projection.ts";
import { readBudgetTerms } from "../../../core/budget/read_budget.ts";
import { describeStatus, isReached } from "../../../core/budget/status.ts";
import { parseUsd, usdFromNanos } from "../../../core/money.ts";
import { writeHtml } from "../../../core/report/formats/html.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import { readJsonReport } from "../../../core/report/formats/read_json.ts";

/** Ten days into February 2026. */
const NOW = Date.UTC(2026, 1, 11);

const BUDGET: Budget = {
  ...readBudgetTerms({ name: "search", amount_usd: "100", filter: ["project=search"], owner: "ann" }, NOW),
  organization_id: "acme",
  id: "b1",
  version: 1,
  created_at: 0,
  updated_at: 0,
};

function measures(spent: string, records: bigint, unpriced_records = 0n): Measures {
  return { ...NO_MEASURES, records, cost: parseUsd(spent), unpriced_records, unpriced_tokens: unpriced_records * 10n };
}

function statusOf(given: Measures, projection: BudgetProjection | null = null) {
  return describeStatus({ budget: BUDGET, period: findPeriod(BUDGET, NOW), measures: given, projection }, NOW);
}

const PROJECTION: BudgetProjection = {
  expected: 112,
  lower: 90,
  upper: 130.5,
  level: 0.95,
  method: "a method",
  history: 28,
  exceeded_on: "2026-02-26",
  exceeded_earliest: "2026-02-22",
  exceeded_latest: null,
  warnings: [],
};

Deno.test("describeStatus() adds up to the nano-dollar", () => {
  const status = statusOf(measures("80.000000001", 3n, 1n), PROJECTION);
  assert.equal(status.state, "warning");
  assert.equal(status.spent, 80_000_000_001n);
  assert.equal(status.remaining, 19_999_999_999n);
  assert.equal(status.used_ratio, 800_000n);
  // 80.000000001 dollars in ten days.
  assert.equal(status.burn_rate, 8_000_000_000n);
  assert.deepEqual(status.thresholds_reached, [50, 80]);
  assert.deepEqual([status.records, status.unpriced_records, status.unpriced_tokens], [3n, 1n, 10n]);
});

Deno.test("describeStatus() is exceeded above the amount, not at it", () => {
  const exact = statusOf(measures("100", 1n));
  assert.deepEqual([exact.state, exact.remaining, exact.thresholds_reached], ["warning", 0n, [50, 80, 100]]);
  const above = statusOf(measures("100.000000001", 1n));
  assert.deepEqual([above.state, above.remaining], ["exceeded", -1n]);
});

Deno.test("describeStatus() of no records has spent nothing; of records without a price nobody knows", () => {
  const none = statusOf(NO_MEASURES);
  assert.deepEqual([none.state, none.spent, none.used_ratio, none.burn_rate], ["ok", 0n, 0n, 0n]);
  const unknown = statusOf(measures("0", 2n, 2n));
  assert.deepEqual([unknown.state, unknown.spent, unknown.remaining, unknown.used_ratio], [
    "unknown",
    null,
    null,
    null,
  ]);
  assert.deepEqual(unknown.thresholds_reached, []);
});

Deno.test("isReached() compares without a float", () => {
  const amount = parseUsd("0.000000003");
  assert.equal(isReached(usdFromNanos(1n), amount, 33), true);
  assert.equal(isReached(usdFromNanos(1n), amount, 34), false);
});

Deno.test("checkBudget() allows what fits to the nano-dollar", () => {
  const spent = statusOf(measures("99", 1n));
  const check = (cost: string) => checkBudget(spent, { cost: parseUsd(cost), spend: "actual" });
  assert.deepEqual([check("1").is_allowed, check("1").reason], [true, null]);
  assert.deepEqual([check("1.000000001").is_allowed, check("1.000000001").reason], [false, "would_exceed"]);
  const exceeded = statusOf(measures("101", 1n));
  assert.equal(checkBudget(exceeded, { cost: parseUsd("0"), spend: "actual" }).reason, "exceeded");
});

Deno.test("checkBudget() refuses a call whose cost nobody knows, and takes a projection when asked to", () => {
  const status = statusOf(measures("10", 1n), PROJECTION);
  assert.equal(checkBudget(status, { cost: null, spend: "actual" }).reason, "unpriced");
  assert.equal(checkBudget(status, { cost: parseUsd("0"), spend: "actual" }).reason, null);
  assert.equal(checkBudget(status, { cost: parseUsd("0"), spend: "projected" }).reason, "projected");
});

Deno.test("isInScope() takes a record that has one of the values of every dimension", () => {
  const { scope } = readBudgetTerms({ name: "x", amount_usd: "1", filter: ["project=a,b", "user="] }, NOW);
  const values = (project: string, user: string) => (name: string) => name === "project" ? project : user;
  assert.equal(isInScope(scope, values("b", "")), true);
  assert.equal(isInScope(scope, values("b", "ann")), false);
  assert.equal(isInScope(scope, values("c", "")), false);
  assert.equal(isInScope(new Map(), values("c", "ann")), true);
});

Deno.test("buildBudgetReport() has a row for each budget and adds up nothing, since a record may be in several", () => {
  const statuses = [statusOf(measures("80", 4n, 1n), PROJECTION), statusOf(NO_MEASURES)];
  const report = buildBudgetReport({ organization_id: "acme", statuses, now: NOW, price_book: "prices 1" });
  assert.deepEqual(report.rows[0], [
    "search",
    "ann",
    "project=search",
    "2026-02",
    "warning",
    100_000_000_000n,
    80_000_000_000n,
    20_000_000_000n,
    800_000n,
    8_000_000_000n,
    112_000_000n,
    90_000_000n,
    130_500_000n,
    "2026-02-26",
    4n,
    1n,
  ]);
  assert.deepEqual(report.totals, {});
  assert.equal(report.coverage, null);
  assert.match([...writeHtml(report)].join(""), /search/);
  assert.doesNotMatch([...writeHtml(report)].join(""), /record is priced|records are priced/);
  assert.deepEqual(readJsonReport([...writeJson(report)].join("")).coverage, null);
  assert.deepEqual([report.report.since, report.report.until], ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]);
});
