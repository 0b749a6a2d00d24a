import assert from "node:assert/strict";
import { json, SECRET, withApi } from "./api.ts";

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const GZIP = { "content-type": "application/json", "content-encoding": "gzip" };
const RECORD = '{"id":"r1","model":"gpt-4","prompt_tokens":1000}';

Deno.test("a gzip body is read as what it holds", async () => {
  await withApi(async ({ send }) => {
    const response = await send("POST", "/api/v1/usage", { body: await gzip(RECORD), headers: GZIP });
    assert.equal(response.status, 201);
    assert.equal((await json(response)).cost_usd, "0.030000000");
  });
});

Deno.test("a gzip body that grows beyond its limit or its ratio answers 413", async () => {
  await withApi(async ({ send }) => {
    const post = async (body: BodyInit, path = "/api/v1/usage") =>
      (await send("POST", path, { body, headers: GZIP })).status;
    assert.equal(await post(await gzip(" ".repeat(300 * 1024) + RECORD)), 413);
    assert.equal(await post(await gzip(" ".repeat(8 * 1024 * 1024)), "/api/v1/usage/batch"), 413);
  });
});

Deno.test("a gzip body that is cut short or is no gzip answers 400, another coding 415", async () => {
  await withApi(async ({ send }) => {
    const whole = await gzip(RECORD);
    const post = async (body: BodyInit, headers = GZIP) =>
      (await send("POST", "/api/v1/usage", { body, headers })).status;
    assert.equal(await post(whole.slice(0, -9)), 400);
    assert.equal(await post(RECORD), 400);
    assert.equal(await post(RECORD, { ...GZIP, "content-encoding": "br" }), 415);
    assert.equal(await post(RECORD, { ...GZIP, "content-encoding": "identity" }), 201);
  });
});

Deno.test("a single record may take 256 KiB and not a byte more, with and without Content-Length", async () => {
  await withApi(async ({ send }) => {
    const post = async (bytes: number, isSaid: boolean) => {
      const body = RECORD + " ".repeat(bytes - RECORD.length);
      const length: Record<string, string> = isSaid ? { "content-length": String(bytes) } : {};
      const headers = { "content-type": "application/json", ...length };
      return (await send("POST", "/api/v1/usage", { body, headers })).status;
    };
    for (const isSaid of [true, false]) {
      assert.notEqual(await post(256 * 1024, isSaid), 413);
      assert.equal(await post(256 * 1024 + 1, isSaid), 413);
    }
  });
});

Deno.test("a body that does not end in its time answers 408 and closes the connection", async () => {
  await withApi(async ({ send }) => {
    const body = new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(new TextEncoder().encode("{")) });
    const response = await send("POST", "/api/v1/usage", { body, headers: { "content-type": "application/json" } });
    assert.equal(response.status, 408);
    assert.equal(response.headers.get("connection"), "close");
    assert.equal((await json(response)).code, "too_slow");
  }, { settings: { secret: SECRET, version: "0.0.0", body_ms: 50 } });
});

Deno.test("a handler that takes too long answers 503, and its request is in flight until it has ended", async () => {
  const slow = Promise.withResolvers<void>();
  await withApi(async ({ send, environment }) => {
    const response = await send("POST", "/api/v1/estimates", { json: { model: "gpt-4o" } });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "5");
    const next = await send("GET", "/api/v1/usage");
    assert.equal(next.status, 503, "the one place is still taken");
    slow.resolve();
    await environment.priceBook();
    // Its place is given back when its handler has come to its end, which nobody hears of.
    let later = await send("GET", "/api/v1/usage");
    while (later.status === 503) later = await send("GET", "/api/v1/usage");
    assert.equal(later.status, 200);
  }, {
    settings: { secret: SECRET, version: "0.0.0", handler_ms: 50, in_flight: 1 },
    environment: { priceBook: () => slow.promise.then(() => ({ resolve: () => ({ provider: null }) })) } as never,
  });
});

Deno.test("one organization may have so many requests in flight, others have theirs", async () => {
  const slow = Promise.withResolvers<void>();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const reached = [first, second];
  const priceBook = () => {
    reached.shift()?.resolve();
    return slow.promise.then(() => ({ resolve: () => ({ provider: null }) }));
  };
  await withApi(async ({ send }) => {
    const waiting = [1, 2].map(() => send("POST", "/api/v1/estimates", { json: { model: "gpt-4o" } }));
    await Promise.all([first.promise, second.promise]);
    assert.equal((await send("GET", "/api/v1/usage")).status, 503);
    assert.equal((await send("GET", "/api/v1/usage", { as: "viewer@globex" })).status, 200);
    slow.resolve();
    for (const { status } of await Promise.all(waiting)) assert.equal(status, 422);
    assert.equal((await send("GET", "/api/v1/usage")).status, 200);
  }, {
    settings: { secret: SECRET, version: "0.0.0", in_flight_organization: 2 },
    environment: { priceBook } as never,
  });
});
