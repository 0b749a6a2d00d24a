import assert from "node:assert/strict";
import { buildCostReport, buildUsageReport } from "../../../core/analytics/build_report.ts";
import { usdFromNanos } from "../../../core/money.ts";
import { barsOf, writeBars } from "../../../core/report/chart.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "./sample.ts";

const ROWS = [
  rowOf(["a"], { bucket: 0, nanos: 1n }),
  rowOf(["b"], { bucket: 1, nanos: 2n }),
  rowOf(["a"], { bucket: 1, nanos: 4n }),
  rowOf(["c"], { bucket: 1, unpriced_records: 1n }),
];

Deno.test("barsOf() adds up by time, in its order", () => {
  const query = queryOf({ group_by: ["model,day"] });
  const report = buildCostReport({ query, rows: ROWS, now: NOW, price_book: PRICE_BOOK });
  assert.deepEqual(barsOf(report, 10), [{ label: "2026-01-05", amount: 1n }, { label: "2026-01-06", amount: 6n }]);
  assert.deepEqual(barsOf(report, 1), [{ label: "2026-01-06", amount: 6n }]);
});

Deno.test("barsOf() adds up by the first dimension, the dearest first, without unknown costs", () => {
  const query = queryOf({ group_by: ["model"] });
  const rows = ROWS.map((row) => ({ ...row, bucket: 0 }));
  const report = buildCostReport({ query, rows, now: NOW, price_book: PRICE_BOOK });
  assert.deepEqual(barsOf(report, 10), [{ label: "a", amount: 5n }, { label: "b", amount: 2n }]);
});

Deno.test("barsOf() is empty without a cost or a grouping", () => {
  const input = { rows: [], now: NOW, price_book: PRICE_BOOK };
  assert.deepEqual(barsOf(buildUsageReport({ ...input, query: queryOf({ group_by: ["model"] }) }), 10), []);
  assert.deepEqual(barsOf(buildCostReport({ ...input, query: queryOf({}) }), 10), []);
});

Deno.test("writeBars() draws lengths in proportion and something for the smallest amount", () => {
  const bars = [
    { label: "long", amount: usdFromNanos(4_000_000_000n) },
    { label: "half", amount: usdFromNanos(2_000_000_000n) },
    { label: "tiny", amount: usdFromNanos(10_000_000n) },
    { label: "none", amount: usdFromNanos(0n) },
  ];
  assert.equal(
    [...writeBars(bars, { width: 23 })].join(""),
    "long  ████████    $4.00\n" +
      "half  ████        $2.00\n" +
      "tiny  ▏         $0.0100\n" +
      "none              $0.00\n",
  );
});
