import assert from "node:assert/strict";
import { inPlace } from "./program.ts";

const CALLS = [
  '{"id":"a","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":1000,"completion_tokens":0}',
  '{"id":"b","timestamp":"2026-02-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":1000,"completion_tokens":10}',
  '{"id":"c","timestamp":"2026-02-06T10:00:00Z","provider":"in-house","model":"house-7b","prompt_tokens":1000000,"completion_tokens":0}',
].join("\n");
const YEAR = ["report", "cost", "--since", "2026-01-01", "--until", "2026-12-31", "--format", "csv"];
const costs = (out: string) =>
  out.split("\n").slice(1).filter((line) => line !== "").map((line) => line.split(",").at(-2));

Deno.test("costops reprice: a dry run shows what would change and changes nothing; then it changes, once", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], CALLS);
    await run([
      "prices",
      "set",
      "gpt-4",
      "--provider",
      "openai",
      "--input",
      "20",
      "--output",
      "40",
      "--from",
      "2026-02-01",
    ]);
    await run(["prices", "set", "house-*", "--provider", "in-house", "--input", "0.10", "--from", "2026-01-01"]);
    assert.deepEqual(costs((await run(YEAR)).out), ["0.060600000", ""]);
    const dry = await run(["reprice", "--dry-run", "--json"]);
    assert.equal(dry.code, 0);
    assert.deepEqual(JSON.parse(dry.out), {
      dry_run: true,
      currency: "USD",
      records: 3,
      changed: 2,
      changed_amounts: 2,
      newly_priced: 1,
      newly_unpriced: 0,
      unpriced_before: 1,
      unpriced_after: 0,
      before_usd: "0.060600000",
      after_usd: "0.150400000",
      difference_usd: "0.089800000",
      models: [
        {
          provider: "in-house",
          model: "house-7b",
          records: 1,
          changed: 1,
          changed_amounts: 1,
          newly_priced: 1,
          newly_unpriced: 0,
          unpriced_before: 1,
          unpriced_after: 0,
          before_usd: null,
          after_usd: "0.100000000",
          difference_usd: null,
        },
        {
          provider: "openai",
          model: "gpt-4",
          records: 2,
          changed: 1,
          changed_amounts: 1,
          newly_priced: 0,
          newly_unpriced: 0,
          unpriced_before: 0,
          unpriced_after: 0,
          before_usd: "0.060600000",
          after_usd: "0.050400000",
          difference_usd: "-0.010200000",
        },
      ],
    });
    assert.deepEqual(costs((await run(YEAR)).out), ["0.060600000", ""]);
    const unasked = await run(["reprice"]);
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /off a terminal: add --yes/);
    assert.deepEqual(costs((await run(YEAR)).out), ["0.060600000", ""]);
    const done = await run(["reprice", "--yes"]);
    assert.match(done.out, /^in-house +house-7b +1 +1 +1 +0 +- \(1 unpriced\) +\$0\.100000000 +-$/m);
    assert.match(done.out, /^total +3 +2 +1 +0 +\$0\.060600000 \(1 unpriced\) +\$0\.150400000 +\+\$0\.089800000$/m);
    assert.match(
      done.out,
      /^Changed 2 of 3 records: 1 newly priced, 0 newly unpriced, 1 from one amount to another, 0 with the same amount by another price or reason$/m,
    );
    assert.deepEqual(costs((await run(YEAR)).out).toSorted(), ["0.050400000", "0.100000000"]);
    assert.match((await run(["reprice", "--yes"])).out, /^3 records cost what the price book says: nothing changes$/m);
    const doctor = await run(["db", "doctor"]);
    assert.equal(doctor.code, 0, doctor.out);
  });
});

Deno.test("costops reprice --since --filter: keeps to the records it is told", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], CALLS);
    await run(["prices", "set", "*", "--provider", "openai", "--input", "0", "--output", "0", "--from", "2026-01-01"]);
    const february = await run(["reprice", "--since", "2026-02", "--filter", "model=gpt-4", "--yes", "--json"]);
    const { records, changed, after_usd } = JSON.parse(february.out);
    assert.deepEqual([records, changed, after_usd], [1, 1, "0.000000000"]);
    assert.deepEqual(costs((await run(YEAR)).out), ["0.030000000", ""]);
    assert.equal((await run(["reprice", "--filter", "modle=gpt-4", "--yes"])).code, 2);
  });
});

Deno.test("costops reprice counts what has no price apart, and writes large amounts with their thousands apart", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], CALLS);
    const { out } = await run(["reprice", "--dry-run"]);
    assert.equal(out, "2 records cost what the price book says; 1 has no price in it: nothing changes\n");
    // A million tokens at 1,460.746775 dollars a million.
    await run(["prices", "set", "house-*", "--provider", "in-house", "--input", "1460.746775", "--from", "2026-01-01"]);
    assert.match((await run(["reprice", "--dry-run"])).out, /\+\$1,460\.746775000/);
  });
});
