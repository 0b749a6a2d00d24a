import assert from "node:assert/strict";
import { LIMITS } from "../../../core/limits.ts";
import { type Api, json, withApi } from "../http/api.ts";

const RECORD = { id: "r1", timestamp: "2026-02-10T00:00:00Z", provider: "openai", model: "gpt-4", prompt_tokens: 1000 };

async function stored({ database }: Api): Promise<number> {
  const row = await database.reader.selectFrom("usage").select((of) => of.fn.countAll<bigint>().as("rows"))
    .executeTakeFirstOrThrow();
  return Number(row.rows);
}

Deno.test("POST /usage takes the README's record and answers 201 with its cost and its price", async () => {
  await withApi(async ({ send }) => {
    const response = await send("POST", "/api/v1/usage", {
      as: "ingest@org-123",
      json: {
        provider: "openai",
        model: "gpt-4",
        organization_id: "org-123",
        prompt_tokens: 1500,
        completion_tokens: 500,
        latency_ms: 1200,
      },
    });
    assert.equal(response.status, 201);
    const { id, price, ...rest } = await json(response);
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, { outcome: "inserted", cost_usd: "0.075000000", currency: "USD", retry_safe: false });
    assert.deepEqual(price.rates, { input_mtok: "30", output_mtok: "60" });
  });
});

Deno.test("POST /usage: a duplicate answers 200 with the stored cost, also after the price has changed", async () => {
  await withApi(async ({ send }) => {
    assert.equal((await send("POST", "/api/v1/usage", { json: RECORD })).status, 201);
    const price = { provider: "openai", model: "gpt-4", rates: { input_mtok: "1" }, effective_from: "2026-02-01" };
    assert.equal((await send("POST", "/api/v1/prices", { json: price })).status, 201);
    const again = await send("POST", "/api/v1/usage", { json: RECORD });
    assert.equal(again.status, 200);
    const { outcome, cost_usd } = await json(again);
    assert.deepEqual([outcome, cost_usd], ["duplicate", "0.030000000"]);
    const batch = await json(await send("POST", "/api/v1/usage/batch", { json: [RECORD] }));
    assert.equal(batch.results[0].cost_usd, "0.030000000");
    const fresh = await json(await send("POST", "/api/v1/usage", { json: { ...RECORD, id: "r2" } }));
    assert.equal(fresh.cost_usd, "0.001000000", "the new price holds at once");
  });
});

Deno.test("POST /usage: other content answers 409 conflict, a deleted id 409 deleted", async () => {
  await withApi(async ({ send }) => {
    await send("POST", "/api/v1/usage", { json: RECORD });
    const conflict = await send("POST", "/api/v1/usage", { json: { ...RECORD, prompt_tokens: 1 } });
    assert.deepEqual([conflict.status, (await json(conflict)).code], [409, "conflict"]);
    assert.equal((await send("DELETE", "/api/v1/usage/r1")).status, 204);
    const deleted = await send("POST", "/api/v1/usage", { json: RECORD });
    assert.deepEqual([deleted.status, (await json(deleted)).code], [409, "deleted"]);
  });
});

Deno.test("POST /usage: what is refused answers with its own code and stores nothing", async () => {
  await withApi(async (api) => {
    const post = async (body: string) => {
      const response = await api.send("POST", "/api/v1/usage", {
        body,
        headers: { "content-type": "application/json" },
      });
      return `${response.status} ${(await json(response)).code}`;
    };
    assert.equal(await post('{"model":"gpt-4","prompt_tokens":-1}'), "422 negative_tokens");
    assert.equal(await post('{"prompt_tokens":1}'), "422 missing_model");
    assert.equal(await post('{"id":"stats","model":"gpt-4","prompt_tokens":1}'), "422 invalid_id");
    assert.equal(
      await post('{"model":"gpt-4","prompt_tokens":1,"organization_id":"globex"}'),
      "403 forbidden_organization",
    );
    assert.equal(await post("{}"), "422 unknown_format");
    assert.equal(await post("[1]"), "422 not_an_object");
    assert.equal(await post("{"), "400 unreadable_json");
    assert.equal(await post(""), "400 unreadable_json");
    assert.equal(await stored(api), 0);
  });
});

Deno.test("POST /usage takes a provider's own response body", async () => {
  await withApi(async ({ send }) => {
    const body = {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1770681600,
      model: "gpt-4-0613",
      choices: [],
      usage: { prompt_tokens: 1000, completion_tokens: 0, total_tokens: 1000 },
    };
    const response = await send("POST", "/api/v1/usage", { json: body });
    const { id, cost_usd } = await json(response);
    assert.deepEqual([response.status, id, cost_usd], [201, "chatcmpl-1", "0.030000000"]);
  });
});

Deno.test("POST /usage: a super admin's record may name any organization there is", async () => {
  await withApi(async ({ send }) => {
    const as = "super_admin@acme";
    const named = await send("POST", "/api/v1/usage", { as, json: { ...RECORD, organization_id: "globex" } });
    assert.equal(named.status, 201);
    const unknown = await send("POST", "/api/v1/usage", { as, json: { ...RECORD, organization_id: "nobody" } });
    assert.deepEqual([unknown.status, (await json(unknown)).code], [422, "unknown_organization"]);
    assert.equal((await send("GET", "/api/v1/usage/r1", { as: "viewer@globex" })).status, 200);
    assert.equal((await send("GET", "/api/v1/usage/r1", { as: "viewer@acme" })).status, 404);
  });
});

Deno.test("POST /usage/batch answers 201 all new, 200 all known, 207 mixed, 422 none", async () => {
  await withApi(async ({ send }) => {
    const post = async (records: unknown[]) => {
      const response = await send("POST", "/api/v1/usage/batch", { json: records });
      return { status: response.status, ...await json(response) };
    };
    const [one, two, bad] = [RECORD, { ...RECORD, id: "r2" }, { ...RECORD, id: "r3", prompt_tokens: -1 }];
    assert.equal((await post([one, two])).status, 201);
    assert.equal((await post([two, one])).status, 200);
    const mixed = await post([one, bad, { ...RECORD, id: "r4" }, { ...one, model: "gpt-4o" }]);
    assert.equal(mixed.status, 207);
    assert.deepEqual(mixed.summary, {
      read: 4,
      inserted: 1,
      updated: 0,
      duplicate: 1,
      conflict: 1,
      deleted: 0,
      rejected: 1,
      skipped: 0,
      unpriced: 0,
    });
    const outcomes = mixed.results.map(({ index, id, outcome }: Record<string, unknown>) => [index, id, outcome]);
    assert.deepEqual(outcomes, [
      [0, "r1", "duplicate"],
      [1, "r3", "rejected"],
      [2, "r4", "inserted"],
      [3, "r1", "conflict"],
    ]);
    assert.equal((await post([bad])).status, 422);
  });
});

Deno.test("POST /usage/batch?mode=atomic stores all or nothing", async () => {
  await withApi(async (api) => {
    const post = async (records: unknown[]) => {
      const response = await api.send("POST", "/api/v1/usage/batch?mode=atomic", { json: records });
      return { status: response.status, ...await json(response) };
    };
    const [one, two] = [RECORD, { ...RECORD, id: "r2" }];
    const invalid = await post([one, { ...two, prompt_tokens: -1 }]);
    assert.deepEqual([invalid.status, invalid.code, invalid.errors[0].pointer], [422, "invalid", "/1"]);
    assert.equal(await stored(api), 0);
    assert.equal((await post([one])).status, 201);
    const conflict = await post([two, { ...one, prompt_tokens: 7 }]);
    assert.deepEqual([conflict.status, conflict.code, conflict.errors[0].pointer], [409, "conflict", "/1"]);
    assert.equal(await stored(api), 1);
    assert.equal((await post([one])).status, 200);
  });
});

Deno.test("POST /usage/batch takes 1,000 records and not one more, as JSON, NDJSON and CSV", async () => {
  await withApi(async (api) => {
    const records = (count: number) => Array.from({ length: count }, (_, at) => ({ ...RECORD, id: `b${at}` }));
    const post = async (body: string, type: string) =>
      (await api.send("POST", "/api/v1/usage/batch", { body, headers: { "content-type": type } })).status;
    assert.equal(await post(JSON.stringify(records(1001)), "application/json"), 413);
    assert.equal(await stored(api), 0);
    assert.equal(await post(JSON.stringify(records(1000)), "application/json"), 201);
    assert.equal(await post(records(1000).map((row) => JSON.stringify(row)).join("\n"), "application/x-ndjson"), 200);
    assert.equal(await post("id,model,prompt_tokens\nc1,gpt-4,5\nc2,gpt-4,6\n", "text/csv"), 201);
    assert.equal(await post("[]", "application/json"), 422);
    assert.equal(await stored(api), 1002);
  });
});

Deno.test("POST /usage/batch refuses 100,000 empty objects in little time and few words", async () => {
  await withApi(async ({ send }) => {
    const body = `[${"{},".repeat(99_999)}{}]`;
    const response = await send("POST", "/api/v1/usage/batch", {
      body,
      headers: { "content-type": "application/json" },
    });
    assert.equal(response.status, 413);
    assert.ok((await response.text()).length < 1000);
  });
});

Deno.test("POST /usage/stream says what is not newly stored, and the summary last", async () => {
  await withApi(async ({ send }) => {
    await send("POST", "/api/v1/usage", { json: RECORD });
    const lines = [RECORD, { ...RECORD, id: "r2" }, { ...RECORD, id: "r3", prompt_tokens: -1 }];
    const response = await send("POST", "/api/v1/usage/stream", {
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
      headers: { "content-type": "application/x-ndjson" },
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/x-ndjson");
    const answered = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(answered.map(({ index, outcome }) => [index, outcome]), [
      [0, "duplicate"],
      [2, "rejected"],
      [undefined, undefined],
    ]);
    const { read, inserted, duplicate, rejected } = answered[2].summary;
    assert.deepEqual([read, inserted, duplicate, rejected], [3, 1, 1, 1]);
  });
});

Deno.test("POST /usage/stream: an idle body ends with a problem and what was stored", async () => {
  await withApi(async (api) => {
    const body = new ReadableStream<Uint8Array>({
      start: (to) => to.enqueue(new TextEncoder().encode(`${JSON.stringify(RECORD)}\n`)),
    });
    const response = await api.send("POST", "/api/v1/usage/stream", {
      body,
      headers: { "content-type": "application/x-ndjson" },
    });
    const [problem, summary] = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(problem.problem.code, "too_slow");
    assert.equal(summary.summary.inserted, 1);
    assert.equal(await stored(api), 1);
  }, { settings: { secret: "0".repeat(32), version: "0", body_ms: 200 } });
});

Deno.test("POST /usage/stream reads on while nobody reads its outcomes, up to a bound", async () => {
  await withApi(async ({ send }) => {
    await send("POST", "/api/v1/usage", { json: RECORD });
    const line = new TextEncoder().encode(`${JSON.stringify(RECORD)}\n`.repeat(500));
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (to) => {
        to.enqueue(line);
        if ((sent += 500) >= 200_000) to.close();
      },
    });
    const response = await send("POST", "/api/v1/usage/stream", {
      body,
      headers: { "content-type": "application/x-ndjson" },
    });
    while (sent < LIMITS.stream_outcomes) await new Promise((resolve) => setTimeout(resolve, 5));
    // Time to read on, which it does not.
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(sent < 3 * LIMITS.stream_outcomes, `${sent} were read though nobody reads`);
    await response.body?.cancel();
  });
});
