import assert from "node:assert/strict";
import type { Environment } from "../../../server/environment.ts";
import { json, withApi } from "./api.ts";

Deno.test("an unknown path answers 404 in the shape of RFC 9457", async () => {
  await withApi(async ({ send }) => {
    const response = await send("GET", "/api/v1/nothing", { headers: { "x-request-id": "abc-1" } });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.deepEqual(await json(response), {
      type: "urn:costops:problem:not_found",
      title: "Not found",
      status: 404,
      detail: 'Cannot find the path "/api/v1/nothing": the paths are at /docs',
      code: "not_found",
      request_id: "abc-1",
    });
  });
});

Deno.test("a method that a path has not answers 405 and says which it has", async () => {
  await withApi(async ({ send }) => {
    const response = await send("PUT", "/api/v1/usage");
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD, POST");
    const stats = await send("DELETE", "/api/v1/usage/stats");
    assert.equal(stats.status, 405, "a word of the paths is no id");
  });
});

Deno.test("a request id is kept where it may stand in a log, and made anew where it may not", async () => {
  await withApi(async ({ send, answered }) => {
    const idOf = async (given: string) =>
      (await send("GET", "/live", { headers: { "x-request-id": given } })).headers.get("x-request-id");
    assert.equal(await idOf("4bf92f3577b34da6"), "4bf92f3577b34da6");
    for (const bad of ["a b", "<script>", "x".repeat(129), "-x"]) assert.notEqual(await idOf(bad), bad);
    assert.equal(answered[0]?.request_id, "4bf92f3577b34da6");
    assert.equal(answered[0]?.route, "/live");
  });
});

Deno.test("without a good credential every route answers 401 and says how to show one", async () => {
  await withApi(async ({ send }) => {
    const response = await send("GET", "/api/v1/usage", { as: null });
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="costops"');
    assert.equal((await json(response)).code, "unauthenticated");
  });
});

Deno.test("a body that is no JSON, no UTF-8 or nested too deep answers 400 without repeating it", async () => {
  await withApi(async ({ send }) => {
    const post = (body: BodyInit) =>
      send("POST", "/api/v1/estimates", { body, headers: { "content-type": "application/json" } });
    const bad = await post('{"model": secret-word}');
    assert.equal(bad.status, 400);
    const text = await bad.text();
    assert.ok(!text.includes("secret-word"), text);
    assert.equal((await post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]))).status, 400);
    assert.equal((await post("[".repeat(33) + "]".repeat(33))).status, 400);
    assert.equal((await post("[".repeat(32) + "]".repeat(32))).status, 422);
  });
});

Deno.test("a body of another content type answers 415, none at all too", async () => {
  await withApi(async ({ send }) => {
    const post = async (type: string | undefined) =>
      (await send("POST", "/api/v1/estimates", {
        body: new TextEncoder().encode('{"model":"gpt-4o"}'),
        headers: type === undefined ? {} : { "content-type": type },
      })).status;
    assert.equal(await post("application/json"), 200);
    assert.equal(await post("application/json; charset=UTF-8"), 200);
    assert.equal(await post("application/cloudevents+json"), 200);
    assert.equal(await post("application/json; charset=latin1"), 415);
    assert.equal(await post("application/x-www-form-urlencoded"), 415);
    assert.equal(await post(undefined), 415);
  });
});

Deno.test("invalid fields answer 422 with pointers, at most 20 of them", async () => {
  await withApi(async ({ send }) => {
    const response = await send("POST", "/api/v1/estimates", { json: { model: "gpt-4o", input_tokens: -1, in: 1 } });
    assert.equal(response.status, 422);
    const { code, errors } = await json(response);
    assert.equal(code, "invalid");
    assert.deepEqual(errors.map(({ pointer }: { pointer: string }) => pointer), ["/input_tokens", "/in"]);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`field_${at}`, 1]));
    const flooded = await send("POST", "/api/v1/estimates", { json: { model: "gpt-4o", ...many } });
    assert.equal((await json(flooded)).errors.length, 20);
  });
});

Deno.test("an unknown or repeated parameter of a query answers 422 at its name", async () => {
  await withApi(async ({ send }) => {
    const pointers = async (query: string) =>
      (await json(await send("GET", `/api/v1/usage?${query}`))).errors.map(({ pointer }: { pointer: string }) =>
        pointer
      );
    assert.deepEqual(await pointers("modle=gpt-4"), ["/query/modle"]);
    assert.deepEqual(await pointers("__proto__=1"), ["/query/__proto__"]);
    assert.deepEqual(await pointers("limit=101"), ["/query/limit"]);
    assert.deepEqual(await pointers("limit=0"), ["/query/limit"]);
    assert.deepEqual(await pointers("limit=ten"), ["/query/limit"]);
    assert.deepEqual(await pointers("limit=1&limit=2"), ["/query/limit"]);
    assert.equal((await send("GET", "/api/v1/usage?limit=100")).status, 200);
    assert.equal((await send("GET", "/api/v1/usage?model=%ff")).status, 400);
  });
});

Deno.test("what is not expected answers 500 without a word of it, and whoever watches is told", async () => {
  const broken = { priceBook: () => Promise.reject(new Error("the password is hunter2")) };
  await withApi(async ({ send, answered }) => {
    const response = await send("POST", "/api/v1/estimates", { json: { model: "gpt-4o" } });
    assert.equal(response.status, 500);
    assert.ok(!(await response.text()).includes("hunter2"));
    assert.equal(answered[0]?.is_fault, true);
    assert.match(String(answered[0]?.error), /hunter2/);
  }, { environment: broken as unknown as Environment });
});

Deno.test("an address of more than 8 KiB answers 414, a bad Host 400", async () => {
  await withApi(async ({ send }) => {
    assert.equal((await send("GET", `/live?x=${"a".repeat(8192)}`)).status, 414);
    assert.equal((await send("GET", "/live", { headers: { host: "a b" } })).status, 400);
    assert.equal((await send("GET", "/live", { headers: { host: "user@host" } })).status, 400);
    assert.equal((await send("GET", "/live", { headers: { host: "[::1]:8080" } })).status, 200);
  });
});

Deno.test("every answer says that it is not for caches, frames or sniffing", async () => {
  await withApi(async ({ send }) => {
    for (const path of ["/live", "/api/v1/usage", "/api/v1/nothing"]) {
      const { headers } = await send("GET", path);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    }
  });
});

Deno.test("CORS is off, and answers exactly the origins that are listed", async () => {
  const origin = "https://app.example.com";
  await withApi(async ({ send }) => {
    const { headers } = await send("GET", "/live", { headers: { origin } });
    assert.equal(headers.get("access-control-allow-origin"), null);
    assert.equal((await send("OPTIONS", "/api/v1/usage", { headers: { origin } })).status, 405);
  });
  await withApi(async ({ send }) => {
    const allowed = await send("GET", "/api/v1/usage", { headers: { origin } });
    assert.equal(allowed.headers.get("access-control-allow-origin"), origin);
    assert.equal(allowed.headers.get("access-control-allow-credentials"), null);
    const other = await send("GET", "/api/v1/usage", { headers: { origin: `${origin}.evil.example` } });
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    const preflight = await send("OPTIONS", "/api/v1/usage", {
      as: null,
      headers: { origin, "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /Idempotency-Key/);
  }, { settings: { secret: "0".repeat(32), version: "0.0.0", allowed_origins: [origin] } });
});

Deno.test("/ready and /health say 503 while the server drains or its storage has failed, /live stays 200", async () => {
  const state = { is_draining: false, failure: null as string | null };
  await withApi(async ({ send }) => {
    const statuses = async () =>
      await Promise.all(
        ["/ready", "/health", "/live"].map(async (path) => (await send("GET", path, { as: null })).status),
      );
    assert.deepEqual(await statuses(), [200, 200, 200]);
    state.is_draining = true;
    assert.deepEqual(await statuses(), [503, 503, 200]);
    Object.assign(state, { is_draining: false, failure: "an I/O error on /secret/path" });
    const health = await send("GET", "/health", { as: null });
    assert.deepEqual((await json(health)).checks, { server: "serving", database: "failed" });
    assert.equal((await send("GET", "/ready", { as: null })).headers.get("retry-after"), "1");
  }, { health: () => state });
});
