import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";
import { withoutMade, withServer } from "./remote_place.ts";

/** 0.075 dollars of search in January 2026, and a record without a price. */
const USAGE = [
  { id: "a", provider: "openai", model: "gpt-4", prompt_tokens: 1500, completion_tokens: 500 },
  { id: "b", provider: "openai", model: "no-such-model", prompt_tokens: 20, completion_tokens: 5 },
].map((record) => JSON.stringify({ timestamp: "2026-01-05T10:00:00Z", project: "search", ...record })).join("\n");

const JANUARY = ["--period", "custom", "--since", "2026-01-01", "--until", "2026-01-31"];

async function seed(place: Place): Promise<void> {
  assert.equal((await place.run(["ingest"], USAGE)).code, 0);
  const set = ["budget", "set"];
  await place.run([...set, "search", "--amount", "0.05", "--filter", "project=search", ...JANUARY]);
  await place.run([...set, "everything", "--amount", "1000", ...JANUARY, "--owner", "ann"]);
  await place.run([...set, "this month", "--amount", "20"]);
}

Deno.test("budget set makes a budget, and changes of one what the flags say", async () => {
  await inPlace(async ({ run }) => {
    const show = async () => JSON.parse((await run(["budget", "show", "search", "--json"])).out);
    assert.equal((await run(["budget", "set", "search", "--amount", "500", "--filter", "project=search"])).code, 0);
    const made = await show();
    const { code, err } = await run(["budget", "set", "search", "--threshold", "90,100", "--owner", "ann"]);
    assert.equal(code, 0);
    assert.equal(
      err,
      "Changed the budget search: $500.00 each month (UTC) for project=search, alerts at 90%, 100%, owner ann\n",
    );
    const changed = await show();
    const { updated_at: _, ...rest } = changed;
    assert.deepEqual(
      rest,
      (({ updated_at: _, ...before }) => ({
        ...before,
        thresholds: [90, 100],
        owner: "ann",
        version: 2,
      }))(made),
    );
    await run(["budget", "set", "search", "--since", "2026-01-01", "--until", "2026-01-31", "--all"]);
    const custom = await show();
    assert.deepEqual([custom.period, custom.since, custom.until, custom.filter], [
      "custom",
      "2026-01-01T00:00:00Z",
      "2026-02-01T00:00:00Z",
      {},
    ]);
    await run(["budget", "set", "search", "--amount", "7"]);
    assert.equal((await show()).until, "2026-02-01T00:00:00Z");
    await run(["budget", "set", "search", "--period", "week"]);
    assert.deepEqual([(await show()).period, (await show()).since], ["week", null]);
    const refused = await run(["budget", "set", "other"]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /without an amount: add --amount/);
  });
});

Deno.test("budget check exits 10 when a budget is breached, and 0 when all are kept", async () => {
  await inPlace(async (place) => {
    await seed(place);
    const check = async (...args: string[]) => (await place.run(["budget", "check", ...args])).code;
    assert.equal(await check(), 0);
    assert.equal(await check("everything"), 0);
    assert.equal(await check("search"), 10);
    assert.equal(await check("everything", "search"), 10);
    assert.equal(await check("everything", "--fail-on-unpriced"), 8);
    assert.equal(await check("search", "--fail-on-unpriced"), 10);
    assert.equal(await check("--amount", "20"), 0);
    assert.equal(await check("--amount", "20.01"), 10);
    // 0.075 dollars each.
    assert.equal(await check("--model", "gpt-4", "--input", "1500", "--output", "500", "--calls", "266"), 0);
    assert.equal(await check("--model", "gpt-4", "--input", "1500", "--output", "500", "--calls", "267"), 10);
    assert.equal(await check("--amount", "20.01", "--project", "search", "--fail-on", "projected"), 10);
    assert.equal(await check("nobody's"), 3);
    assert.equal(await check("--tag", "team"), 2);
    const { err, out } = await place.run(["budget", "check", "search"]);
    assert.match(out, /search {2}exceeded {2}2026-01-01T00:00:00Z\/2026-02-01T00:00:00Z/);
    assert.equal(err, "1 records of search have no price and are not in it: costops prices missing\n");
  });
});

Deno.test("budget check says when nothing has the project of a call, which may be mistyped", async () => {
  await inPlace(async (place) => {
    await seed(place);
    const check = async (project: string) => {
      const { code, err } = await place.run(["budget", "check", "--amount", "1", "--project", project]);
      return [code, err];
    };
    const mistyped = 'No record and no budget has the project "serch": is it mistyped?\n';
    assert.deepEqual(await check("serch"), [0, mistyped]);
    assert.deepEqual(await check("search"), [0, ""]);
    await place.run(["budget", "set", "new", "--amount", "5", "--filter", "project=not-yet"]);
    assert.deepEqual(await check("not-yet"), [0, ""]);
    const { out } = await place.run(["budget", "check", "--project", "serch", "--json"]);
    assert.equal(JSON.parse(out).unknown_project, "serch");
  });
});

Deno.test("budget check --fail-on projected shows what it judges", async () => {
  await inPlace(async (place) => {
    const now = Date.now();
    const usage = Array.from({ length: 20 }, (_, day) => {
      const timestamp = new Date(now - (day + 1) * 86_400_000).toISOString();
      return JSON.stringify({ id: `d${day}`, timestamp, model: "gpt-4", provider: "openai", input_tokens: 100_000 });
    }).join("\n");
    assert.equal((await place.run(["ingest"], usage)).code, 0);
    // Three dollars a day: of the three days that are over nine, and the fiftieth in two weeks.
    const from = new Date(now - 3 * 86_400_000).toISOString().slice(0, 10);
    const until = new Date(now + 30 * 86_400_000).toISOString().slice(0, 10);
    const period = ["--period", "custom", "--since", from, "--until", until];
    await place.run(["budget", "set", "run", "--amount", "50", ...period]);
    const { code, out } = await place.run(["budget", "check", "--fail-on", "projected"]);
    assert.equal(code, 10);
    assert.match(out, /budget +period +amount +spent +remaining +expected +exceeded on +unpriced/);
    assert.match(out, /run +expected to be exceeded .* \$50\.00 +\$9\.00 +\$41\.00 +\$\d\d\.\d\d +\d{4}-\d\d-\d\d +0/);
    assert.doesNotMatch((await place.run(["budget", "check"])).out, /expected/);
  });
});

Deno.test("report budget writes every format, and takes no period of its own", async () => {
  await inPlace(async (place) => {
    await seed(place);
    await place.run(["budget", "delete", "this month", "--yes"]);
    const csv = await place.run(["report", "budget"]);
    assert.deepEqual(csv.out.split("\n").slice(0, 3).map((line) => line.split(",").slice(0, 9).join(",")), [
      "budget,owner,filter,period,state,amount_usd,spent_usd,remaining_usd,used_ratio",
      "everything,ann,,2026-01-01T00:00:00Z/2026-02-01T00:00:00Z,ok,1000.000000000,0.075000000,999.925000000,0.000075",
      "search,,project=search,2026-01-01T00:00:00Z/2026-02-01T00:00:00Z,exceeded,0.050000000,0.075000000,-0.025000000,1.5",
    ]);
    for (const format of ["json", "ndjson", "md", "html", "xlsx", "table"]) {
      const { code, out, err } = await place.run(["report", "budget", "--format", format]);
      assert.equal(code, 0, err);
      assert.ok(out.length > 100, format);
    }
    const refused = await place.run(["report", "budget", "--since", "7d"]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /each budget has its own period and filter/);
  });
});

Deno.test("budget commands say the same on a server", async () => {
  await withServer(async ({ both }) => {
    const commands: readonly (readonly string[])[] = [
      ["budget", "list"],
      ["budget", "list", "--json"],
      ["budget", "show", "search"],
      ["budget", "status", "search"],
      ["budget", "status", "search", "--json"],
      ["budget", "check", "search"],
      ["budget", "check", "everything", "--json", "--model", "gpt-4", "--input", "100", "--tag", "team=core"],
      ["budget", "check", "--amount", "21", "--project", "search"],
      ["budget", "check", "--amount", "1", "--project", "serch", "--json"],
      ["budget", "check", "--fail-on", "projected"],
      ["budget", "check", "--model", "no-such-model", "--provider", "openai", "--input", "1"],
      ["budget", "check", "nobody's"],
      ["budget", "set", "new", "--amount", "12.5", "--tz", "Europe/Berlin", "--filter", "model=a,b", "--json"],
      ["budget", "set", "new", "--amount", "13"],
      ["budget", "set", "new", "--amount", "0"],
      ["budget", "delete", "new", "--yes"],
      ["budget", "delete", "new", "--yes"],
      ["budget", "delete", "this month", "--yes"],
      ["budget", "status"],
      ["budget", "status", "--json"],
      ["report", "budget", "--format", "csv"],
      ["report", "budget", "--format", "md"],
    ];
    for (const command of commands) {
      const { local, remote } = await both(command);
      assert.deepEqual(withoutMade(remote), withoutMade(local), command.join(" "));
    }
  }, { seed });
});
