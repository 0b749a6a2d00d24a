import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

/** claude-sonnet-4-5 costs $3 in, $15 out, $0.30 read and $3.75 written; gpt-4o $2.50 in and $10 out. */
const RECORDS = [
  '{"id":"a","timestamp":"2026-01-05T10:00:00Z","provider":"anthropic","model":"claude-sonnet-4-5","input_tokens":1000,' +
  '"cache_read_tokens":100000,"cache_write_5m_tokens":2000,"output_tokens":500,"latency_ms":1200,"status":"ok"}',
  '{"id":"b","timestamp":"2026-01-06T10:00:00Z","provider":"openai","model":"gpt-4o","input_tokens":100000,' +
  '"output_tokens":5000,"latency_ms":800,"status":"429"}',
  '{"id":"c","timestamp":"2026-01-06T11:00:00Z","provider":"openai","model":"gpt-nope","input_tokens":7,"output_tokens":1}',
].join("\n");

async function withRecords(test: (place: Place) => Promise<void>): Promise<void> {
  await inPlace(async (place) => {
    assert.equal((await place.run(["ingest"], RECORDS)).code, 0);
    await test(place);
  });
}

Deno.test("costops trends writes cost by day, its average and changes", async () => {
  await withRecords(async ({ run }) => {
    const args = ["trends", "--since", "2026-01-05", "--until", "2026-01-06", "--window", "2", "--format", "csv"];
    const { code, out, err } = await run(args);
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out,
      "day,requests,total_tokens,cost_usd,unpriced_records,moving_average_usd,previous_cost_usd,change_usd," +
        "change_percent,same_weekday_cost_usd,same_weekday_change_usd,same_weekday_change_percent\n" +
        // 0.003 + 0.03 + 0.0075 + 0.0075; then 0.25 + 0.05, and the mean of both.
        "2026-01-05,1,103500,0.048000000,0,,0.000000000,0.048000000,,0.000000000,0.048000000,\n" +
        "2026-01-06,2,105008,0.300000000,1,0.174000000,0.048000000,0.252000000,525,0.000000000,0.300000000,\n",
    );
  });
});

Deno.test("costops trends --json names what moved the cost by the dimension that is asked for", async () => {
  await withRecords(async ({ run }) => {
    const args = ["trends", "--since", "2026-01-05", "--until", "2026-01-06", "--movers-by", "provider", "--json"];
    const { movers, summary } = JSON.parse((await run(args)).out).report;
    assert.deepEqual(movers.map((row: Record<string, unknown>) => [row.direction, row.provider, row.change_usd]), [
      ["rose", "openai", "0.300000000"],
      ["rose", "anthropic", "0.048000000"],
    ]);
    assert.equal(summary.change_usd, "0.348000000");
    assert.equal(summary.previous_since, "2026-01-03T00:00:00Z");
  });
});

Deno.test("costops compare models tells what caching saved, speed and errors", async () => {
  await withRecords(async ({ run }) => {
    const { code, out } = await run(["compare", "models", "--since", "2026-01", "--json"]);
    assert.equal(code, 0);
    const { rows, totals } = JSON.parse(out);
    const names = [
      "model",
      "cost_usd",
      "cost_share",
      "cache_hit_rate",
      "cache_savings_usd",
      "latency_p50_ms",
      "error_rate",
    ];
    assert.deepEqual(rows.map((row: Record<string, unknown>) => names.map((name) => row[name])), [
      ["gpt-4o", "0.300000000", 0.862069, 0, "0.000000000", 800, 1],
      // 100,000 of 103,000; $0.27 saved by reading, less the $0.0015 that writing cost more.
      ["claude-sonnet-4-5", "0.048000000", 0.137931, 0.970874, "0.268500000", 1200, 0],
      ["gpt-nope", null, null, 0, null, null, null],
    ]);
    assert.equal(totals.error_rate, 0.5);
  });
});

Deno.test("costops compare providers writes a table without what has no room, and refuses other subjects", async () => {
  await withRecords(async ({ run }) => {
    const { out } = await run(["compare", "providers", "--since", "2026-01", "--format", "table"]);
    assert.match(out, /^Providers\n/);
    assert.match(out, /\nopenai +\$0\.3000 /);
    assert.match(out, /\nPrevious since: 2025-12-01T00:00:00Z\n/);
    assert.equal((await run(["compare", "prices"])).code, 2);
    assert.equal((await run(["compare"])).code, 2);
    assert.equal((await run(["trends", "--window", "0"])).code, 2);
    assert.match((await run(["trends", "--movers-by", "modell"])).err, /did you mean model\?/);
  });
});
