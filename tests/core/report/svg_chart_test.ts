import assert from "node:assert/strict";
import { buildCostReport, buildUsageReport } from "../../../core/analytics/build_report.ts";
import { buildBudgetReport } from "../../../core/budget/build_report.ts";
import type { Report } from "../../../core/report/report.ts";
import { writeSvgChart } from "../../../core/report/svg_chart.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "./sample.ts";

const DOLLAR = 1_000_000_000n;

function chartOf(rows: readonly ReturnType<typeof rowOf>[], group_by: string[]): string {
  return [...writeSvgChart(buildCostReport({ query: queryOf({ group_by }), rows, now: NOW, price_book: PRICE_BOOK }))]
    .join("");
}

const BUDGETS: Report = {
  ...buildBudgetReport({ organization_id: "acme", statuses: [], now: NOW, price_book: PRICE_BOOK }),
  columns: [
    { name: "budget", type: "text" },
    { name: "period", type: "time" },
    { name: "spent_usd", type: "usd" },
    { name: "used_ratio", type: "ratio" },
  ],
  rows: [["search", "2026-01", 415n * DOLLAR, 830_000n], ["the assistants of the shop", "2026-01", null, null]],
};

const rects = (svg: string) => [...svg.matchAll(/<rect [^>]*fill="(#\w+)"[^>]*>(?:<title>(.*?)<\/title>)?/g)];

Deno.test("writeSvgChart() stacks what is grouped by over time, the dearest below, with its legend", () => {
  const svg = chartOf([
    rowOf(["a"], { bucket: 0, nanos: 1n * DOLLAR }),
    rowOf(["b"], { bucket: 0, nanos: 3n * DOLLAR }),
    rowOf(["b"], { bucket: 1, nanos: 4n * DOLLAR }),
    rowOf(["c"], { bucket: 1, unpriced_records: 1n }),
  ], ["day,model"]);
  assert.deepEqual(rects(svg).map(([, color, title]) => [color, title]), [
    ["#0072b2", "2026-01-05 b: $3.00"],
    ["#0072b2", "2026-01-06 b: $4.00"],
    ["#e69f00", "2026-01-05 a: $1.00"],
    ["#0072b2", undefined],
    ["#e69f00", undefined],
  ]);
  // Four dollars are the height of 280 pixels above the line at 292: three of them end at 82, the fourth at 12.
  assert.ok(svg.includes('y="82" width="320" height="210" fill="#0072b2"><title>2026-01-05 b: $3.00'));
  assert.ok(svg.includes('y="12" width="320" height="70" fill="#e69f00"><title>2026-01-05 a: $1.00'));
  assert.ok(svg.includes('<text x="72" y="16" text-anchor="end">$4.00</text>'));
});

Deno.test("writeSvgChart() gives seven groups a colour, the last of them to all the rest", () => {
  const rows = Array.from({ length: 9 }, (_, at) => rowOf([`m${at}`], { nanos: BigInt(9 - at) * DOLLAR }));
  const titles = rects(chartOf(rows, ["day,model"])).flatMap(([, , title]) => title ?? []);
  assert.deepEqual(titles, [
    "2026-01-05 m0: $9.00",
    "2026-01-05 m1: $8.00",
    "2026-01-05 m2: $7.00",
    "2026-01-05 m3: $6.00",
    "2026-01-05 m4: $5.00",
    "2026-01-05 m5: $4.00",
    "2026-01-05 Other: $6.00",
  ]);
});

Deno.test("writeSvgChart() draws refunds below the line", () => {
  const svg = chartOf([rowOf([], { nanos: 3n * DOLLAR }), rowOf([], { bucket: 1, nanos: -1n * DOLLAR })], ["day"]);
  // From -1 to 3 dollars are 280 pixels: the line is at 222.
  assert.ok(svg.includes('y="12" width="320" height="210" fill="#0072b2"><title>2026-01-05: $3.00'));
  assert.ok(svg.includes('y="222" width="320" height="70" fill="#0072b2"><title>2026-01-06: -$1.00'));
});

Deno.test("writeSvgChart() draws bars of one dimension, and nothing without a cost or a grouping", () => {
  const svg = chartOf([rowOf(["a"], { nanos: 1n * DOLLAR }), rowOf(["b"], { nanos: 2n * DOLLAR })], ["model"]);
  assert.ok(svg.includes('<text x="252" y="15.8" text-anchor="end">b</text><rect x="260" y="2.8" width="590"'));
  assert.ok(svg.includes('<text x="252" y="37.8" text-anchor="end">a</text><rect x="260" y="24.8" width="295"'));
  assert.equal(chartOf([rowOf([], { nanos: 1n })], []), "");
  const usage = buildUsageReport({ query: queryOf({ group_by: ["day"] }), rows: [], now: NOW, price_book: PRICE_BOOK });
  assert.equal([...writeSvgChart(usage)].join(""), "");
});

Deno.test("writeSvgChart() lets no name be anything but text", () => {
  const svg = chartOf([rowOf([`</svg><script>"'&`], { nanos: DOLLAR })], ["day,model"]);
  assert.ok(!svg.includes("<script"));
  assert.ok(svg.includes("<title>2026-01-05 &lt;/svg&gt;&lt;script&gt;&quot;&#39;&amp;: $1.00</title>"));
});

Deno.test("writeSvgChart() draws what is spent of each budget, with how much of it is used", () => {
  const svg = [...writeSvgChart(BUDGETS)].join("");
  assert.ok(svg.includes('text-anchor="end">search, 83.00% used</text><rect x="260"'), svg);
  assert.ok(svg.includes('text-anchor="end">$415.00</text>'), svg);
  // A name may be long; what is unknown of a budget has no bar.
  assert.ok(svg.includes('text-anchor="end">the assistants of t…, - used</text><rect x="260" y="24.8" width="0"'), svg);
});
