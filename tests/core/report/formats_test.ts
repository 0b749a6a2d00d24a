import assert from "node:assert/strict";
import fc from "fast-check";
import { parse as parseCsv } from "csv-parse/sync";
import { buildCostReport } from "../../../core/analytics/build_report.ts";
import { CostopsError } from "../../../core/error.ts";
import { readReportFormat, REPORT_FORMATS } from "../../../core/report/format.ts";
import { writeCsv } from "../../../core/report/formats/csv.ts";
import { writeHtml } from "../../../core/report/formats/html.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import { writeMarkdown } from "../../../core/report/formats/markdown.ts";
import { writeNdjson } from "../../../core/report/formats/ndjson.ts";
import { writeTable } from "../../../core/report/formats/table.ts";
import { writeXlsx } from "../../../core/report/formats/xlsx.ts";
import type { Report } from "../../../core/report/report.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf, type RowTexts } from "./sample.ts";

const WRITERS = {
  csv: writeCsv,
  json: writeJson,
  ndjson: writeNdjson,
  md: writeMarkdown,
  html: writeHtml,
  table: writeTable,
};

function write(name: keyof typeof WRITERS, report: Report, width = 200): string {
  return [...WRITERS[name](report, { width })].join("");
}

Deno.test("REPORT_FORMATS load the writer of their name", async () => {
  const writers = { ...WRITERS, xlsx: writeXlsx };
  for (const { name, load } of Object.values(REPORT_FORMATS)) assert.equal(await load(), writers[name], name);
});

function reportOf(rows: readonly [string | null, RowTexts][], columns: string[] = []): Report {
  return buildCostReport({
    query: queryOf({ group_by: ["model"], columns }),
    rows: rows.map(([model, texts]) => rowOf([model], texts)),
    now: NOW,
    price_book: PRICE_BOOK,
  });
}

/** Two groups, one of them without a price. */
const SMALL = reportOf([
  ["gpt-5", { requests: 1234n, input_tokens: 1_500_000n, output_tokens: 20_000n, nanos: 1_234_567_890_123n }],
  [null, { input_tokens: 3n, unpriced_records: 1n, unpriced_tokens: 3n }],
]);

Deno.test("writeCsv() writes a header and exact rows, an empty cell for null, no totals", () => {
  assert.equal(
    write("csv", SMALL),
    "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd," +
      "unpriced_records\n" +
      "gpt-5,1234,1500000,0,0,20000,1520000,1234.567890123,0\n" +
      ",1,3,0,0,0,3,,1\n",
  );
});

Deno.test("writeCsv() puts an apostrophe before what a spreadsheet would run, and before nothing else", () => {
  const dangerous = ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"];
  for (const model of dangerous) {
    const [, row] = parseCsv(write("csv", reportOf([[model, {}]])));
    assert.equal(row![0], `'${model}`);
  }
  for (const model of ["a=1", "1", "'a", " =1"]) {
    const [, row] = parseCsv(write("csv", reportOf([[model, {}]])));
    assert.equal(row![0], model);
  }
});

Deno.test("writeCsv() leaves a negative number a number", () => {
  const lines = write("csv", reportOf([["refund", { nanos: -1_500_000_000n }]])).split("\n");
  assert.equal(lines[1], "refund,1,0,0,0,0,0,-1.500000000,0");
});

Deno.test("writeCsv() is read back with the same texts, whatever is in them", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (model) => {
    const [, row] = parseCsv(write("csv", reportOf([[`x${model}`, {}]])), { record_delimiter: "\n" });
    assert.equal(row![0], `x${model}`);
  }));
});

Deno.test("writeJson() has the shape of the wire contract", () => {
  const query = queryOf({ columns: ["seconds"], filter: ["user=ann"] });
  const rows = [rowOf([], { nanos: 75_000_000n, units: { seconds: 1500n } })];
  assert.equal(
    write("json", buildCostReport({ query, rows, now: NOW, price_book: PRICE_BOOK })),
    `{
  "report": {
    "type": "cost",
    "title": "Cost",
    "organization_id": "acme",
    "since": "2026-01-05T00:00:00Z",
    "until": "2026-01-07T00:00:00Z",
    "tz": "UTC",
    "group_by": [],
    "filter": {
      "user": [
        "ann"
      ]
    },
    "currency": "USD",
    "generated_at": "2026-01-07T12:00:00Z",
    "price_book": "genai-prices 0.1.8"
  },
  "columns": [
    {
      "name": "requests",
      "type": "integer"
    },
    {
      "name": "input_tokens",
      "type": "integer"
    },
    {
      "name": "cache_read_tokens",
      "type": "integer"
    },
    {
      "name": "cache_write_tokens",
      "type": "integer"
    },
    {
      "name": "output_tokens",
      "type": "integer"
    },
    {
      "name": "total_tokens",
      "type": "integer"
    },
    {
      "name": "cost_usd",
      "type": "usd"
    },
    {
      "name": "unpriced_records",
      "type": "integer"
    },
    {
      "name": "seconds",
      "type": "thousandths"
    }
  ],
  "rows": [
    {
      "requests": 1,
      "input_tokens": 0,
      "cache_read_tokens": 0,
      "cache_write_tokens": 0,
      "output_tokens": 0,
      "total_tokens": 0,
      "cost_usd": "0.075000000",
      "unpriced_records": 0,
      "seconds": 1.5
    }
  ],
  "totals": {
    "requests": 1,
    "input_tokens": 0,
    "cache_read_tokens": 0,
    "cache_write_tokens": 0,
    "output_tokens": 0,
    "total_tokens": 0,
    "cost_usd": "0.075000000",
    "unpriced_records": 0,
    "seconds": 1.5
  },
  "coverage": {
    "priced_records": 1,
    "unpriced_records": 0,
    "unpriced_tokens": 0,
    "ratio": 1
  }
}
`,
  );
});

Deno.test("writeJson() lays out as JSON.stringify() does, with and without rows", () => {
  for (const report of [SMALL, reportOf([]), reportOf([['a"\n\u2028', {}], ["b", {}]])]) {
    const text = write("json", report);
    assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  }
});

Deno.test("writeJson() keeps every digit beyond 2^53", () => {
  const text = write("json", reportOf([["m", { requests: 9_007_199_254_740_993n, nanos: 9_007_199_254_740_993n }]]));
  assert.ok(text.includes('"requests": 9007199254740993,'));
  assert.ok(text.includes('"cost_usd": "9007199.254740993",'));
  assert.ok(text.includes('"priced_records": 9007199254740993,'));
});

Deno.test("writeNdjson() writes one object a line", () => {
  assert.equal(
    write("ndjson", SMALL),
    '{"model":"gpt-5","requests":1234,"input_tokens":1500000,"cache_read_tokens":0,"cache_write_tokens":0,' +
      '"output_tokens":20000,"total_tokens":1520000,"cost_usd":"1234.567890123","unpriced_records":0}\n' +
      '{"model":null,"requests":1,"input_tokens":3,"cache_read_tokens":0,"cache_write_tokens":0,' +
      '"output_tokens":0,"total_tokens":3,"cost_usd":null,"unpriced_records":1}\n',
  );
});

Deno.test("writeMarkdown() writes an aligned table with totals and what is unpriced", () => {
  assert.equal(
    write("md", SMALL),
    `# Cost by model

2026-01-05T00:00:00Z to 2026-01-07T00:00:00Z (UTC)

| model | requests | input_tokens | cache_read_tokens | cache_write_tokens | output_tokens | total_tokens | cost_usd | unpriced_records |
| :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| gpt-5 | 1,234 | 1,500,000 | 0 | 0 | 20,000 | 1,520,000 | $1,234.57 | 0 |
| - | 1 | 3 | 0 | 0 | 0 | 3 | - | 1 |
| **Total** | **1,235** | **1,500,003** | **0** | **0** | **20,000** | **1,520,003** | **$1,234.57** | **1** |

Not in the cost: 1 record without a known price (3 tokens); 99.9% of the records are priced.
`,
  );
});

Deno.test("writeMarkdown() lets no name make a cell, a line, a link or HTML", () => {
  const text = write("md", reportOf([["a|b\n![x](http://y)<script>_c_d_e", {}]]));
  assert.ok(text.includes("| a\\|b␊!\\[x\\](http://y)\\<script\\>\\_c_d_e | 1 |"));
});

Deno.test("writeTable() aligns, rounds, adds up and names what is unpriced", () => {
  assert.equal(
    write("table", SMALL),
    `Cost by model
2026-01-05T00:00:00Z to 2026-01-07T00:00:00Z (UTC)

model  requests  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens  total_tokens   cost_usd  unpriced_records
─────  ────────  ────────────  ─────────────────  ──────────────────  ─────────────  ────────────  ─────────  ────────────────
gpt-5     1,234     1,500,000                  0                   0         20,000     1,520,000  $1,234.57                 0
-             1             3                  0                   0              0             3          -                 1
─────  ────────  ────────────  ─────────────────  ──────────────────  ─────────────  ────────────  ─────────  ────────────────
Total     1,235     1,500,003                  0                   0         20,000     1,520,003  $1,234.57                 1

Not in the cost: 1 record without a known price (3 tokens); 99.9% of the records are priced
`,
  );
});

Deno.test("writeTable() leaves columns out and cuts names, never numbers, when it gets narrow", () => {
  const report = reportOf([["a-model-with-a-long-name", { requests: 5n, nanos: 1_234_567_890_000_000n }]]);
  assert.equal(
    write("table", report, 25),
    `Cost by model
2026-01-05T00:00:00Z to 2026-01-07T00:00:00Z (UTC)

model            cost_usd
──────────  ─────────────
a-model-w…  $1,234,567.89
──────────  ─────────────
Total       $1,234,567.89

Too narrow for cache_write_tokens, cache_read_tokens, output_tokens, input_tokens, requests, total_tokens, unpriced_records: a wider terminal or another --format shows them
`,
  );
});

Deno.test("writeTable() shows terminal commands instead of sending them, and counts wide characters as two", () => {
  const text = write("table", reportOf([["\u001b[31m模\u009b", { nanos: 1n }], ["b", { nanos: 0n }]]), 31);
  assert.ok(text.includes("␛[31m模<U+009B>  $0.000000001\n"));
  assert.ok(text.includes("b                       $0.00\n"));
});

Deno.test("writeHtml() escapes names and allows nothing but its own style", () => {
  const text = write("html", reportOf([[`<img src=x onerror="a('b')">&\u001b`, { nanos: 75_000_000n }]]));
  assert.ok(text.includes('<td class="w">&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;␛</td>'));
  assert.ok(!text.includes("<img"));
  assert.ok(!text.includes("<script"));
  assert.ok(text.includes('<data value="0.075000000">$0.0750</data>'));
  assert.match(
    text,
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='">/,
  );
});

Deno.test("writeHtml() draws the cost by its first dimension and says how much is priced", () => {
  const text = write("html", SMALL);
  assert.ok(text.includes('<text x="252" y="15.8" text-anchor="end">gpt-5</text><rect x="260" y="2.8" width="590"'));
  assert.ok(text.includes("<p>Not in the cost: 1 record without a known price (3 tokens); 99.9%"));
  assert.ok(text.includes('<tfoot><tr><td>Total</td><td class="n"><data value="1235">1,235</data></td>'));
  assert.ok(write("html", reportOf([])).includes("<p>No usage in this period.</p>"));
});

Deno.test("every format that adds up gives the same total", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 1n << 60n }), { minLength: 1, maxLength: 8 }), (amounts) => {
      const report = reportOf(amounts.map((nanos, index) => [`m${index}`, { nanos }]));
      const total = JSON.parse(write("json", report)).totals.cost_usd;
      const html = write("html", report);
      assert.ok(html.slice(html.indexOf("<tfoot>")).includes(`<data value="${total}">`));
      const rows = parseCsv(write("csv", report), { columns: true }) as { cost_usd: string }[];
      const sum = rows.reduce((sum, row) => sum + BigInt(row.cost_usd.replace(".", "")), 0n);
      assert.equal(sum, BigInt(total.replace(".", "")));
      const last = /^Total .*?(\S+) +0$/m.exec(write("table", report))![1]!;
      assert.ok(write("md", report).includes(`| **${last}** | **0** |`));
    }),
    { numRuns: 50 },
  );
});

Deno.test("readReportFormat() finds a format in any case and names the nearest to a mistyped one", () => {
  assert.equal(readReportFormat("CSV").extension, "csv");
  assert.throws(
    () => readReportFormat("jsno"),
    (error) =>
      error instanceof CostopsError && error.kind === "invalid" && error.message.endsWith("did you mean json?"),
  );
});

Deno.test("writeHtml() lets a wide table scroll by itself on a screen, and prints it smaller", () => {
  const names = Array.from({ length: 11 }, (_, at) => `name_${at}`);
  const report: Report = {
    ...SMALL,
    columns: names.map((name) => ({ name, type: "text" })),
    rows: [names.map((_, at) => "x".repeat(at === 0 ? 16 : at === 1 ? 17 : 49))],
    totals: {},
  };
  const html = write("html", report);
  assert.ok(html.includes('<div class="scroll" role="region" aria-label="Table" tabindex="0">\n<table class="wide">'));
  assert.ok(html.includes(`<td>${"x".repeat(16)}</td><td class="w">${"x".repeat(17)}</td><td class="l">`));
  assert.ok(write("html", SMALL).includes("<table>\n"));
});

Deno.test("no format that people read has a line of totals for a report without any", () => {
  const report: Report = { ...SMALL, totals: {} };
  assert.ok(write("html", SMALL).includes("<tfoot>"));
  for (const format of ["html", "md", "table"] as const) {
    assert.ok(!/<tfoot>|Total/.test(write(format, report)), format);
  }
});
