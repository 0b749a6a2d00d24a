import assert from "node:assert/strict";
import fc from "fast-check";
import { buildCostReport, buildUsageReport } from "../../../core/analytics/build_report.ts";
import type { CostRow } from "../../../core/analytics/measures.ts";
import type { CostQuery } from "../../../core/analytics/query.ts";
import type { Report } from "../../../core/report/report.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "../report/sample.ts";

function costOf(query: CostQuery, rows: CostRow[]): Report {
  return buildCostReport({ query, rows, now: NOW, price_book: PRICE_BOOK });
}

function column(report: Report, name: string) {
  const index = report.columns.findIndex((candidate) => candidate.name === name);
  return report.rows.map((row) => row[index]);
}

Deno.test("buildCostReport() says what was asked, when and with which prices", () => {
  const query = queryOf({ group_by: ["model,day"], filter: ["project=x"], tz: "Europe/Berlin" });
  assert.deepEqual(costOf(query, []).report, {
    type: "cost",
    title: "Cost by model and day",
    organization_id: "acme",
    since: "2026-01-05T00:00:00+01:00",
    until: "2026-01-07T00:00:00+01:00",
    tz: "Europe/Berlin",
    group_by: ["model", "day"],
    filter: { project: ["x"] },
    currency: "USD",
    generated_at: "2026-01-07T12:00:00Z",
    price_book: "genai-prices 0.1.8",
  });
});

Deno.test("buildCostReport() has the fixed columns after the grouping, time where it was written, units last", () => {
  const query = queryOf({ group_by: ["model,day,user"], columns: ["seconds,images"] });
  assert.deepEqual(costOf(query, []).columns, [
    { name: "model", type: "text" },
    { name: "day", type: "time" },
    { name: "user", type: "text" },
    { name: "requests", type: "integer" },
    { name: "input_tokens", type: "integer" },
    { name: "cache_read_tokens", type: "integer" },
    { name: "cache_write_tokens", type: "integer" },
    { name: "output_tokens", type: "integer" },
    { name: "total_tokens", type: "integer" },
    { name: "cost_usd", type: "usd" },
    { name: "unpriced_records", type: "integer" },
    { name: "seconds", type: "thousandths" },
    { name: "images", type: "integer" },
  ]);
});

Deno.test("buildCostReport() writes a row's cells in the order of the columns", () => {
  const query = queryOf({ group_by: ["model,day"], columns: ["seconds,images"] });
  const tokens = { input_tokens: 1n, cache_read_tokens: 20n, cache_write_tokens: 300n, output_tokens: 4000n };
  const row = rowOf(["m"], { ...tokens, bucket: 1, requests: 2n, nanos: 75n, units: { seconds: 1500n } });
  assert.deepEqual(costOf(query, [row]).rows, [
    ["m", "2026-01-06", 2n, 1n, 20n, 300n, 4000n, 4321n, 75n, 0n, 1500n, 0n],
  ]);
});

Deno.test("buildCostReport() sorts by cost descending, unknown last, then bytewise with null last", () => {
  const report = costOf(queryOf({ group_by: ["model"] }), [
    rowOf(["unpriced"], { unpriced_records: 1n }),
    rowOf([null], { nanos: 5n }),
    rowOf(["\u{1f600}"], { nanos: 5n }),
    rowOf(["\uff21"], { nanos: 5n }),
    rowOf(["a"], { nanos: 5n }),
    rowOf(["B"], { nanos: 5n }),
    rowOf(["free"], { nanos: 0n }),
    rowOf(["dear"], { nanos: 7n }),
  ]);
  assert.deepEqual(column(report, "model"), ["dear", "B", "a", "\uff21", "\u{1f600}", null, "free", "unpriced"]);
});

Deno.test("buildCostReport() sorts by time before cost", () => {
  const report = costOf(queryOf({ group_by: ["model,day"] }), [
    rowOf(["late and dear"], { bucket: 1, nanos: 9n }),
    rowOf(["early and cheap"], { bucket: 0, nanos: 1n }),
    rowOf(["early and dear"], { bucket: 0, nanos: 8n }),
  ]);
  assert.deepEqual(column(report, "model"), ["early and dear", "early and cheap", "late and dear"]);
});

Deno.test("buildCostReport() says null where nothing is priced, the known part where some is, 0 for a price of 0", () => {
  const report = costOf(queryOf({ group_by: ["model"] }), [
    rowOf(["none"], { requests: 2n, unpriced_records: 2n, unpriced_tokens: 70n }),
    rowOf(["some"], { requests: 2n, unpriced_records: 1n, unpriced_tokens: 7n, nanos: 5n }),
    rowOf(["free"], {}),
  ]);
  assert.deepEqual(column(report, "cost_usd"), [5n, 0n, null]);
  assert.equal(report.totals["cost_usd"], 5n);
  assert.deepEqual(report.coverage, {
    priced_records: 2n,
    unpriced_records: 3n,
    unpriced_tokens: 77n,
    ratio: 0.4,
  });
});

Deno.test("buildCostReport() of no rows costs null and covers 1", () => {
  const report = costOf(queryOf({}), []);
  assert.equal(report.totals["cost_usd"], null);
  assert.equal(report.totals["requests"], 0n);
  assert.equal(report.coverage?.ratio, 1);
});

Deno.test("buildCostReport() never says that all is covered when one record in ten million is not", () => {
  const report = costOf(queryOf({}), [rowOf([], { requests: 10_000_000n, unpriced_records: 1n })]);
  assert.equal(report.coverage?.ratio, 0.999999);
});

Deno.test("buildCostReport() adds the parts of one group up", () => {
  const report = costOf(queryOf({ group_by: ["model"], columns: ["images"] }), [
    rowOf(["m"], { nanos: 5n, units: { images: 1n } }),
    rowOf(["m"], { nanos: 6n, units: { images: 2n } }),
  ]);
  assert.deepEqual(report.rows, [["m", 2n, 0n, 0n, 0n, 0n, 0n, 11n, 0n, 3n]]);
});

Deno.test("buildUsageReport() has no money and sorts by tokens", () => {
  const rows = [rowOf(["few"], { input_tokens: 1n, nanos: 9n }), rowOf(["many"], { output_tokens: 2n })];
  const query = queryOf({ group_by: ["model"] });
  const report = buildUsageReport({ query, rows, now: NOW, price_book: PRICE_BOOK });
  assert.equal(report.report.type, "usage");
  assert.deepEqual(report.rows, [["many", 1n, 0n, 0n, 0n, 2n, 2n], ["few", 1n, 1n, 0n, 0n, 0n, 1n]]);
  assert.deepEqual(Object.keys(report.totals).includes("cost_usd"), false);
});

Deno.test("buildCostReport()'s totals are the sums of its columns, to the last digit", () => {
  const count = fc.bigInt({ min: 0n, max: 1n << 62n });
  const rows = fc.array(
    fc.record({
      model: fc.option(fc.constantFrom("a", "b", "c")),
      bucket: fc.nat(1),
      tokens: fc.tuple(count, count, count, count),
      nanos: count,
      isPriced: fc.boolean(),
    }),
    { maxLength: 30 },
  );
  fc.assert(fc.property(rows, (parts) => {
    const report = costOf(
      queryOf({ group_by: ["day,model"] }),
      parts.map(({ model, bucket, tokens, nanos, isPriced }) =>
        rowOf([model], {
          bucket,
          input_tokens: tokens[0],
          cache_read_tokens: tokens[1],
          cache_write_tokens: tokens[2],
          output_tokens: tokens[3],
          nanos: isPriced ? nanos : 0n,
          unpriced_records: isPriced ? 0n : 1n,
        })
      ),
    );
    for (const [name, total] of Object.entries(report.totals)) {
      const sum = column(report, name).reduce<bigint>((sum, cell) => sum + BigInt(cell ?? 0n), 0n);
      assert.equal(total ?? 0n, sum);
    }
    const paid = parts.reduce((sum, part) => sum + (part.isPriced ? part.nanos : 0n), 0n);
    assert.equal(report.totals["cost_usd"] ?? 0n, paid);
  }));
});
