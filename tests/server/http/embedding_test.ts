import assert from "node:assert/strict";
import { Hono } from "hono";
import { createApiRouter } from "../../../server/app.ts";
import { authenticate, SECRET, withApi } from "./api.ts";

Deno.test("createApiRouter() serves below a path of one's own, with one's own middleware around it", async () => {
  await withApi(async ({ environment }) => {
    const app = new Hono();
    app.use(async (context, next) => {
      await next();
      context.header("x-own", "yes");
    });
    app.route("/costs", createApiRouter({ environment, authenticate, settings: { secret: SECRET, version: "0.0.0" } }));
    app.get("/own", (context) => context.text("mine"));
    const headers = { authorization: "Bearer viewer@acme" };
    const listed = await app.fetch(new Request("http://127.0.0.1/costs/usage?limit=1", { headers }));
    assert.deepEqual([listed.status, listed.headers.get("x-own")], [200, "yes"]);
    assert.deepEqual(await listed.json(), { data: [], pagination: { limit: 1, has_more: false, next_cursor: null } });
    assert.equal((await app.fetch(new Request("http://127.0.0.1/costs/usage"))).status, 401);
    const nothing = await app.fetch(new Request("http://127.0.0.1/costs/nothing", { headers }));
    assert.equal(nothing.status, 404);
    // There is no /docs beside it.
    assert.match((await nothing.json()).detail, /: the paths are in openapi\.json of costops$/);
    assert.equal(await (await app.fetch(new Request("http://127.0.0.1/own"))).text(), "mine");
  });
});

Deno.test("a secret of less than 32 bytes makes no app", async () => {
  await withApi(({ environment }) => {
    const make = () =>
      createApiRouter({ environment, authenticate, settings: { secret: "x".repeat(31), version: "0" } });
    assert.throws(make, { kind: "usage" });
    return Promise.resolve();
  });
});
