import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parse as parseCsv } from "csv-parse/sync";
import readWorkbook from "read-excel-file";
import { RECORD_COLUMNS } from "../../core/report/record_lines.ts";
import { checkFocusRows } from "../core/report/focus/rules.ts";
import { inPlace, type Place } from "./program.ts";

const JANUARY = ["--since", "2026-01"];

/** gpt-4 costs 30 dollars for a million input tokens and 60 for a million output tokens. */
const RECORDS = [
  '{"id":"a","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","input_tokens":1000,"output_tokens":10,' +
  '"project":"=1+1","tags":{"team":"a, \\"b\\""}}',
  '{"id":"b","timestamp":"2026-01-05T11:00:00Z","provider":"openai","model":"gpt-4","input_tokens":7,"output_tokens":0}',
  '{"id":"c","timestamp":"2026-01-06T11:00:00.5Z","provider":"nobody","model":"mystery","input_tokens":5,"output_tokens":0}',
].map((line) => `${line}\n`).join("");

async function withRecords(test: (place: Place) => Promise<void>): Promise<void> {
  await inPlace(async (place) => {
    assert.equal((await place.run(["ingest"], RECORDS)).code, 0);
    await test(place);
  });
}

Deno.test("costops report --format focus: a row for each day, model and meter, and what is left out on stderr", async () => {
  await withRecords(async ({ run, folder }) => {
    const { code, err } = await run(["report", "cost", ...JANUARY, "--format", "focus", "-o", "focus.csv"]);
    assert.equal(code, 0);
    assert.equal(err, "Left out, since they have no known price: 1 record; see costops prices missing\n");
    const rows: Record<string, string>[] = parseCsv(await Deno.readTextFile(`${folder}/focus.csv`), { columns: true });
    checkFocusRows(rows);
    assert.deepEqual(rows.map((row) => [row.ChargePeriodStart, row.SkuId, row.ConsumedQuantity, row.BilledCost]), [
      ["2026-01-05T00:00:00Z", "openai/gpt-4/input_tokens", "1007", "0.030210000"],
      ["2026-01-05T00:00:00Z", "openai/gpt-4/output_tokens", "10", "0.000600000"],
    ]);
    const { out } = await run(["query", "costs", ...JANUARY, "--json"]);
    assert.equal(JSON.parse(out).totals.cost_usd, "0.030810000");
  });
});

Deno.test("costops: what is no cost is not written as focus", async () => {
  await withRecords(async ({ run }) => {
    for (const subject of ["usage", "summary"]) {
      const { code, out, err } = await run(["report", subject, ...JANUARY, "--format", "focus"]);
      assert.deepEqual({ code, out }, { code: 2, out: "" });
      assert.match(err, /costops report cost --format focus/);
    }
  });
});

Deno.test("costops report --format xlsx: a workbook whose sum is the query's", async () => {
  await withRecords(async ({ run, folder }) => {
    const { code, out, err } = await run([
      ...["report", "cost", ...JANUARY, "--group-by", "day,project"],
      ...["--format", "xlsx", "-o", "costs.xlsx"],
    ]);
    assert.deepEqual({ code, out, err }, { code: 0, out: "", err: "" });
    const sheets = await readWorkbook(Buffer.from(await Deno.readFile(`${folder}/costs.xlsx`)));
    assert.deepEqual(sheets.map(({ sheet }) => sheet), ["Report", "Totals", "About"]);
    assert.deepEqual(sheets[0]!.data.slice(1).map((row) => [row[1], row[8]]), [
      ["=1+1", 0.0306],
      [null, 0.00021],
      [null, null],
    ]);
    assert.equal(sheets[1]!.data[1]![6], 0.03081);
  });
});

Deno.test("costops query records --format csv: every record, in columns that stay, safe for a spreadsheet", async () => {
  await withRecords(async ({ run }) => {
    const { out } = await run(["query", "records", ...JANUARY, "--format", "csv"]);
    const rows: Record<string, string>[] = parseCsv(out, { columns: true });
    assert.deepEqual(Object.keys(rows[0]!), [...RECORD_COLUMNS]);
    const names = ["timestamp", "id", "project", "tags", "input_tokens", "cost_usd", "unpriced_reason"];
    assert.deepEqual(rows.map((row) => names.map((name) => row[name])), [
      ["2026-01-06T11:00:00.5Z", "c", "", "", "5", "", "unknown_provider"],
      ["2026-01-05T11:00:00Z", "b", "", "", "7", "0.000210000", ""],
      ["2026-01-05T10:00:00Z", "a", "'=1+1", '{"team":"a, \\"b\\""}', "1000", "0.030600000", ""],
    ]);
  });
});

Deno.test("costops query records --format csv: is read again as the same usage", async () => {
  await withRecords(async (place) => {
    const { out } = await place.run(["query", "records", ...JANUARY, "--format", "csv", "--filter", "project="]);
    const again = await place.run(["ingest", "--database", `${place.folder}/again.db`], out);
    assert.match(again.err, /read 2 \/ inserted 2 /);
    const query = ["query", "costs", ...JANUARY, "--group-by", "provider", "--format", "csv"];
    const { out: rows } = await place.run([...query, "--database", `${place.folder}/again.db`]);
    assert.equal(rows.split("\n").slice(1).join("\n"), "openai,1,7,0,0,0,7,0.000210000,0\nnobody,1,5,0,0,0,5,,1\n");
  });
});

Deno.test("costops query records --format ndjson: all of several pages once, or as many as --limit says", async () => {
  await inPlace(async ({ run }) => {
    const line = (at: number) =>
      `{"id":"r${at}","timestamp":"2026-01-05T10:00:00Z","provider":"nobody","model":"m","input_tokens":1}\n`;
    await run(["ingest"], Array.from({ length: 4_500 }, (_, at) => line(at)).join(""));
    const { out } = await run(["query", "records", ...JANUARY, "--format", "ndjson"]);
    const ids = out.trimEnd().split("\n").map((text) => JSON.parse(text).id);
    assert.equal(ids.length, 4_500);
    assert.equal(new Set(ids).size, 4_500);
    const some = await run(["query", "records", ...JANUARY, "--format", "ndjson", "--limit", "2001"]);
    assert.deepEqual(some.out.trimEnd().split("\n").map((text) => JSON.parse(text).id), ids.slice(0, 2_001));
    const listed = await run(["query", "records", ...JANUARY, "--json"]);
    assert.equal(JSON.parse(listed.out).data.length, 20);
    const { code, err } = await run(["query", "records", ...JANUARY, "--json", "--limit", "1001"]);
    assert.equal(code, 2);
    assert.match(err, /csv and ndjson take all of them/);
  });
});

Deno.test({
  name: "costops report --format xlsx: is not written to a terminal (needs script)",
  ignore: !new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" }).outputSync().success,
  fn: () =>
    withRecords(async ({ shell }) => {
      const { out } = await shell('script -qec "$*" /dev/null < /dev/null', ["report", ...JANUARY, "--format", "xlsx"]);
      assert.match(out, /Cannot show xlsx on a terminal: name a file with --output/);
      assert.ok(!out.includes("PK"));
    }),
});
