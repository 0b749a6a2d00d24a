import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

const RECORD = '{"id":"a","timestamp":"2026-01-05","provider":"openai","model":"gpt-4","prompt_tokens":1000}\n';
const JANUARY = ["report", "cost", "--since", "2026-01"];
const CSV =
  "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd,unpriced_records\n" +
  "gpt-4,1,1000,0,0,0,1000,0.030000000,0\n";

async function withRecord(test: (place: Place) => Promise<void>): Promise<void> {
  await inPlace(async (place) => {
    assert.equal((await place.run(["ingest"], RECORD)).code, 0);
    await test(place);
  });
}

Deno.test("costops report -o: writes the file whole, keeps its mode, and leaves nothing beside it", async () => {
  await withRecord(async ({ run, folder, write }) => {
    const path = await write("costs.csv", "old");
    await Deno.chmod(path, 0o664);
    assert.equal((await run([...JANUARY, "-o", "costs.csv"])).code, 0);
    assert.equal(await Deno.readTextFile(path), CSV);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o664);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(names.filter((name) => name.includes("tmp")), []);
  });
});

Deno.test("costops report -o: a link's file is written, and - is stdout", async () => {
  await withRecord(async ({ run, folder, write }) => {
    const path = await write("real.csv", "old");
    await Deno.symlink(path, `${folder}/link.csv`);
    assert.equal((await run([...JANUARY, "-o", "link.csv"])).code, 0);
    assert.equal(await Deno.readTextFile(path), CSV);
    assert.equal((await run([...JANUARY, "-o", "-"])).out, CSV);
    assert.equal((await run([...JANUARY, "-o", "/dev/stdout"])).out, CSV);
  });
});

Deno.test("costops report -o: refuses the database, its log, a link to it, the configuration and a folder", async () => {
  await withRecord(async ({ run, folder, database, write }) => {
    await Deno.symlink(database, `${folder}/link.db`);
    await write("costops.toml", "");
    const refused = async (path: string, words: string) => {
      const { code, err } = await run([...JANUARY, "--config", "costops.toml", "-o", path]);
      assert.equal(code, 2);
      assert.equal(err, `costops: Cannot write --output "${path}": ${words}\n`);
    };
    await refused("costops.db", "it is the database; name another file");
    await refused("link.db", "it is the database; name another file");
    await refused(`${database}-wal`, "it is the database; name another file");
    await refused("costops.toml", "it is the configuration; name another file");
    await refused(".", "it is a folder");
    assert.equal((await run(JANUARY)).out, CSV);
  });
});

Deno.test("costops report: a database that is not there is not made by reading it", async () => {
  await inPlace(async ({ run, folder }) => {
    const { code, err } = await run([...JANUARY, "--database", "nosuch/x.db"]);
    assert.equal(code, 3);
    assert.match(
      err,
      /^costops: Cannot find the database "nosuch\/x.db" \(flag --database\): costops ingest and costops/,
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("costops delete: takes a record out of every sum, and its id stays used", async () => {
  await withRecord(async ({ run }) => {
    assert.match(
      (await run(["delete", "a"])).err,
      /^costops: Cannot ask "Delete a \(gpt-4, .*\)\?" off a terminal: add --yes/,
    );
    assert.equal((await run(["delete", "a", "--yes"])).code, 0);
    assert.equal((await run(JANUARY)).out, CSV.split("\n")[0] + "\n");
    assert.equal((await run(["explain", "a"])).code, 5);
    assert.equal((await run(["ingest"], RECORD)).code, 7);
    assert.equal((await run(["db", "doctor"])).code, 0);
  });
});

Deno.test("costops query refuses --limit and --sort of what is no list of records, and report names focus", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], '{"id":"a","provider":"openai","model":"gpt-4","prompt_tokens":5}');
    const limited = await run(["query", "--limit", "3"]);
    assert.equal(limited.code, 2);
    assert.match(limited.err, /Cannot take --limit with query costs: only query records has it/);
    const sorted = await run(["query", "usage", "--sort", "cost_usd"]);
    assert.match(sorted.err, /Cannot take --sort with query usage: only query records has it/);
    const { err } = await run(["report", "cost", "--format", "pdf"]);
    assert.match(err, /write one of csv, .*, table, or focus for a report of costs/);
    const twice = await run(["forecast", "--group-by", "month", "--interval", "day"]);
    assert.match(twice.err, /Cannot take --group-by month with --interval day: leave one of them out/);
    const { out } = await run(["forecast", "--group-by", "month", "--format", "csv"]);
    assert.match(out, /^month,mean_cost_usd,/);
  });
});
