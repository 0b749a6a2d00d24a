import assert from "node:assert/strict";
import { createAddressLimiter } from "../../../server/rate_limit/rate_limiter.ts";
import { Written } from "../../../server/routes/reply.ts";
import { type Api, SECRET, withApi } from "../http/api.ts";

const metrics = () => Promise.resolve(new Written("text/plain", "costops_up 1\n"));

/** Asks for metrics from an address. */
async function ask({ app }: Api, hostname: string, headers: Record<string, string> = {}, method = "GET") {
  const request = new Request("http://127.0.0.1/metrics", { method, headers });
  const response = await app.fetch(request, { remoteAddr: { hostname } });
  return { status: response.status, text: await response.text(), response };
}

Deno.test("/metrics is for this machine, and for who may read metrics", async () => {
  await withApi(async (api) => {
    for (const hostname of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      const { status, text } = await ask(api, hostname);
      assert.deepEqual([status, text], [200, "costops_up 1\n"], hostname);
    }
    const far = "192.0.2.7";
    assert.equal((await ask(api, far)).status, 401);
    const statuses: Record<string, number> = {};
    for (const role of ["super_admin", "org_admin", "analyst", "billing", "ingest", "viewer"]) {
      statuses[role] = (await ask(api, far, { authorization: `Bearer ${role}@acme` })).status;
    }
    assert.deepEqual(statuses, {
      super_admin: 200,
      org_admin: 200,
      analyst: 200,
      billing: 200,
      ingest: 403,
      viewer: 403,
    });
  }, { metrics });
});

Deno.test("/metrics: a request without a socket is nobody's", async () => {
  await withApi(async ({ send }) => {
    assert.equal((await send("GET", "/metrics", { as: null })).status, 401);
  }, { metrics });
});

Deno.test("/metrics: a proxy on this machine, trusted or not, does not open it to those behind it", async () => {
  for (const trusted_proxies of [[], ["127.0.0.1"]]) {
    await withApi(async (api) => {
      for (const name of ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]) {
        assert.equal((await ask(api, "127.0.0.1", { [name]: "127.0.0.1" })).status, 401, name);
      }
    }, { metrics, settings: { secret: SECRET, version: "0.0.0", trusted_proxies } });
  }
});

Deno.test("/metrics: whoever tries keys is held up as everywhere", async () => {
  const organizations = { consume: () => Promise.reject(new Error("nobody has a credential")) };
  await withApi(async (api) => {
    const statuses = [];
    for (let at = 0; at < 60; at++) statuses.push((await ask(api, "192.0.2.7", { authorization: "Bearer x" })).status);
    assert.equal(statuses[0], 401);
    assert.ok(statuses.includes(429));
    assert.equal((await ask(api, "127.0.0.1")).status, 200);
  }, { metrics, rate_limits: { organizations, addresses: createAddressLimiter() } });
});

Deno.test("/metrics takes GET and HEAD, and is counted under its own name", async () => {
  await withApi(async (api) => {
    const refused = await ask(api, "127.0.0.1", {}, "POST");
    assert.deepEqual([refused.status, refused.response.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal((await ask(api, "127.0.0.1", {}, "HEAD")).status, 200);
    assert.deepEqual(api.answered.map(({ route, status }) => [route, status]), [["/metrics", 405], ["/metrics", 200]]);
  }, { metrics });
});

Deno.test("/metrics is no page where nobody gives metrics", async () => {
  await withApi(async (api) => {
    assert.equal((await ask(api, "127.0.0.1")).status, 404);
  });
});
