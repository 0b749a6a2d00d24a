import assert from "node:assert/strict";
import fc from "fast-check";
import { readJsonReport } from "../../../core/report/formats/read_json.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import type { Cell, Report, ReportColumn } from "../../../core/report/report.ts";

const COLUMNS: readonly ReportColumn[] = [
  { name: "day", type: "time" },
  { name: "model", type: "text" },
  { name: "requests", type: "integer" },
  { name: "cost_usd", type: "usd" },
  { name: "change_percent", type: "thousandths" },
  { name: "error_rate", type: "ratio" },
  { name: "mean_usd", type: "approximate_usd" },
];

function report(rows: readonly (readonly Cell[])[], totals: Report["totals"] = {}): Report {
  return {
    report: {
      type: "cost",
      title: "Cost",
      organization_id: "acme",
      since: "2026-01-01T00:00:00Z",
      until: "2026-02-01T00:00:00Z",
      tz: "UTC",
      group_by: ["model"],
      filter: { model: ["gpt-4"] },
      currency: "USD",
      generated_at: "2026-02-10T12:00:00Z",
      price_book: "genai-prices 0.1.8",
      summary: {
        periods: { value: 31n, type: "integer" },
        average_requests: { value: 1_500n, type: "thousandths" },
        busiest_period: { value: "2026-01-05", type: "time" },
        change_usd: { value: -75_000_000n, type: "usd" },
        change_percent: { value: null, type: "thousandths" },
      },
      tables: {
        movers: {
          columns: [{ name: "direction", type: "text" }, { name: "cost_usd", type: "usd" }],
          rows: [["rose", 1n], [null, null]],
        },
      },
    },
    columns: COLUMNS,
    rows,
    totals,
    coverage: { priced_records: 3n, unpriced_records: 1n, unpriced_tokens: 9_007_199_254_740_993n, ratio: 0.75 },
  };
}

function again(value: Report): Report {
  return readJsonReport([...writeJson(value)].join(""));
}

Deno.test("readJsonReport() reads back every digit of every type", () => {
  const row = ["2026-01-05", "gpt-4", 9_007_199_254_740_993n, -1n, 1_005n, 1n, 12_300_000n];
  const nothing = [null, null, null, null, null, null, null];
  const whole = report([row, nothing], { requests: 2n, cost_usd: null });
  assert.deepEqual(again(whole), whole);
});

Deno.test("readJsonReport() reads back any cells", () => {
  const number = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
  const row = fc.tuple(fc.string(), fc.string(), number, number, number, number, number);
  fc.assert(fc.property(fc.array(row), (rows) => {
    const whole = report(rows);
    assert.deepEqual(again(whole), whole);
  }));
});

Deno.test("readJsonReport() takes the columns of a small table without rows from who knows them", () => {
  const columns: ReportColumn[] = [{ name: "groups", type: "integer" }];
  const empty = report([]);
  const head = { ...empty.report, tables: { movers: { columns, rows: [] } } };
  const text = [...writeJson({ ...empty, report: head })].join("");
  assert.deepEqual(readJsonReport(text, { tables: { movers: columns } }).report, head);
});
