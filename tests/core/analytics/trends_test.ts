import assert from "node:assert/strict";
import fc from "fast-check";
import { type Pair, pairRows, sumPairs } from "../../../core/analytics/compare_periods.ts";
import type { CostRow } from "../../../core/analytics/measures.ts";
import { findMovers } from "../../../core/analytics/movers.ts";
import { planTrend } from "../../../core/analytics/periods.ts";
import { buildTrendsReport, type TrendsInput } from "../../../core/analytics/trends.ts";
import type { Report } from "../../../core/report/report.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf, type RowTexts } from "../report/sample.ts";

/** Days of January 2026 up to noon of the 7th, from the 4th on. */
function trendOf(
  days: Record<string, RowTexts>,
  options: Partial<Pick<TrendsInput, "first_day" | "now">> = {},
): Report {
  const asked = queryOf({ since: "2026-01-04", until: "2026-01-09" });
  const plan = planTrend(asked.range, { interval: "day", tz: "UTC", window: 3, now: options.now ?? NOW });
  // The clipped copies of a day have its label too; records of the day are in both.
  const rows = plan.buckets.flatMap(({ label }, bucket) =>
    label in days ? [rowOf([], { ...days[label], bucket })] : []
  );
  return buildTrendsReport({
    query: { ...asked, range: plan.range, interval: "day", buckets: plan.buckets },
    plan,
    rows,
    first_day: Date.UTC(2026, 0, 1),
    movers: {
      dimension: "model",
      limit: 1,
      previous_range: { since: 0, until: 1 },
      rows: [rowOf(["a"], { nanos: 30n }), rowOf(["b"], { nanos: 4n }), rowOf(["c"], { nanos: 1n })],
      previous_rows: [rowOf(["a"], { nanos: 10n }), rowOf(["b"], { nanos: 5n }), rowOf(["d"], { nanos: 9n })],
    },
    now: NOW,
    price_book: PRICE_BOOK,
    ...options,
  });
}

function pick(report: Report, name: string) {
  const at = report.columns.findIndex((column) => column.name === name);
  return report.rows.map((row) => row[at]);
}

const DAYS = {
  "2025-12-28": { nanos: 8n },
  "2026-01-02": { nanos: 10n },
  "2026-01-03": { nanos: 20n },
  "2026-01-04": { nanos: 40n },
  "2026-01-05": { nanos: 1n },
};

Deno.test("buildTrendsReport() averages a day with the two before it, not one that runs", () => {
  const report = trendOf(DAYS);
  assert.deepEqual(pick(report, "day"), ["2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07"]);
  assert.deepEqual(pick(report, "cost_usd"), [40n, 1n, 0n, 0n]);
  // 70 / 3, 61 / 3 and 41 / 3.
  assert.deepEqual(pick(report, "moving_average_usd"), [23n, 20n, 14n, null]);
  assert.equal(report.totals["cost_usd"], 41n);
});

Deno.test("buildTrendsReport() has a row for a day from its first instant on", () => {
  const days = (now: string) => trendOf({}, { now: Date.parse(now) }).rows.length;
  assert.equal(days("2026-01-06T23:59:59.999Z"), 3);
  assert.equal(days("2026-01-07T00:00:00Z"), 4);
});

Deno.test("buildTrendsReport() averages nothing from before the first usage", () => {
  const report = trendOf(DAYS, { first_day: Date.UTC(2026, 0, 3) });
  assert.deepEqual(pick(report, "moving_average_usd"), [null, 20n, 14n, null]);
  assert.deepEqual(pick(trendOf({}, { first_day: null }), "moving_average_usd"), [null, null, null, null]);
});

Deno.test("buildTrendsReport() tells the change since the day before and since the same weekday", () => {
  const report = trendOf(DAYS);
  assert.deepEqual(pick(report, "previous_cost_usd"), [20n, 40n, 1n, 0n]);
  assert.deepEqual(pick(report, "change_usd"), [20n, -39n, -1n, 0n]);
  assert.deepEqual(pick(report, "change_percent"), [100_000n, -97_500n, -100_000n, null]);
  assert.deepEqual(pick(report, "same_weekday_cost_usd"), [8n, 0n, 0n, 0n]);
  assert.deepEqual(pick(report, "same_weekday_change_usd"), [32n, 1n, 0n, 0n]);
  assert.deepEqual(pick(report, "same_weekday_change_percent"), [400_000n, null, null, null]);
});

Deno.test("buildTrendsReport() knows nothing that follows from a day without a price", () => {
  const report = trendOf({ ...DAYS, "2026-01-05": { unpriced_records: 1n } });
  assert.deepEqual(pick(report, "cost_usd"), [40n, null, 0n, 0n]);
  assert.deepEqual(pick(report, "moving_average_usd"), [23n, null, null, null]);
  assert.deepEqual(pick(report, "change_usd"), [20n, null, null, 0n]);
});

Deno.test("buildTrendsReport() names what rose and fell most and adds up to the difference", () => {
  const { report } = trendOf({});
  assert.deepEqual(report.tables!["movers"]!.rows, [
    ["rose", "a", 1n, 30n, 10n, 20n, 200_000n],
    ["fell", "d", 1n, 0n, 9n, -9n, -100_000n],
    ["rest", null, 2n, 5n, 5n, 0n, 0n],
  ]);
  assert.equal(report.summary!["change_usd"]!.value, 11n);
  assert.equal(report.summary!["previous_cost_usd"]!.value, 24n);
});

Deno.test("findMovers() adds up to the whole, whatever is unpriced", () => {
  const row = (name: string) =>
    fc.record({ nanos: fc.bigInt(0n, 9n), unpriced: fc.boolean() }).map(({ nanos, unpriced }) =>
      rowOf([name], unpriced ? { unpriced_records: 1n } : { nanos })
    );
  const rows = fc.subarray(["a", "b", "c", "d", "e"]).chain((names) => fc.tuple(...names.map(row)));
  fc.assert(fc.property(rows, rows, fc.integer({ min: 1, max: 3 }), (current, previous, limit) => {
    const pairs: Pair[] = pairRows(current as CostRow[], previous as CostRow[]);
    const table = findMovers(pairs, { dimension: "model", limit });
    const sum = (at: number) => table.rows.reduce((sum, cells) => sum + ((cells[at] as bigint | null) ?? 0n), 0n);
    const whole = sumPairs(pairs);
    assert.equal(sum(2), BigInt(pairs.length));
    assert.equal(sum(3), whole.current.measures.cost);
    assert.equal(sum(4), whole.previous.measures.cost);
    assert.equal(sum(5), whole.current.measures.cost - whole.previous.measures.cost);
    for (const [direction, , , , , change] of table.rows) {
      if (direction === "rose") assert.ok((change as bigint) > 0n);
      if (direction === "fell") assert.ok((change as bigint) < 0n);
    }
  }));
});
