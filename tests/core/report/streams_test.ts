import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import readWorkbook from "read-excel-file";
import { buildCostReport, costKind, streamReport } from "../../../core/analytics/build_report.ts";
import type { CostRow } from "../../../core/analytics/measures.ts";
import { LIMITS } from "../../../core/limits.ts";
import { REPORT_FORMATS } from "../../../core/report/format.ts";
import type { ReportStream } from "../../../core/report/report_rows.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "./sample.ts";

const query = queryOf({ group_by: ["day,model"] });

/** The rows in pieces of two. */
function streamOf(rows: readonly CostRow[]): ReportStream {
  const given = { query, now: NOW, price_book: PRICE_BOOK };
  const inPieces = async function* () {
    for (let at = 0; at < rows.length; at += 2) yield await Promise.resolve(rows.slice(at, at + 2));
  };
  return streamReport({ ...given, rows: inPieces(), readTotal: () => Promise.resolve(rows) }, costKind(query));
}

const ROWS = [
  rowOf(["gpt-5"], { input_tokens: 1_500_000n, nanos: 1_234_567_890n }),
  rowOf(["=1+1"], { bucket: 1, input_tokens: 4n, nanos: 5n }),
  rowOf([null], { bucket: 1, input_tokens: 3n, unpriced_records: 1n, unpriced_tokens: 3n }),
];

Deno.test("a streamed report is written as a whole one is, in every format of text, with rows and without", async () => {
  for (const format of [REPORT_FORMATS.csv, REPORT_FORMATS.json, REPORT_FORMATS.ndjson, REPORT_FORMATS.md]) {
    const [write, writeRows] = [await format.load(), await format.loadStream()];
    for (const rows of [ROWS, []]) {
      const whole = [...write(buildCostReport({ query, rows, now: NOW, price_book: PRICE_BOOK }))].join("");
      const streamed = (await Array.fromAsync(writeRows(streamOf(rows)))).join("");
      assert.equal(streamed, whole, format.name);
    }
  }
});

async function readSheets(rows: readonly CostRow[]) {
  const writeRows = await REPORT_FORMATS.xlsx.loadStream();
  const pieces = await Array.fromAsync(writeRows(streamOf(rows)));
  return await readWorkbook(Buffer.concat(pieces), { trim: false });
}

Deno.test("streamXlsx() writes a short report as the whole workbook, with its totals", async () => {
  const sheets = await readSheets(ROWS);
  assert.deepEqual(sheets.map(({ sheet }) => sheet), ["Report", "Totals", "About"]);
  assert.deepEqual(sheets[0]!.data[2], [new Date("2026-01-06T00:00:00Z"), "=1+1", 1, 4, 0, 0, 0, 4, 5e-9, 0]);
});

Deno.test("streamXlsx() writes a long report as its rows, with exact texts where a sum has too many digits", async () => {
  const rows = Array.from({ length: LIMITS.workbook_rows + 1 }, (_, at) => rowOf([`m${at}`], { nanos: 7n }));
  const [long, ...others] = await readSheets(rows);
  assert.deepEqual([long!.sheet, long!.data.length, others.length], ["Report", LIMITS.workbook_rows + 2, 0]);
  assert.deepEqual(long!.data[0]!.slice(0, 3), ["day", "model", "requests"]);
  assert.deepEqual(long!.data[LIMITS.workbook_rows + 1], [
    new Date("2026-01-05T00:00:00Z"),
    "m20000",
    1,
    0,
    0,
    0,
    0,
    0,
    7e-9,
    0,
  ]);
  const [wide] = await readSheets([...rows, rowOf(["dear"], { nanos: 1_000_000_000_000_001n })]);
  assert.deepEqual(wide!.data[0]!.slice(8), ["cost_usd", "cost_usd_exact", "unpriced_records"]);
  assert.deepEqual(wide!.data.at(-1)!.slice(8), [1_000_000.000000001, "1000000.000000001", 0]);
});

Deno.test("streamXlsx() refuses more rows than a sheet takes", async () => {
  const rows = Array<CostRow>(1_048_576).fill(rowOf(["m"]));
  const writeRows = await REPORT_FORMATS.xlsx.loadStream();
  const write = async () => {
    for await (const _ of writeRows({ ...streamOf([]), rows: piecesOf(rows) }));
  };
  await assert.rejects(write(), /Cannot write more than 1048575 rows as xlsx: a sheet takes no more/);
});

/** Too many at once, so that nothing has to be written before it is noticed. */
async function* piecesOf(rows: readonly CostRow[]) {
  yield await Promise.resolve(rows.map(() => []));
}
