import assert from "node:assert/strict";
import { inPlace } from "./program.ts";

const GPT4 =
  '{"provider":"openai","model":"gpt-4","organization_id":"default","prompt_tokens":1500,"completion_tokens":500,"latency_ms":1200}\n';
const HEADER =
  "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd,unpriced_records\n";

Deno.test("costops ingest and report: 1,500 and 500 tokens of gpt-4 cost 0.075000000", async () => {
  await inPlace(async ({ run }) => {
    const ingested = await run(["ingest"], GPT4);
    assert.equal(ingested.code, 0);
    assert.equal(ingested.out, "");
    assert.equal(
      ingested.err,
      "note: 1 record: the source does not say when the call was; the time it came in was taken (assumed_timestamp)\n" +
        "note: 1 record with neither an id nor a time: the same again counts again\n" +
        "read 1 / inserted 1 / duplicate 0 / conflict 0 / rejected 0 / unpriced 0\n",
    );
    const report = await run(["report", "cost", "--format", "csv"]);
    assert.equal(report.out, `${HEADER}gpt-4,1,1500,0,0,500,2000,0.075000000,0\n`);
    assert.equal(report.code, 0);
  });
});

/** Three records with ids, one without an id but with a time, and one twice. */
const MIXED = [
  '{"id":"a","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":1000,"completion_tokens":0}',
  '{"id":"b","timestamp":"2026-01-05T11:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":1e3,"completion_tokens":10.0}',
  '{"id":"c","timestamp":"2026-01-06T11:00:00Z","provider":"nobody","model":"unheard-of","prompt_tokens":5,"completion_tokens":5}',
  '{"timestamp":"2026-01-06T12:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":100,"completion_tokens":0}',
  '{"timestamp":"2026-01-06T12:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":100,"completion_tokens":0}',
].join("\n");

/** 0.030 + 0.0306 + 0.003 + 0.003, and one record without a price. */
const MIXED_COSTS = "gpt-4,4,2200,0,0,10,2210,0.066600000,0\nunheard-of,1,5,0,0,5,10,,1\n";
const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];

Deno.test("costops ingest: the same input twice is all duplicates and changes nothing", async () => {
  await inPlace(async ({ run }) => {
    assert.match((await run(["ingest"], MIXED)).err, /^read 5 \/ inserted 5 .* unpriced 1\n$/);
    assert.equal((await run(JANUARY)).out, HEADER + MIXED_COSTS);
    const again = await run(["ingest"], MIXED);
    assert.match(again.err, /^read 5 \/ inserted 0 \/ duplicate 5 \/ conflict 0 \/ rejected 0 \/ unpriced 0\n$/);
    assert.equal(again.code, 0);
    assert.equal((await run(JANUARY)).out, HEADER + MIXED_COSTS);
  });
});

Deno.test("costops ingest: an input split and turned around gives the same totals", async () => {
  await inPlace(async ({ run }) => {
    const lines = MIXED.split("\n");
    await run(["ingest"], lines.slice(2).reverse().join("\n"));
    await run(["ingest"], lines.slice(0, 2).reverse().join("\n"));
    await run(["ingest"], MIXED);
    assert.equal((await run(JANUARY)).out, HEADER + MIXED_COSTS);
  });
});

Deno.test("costops ingest: the same id with other content is a conflict, and the first is kept", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], MIXED);
    const other = MIXED.split("\n")[0]!.replace("1000", "999");
    const conflict = await run(["ingest"], other);
    assert.equal(conflict.code, 7);
    assert.match(conflict.err, /^stdin:1: conflict: Cannot store "a" again with other content/);
    assert.equal((await run(JANUARY)).out, HEADER + MIXED_COSTS);
  });
});

Deno.test("costops ingest --json: outcomes and their sum on stdout", async () => {
  await inPlace(async ({ run }) => {
    const { out, code } = await run(
      ["ingest", "--json"],
      `${MIXED.split("\n")[0]}\n{"model":"gpt-4","prompt_tokens":-1}\n`,
    );
    assert.equal(code, 7);
    const { summary, results } = JSON.parse(out);
    assert.deepEqual(summary, {
      read: 2,
      inserted: 1,
      updated: 0,
      duplicate: 0,
      conflict: 0,
      deleted: 0,
      rejected: 1,
      skipped: 0,
      unpriced: 0,
    });
    assert.deepEqual(results[0], { index: 0, id: "a", outcome: "inserted", cost_usd: "0.030000000" });
    assert.equal(results[1].index, 1);
    assert.equal(results[1].outcome, "rejected");
    assert.equal(results[1].code, "negative_tokens");
  });
});

Deno.test("costops ingest: flags fill in what a provider's response lacks", async () => {
  await inPlace(async ({ run }) => {
    const body = '{"id":"chatcmpl-1","object":"chat.completion","created":1767607200,"model":"gpt-4o","usage":' +
      '{"prompt_tokens":1000000,"completion_tokens":0,"total_tokens":1000000,"prompt_tokens_details":{"cached_tokens":900000}}}';
    const flags = ["--project", "search", "--user", "ann", "--environment", "production", "--tag", "team=core"];
    assert.equal((await run(["ingest", ...flags], body)).code, 0);
    const groups = ["--group-by", "project,user,environment,tag:team"];
    const { out } = await run([...JANUARY, ...groups]);
    assert.equal(out.split("\n")[1], "search,ann,production,core,1,100000,900000,0,0,1000000,1.375000000,0");
  });
});

Deno.test("costops ingest --rejects: refused lines come back as they stood, and can be mended and taken in", async () => {
  await inPlace(async ({ run, folder }) => {
    const bad = '{"id":"x","model":"gpt-4","prompt_tokens":"many"}';
    const input = `${MIXED}\n${bad}\n{"id": "y", broken\n`;
    assert.equal((await run(["ingest", "--rejects", "refused.ndjson"], input)).code, 7);
    const refused = await Deno.readTextFile(`${folder}/refused.ndjson`);
    assert.equal(refused, `${bad}\n{"id": "y", broken\n`);
    const mended = refused.replace('"many"', "7").replace("broken", '"model":"gpt-4","prompt_tokens":1}');
    assert.equal((await run(["ingest"], mended)).code, 0);
  });
});

Deno.test("costops ingest --dry-run: says what would happen and stores nothing", async () => {
  await inPlace(async ({ run }) => {
    const dry = await run(["ingest", "--dry-run"], `${MIXED}\n${MIXED}`);
    assert.match(dry.err, /^read 10 \/ inserted 7 \/ duplicate 3 /);
    assert.match(dry.err, /nothing was stored; new records would cost \$0\.072600000/);
    assert.equal((await run(JANUARY)).out, HEADER);
  });
});

Deno.test("costops ingest --fail-on-unpriced: exits 8 when a new record has no price", async () => {
  await inPlace(async ({ run }) => {
    assert.equal((await run(["ingest", "--fail-on-unpriced"], MIXED)).code, 8);
    assert.equal((await run(["ingest", "--fail-on-unpriced"], MIXED)).code, 0);
  });
});

Deno.test("costops ingest: a record goes to the organization it names when that exists, else it is refused", async () => {
  await inPlace(async ({ run }) => {
    const named = MIXED.split("\n")[0]!.replace('"id"', '"organization_id":"acme","id"');
    const refused = await run(["ingest"], named);
    assert.equal(refused.code, 7);
    assert.match(refused.err, /unknown_organization.*costops admin org create "?acme"?/);
    assert.equal((await run(["admin", "org", "create", "acme"])).code, 0);
    assert.equal((await run(["ingest"], named)).code, 0);
    assert.equal((await run(JANUARY)).out, HEADER);
    assert.equal((await run([...JANUARY, "--org", "acme"])).out, `${HEADER}gpt-4,1,1000,0,0,0,1000,0.030000000,0\n`);
  });
});

Deno.test("costops alone: says how to start where there is nothing yet, and that a named organization is not there", async () => {
  await inPlace(async ({ run }) => {
    const fresh = await run([]);
    assert.deepEqual([fresh.code, fresh.out.split("\n")[0]], [0, "There is no usage this month yet. To start:"]);
    assert.equal((await run(["ingest"], MIXED)).code, 0);
    const mistyped = await run(["--org", "acm"]);
    assert.equal(mistyped.code, 3);
    assert.match(mistyped.err, /Cannot find the organization "acm"/);
  });
});

Deno.test("costops ingest: two processes at once with the same records store each once", async () => {
  await inPlace(async ({ run }) => {
    const rows = Array.from(
      { length: 5000 },
      (_, at) =>
        `{"id":"r${at}","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":100,"completion_tokens":1}`,
    );
    const input = rows.join("\n");
    const reversed = rows.toReversed().join("\n");
    const [one, two] = await Promise.all([run(["ingest"], input), run(["ingest"], reversed)]);
    assert.equal(one.code, 0, one.err);
    assert.equal(two.code, 0, two.err);
    // 5,000 x (100 x 0.00003 + 1 x 0.00006)
    assert.equal((await run(JANUARY)).out, `${HEADER}gpt-4,5000,500000,0,0,5000,505000,15.300000000,0\n`);
    assert.equal((await run(["db", "doctor"])).code, 0);
  });
});

Deno.test("costops import: names fields that it does not use, and counts a spreadsheet's days", async () => {
  await inPlace(async ({ run, write }) => {
    await write("usage.csv", "model,date,input_tokens,output,prject\ngpt-4,2026-01-05,1000,500,search\n");
    const { err, code } = await run(["import", "usage.csv"]);
    assert.equal(code, 0);
    assert.equal(
      err,
      "note: fields kept and not used: output, prject (did you mean project?)\n" +
        "read 1 / inserted 1 / duplicate 0 / conflict 0 / rejected 0 / unpriced 0\n",
    );
    assert.equal((await run(JANUARY)).out, `${HEADER}gpt-4,1,1000,0,0,0,1000,0.030000000,0\n`);
  });
});

Deno.test("costops ingest and import --rejects: refuse to write over what is read, and over the database", async () => {
  await inPlace(async ({ run, shell, write, database }) => {
    const line = MIXED.split("\n")[0]!;
    await write("usage.ndjson", `${line}\n`);
    const words = /^costops: Cannot write --rejects "usage.ndjson": it is what is read; name another file\n$/;
    const imported = await run(["import", "usage.ndjson", "--rejects", "usage.ndjson"]);
    assert.equal(imported.code, 2);
    assert.match(imported.err, words);
    assert.match((await shell('exec "$@" < usage.ndjson', ["ingest", "--rejects", "usage.ndjson"])).err, words);
    assert.equal((await run(["import", "usage.ndjson"])).code, 0);
    const over = await run(["import", "usage.ndjson", "--rejects", database]);
    assert.match(over.err, /it is the database; name another file\n$/);
    assert.equal((await run(JANUARY)).out, `${HEADER}gpt-4,1,1000,0,0,0,1000,0.030000000,0\n`);
  });
});

Deno.test("costops ingest --dry-run: what has no price is never said as 0", async () => {
  await inPlace(async ({ run }) => {
    const unheard = MIXED.split("\n")[2]!;
    assert.match((await run(["ingest", "--dry-run"], unheard)).err, /nothing was stored; no new record has a price\n$/);
    const both = await run(["ingest", "--dry-run"], `${unheard}\n${MIXED.split("\n")[0]}`);
    assert.match(both.err, /new records would cost \$0\.030000000, and 1 have no price\n$/);
  });
});

Deno.test("costops ingest: says the first 20 refused lines, and all of them with --verbose", async () => {
  await inPlace(async ({ run }) => {
    const input = "{}\n".repeat(25);
    const shown = (err: string) => err.split("\n").filter((line) => line.startsWith("stdin:")).length;
    const short = await run(["ingest"], input);
    assert.equal(shown(short.err), 20);
    assert.match(short.err, /^… and 5 more \(--rejects FILE keeps them all\)$/m);
    const long = await run(["ingest", "--verbose"], input);
    assert.equal(shown(long.err), 25);
    assert.doesNotMatch(long.err, /more/);
  });
});
