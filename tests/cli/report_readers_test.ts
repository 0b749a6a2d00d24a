import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parse as parseCsv } from "csv-parse/sync";
import readWorkbook from "read-excel-file";
import { checkFocusRows } from "../core/report/focus/rules.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, startServing, stopServing } from "./serving.ts";

/** Names that a format could trip over: a formula, an end of a cell, of a line and of a tag, and another script. */
const PROJECTS = ["=1+1", 'a,"b"', "x\ny", "<script>alert(1)</script>", "模型", "p|q", "'quoted", null];

/** 240 calls over January, each of another cost: 30 dollars for a million input tokens, 60 for a million output tokens. */
const RECORDS = Array.from({ length: 240 }, (_, at) =>
  JSON.stringify({
    id: `r${at}`,
    timestamp: new Date(Date.UTC(2026, 0, 1) + at * 3 * 3_600_000).toISOString(),
    provider: "openai",
    model: "gpt-4",
    input_tokens: 1_000 + at * 7,
    output_tokens: at,
    project: PROJECTS[at % PROJECTS.length],
  })).join("\n");
/** 240 x 1,000 + 7 x 28,680 input tokens and 28,680 output tokens. */
const NANOS = 440_760n * 30_000n + 28_680n * 60_000n;
const TOTAL = "14.943600000";

const QUERY = { filters: { start_date: "2026-01-01", end_date: "2026-01-31" }, group_by: ["day", "project"] };

/** Makes a report of each format on a server and gives their files; the sum that `query` answers is {@link TOTAL}. */
async function withFiles(
  formats: readonly string[],
  test: (files: Readonly<Record<string, Uint8Array>>, place: Place) => Promise<void>,
): Promise<void> {
  await inPlace(async (place) => {
    assert.equal((await place.run(["ingest"], RECORDS)).code, 0);
    const query = ["--since", "2026-01-01", "--until", "2026-01-31", "--group-by", "day,project", "--json"];
    const { out } = await place.run(["query", "costs", ...query]);
    assert.equal(JSON.parse(out).totals.cost_usd, TOTAL);
    const bearer = await makeKey(place, ["report:create", "report:read", "cost:read"]);
    const serving = await startServing(place);
    const files: Record<string, Uint8Array> = {};
    for (const format of formats) files[format] = await take(serving, bearer, format);
    await stopServing(serving);
    await test(files, place);
  });
}

async function take(serving: Serving, bearer: string, format: string): Promise<Uint8Array> {
  const asked = await serving.fetch("/api/v1/reports", { bearer, body: { report_type: "cost", format, ...QUERY } });
  const { id } = await asked.json();
  while (true) {
    const response = await serving.fetch(`/api/v1/reports/${id}/download`, { bearer });
    if (response.status === 200) return await response.bytes();
    const { code } = await response.json();
    assert.equal(code, "report_pending");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Nano-dollars of `14.943600000`. */
function toNanos(text: string): bigint {
  const [, whole, fraction] = /^(\d+)\.(\d{9})$/.exec(text)!;
  return BigInt(whole! + fraction!);
}

const sum = (all: readonly bigint[]) => all.reduce((one, other) => one + other, 0n);
const toText = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

Deno.test("the sums in a report's file are query's to the last digit, read by other readers than our writers", async () => {
  await withFiles(["csv", "json", "ndjson", "xlsx", "focus", "md"], async (files) => {
    const csv: Record<string, string>[] = parseCsv(toText(files.csv!), { columns: true });
    assert.equal(csv.length, 240);
    assert.equal(sum(csv.map((row) => toNanos(row.cost_usd!))), NANOS);
    assert.deepEqual(new Set(csv.map(({ project }) => project)), new Set(["'=1+1", ...PROJECTS.slice(1, 7), ""]));

    const json = JSON.parse(toText(files.json!));
    assert.deepEqual([json.totals.cost_usd, json.rows.length], [TOTAL, 240]);
    const ofJson: { cost_usd: string; project: string | null }[] = json.rows;
    assert.equal(sum(ofJson.map((row) => toNanos(row.cost_usd))), NANOS);
    assert.deepEqual(new Set(ofJson.map(({ project }) => project)), new Set(PROJECTS));

    const lines = toText(files.ndjson!).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines, json.rows);

    const [rows, totals] = await readWorkbook(Buffer.from(files.xlsx!), { trim: false });
    const cost = rows!.data[0]!.indexOf("cost_usd");
    const numbers = rows!.data.slice(1).map((row) => row[cost] as number);
    assert.equal(sum(numbers.map((number) => toNanos(number.toFixed(9)))), NANOS);
    assert.equal(totals!.data[1]![totals!.data[0]!.indexOf("cost_usd")], 14.9436);

    const focus: Record<string, string>[] = parseCsv(toText(files.focus!), { columns: true });
    checkFocusRows(focus);
    assert.equal(sum(focus.map((row) => toNanos(row.BilledCost!))), NANOS);
    assert.equal(new Set(focus.map((row) => `${row.ChargePeriodStart} ${row.SkuId} ${row.Tags}`)).size, focus.length);

    const md = toText(files.md!).trimEnd().split("\n");
    assert.ok(md.at(-1)!.includes("**$14.94**"), md.at(-1)!);
    assert.equal(md.filter((line) => line.startsWith("| 2026-01-")).length, 240);
  });
});

const hasChromium =
  new Deno.Command("sh", { args: ["-c", "command -v chromium"], stdout: "null" }).outputSync().success;

Deno.test({
  name: "a report as a page shows its sums and its chart in a browser, and runs nothing (needs chromium)",
  ignore: !hasChromium,
  fn: () =>
    withFiles(["html"], async ({ html }, place) => {
      const path = await place.write("report.html", html!);
      const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
      const browse = async (...args: string[]) => {
        const home = `${place.folder}/browser`;
        const command = new Deno.Command("chromium", {
          args: [...flags, `--user-data-dir=${home}`, ...args, `file://${path}`],
          env: { HOME: place.folder },
          stdout: "piped",
          stderr: "piped",
        });
        const { success, stdout, stderr } = await command.output();
        assert.ok(success, new TextDecoder().decode(stderr));
        return new TextDecoder().decode(stdout);
      };
      const page = await browse("--dump-dom");
      // What a script of a name would have done is nowhere, and the name is a text.
      assert.ok(!/<script/i.test(page));
      const body = /<tbody>([^]*?)<\/tbody>/.exec(page)![1]!;
      assert.equal(body.split('<td class="w">&lt;script&gt;alert(1)&lt;/script&gt;</td>').length - 1, 30);
      const amounts = [...body.matchAll(/<data value="(\d+\.\d{9})">/g)].map(([, text]) => toNanos(text!));
      assert.deepEqual([amounts.length, sum(amounts)], [240, NANOS]);
      assert.ok(page.includes(`<data value="${TOTAL}">`));
      assert.ok([...page.matchAll(/<rect /g)].length >= 30, "a bar for each day");
      assert.ok(!/(src|href)=/.test(page.replaceAll(/href="#[^"]*"/g, "")), "it needs no other file");
      await browse("--window-size=1280,1600", `--screenshot=${place.folder}/report.png`);
      const png = await Deno.readFile(`${place.folder}/report.png`);
      assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      await browse("--no-pdf-header-footer", `--print-to-pdf=${place.folder}/report.pdf`);
      const pdf = new TextDecoder("latin1").decode(await Deno.readFile(`${place.folder}/report.pdf`));
      assert.ok(pdf.startsWith("%PDF-") && [...pdf.matchAll(/\/Type ?\/Page\b/g)].length > 1, "it prints on pages");
      const kept = Deno.env.get("COSTOPS_TEST_KEEP");
      if (kept !== undefined) await Deno.copyFile(`${place.folder}/report.png`, kept);
    }),
});
