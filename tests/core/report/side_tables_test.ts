import assert from "node:assert/strict";
import { displayCell } from "../../../core/report/display.ts";
import { writeCsv } from "../../../core/report/formats/csv.ts";
import { writeHtml } from "../../../core/report/formats/html.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import { writeMarkdown } from "../../../core/report/formats/markdown.ts";
import { writeNdjson } from "../../../core/report/formats/ndjson.ts";
import { writeTable } from "../../../core/report/formats/table.ts";
import type { Report } from "../../../core/report/report.ts";

const REPORT: Report = {
  report: {
    type: "trends",
    title: "Trend",
    organization_id: "acme",
    since: "2026-01-05T00:00:00Z",
    until: "2026-01-06T00:00:00Z",
    tz: "UTC",
    group_by: [],
    filter: {},
    currency: "USD",
    generated_at: "2026-01-07T12:00:00Z",
    price_book: "genai-prices 0.1.8",
    records_since: "2026-01-05T06:00:00Z",
    summary: {
      average_cost_usd: { value: 9_007_199_254_740_993n, type: "usd" },
      busiest_period: { value: null, type: "time" },
    },
    tables: {
      movers: {
        columns: [{ name: "model", type: "text" }, { name: "cost_share", type: "ratio" }],
        rows: [["<b>|=1", 333_333n]],
      },
      nothing: { columns: [{ name: "model", type: "text" }], rows: [] },
    },
  },
  columns: [{ name: "model", type: "text" }, { name: "error_rate", type: "ratio" }],
  rows: [["a", 125_000n], ["b", null], ["c", -1_000_000n]],
  totals: { error_rate: 1n },
  coverage: { priced_records: 1n, unpriced_records: 0n, unpriced_tokens: 0n, ratio: 1 },
};

const write = (pieces: Iterable<string>) => [...pieces].join("");

Deno.test("ratios are exact for machines: six decimals at most, no float", () => {
  assert.equal(write(writeCsv(REPORT)), "model,error_rate\na,0.125\nb,\nc,-1\n");
  assert.equal(
    write(writeNdjson(REPORT)),
    '{"model":"a","error_rate":0.125}\n{"model":"b","error_rate":null}\n{"model":"c","error_rate":-1}\n',
  );
});

Deno.test("ratios are percentages for people, and what is not zero never reads as zero", () => {
  const shown = [0n, 1n, 49n, 50n, 51n, 333_333n, 1_000_000n, 12_345_678_900n, -125_000n];
  assert.deepEqual(shown.map((value) => displayCell(value, "ratio")), [
    "0.00%",
    "0.0001%",
    "0.0049%",
    "0.0050%",
    "0.01%",
    "33.33%",
    "100.00%",
    "1,234,567.89%",
    "-12.50%",
  ]);
});

Deno.test("writeJson() puts the summary and each table into the head as fields of their own", () => {
  const text = write(writeJson(REPORT));
  const { report, totals } = JSON.parse(text);
  assert.deepEqual(report.summary, { average_cost_usd: "9007199.254740993", busiest_period: null });
  assert.deepEqual(report.movers, [{ model: "<b>|=1", cost_share: 0.333333 }]);
  assert.deepEqual(report.nothing, []);
  assert.equal(report.records_since, "2026-01-05T06:00:00Z");
  assert.equal("tables" in report, false);
  assert.deepEqual(totals, { error_rate: 0.000001 });
  assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
});

Deno.test("writeTable() writes figures and tables below the rows", () => {
  assert.equal(
    write(writeTable(REPORT)),
    `Trend
2026-01-05T00:00:00Z to 2026-01-06T00:00:00Z (UTC)

model  error_rate
─────  ──────────
a          12.50%
b               -
c        -100.00%
─────  ──────────
Total     0.0001%

Average cost: $9,007,199.25
Busiest period: -
Latencies and statuses are of the records since 2026-01-05T06:00:00Z; earlier ones are dropped

Movers
model   cost_share
──────  ──────────
<b>|=1      33.33%

Nothing
model
─────
`,
  );
});

Deno.test("writeMarkdown() and writeHtml() write figures and tables, escaped", () => {
  const markdown = write(writeMarkdown(REPORT));
  assert.ok(markdown.includes("\n- Average cost: $9,007,199.25\n- Busiest period: -\n"));
  assert.ok(markdown.includes("\n## Movers\n\n| model | cost_share |\n| :--- | ---: |\n| \\<b\\>\\|=1 | 33.33% |\n"));
  const html = write(writeHtml(REPORT));
  assert.ok(html.includes("<ul><li>Average cost: $9,007,199.25</li>"));
  assert.ok(html.includes('<tr><td>&lt;b&gt;|=1</td><td class="n"><data value="0.333333">33.33%</data></td></tr>'));
});

Deno.test("a table of anomalies keeps since, series, impact and cause when it gets narrow", () => {
  const names = [
    "since",
    "until",
    "series",
    "direction",
    "severity",
    "actual_usd",
    "impact_usd",
    "state",
    "cause",
    "id",
  ];
  const periods = ["2026-01-05", "2026-01-06", "2026-01-07"];
  const report: Report = {
    ...REPORT,
    report: {
      ...REPORT.report,
      type: "anomaly",
      summary: {},
      tables: {
        causes: { columns: [{ name: "cause", type: "text" }], rows: [] },
        periods: {
          columns: ["period", "cost_usd", "expected"].map((name) => ({ name, type: "text" })),
          rows: periods.map((day, at) => [day, "1", at < 2 ? null : "1"]),
        },
      },
    },
    columns: names.map((name) => ({ name, type: name.endsWith("_usd") ? "usd" : "text" })),
    rows: [
      names.map((name) => name.endsWith("_usd") ? 1_000_000_000n : name === "cause" ? "volume ".repeat(20) : name),
    ],
    totals: {},
  };
  const header = (width: number) => write(writeTable(report, { width })).split("\n")[3]!.split(/ +/);
  assert.deepEqual(header(70), ["since", "series", "impact_usd", "cause"]);
  assert.deepEqual(header(114), names.filter((name) => name !== "id"));
  assert.match(write(writeTable(report)), /^Not judged: 2 of 3 periods/m);
  const none = write(writeTable({ ...report, rows: [] }));
  assert.match(none, /^Nothing unusual in this period$/m);
  assert.doesNotMatch(none, /impact_usd|Causes/);
});
