import assert from "node:assert/strict";
import { type Finished, inPlace, type Place } from "./program.ts";

const call = (id: string, timestamp: string, model = "gpt-4") =>
  JSON.stringify({ id, timestamp, provider: "openai", model, prompt_tokens: 1000, completion_tokens: 0 });
const SET = ["prices", "set", "gpt-4", "--provider", "openai"];
const YEAR = ["report", "cost", "--since", "2026-01-01", "--until", "2026-12-31", "--format", "csv"];

Deno.test("costops prices set: a cost takes the price in force at the usage's instant, to the millisecond", async () => {
  await inPlace(async ({ run }) => {
    assert.equal((await run([...SET, "--input", "20", "--from", "2026-02-01"])).code, 0);
    const raised = await run([...SET, "--input", "25", "--from", "2026-03-01T00:00:00Z"]);
    assert.match(raised.out, /^Ended the price [0-9a-f-]{36} at 2026-03-01T00:00:00Z$/m);
    const calls = [
      call("catalogue", "2026-01-31T23:59:59.999Z"),
      call("first", "2026-02-01T00:00:00Z"),
      call("last", "2026-02-28T23:59:59.999Z"),
      call("next", "2026-03-01T00:00:00Z"),
    ];
    await run(["ingest"], calls.join("\n"));
    const costs = [];
    for (const id of ["catalogue", "first", "last", "next"]) {
      const { cost_usd, price } = JSON.parse((await run(["explain", id, "--json"])).out);
      costs.push([cost_usd, price.source]);
    }
    assert.deepEqual(costs, [
      ["0.030000000", "catalogue"],
      ["0.020000000", "organization"],
      ["0.020000000", "organization"],
      ["0.025000000", "organization"],
    ]);
  });
});

Deno.test("costops prices set --installation: holds for every organization that has no price of its own", async () => {
  await inPlace(async ({ run }) => {
    await run(["admin", "org", "create", "acme"]);
    await run([...SET, "--input", "10", "--from", "2026-01-01", "--installation"]);
    await run([...SET, "--input", "5", "--from", "2026-01-01", "--org", "acme"]);
    await run(["ingest"], call("a", "2026-01-05T00:00:00Z"));
    await run(["ingest", "--org", "acme"], call("a", "2026-01-05T00:00:00Z"));
    const source = async (...flags: string[]) => {
      const { cost_usd, price } = JSON.parse((await run(["explain", "a", "--json", ...flags])).out);
      return [cost_usd, price.source];
    };
    assert.deepEqual(await source(), ["0.010000000", "installation"]);
    assert.deepEqual(await source("--org", "acme"), ["0.005000000", "organization"]);
    const listed = JSON.parse((await run(["prices", "list", "--own", "--json"])).out).data;
    assert.deepEqual(listed.map(({ source, rates }: Record<string, unknown>) => [source, rates]), [
      ["installation", { input_mtok: "10" }],
    ]);
  });
});

/** Pastes a printed command into a real shell, its blanks filled with a rate. */
function paste({ shell }: Place, text: string, command: RegExp): Promise<Finished> {
  const line = command.exec(text)?.[0].replaceAll("…", "2");
  assert.ok(line !== undefined, text);
  return shell(`program="$*"; costops() { $program "$@"; }; ${line}`, []);
}

Deno.test("costops prices set: an overlap exits 5, and the command it prints clears the way", async () => {
  await inPlace(async (place) => {
    const { run } = place;
    await run([...SET, "--input", "20", "--from", "2026-02-01"]);
    const again = await run([...SET, "--input", "2", "--from", "2026-02-01"]);
    assert.equal(again.code, 5);
    const ended = await paste(place, again.err, /costops prices end .*/);
    assert.match(ended.out, /, before it began$/m);
    assert.equal((await run([...SET, "--input", "2", "--from", "2026-02-01"])).code, 0);
    await run(["ingest"], call("a", "2026-02-05T00:00:00Z"));
    assert.match((await run(["explain", "a"])).out, /^total +\$0\.002000000$/m);
  });
});

Deno.test("costops prices end: undoing a mistaken price lets the one it ended hold again", async () => {
  await inPlace(async (place) => {
    const { run } = place;
    await run([...SET, "--input", "2", "--from", "2026-01-01"]);
    await run([...SET, "--input", "20", "--from", "2026-06-01"]);
    const { data } = JSON.parse((await run(["prices", "show", "gpt-4", "--json"])).out);
    const [mistake, first] = data.map(({ reference }: { reference: string }) => reference);
    const ended = await run(["prices", "end", mistake]);
    assert.match(ended.err, /^It still holds for its past, from 2026-06-01T00:00:00Z on; to undo it /m);
    const undone = await paste(place, ended.err, /costops prices end .*/);
    assert.match(undone.out, new RegExp(`^The price ${first} holds again, until further notice$`, "m"));
    await run(["ingest"], call("a", "2026-07-05T00:00:00Z"));
    assert.match((await run(["explain", "a"])).out, /^total +\$0\.002000000$/m);
    const shown = await run(["prices", "show", "gpt-4"]);
    assert.match(shown.out, /^openai gpt-4: voided, would have begun 2026-06-01T00:00:00Z$/m);
    assert.match(shown.out, /^openai gpt-4: current \(in use\), 2026-01-01T00:00:00Z$/m);
    assert.match(
      shown.out,
      new RegExp(`^openai gpt-4: current \\(not used: the own price ${first} holds\\), since ever$`, "m"),
    );
  });
});

Deno.test("costops prices set: says what the catalogue's price has and this one has not", async () => {
  await inPlace(async ({ run }) => {
    const wanted = "Not in this price, though in the catalogue's: cache_read_mtok (takes the rate of input_mtok), " +
      "web_searches_kcount (unpriced when used), storage_searches_kcount (unpriced when used), " +
      "batch, priority, fast (service tiers: unpriced when used)";
    const set = ["prices", "set", "gpt-4o", "--provider", "openai", "--input", "2", "--output", "8"];
    for (const flags of [["--dry-run"], []]) {
      const { out, err } = await run([...set, ...flags]);
      assert.match(out, /^(Would set|Set) the price of openai gpt-4o for the organization default, [0-9a-f-]{36}$/m);
      assert.ok(err.split("\n").includes(wanted), err);
    }
    assert.doesNotMatch((await run([...set.with(2, "gpt-4o-*"), "--dry-run"])).err, /Not in this price/);
  });
});

Deno.test("costops prices set: what cannot be a price exits 2 and sets nothing", async () => {
  await inPlace(async ({ run }) => {
    const refused = [
      [...SET],
      [...SET, "--input", "-1"],
      [...SET, "--input", "0.0000000001"],
      [...SET, "--input", "1", "--rate", "input_mtok=2"],
      [...SET, "--rate", "inputs=2"],
      [...SET, "--input", "1", "--from", "yesterday"],
      [...SET, "--input", "1", "--from", "2026-02-01", "--to", "2026-02-01"],
      [...SET, "--input", "1", "--modifier", "batch"],
      [...SET, "--input", "1", "--modifier", "quickly=2"],
    ];
    for (const args of refused) assert.equal((await run(args)).code, 2, args.join(" "));
    assert.equal((await run([...SET, "--input", "1", "--dry-run"])).code, 0);
    assert.equal((await run(["prices", "list", "--own", "--json"])).out, '{\n  "data": []\n}\n');
    assert.match(
      (await run(["prices", "set", "gpt-4", "--provider", "opnai", "--input", "1"])).err,
      /did you mean openai\?/,
    );
  });
});

Deno.test("costops prices show: past, current and future prices, each as such", async () => {
  await inPlace(async ({ run }) => {
    await run([...SET, "--input", "20", "--from", "2026-02-01", "--to", "2026-03-01"]);
    await run([...SET, "--input", "1", "--from", "2999-01-01"]);
    const { data } = JSON.parse((await run(["prices", "show", "gpt-4", "--json"])).out);
    assert.deepEqual(
      data.map(({ state, rates }: Record<string, Record<string, unknown>>) => [state, rates!.input_mtok]),
      [
        ["future", "1"],
        ["past", "20"],
        ["current", "30"],
      ],
    );
    assert.match((await run(["prices", "show", "gpt-4"])).out, /^openai gpt-4: future, 2999-01-01T00:00:00Z$/m);
    const unknown = await run(["prices", "show", "claude-sonet-4-5", "--provider", "anthropic"]);
    assert.equal(unknown.code, 3);
    assert.match(unknown.err, /the nearest known are claude-sonnet-4-5, /);
  });
});

Deno.test("costops prices missing: the commands it prints price what has no price", async () => {
  await inPlace(async (place) => {
    const { run } = place;
    const usage = { id: "a", timestamp: "2026-02-06T01:30:00Z", provider: "fernwood", model: "heron 7b" };
    await run(["ingest"], JSON.stringify({ ...usage, prompt_tokens: 1000, completion_tokens: 10 }));
    const { err } = await run(["prices", "missing", "--tz", "America/New_York"]);
    assert.match(
      err,
      /^ {2}costops prices set 'heron 7b' --provider fernwood --input … --output … --from 2026-02-06$/m,
    );
    assert.equal((await paste(place, err, /costops prices set .*/)).code, 0);
    const planned = await paste(place, err, /costops reprice .*/);
    assert.match(planned.out, /^Would change 1 of 1 records: 1 newly priced, /m);
    assert.equal((await run(["reprice", "--since", "2026-02-06", "--tz", "UTC", "--yes"])).code, 0);
    assert.match((await run(["explain", "a"])).out, /^total +\$0\.002020000$/m);
    assert.match((await run(["prices", "missing"])).err, /^Every record has a price\.$/m);
  });
});

Deno.test("costops prices missing: lists what has no price by its tokens, and nothing that has one", async () => {
  await inPlace(async ({ run }) => {
    const calls = [call("a", "2026-01-05T00:00:00Z"), call("b", "2026-01-06T00:00:00Z", "unheard-of")];
    await run(["ingest"], [...calls, call("c", "2026-02-07T00:00:00Z", "unheard-of")].join("\n"));
    const { data } = JSON.parse((await run(["prices", "missing", "--json"])).out);
    assert.equal(data.length, 1);
    const { nearest_models, ...group } = data[0];
    assert.equal(nearest_models.length, 3);
    assert.deepEqual(group, {
      provider: "openai",
      model: "unheard-of",
      service_tier: "standard",
      reason: "unknown_model",
      records: 2,
      tokens: 2000,
      first_seen: "2026-01-06T00:00:00Z",
      last_seen: "2026-02-07T00:00:00Z",
    });
    const january = await run(["prices", "missing", "--since", "2026-01", "--json"]);
    assert.equal(JSON.parse(january.out).data[0].records, 1);
    await run(["prices", "set", "unheard-*", "--provider", "openai", "--input", "1", "--from", "2026-01-01"]);
    await run(["reprice", "--yes"]);
    assert.match((await run(["prices", "missing"])).err, /^Every record has a price\.$/m);
    assert.match((await run(YEAR)).out, /^unheard-of,2,2000,0,0,0,2000,0\.002000000,0$/m);
  });
});

/** A catalogue of one provider: gpt-4 costs a third of what it did. */
const SMALL = JSON.stringify([{
  id: "openai",
  name: "OpenAI",
  pricing_urls: [],
  api_pattern: "https://api\\.openai\\.com",
  models: [{ id: "gpt-4", match: { equals: "gpt-4" }, prices: { input_mtok: 10, output_mtok: 20 } }],
}]);

Deno.test("costops prices update --from: shows what changes, is in force afterwards, and stored costs stay", async () => {
  await inPlace(async ({ run, write }) => {
    await run(["ingest"], call("old", "2026-01-05T00:00:00Z"));
    const path = await write("data.json", SMALL);
    const dry = await run(["prices", "update", "--from", path, "--dry-run"]);
    assert.equal(dry.code, 0);
    assert.match(
      dry.out,
      /^~ openai gpt-4\n {4}was since ever: input_mtok 30, output_mtok 60\n {4}now since ever: input_mtok 10, output_mtok 20$/m,
    );
    assert.match(dry.out, /^0 new, 1 with other prices, \d+ gone, 0 unchanged$/m);
    assert.equal((await run(["prices", "update", "--from", path])).code, 2, "off a terminal it wants --yes");
    assert.match((await run(["report", "--format", "json"])).out, /"genai-prices [\d.]+"/);
    assert.equal((await run(["prices", "update", "--from", path, "--yes"])).code, 0);
    await run(["ingest"], call("new", "2026-01-05T00:00:00Z"));
    assert.match((await run(["explain", "old"])).out, /^total +\$0\.030000000$/m);
    const { cost_usd, price } = JSON.parse((await run(["explain", "new", "--json"])).out);
    assert.equal(cost_usd, "0.010000000");
    assert.match(price.reference, /^data\.json [0-9a-f]{12}$/);
    assert.match(
      (await run(["prices", "update", "--from", path, "--yes"])).out,
      /^Nothing changes: data\.json [0-9a-f]{12} is in force$/m,
    );
    assert.equal((await run(["prices", "update", "--yes"])).code, 0);
    assert.match((await run(["prices", "list", "--provider", "anthropic"])).out, /claude-sonnet-4-5/);
  });
});

Deno.test("costops prices update --from: what is no catalogue is refused, and the one in force stays", async () => {
  await inPlace(async ({ run, write }) => {
    const refused: readonly (readonly [string, string | Uint8Array, number])[] = [
      ["text.json", "not JSON", 2],
      ["empty.json", "[]", 2],
      ["negative.json", SMALL.replace('"input_mtok":10', '"input_mtok":-10'), 2],
      ["cut.json", SMALL.slice(0, -20), 2],
      ["bytes.json", new Uint8Array([0x5b, 0xff, 0x5d]), 2],
    ];
    for (const [name, content, code] of refused) {
      const path = await write(name, content);
      assert.equal((await run(["prices", "update", "--from", path, "--yes"])).code, code, name);
    }
    assert.equal((await run(["prices", "update", "--from", "nothing.json", "--yes"])).code, 3);
    const silent = await run(["prices", "update", "--from", "https://127.0.0.1:1/data.json", "--yes"]);
    assert.equal(silent.code, 6);
    assert.match(silent.err, /^costops: Cannot fetch --from "https:\/\/127\.0\.0\.1:1\/data\.json": /);
    assert.match((await run(["prices", "update"])).out, /^Nothing changes: genai-prices [\d.]+ is in force$/m);
  });
});

Deno.test("costops prices update --from URL takes a catalogue in from a server", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => url.endsWith("/small.json") ? new Response(SMALL) : new Response("gone", { status: 410 }),
  );
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    await inPlace(async ({ run }) => {
      assert.equal((await run(["prices", "update", "--from", `${url}/small.json`, "--yes"])).code, 0);
      const gone = await run(["prices", "update", "--from", `${url}/gone.json`, "--yes"]);
      assert.equal(gone.code, 3);
      assert.equal(gone.err, `costops: Cannot fetch --from "${url}/gone.json": the server answers 410\n`);
      const inForce = await run(["prices", "update", "--from", `${url}/small.json`, "--yes"]);
      assert.match(inForce.out, /^Nothing changes: small\.json [0-9a-f]{12} is in force$/m);
    });
  } finally {
    await server.shutdown();
  }
});
