import assert from "node:assert/strict";
import { json, NOW, SECRET, withApi } from "./api.ts";

const PRICE = { provider: "openai", model: "gpt-4", rates: { input_mtok: "1" } };

Deno.test("the same request with the same Idempotency-Key is done once and answered alike, quoted or bare", async () => {
  await withApi(async ({ send, database }) => {
    const post = (key: string) => send("POST", "/api/v1/prices", { json: PRICE, headers: { "idempotency-key": key } });
    const first = await post("key-1");
    assert.equal(first.status, 201);
    assert.equal(first.headers.get("idempotency-replayed"), null);
    const body = await first.text();
    for (const key of ["key-1", '"key-1"']) {
      const again = await post(key);
      assert.equal(again.status, 201);
      assert.equal(again.headers.get("idempotency-replayed"), "true");
      assert.equal(await again.text(), body);
    }
    assert.equal((await database.reader.selectFrom("prices").select("id").execute()).length, 1);
  });
});

Deno.test("an Idempotency-Key with another request answers 422, of another principal or path it is another key", async () => {
  await withApi(async ({ send }) => {
    const headers = { "idempotency-key": "key-1" };
    await send("POST", "/api/v1/prices", { json: PRICE, headers });
    const other = await send("POST", "/api/v1/prices", { json: { ...PRICE, note: "x" }, headers });
    assert.deepEqual([other.status, (await json(other)).errors[0].pointer], [422, "/header/Idempotency-Key"]);
    assert.equal((await send("POST", "/api/v1/prices/reprice", { json: {}, headers })).status, 200);
    const stranger = await send("POST", "/api/v1/prices", { as: "billing@globex", json: PRICE, headers });
    assert.equal(stranger.headers.get("idempotency-replayed"), null);
    assert.equal(stranger.status, 201);
    assert.equal(
      (await send("POST", "/api/v1/prices", { json: PRICE, headers: { "idempotency-key": "a b" } })).status,
      422,
    );
  });
});

Deno.test("what fails is not kept under its Idempotency-Key, and leaves nothing", async () => {
  await withApi(async ({ send, database }) => {
    const headers = { "idempotency-key": "key-1" };
    const post = async () => (await send("POST", "/api/v1/prices", { json: { ...PRICE, rates: {} }, headers })).status;
    assert.deepEqual([await post(), await post()], [422, 422]);
    assert.equal((await database.reader.selectFrom("idempotent_answers").select("scope").execute()).length, 0);
    assert.equal((await send("POST", "/api/v1/prices", { json: PRICE, headers })).status, 201);
  });
});

Deno.test("of two equal requests at once one is done and the other told to wait, or answered alike", async () => {
  await withApi(async ({ send, database }) => {
    const headers = { "idempotency-key": "key-1" };
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => send("POST", "/api/v1/prices", { json: PRICE, headers })),
    );
    const statuses = responses.map(({ status }) => status);
    assert.ok(statuses.every((status) => status === 201 || status === 409), String(statuses));
    assert.ok(statuses.includes(201));
    for (const { status, headers } of responses) if (status === 409) assert.equal(headers.get("retry-after"), "1");
    assert.equal((await database.reader.selectFrom("prices").select("id").execute()).length, 1);
  });
});

Deno.test("a kept answer is gone after 48 hours, and unreadable in the table", async () => {
  let now = NOW;
  await withApi(async ({ send, database }) => {
    const post = () =>
      send("POST", "/api/v1/prices", { json: { ...PRICE, dry_run: true }, headers: { "idempotency-key": "k" } });
    await post();
    const [row] = await database.reader.selectFrom("idempotent_answers").selectAll().execute();
    assert.ok(!new TextDecoder().decode(row?.answer ?? new Uint8Array()).includes("gpt-4"));
    now += 48 * 3_600_000 - 1;
    assert.equal((await post()).headers.get("idempotency-replayed"), "true");
    now += 1;
    assert.equal((await post()).headers.get("idempotency-replayed"), null);
  }, { environment: { now: () => now } as never, settings: { secret: SECRET, version: "0" } });
});

Deno.test("repricing under an Idempotency-Key changes costs and the audit log once", async () => {
  await withApi(async ({ send, database }) => {
    const record = { id: "r1", model: "gpt-4", timestamp: "2026-02-10T00:00:00Z", prompt_tokens: 1000 };
    await send("POST", "/api/v1/usage", { json: record });
    await send("POST", "/api/v1/prices", { json: { ...PRICE, effective_from: "2026-02-01" } });
    const reprice = async () =>
      await json(await send("POST", "/api/v1/prices/reprice", { json: {}, headers: { "idempotency-key": "k" } }));
    const done = await reprice();
    assert.deepEqual([done.changed, done.after_usd], [1, "0.001000000"]);
    assert.deepEqual(await reprice(), done);
    const audit = await database.reader.selectFrom("audit_log").select("action").where("action", "=", "usage.reprice")
      .execute();
    assert.equal(audit.length, 1);
  });
});
