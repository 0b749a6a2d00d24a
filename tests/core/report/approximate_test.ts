import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import readWorkbook from "read-excel-file";
import { toApproximateCell, toRatioCell, toThousandths, writeExact } from "../../../core/report/cell.ts";
import { displayCell } from "../../../core/report/display.ts";
import { writeCsv } from "../../../core/report/formats/csv.ts";
import { writeHtml } from "../../../core/report/formats/html.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import { writeMarkdown } from "../../../core/report/formats/markdown.ts";
import { writeNdjson } from "../../../core/report/formats/ndjson.ts";
import { writeTable } from "../../../core/report/formats/table.ts";
import { writeXlsx } from "../../../core/report/formats/xlsx.ts";
import type { Report } from "../../../core/report/report.ts";

const REPORT: Report = {
  report: {
    type: "cost",
    title: "Cost",
    organization_id: "acme",
    since: "2026-01-01T00:00:00Z",
    until: "2026-01-02T00:00:00Z",
    tz: "UTC",
    group_by: [],
    filter: {},
    currency: "USD",
    generated_at: "2026-01-02T12:00:00Z",
    price_book: "genai-prices 0.1.8",
  },
  columns: [{ name: "day", type: "time" }, { name: "mean_usd", type: "approximate_usd" }],
  rows: [["2026-01-01", 12_300_000n], ["2026-01-02", 12_345_678_901_234_567n]],
  totals: {},
  coverage: { priced_records: 0n, unpriced_records: 0n, unpriced_tokens: 0n, ratio: 1 },
};

const text = (write: (report: Report) => Iterable<string>) => [...write(REPORT)].join("");

Deno.test("an approximate dollar has six decimals, always, and is rounded to them", () => {
  assert.equal(writeExact(toApproximateCell(12.3), "approximate_usd"), "12.300000");
  assert.equal(writeExact(toApproximateCell(0), "approximate_usd"), "0.000000");
  assert.equal(writeExact(toApproximateCell(-0.0000016), "approximate_usd"), "-0.000002");
  assert.equal(displayCell(12_300_000n, "approximate_usd"), "$12.30");
});

Deno.test("toThousandths() and toRatioCell() round statistics to the decimals of their columns", () => {
  assert.equal(writeExact(toThousandths(1_234.5678), "thousandths"), "1234.568");
  assert.equal(writeExact(toThousandths(100), "thousandths"), "100");
  assert.equal(writeExact(toRatioCell(0.95), "ratio"), "0.95");
});

Deno.test("approximate dollars are the same digits in every format, and a number in JSON where an amount is a text", () => {
  assert.equal(text(writeCsv), "day,mean_usd\n2026-01-01,12.300000\n2026-01-02,12345678901.234567\n");
  assert.match(text(writeJson), /"mean_usd": 12\.300000\n/);
  assert.match(text(writeJson), /"type": "approximate_usd"/);
  assert.match(text(writeNdjson), /^\{"day":"2026-01-01","mean_usd":12\.300000\}\n/);
  assert.match(text(writeHtml), /<data value="12\.300000">\$12\.30<\/data>/);
  assert.match(text(writeMarkdown), /\| 2026-01-01 \| \$12\.30 \|/);
  assert.match(text(writeTable), /2026-01-01 +\$12\.30\n/);
});

Deno.test("approximate dollars in XLSX are numbers without a column of exact digits beside them", async () => {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeXlsx(REPORT)) pieces.push(piece);
  const rows = (await readWorkbook(Buffer.concat(pieces)))[0]!.data;
  assert.deepEqual(rows[0], ["day", "mean_usd"]);
  assert.equal(rows[1]![1], 12.3);
});
