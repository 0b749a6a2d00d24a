import assert from "node:assert/strict";
import { buildCostSeries, buildUsageSeries } from "../../../core/analytics/series.ts";
import type { CostRow } from "../../../core/analytics/measures.ts";
import type { CostQueryTexts } from "../../../core/analytics/parse_query.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "../report/sample.ts";

/** From 2026-01-04 to 2026-01-09 by day; it is noon of the 7th. */
function inputOf(rows: readonly CostRow[], texts: Partial<CostQueryTexts> = {}) {
  const query = queryOf({ since: "2026-01-04", until: "2026-01-09", group_by: ["day"], ...texts });
  return { query, rows, now: NOW, price_book: PRICE_BOOK };
}

Deno.test("buildCostSeries() has a row for every day that has begun, also without records, none for later ones", () => {
  const report = buildCostSeries(inputOf([
    rowOf([], { bucket: 1, nanos: 5n, input_tokens: 10n }),
    rowOf([], { bucket: 3, unpriced_records: 1n, unpriced_tokens: 7n, input_tokens: 7n }),
  ]));
  const at = ["day", "requests", "total_tokens", "cost_usd", "unpriced_records"]
    .map((name) => report.columns.findIndex((column) => column.name === name));
  assert.deepEqual(report.rows.map((row) => at.map((index) => row[index])), [
    ["2026-01-04", 0n, 0n, 0n, 0n],
    ["2026-01-05", 1n, 10n, 5n, 0n],
    ["2026-01-06", 0n, 0n, 0n, 0n],
    ["2026-01-07", 1n, 7n, null, 1n],
  ]);
  assert.equal(report.totals["cost_usd"], 5n);
  assert.equal(report.coverage?.unpriced_records, 1n);
});

Deno.test("buildCostSeries() has a row for a day from its first instant on, and earlier when it has records", () => {
  const days = (now: string, rows: CostRow[] = []) =>
    buildCostSeries({ ...inputOf(rows), now: Date.parse(now) }).rows.length;
  assert.equal(days("2026-01-06T23:59:59.999Z"), 3);
  assert.equal(days("2026-01-07T00:00:00Z"), 4);
  assert.equal(days("2026-01-06T23:59:59.999Z", [rowOf([], { bucket: 4, nanos: 1n })]), 5);
});

Deno.test("buildCostSeries() sums up: periods, the average of one, rounded half to even, and the busiest", () => {
  const { report } = buildCostSeries(inputOf([
    rowOf(["a"], { bucket: 0, nanos: 6n, requests: 3n }),
    rowOf(["b"], { bucket: 0, nanos: 4n, requests: 3n }),
    rowOf(["a"], { bucket: 1, nanos: 9n, requests: 1n }),
    rowOf(["b"], { bucket: 2, nanos: 7n, requests: 3n }),
  ], { group_by: ["day", "model"] }));
  assert.deepEqual(report.summary, {
    periods: { value: 4n, type: "integer" },
    average_requests: { value: 2_500n, type: "thousandths" },
    // 26 / 4 is 6.5.
    average_cost_usd: { value: 6n, type: "usd" },
    busiest_period: { value: "2026-01-04", type: "time" },
    busiest_cost_usd: { value: 10n, type: "usd" },
  });
});

Deno.test("buildCostSeries() of a period without usage cost 0 and has no busiest period", () => {
  const { report, totals, rows } = buildCostSeries(inputOf([]));
  assert.equal(rows.length, 4);
  assert.equal(totals["cost_usd"], 0n);
  assert.equal(report.summary!["average_cost_usd"]!.value, 0n);
  assert.equal(report.summary!["busiest_period"]!.value, null);
});

Deno.test("buildCostSeries() of what is unpriced has no average", () => {
  const { report, totals } = buildCostSeries(inputOf([rowOf([], { unpriced_records: 1n })]));
  assert.equal(totals["cost_usd"], null);
  assert.equal(report.summary!["average_cost_usd"]!.value, null);
});

Deno.test("buildCostSeries() of a time to come has no periods and no averages", () => {
  const { report, rows } = buildCostSeries(inputOf([], { since: "2026-02-01", until: "2026-02-03" }));
  assert.deepEqual(rows, []);
  assert.equal(report.summary!["periods"]!.value, 0n);
  assert.equal(report.summary!["average_requests"]!.value, null);
});

Deno.test("buildUsageSeries() has no money; its busiest period has the most tokens, the first of equals", () => {
  const { columns, report } = buildUsageSeries(inputOf([
    rowOf([], { bucket: 2, input_tokens: 30n }),
    rowOf([], { bucket: 1, output_tokens: 30n, nanos: 5n }),
  ]));
  assert.deepEqual(columns.map(({ name }) => name).slice(-1), ["total_tokens"]);
  assert.deepEqual(report.summary!["average_total_tokens"], { value: 15_000n, type: "thousandths" });
  assert.equal(report.summary!["busiest_period"]!.value, "2026-01-05");
  assert.equal(report.summary!["busiest_total_tokens"]!.value, 30n);
});
