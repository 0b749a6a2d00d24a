import assert from "node:assert/strict";
import fc from "fast-check";
import { buildCostReport } from "../../../core/analytics/build_report.ts";
import { CostopsError } from "../../../core/error.ts";
import { writeJson } from "../../../core/report/formats/json.ts";
import { readReport } from "../../../core/report/read_report.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "./sample.ts";

Deno.test("readReport() gives back the report that was written, to the last digit", () => {
  const count = fc.bigInt({ min: 0n, max: 1n << 70n });
  const rows = fc.array(fc.tuple(fc.option(fc.string({ unit: "grapheme" })), count, count, count), { maxLength: 5 });
  fc.assert(fc.property(rows, (parts) => {
    const report = buildCostReport({
      query: queryOf({ group_by: ["model,day"], columns: ["seconds"], filter: ["tag:team=a,b"] }),
      rows: parts.map(([model, requests, nanos, seconds]) => rowOf([model], { requests, nanos, units: { seconds } })),
      now: NOW,
      price_book: PRICE_BOOK,
    });
    assert.deepEqual(readReport([...writeJson(report)].join("")), report);
  }));
});

Deno.test("readReport() refuses what is no report and says where", () => {
  const fails = (text: string, message: string) =>
    assert.throws(
      () => readReport(text),
      (error) => error instanceof CostopsError && error.kind === "unreadable" && error.message === message,
    );
  const [...pieces] = writeJson(buildCostReport({ query: queryOf({}), rows: [], now: NOW, price_book: PRICE_BOOK }));
  const text = pieces.join("");
  fails("<html>", "Cannot read the report: the answer is not JSON");
  fails("{}", "Cannot read the report: /report is not what a report has there");
  fails(
    text.replace('"priced_records": 0', '"priced_records": 0.5'),
    "Cannot read the report: /coverage/priced_records is not what a report has there",
  );
  fails(
    text.replace('"requests": 0', '"requests": "0"'),
    'Cannot read the report: column "requests" has a cell of another type',
  );
});
