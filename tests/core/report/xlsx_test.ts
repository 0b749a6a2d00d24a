import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import readWorkbook from "read-excel-file";
import { buildCostReport } from "../../../core/analytics/build_report.ts";
import { writeXlsx } from "../../../core/report/formats/xlsx.ts";
import type { Report } from "../../../core/report/report.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf, type RowTexts } from "./sample.ts";

function reportOf(rows: readonly [string | null, RowTexts][], group_by = "day,model"): Report {
  return buildCostReport({
    query: queryOf({ group_by: [group_by], filter: ["project=search,docs"] }),
    rows: rows.map(([model, texts]) => rowOf([model], texts)),
    now: NOW,
    price_book: PRICE_BOOK,
  });
}

async function write(report: Report): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of writeXlsx(report)) pieces.push(bytes);
  return Buffer.concat(pieces);
}

type Sheets = Readonly<Record<string, readonly (readonly unknown[])[]>>;

async function read(report: Report): Promise<Sheets> {
  const sheets = await readWorkbook(await write(report), { trim: false });
  return Object.fromEntries(sheets.map(({ sheet, data }) => [sheet, data]));
}

Deno.test("writeXlsx() writes numbers as numbers, days as dates and null as nothing", async () => {
  const { Report: rows } = await read(reportOf([
    ["gpt-5", { requests: 12n, input_tokens: 1_500_000n, output_tokens: 20_000n, nanos: 1_234_567_890n }],
    [null, { bucket: 1, input_tokens: 3n, unpriced_records: 1n, unpriced_tokens: 3n }],
  ]));
  assert.deepEqual(rows, [
    [
      "day",
      "model",
      "requests",
      "input_tokens",
      "cache_read_tokens",
      "cache_write_tokens",
      "output_tokens",
      "total_tokens",
      "cost_usd",
      "unpriced_records",
    ],
    [new Date("2026-01-05T00:00:00Z"), "gpt-5", 12, 1_500_000, 0, 0, 20_000, 1_520_000, 1.23456789, 0],
    [new Date("2026-01-06T00:00:00Z"), null, 1, 3, 0, 0, 0, 3, null, 1],
  ]);
});

Deno.test("writeXlsx() keeps totals and what the report is about on sheets of their own", async () => {
  const { Totals, About } = await read(reportOf([
    ["a", { nanos: 1n }],
    ["b", { nanos: 2_000_000_000n }],
    ["c", { unpriced_records: 1n, unpriced_tokens: 3n, input_tokens: 3n }],
  ]));
  assert.deepEqual(Totals, [
    [
      "requests",
      "input_tokens",
      "cache_read_tokens",
      "cache_write_tokens",
      "output_tokens",
      "total_tokens",
      "cost_usd",
      "unpriced_records",
    ],
    [3, 3, 0, 0, 0, 3, 2.000000001, 1],
  ]);
  const about = Object.fromEntries(About as [string, string][]);
  assert.equal(about["title"], "Cost by day and model");
  assert.equal(about["since"], "2026-01-05T00:00:00Z");
  assert.equal(about["filter"], "project = search or docs");
  assert.equal(about["price book"], "genai-prices 0.1.8");
  assert.equal(about["generated at"], "2026-01-07T12:00:00Z");
  assert.equal(about["unpriced records"], "1");
  assert.equal(about["total cost_usd"], "2.000000001");
});

Deno.test("writeXlsx() writes all digits as text beside a number that Excel cannot hold", async () => {
  const { Report: rows, Totals } = await read(reportOf([
    ["a", { nanos: 9_007_199_254_740_993n }],
    ["b", { nanos: 5n }],
  ], "model"));
  assert.deepEqual(rows!.map((row) => [row[0], row[7], row[8]]), [
    ["model", "cost_usd", "cost_usd_exact"],
    ["a", 9_007_199.254740993, "9007199.254740993"],
    ["b", 0.000000005, "0.000000005"],
  ]);
  assert.deepEqual(Totals!.map((row) => row[7]), ["cost_usd_exact", "9007199.254740998"]);
});

Deno.test("writeXlsx() writes names that look like formulas as text, and no formula at all", async () => {
  const names = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "<b>&\"'",
    "\u0001\u202e",
    "模型 🚀",
    "_x0041_",
    " a ",
    "01",
    "2026-01-05",
  ];
  const report = reportOf(names.map((name, at) => [name, { nanos: BigInt(names.length - at) }]), "model");
  const { Report: rows } = await read(report);
  assert.deepEqual(rows!.slice(1).map((row) => row[0]), [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "<b>&\"'",
    "␁<U+202E>",
    "模型 🚀",
    "_x0041_",
    " a ",
    "01",
    "2026-01-05",
  ]);
  const xml = unzip(await write(report)).get("xl/worksheets/sheet1.xml")!;
  assert.match(xml, /<c r="A2" t="inlineStr"><is><t>=1\+1<\/t><\/is><\/c>/);
  assert.ok(!/<f[ >/]/.test(xml));
});

Deno.test("writeXlsx() freezes the header and gives columns their width", async () => {
  const xml = unzip(await write(reportOf([["a".repeat(200), {}]], "model"))).get("xl/worksheets/sheet1.xml")!;
  assert.ok(xml.includes('<pane ySplit="1" topLeftCell="A2" state="frozen" activePane="bottomLeft"/>'));
  assert.ok(xml.includes('<col min="1" max="1" width="60" customWidth="true"/>'));
  assert.ok(xml.includes('<col min="2" max="2" width="11" customWidth="true"/>'));
});

Deno.test("writeXlsx() writes the same report as the same bytes", async () => {
  const report = reportOf([["a", { nanos: 1n }]]);
  assert.deepEqual(await write(report), await write(report));
});

/** The parts of a ZIP by name, read off its central directory (APPNOTE 6.3.10, 4.3.12). */
function unzip(bytes: Buffer): Map<string, string> {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const parts = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    parts.set(name, (bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(body) : body).toString("utf8"));
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}
