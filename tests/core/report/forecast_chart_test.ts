import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import readWorkbook from "read-excel-file";
import { describeSummary } from "../../../core/report/summary_words.ts";
import { writeForecastChart } from "../../../core/report/forecast_text_chart.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import { readJsonReport } from "../../../core/report/formats/read_json.ts";
import { writeHtml } from "../../../core/report/formats/html.ts";
import { writeXlsx } from "../../../core/report/formats/xlsx.ts";
import type { Report } from "../../../core/report/report.ts";
import { writeSvgChart } from "../../../core/report/svg_chart.ts";

const USD = 1_000_000_000n;
const day = { name: "day", type: "time" } as const;
const expected = (["mean", "lower", "upper"] as const).map((kind) =>
  ({ name: `${kind}_cost_usd`, type: "approximate_usd" }) as const
);

/** Three days that ended, one of them missing, and two to come; 8 dollars are the highest. */
const REPORT: Report = {
  report: {
    type: "cost_forecast",
    title: "Cost forecast by day and project",
    organization_id: "acme",
    since: "2026-01-04T00:00:00Z",
    until: "2026-01-06T00:00:00Z",
    tz: "UTC",
    group_by: ["day", "project"],
    filter: {},
    currency: "USD",
    generated_at: "2026-01-04T12:00:00Z",
    price_book: "genai-prices 0.1.8",
    warnings: ["so <it> is"],
    summary: {
      month: { value: "2026-01", type: "time" },
      month_actual_cost_usd: { value: 6n * USD, type: "usd" },
      month_projected_cost_usd: { value: 100_500_000n, type: "approximate_usd" },
      month_projected_lower_cost_usd: { value: 90_000_000n, type: "approximate_usd" },
      month_projected_upper_cost_usd: { value: 110_000_000n, type: "approximate_usd" },
      method: { value: "flat", type: "text" },
      seasonality: { value: "none found", type: "text" },
      level_ratio: { value: 900_000n, type: "ratio" },
      driver: { value: "cost", type: "text" },
      history_since: { value: "2026-01-01T00:00:00Z", type: "time" },
      history_periods: { value: 3n, type: "integer" },
      missing_periods: { value: 1n, type: "integer" },
      backtest_mase: { value: 734n, type: "thousandths" },
      backtest_smape_percent: { value: 7_100n, type: "thousandths" },
      backtest_coverage_ratio: { value: 952_000n, type: "ratio" },
      backtest_origins: { value: 3n, type: "integer" },
      backtest_horizon_periods: { value: 2n, type: "integer" },
    },
    tables: {
      total: {
        columns: [day, ...expected],
        rows: [["2026-01-04", 4_000_000n, 2_000_000n, 6_000_000n], ["2026-01-05", 6_000_000n, 4_000_000n, 8_000_000n]],
      },
    },
    history: {
      columns: [day, { name: "cost_usd", type: "usd" }],
      rows: [["2026-01-01", 2n * USD], ["2026-01-02", null], ["2026-01-03", 4n * USD]],
    },
  },
  columns: [day, { name: "project", type: "text" }, ...expected],
  rows: [
    ["2026-01-04", "x", 4_000_000n, 2_000_000n, 6_000_000n],
    ["2026-01-05", "x", 6_000_000n, 4_000_000n, 8_000_000n],
  ],
  totals: { mean_cost_usd: 10_000_000n, lower_cost_usd: 7_000_000n, upper_cost_usd: 13_000_000n },
  coverage: { priced_records: 3n, unpriced_records: 0n, unpriced_tokens: 0n, ratio: 1 },
};

// Twelve rows are 8 dollars: 2 fill three of them, 4 six, and what is expected stands in the row that begins with it.
Deno.test("writeForecastChart() draws what was measured, then what is expected within its interval", () => {
  assert.equal(
    [...writeForecastChart(REPORT, { width: 40 })].join(""),
    [
      "             ┤   │ ░",
      "             ┤   │ ░",
      "       $6.00 ┤   │░━",
      "             ┤   │░░",
      "             ┤   │░░",
      "       $4.00 ┤   │━░",
      "             ┤  █│░",
      "             ┤  █│░",
      "       $2.00 ┤  █│░",
      "             ┤█ █│",
      "             ┤█ █│",
      "       $0.00 ┤█·█│",
      "             └───┴──",
      "                  2026-01-04",
      "              █ measured   ━ expected   ░ interval (90%)   · missing",
      "",
    ].join("\n"),
  );
});

Deno.test("writeSvgChart() draws a forecast as lines within a band, each point with its figures", () => {
  const svg = [...writeSvgChart(REPORT)].join("");
  // Eight dollars are 280 pixels above the line at 292.
  assert.ok(svg.includes('fill="#56b4e9" fill-opacity="0.3"'));
  assert.match(
    svg,
    /<circle [^>]*cy="152" r="2.5" fill="#0072b2"><title>2026-01-04: \$4\.00, between \$2\.00 and \$6\.00<\/title>/,
  );
  assert.match(svg, /<circle [^>]*cy="222" r="2.5" fill="#1b1f24"><title>2026-01-01: \$2\.00<\/title>/);
  assert.equal([...svg.matchAll(/<circle/g)].length, 4);
  assert.match(svg, /Interval \(90%\)/);
  assert.ok([...writeHtml(REPORT)].join("").includes("so &lt;it&gt; is"));
});

/** Less than one request in a period. */
const SPARSE: Report = {
  ...REPORT,
  report: { ...REPORT.report, type: "usage_forecast", tables: {}, history: undefined },
  columns: [
    day,
    ...expected.map(({ name }) => ({ name: name.replace("cost_usd", "requests"), type: "thousandths" as const })),
  ],
  rows: [["2026-01-04", 250n, 0n, 800n]],
};

Deno.test("charts of fractions of a request have fractions on their lines", () => {
  assert.match([...writeForecastChart(SPARSE, { width: 60 })].join(""), / 0\.6 ┤/);
  const svg = [...writeSvgChart(SPARSE)].join("");
  assert.match(svg, /<title>2026-01-04: 0\.25, between 0 and 0\.8<\/title>/);
  assert.match(svg, /<text [^>]*>0\.4<\/text>/);
});

Deno.test("describeSummary() tells a forecast's month, method, errors and warnings", () => {
  assert.deepEqual(describeSummary(REPORT), [
    "2026-01: $6.00 so far, $100.50 expected at its end (90% interval $90.00 to $110.00)",
    "Method: flat; pattern: none found",
    "Learned from 3 periods since 2026-01-01T00:00:00Z, 1 of them missing",
    "Forecasts of 2 periods made from 3 earlier times: sMAPE 7.1%, MASE 0.734, 95.20% within their 90% interval",
    "Note: so <it> is",
  ]);
});

Deno.test("readJsonReport() reads a forecast back: its history, its warnings, and what is exact and what is not", () => {
  assert.deepEqual(readJsonReport([...writeJson(REPORT)].join("")), REPORT);
});

Deno.test("writeXlsx() writes a forecast, its tables and what was measured", async () => {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeXlsx(REPORT)) pieces.push(piece);
  const sheets = await readWorkbook(Buffer.concat(pieces));
  assert.deepEqual(sheets.map(({ sheet }) => sheet), ["Report", "Totals", "Total", "Measured", "About"]);
  assert.deepEqual(sheets[0]!.data[1]!.slice(1), ["x", 4, 2, 6]);
  assert.deepEqual(sheets[3]!.data[2]!.slice(1), [null]);
});
