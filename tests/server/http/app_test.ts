import assert from "node:assert/strict";
import type { z } from "zod";
import { ROLES } from "../../../core/access.ts";
import { createAddressLimiter, openRateLimiter } from "../../../server/rate_limit/rate_limiter.ts";
import { ROUTES } from "../../../server/routes/routes.ts";
import { json, withApi } from "./api.ts";

/** A path of a route with an id that is nobody's. */
function fill(path: string): string {
  return `/api/v1${path.replaceAll(/\{\w+\}/g, "unknown-id")}`;
}

Deno.test("each route answers 403 to exactly the roles that lack its permission, and 401 to nobody known", async () => {
  await withApi(async ({ send }) => {
    for (const { method, path, operation, is_public, body } of ROUTES) {
      if (is_public) continue;
      const sent = body.as === "none" ? {} : { json: {} };
      const anonymous = await send(method.toUpperCase(), fill(path), { as: null, ...sent });
      assert.equal(anonymous.status, 401, `${method} ${path}`);
      if (operation.permission === null) continue;
      for (const [role, permissions] of Object.entries(ROLES)) {
        const response = await send(method.toUpperCase(), fill(path), { as: `${role}@acme`, ...sent });
        const isHeld = (permissions as readonly string[]).includes(operation.permission);
        const { code } = response.status === 403 ? await json(response) : { code: "" };
        if (!isHeld) assert.equal(code, "forbidden", `${role} ${method} ${path}`);
        else assert.ok(response.status < 500, `${role} ${method} ${path} ${response.status}`);
      }
    }
  });
});

Deno.test("each operation has its name, its permission and its answers in the OpenAPI document", async () => {
  await withApi(async ({ send }) => {
    const document = await json(await send("GET", "/openapi.json", { as: null }));
    assert.equal(document.openapi, "3.1.0");
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as object).map(([method, entry]) => ({ path, method, ...entry }))
    );
    assert.equal(operations.length, ROUTES.length + 3, "and /live, /ready, /health");
    const ids = operations.map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { method, path, operation } of ROUTES) {
      const entry = document.paths[path][method];
      assert.equal(entry["x-permission"], operation.permission);
      assert.ok(entry.summary.length > 0);
      assert.ok("default" in entry.responses && "503" in entry.responses);
    }
  });
});

Deno.test("an organization that is not the credential's answers 403 in every query and body that takes one", async () => {
  await withApi(async ({ send }) => {
    for (const { method, path, query, is_public } of ROUTES) {
      if (is_public || !("organization_id" in query.shape)) continue;
      const required = Object.entries(query.shape).filter(([, field]) => !(field as z.ZodType).isOptional())
        .map(([name]) => `&${name}=gpt-4`).join("");
      const response = await send(method.toUpperCase(), `${fill(path)}?organization_id=globex${required}`);
      const { code } = await json(response);
      assert.deepEqual([response.status, code], [403, "forbidden_organization"], `${method} ${path}`);
    }
    for (const json of [{ model: "gpt-4o", organization_id: "globex" }, { model: 1, organization_id: "globex" }]) {
      const response = await send("POST", "/api/v1/estimates", { json });
      assert.equal(response.status, json.model === 1 ? 422 : 403);
    }
  });
});

Deno.test("the rate limit is told on every answer, and 429 says when to come again", async () => {
  const organizations = await openRateLimiter({
    per_second: 1,
    burst: 3,
    database_url: "sqlite:none",
    redis_url: undefined,
    onStoreChange: () => {},
  });
  const rate_limits = { organizations, addresses: createAddressLimiter() };
  await withApi(async ({ send }) => {
    const ask = () => send("GET", "/api/v1/usage");
    const first = await ask();
    assert.equal(first.headers.get("ratelimit-policy"), '"org";q=3;w=3');
    assert.equal(first.headers.get("ratelimit"), '"org";r=2;t=1');
    assert.equal((await send("GET", "/api/v1/usage?bad=1")).headers.get("ratelimit"), '"org";r=1;t=2');
    await ask();
    const refused = await ask();
    assert.deepEqual([refused.status, (await json(refused)).code], [429, "rate_limited"]);
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.equal((await send("GET", "/api/v1/usage", { as: "viewer@globex" })).status, 200);
  }, { rate_limits });
});

Deno.test("a batch takes one more of the rate limit for each 100 records, and stores nothing when there is no more", async () => {
  const organizations = await openRateLimiter({
    per_second: 0.001,
    burst: 4,
    database_url: "sqlite:none",
    redis_url: undefined,
    onStoreChange: () => {},
  });
  await withApi(async ({ send, database }) => {
    const post = (count: number, from: number) =>
      send("POST", "/api/v1/usage/batch", {
        json: Array.from({ length: count }, (_, at) => ({ id: `b${from + at}`, model: "gpt-4", prompt_tokens: 1 })),
      });
    const first = await post(199, 0);
    assert.equal(first.headers.get("ratelimit")?.split(";")[1], "r=2");
    assert.equal((await post(200, 1000)).status, 429);
    const { rows } = await database.reader.selectFrom("usage").select((of) => of.fn.countAll<bigint>().as("rows"))
      .executeTakeFirstOrThrow();
    assert.equal(rows, 199n);
  }, { rate_limits: { organizations, addresses: createAddressLimiter() } });
});

Deno.test("/docs is a page without scripts and without anything from elsewhere", async () => {
  await withApi(async ({ send }) => {
    const response = await send("GET", "/docs", { as: null });
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; style-src 'self';/);
    assert.ok(!policy.includes("unsafe"));
    const page = await response.text();
    assert.ok(!/<script|\son\w+=|style=|https?:\/\//i.test(page));
    for (const { operation } of ROUTES) assert.ok(page.includes(`id="${operation.name}"`), operation.name);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(page.includes(`id="${target}"`), `${target}`);
    const style = await send("GET", "/docs/style.css", { as: null });
    assert.equal(style.headers.get("content-type"), "text/css; charset=utf-8");
  });
});
