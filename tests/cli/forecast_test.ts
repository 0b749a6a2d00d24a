import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

/** Four weeks from 2026-01-01 with a call a day that costs 2 dollars, at a price of the test's own. */
async function seed({ run }: Place): Promise<void> {
  const price = ["prices", "set", "house-1", "--provider", "in-house", "--input", "1", "--from", "2026-01-01"];
  assert.equal((await run(price)).code, 0);
  const records = Array.from({ length: 28 }, (_, day) =>
    JSON.stringify({
      id: `r${day}`,
      timestamp: new Date(Date.UTC(2026, 0, 1 + day, 12)).toISOString(),
      provider: "in-house",
      model: "house-1",
      project: "search",
      input_tokens: 2_000_000,
    }));
  const { code, err } = await run(["ingest"], records.join("\n"));
  assert.equal(code, 0, err);
}

const HISTORY = ["--history-until", "2026-01-28"];

Deno.test("costops forecast writes what is expected, and costops report forecast the same in a file's format", async () => {
  await inPlace(async (place) => {
    await seed(place);
    const flags = ["--horizon", "2", "--group-by", "project", "--format", "csv"];
    const { code, out, err } = await place.run(["forecast", ...HISTORY, ...flags]);
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out,
      "day,project,mean_cost_usd,lower_cost_usd,upper_cost_usd\n" +
        "2026-01-29,search,2.000000,2.000000,2.000000\n" +
        "2026-01-30,search,2.000000,2.000000,2.000000\n",
    );
    const period = ["--since", "2026-01-01", "--until", "2026-01-28"];
    const report = await place.run(["report", "forecast", ...period, "--group-by", "day,project", "--horizon", "2"]);
    assert.equal(report.out, out);
    const html = await place.run(["report", "forecast", ...period, "--format", "html", "-o", "forecast.html"]);
    assert.equal(html.code, 0, html.err);
    assert.match(
      await Deno.readTextFile(`${place.folder}/forecast.html`),
      /<svg [^>]*aria-label="Cost in US dollars: measured/,
    );
  });
});

Deno.test("costops forecast shows a price that is set for a day to come, from that day on", async () => {
  await inPlace(async (place) => {
    await seed(place);
    await place.run(["prices", "set", "house-1", "--provider", "in-house", "--input", "2", "--from", "2026-01-30"]);
    const { out } = await place.run(["forecast", ...HISTORY, "--horizon", "2", "--format", "ndjson"]);
    assert.deepEqual(out.trimEnd().split("\n").map((line) => JSON.parse(line).mean_cost_usd), [2, 4]);
  });
});

Deno.test("costops forecast draws its chart below the table, unless it is told not to", async () => {
  await inPlace(async (place) => {
    await seed(place);
    const table = ["forecast", ...HISTORY, "--horizon", "7", "--format", "table"];
    assert.match((await place.run(table)).out, /█ measured +━ expected +░ interval \(95%\) +· missing\n$/);
    assert.doesNotMatch((await place.run([...table, "--no-chart"])).out, /measured/);
  });
});

Deno.test("costops forecast refuses flags that do not go together", async () => {
  await inPlace(async ({ run }) => {
    const series = await run(["forecast", "--series", "-", "--group-by", "model"], "");
    assert.deepEqual([series.code, series.out], [2, ""]);
    assert.match(series.err, /Cannot take --group-by with --series/);
    const report = await run(["report", "cost", "--horizon", "3"]);
    assert.deepEqual([report.code, report.out], [2, ""]);
    assert.match(report.err, /only a forecast has one/);
    const both = await run(["forecast", "--fast", "--thorough"]);
    assert.match(both.err, /Cannot take both --fast and --thorough/);
    const counted = await run(["forecast", "cost", "--measure", "requests"]);
    assert.deepEqual([counted.code, counted.out], [2, ""]);
    assert.match(counted.err, /write costops forecast usage/);
    assert.match((await run(["forecast", "usage", "--driver", "cost"])).err, /prices drive cost alone/);
    const measure = await run(["forecast", "usage", "--measure", "money"]);
    assert.equal(measure.code, 2);
    assert.match(measure.err, /total_tokens, requests/);
    const horizon = await run(["forecast", "--horizon", "751"]);
    assert.match(horizon.err, /a whole number from 1 to 750/);
  });
});
