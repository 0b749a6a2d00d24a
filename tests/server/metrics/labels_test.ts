import assert from "node:assert/strict";
import { withFolder } from "../../db/for_each_database.ts";
import { statusOf, withMeasuredServer } from "./measured_server.ts";

function countSamples(text: string): number {
  return text.split("\n").filter((line) => /^\w/.test(line)).length;
}

Deno.test("/metrics has as many samples after 200 strange paths, ids and methods as after one of each", async () => {
  await withFolder(async (folder) => {
    await withMeasuredServer(`${folder}/costops.db`, async ({ server, ask, readMetrics }) => {
      const askAll = async (at: number) => {
        const planted = `planted-${at}`;
        await ask("GET", `/usage/${planted}`);
        await ask("GET", `/${planted}/x?q=${planted}`);
        await ask(`PLANTED${at}`, "/usage");
        await ask("POST", "/usage", { id: planted, model: planted, user_id: planted, organization_id: planted });
        const headers = { "X-API-Key": planted, "X-Request-Id": planted, "User-Agent": planted };
        await (await fetch(`${server.url}/api/v1/costs`, { headers })).text();
      };
      await askAll(0);
      const before = countSamples(await readMetrics());
      for (let at = 1; at < 40; at++) await askAll(at);
      const text = await readMetrics();
      assert.equal(countSamples(text), before);
      assert.ok(!/planted/i.test(text));
      assert.match(text, /costops_http_requests_total\{method="other",route="\/usage",status="4xx"\} 40\n/);
    }, { rate_limit_burst: 1_000 });
  });
});

Deno.test("/metrics tells of which rate limit a request was refused by", async () => {
  await withFolder(async (folder) => {
    await withMeasuredServer(`${folder}/costops.db`, async ({ server, ask, readSample }) => {
      const known = await Promise.all(Array.from({ length: 10 }, () => ask("GET", "/auth/me")));
      const refusedKnown = known.filter((status) => status === 429).length;
      const anonymous = [];
      for (let at = 0; at < 40; at++) anonymous.push(await statusOf(`${server.url}/api/v1/usage`));
      const refused = anonymous.filter((status) => status === 429).length;
      assert.ok(refusedKnown > 0 && refused > 0);
      assert.equal(await readSample('costops_rate_limited_total{limit="org"}'), refusedKnown);
      assert.equal(await readSample('costops_rate_limited_total{limit="address"}'), refused);
      assert.equal(await readSample('costops_rate_limited_total{limit="login"}'), 0);
      assert.equal(await readSample('costops_auth_failures_total{kind="unauthenticated"}'), 40 - refused);
    }, { rate_limit_burst: 2, rate_limit_per_second: 1 });
  });
});
