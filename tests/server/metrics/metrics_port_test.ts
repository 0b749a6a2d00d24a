import assert from "node:assert/strict";
import { withFolder } from "../../db/for_each_database.ts";
import { startServer } from "../../../server/start.ts";
import { QUIET, statusOf, withMeasuredServer } from "./measured_server.ts";

Deno.test("the port for metrics serves /metrics without a credential, and nothing else", async () => {
  await withFolder(async (folder) => {
    await withMeasuredServer(`${folder}/costops.db`, async ({ server }) => {
      const url = server.metrics_url!;
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
      assert.notEqual(new URL(url).port, String(server.address.port));
      const told = await fetch(url);
      assert.equal(told.status, 200);
      assert.match(await told.text(), /^costops_build_info\{version="1\.2\.3"/m);
      const head = await fetch(url, { method: "HEAD" });
      assert.deepEqual([head.status, await head.text()], [200, ""]);
      for (const path of ["/", "/metrics/", "/live", "/health", "/docs", "/api/v1/usage", "/metrics/../live"]) {
        const response = await fetch(new URL(path, url));
        assert.deepEqual([response.status, (await response.json()).code], [404, "not_found"], path);
      }
      const posted = await fetch(url, { method: "POST", body: "x" });
      assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
      await posted.text();
      assert.ok(!(await (await fetch(url)).text()).includes('route="/metrics"'), "it is not of the API's requests");
    });
  });
});

Deno.test("startServer() says so when the port for metrics is taken, and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const metrics_port = (taken.addr as Deno.NetAddr).port;
    const options = { database_url: `${folder}/costops.db`, version: "1.2.3", port: 0, log: QUIET };
    await assert.rejects(startServer({ ...options, enable_metrics: true, metrics_port }), {
      kind: "temporary",
      message:
        `Cannot listen on 127.0.0.1 port ${metrics_port}: another program listens there; name another --metrics-port`,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], [], "not even a database");
    const server = await startServer({ ...options, metrics_port });
    assert.equal(server.metrics_url, undefined, "metrics are off unless they are asked for");
    assert.equal(await statusOf(`${server.url}/metrics`), 404);
    await server.stop();
  });
});

Deno.test("prom-client is loaded by nothing but the metrics, and they only when they are asked for", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../../server/start.ts", import.meta.url).pathname],
    stderr: "null",
  });
  const { modules } = JSON.parse(new TextDecoder().decode((await command.output()).stdout)) as {
    readonly modules: readonly {
      readonly specifier: string;
      readonly dependencies?: readonly { readonly specifier: string; readonly isDynamic?: boolean }[];
    }[];
  };
  const importers = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.map((dependency) => ({ ...dependency, by: specifier.replace(/^.*\/server\//, "server/") }))
  );
  const ofClient = importers.filter(({ specifier }) => specifier === "prom-client").map(({ by }) => by);
  assert.ok(ofClient.length > 0 && ofClient.every((by) => by.startsWith("server/metrics/")), ofClient.join());
  for (const file of ["metrics/metrics.ts", "metrics/prometheus_meter.ts"]) {
    const loaders = importers.filter(({ specifier }) => specifier.endsWith(file));
    assert.deepEqual(loaders.map(({ by, isDynamic }) => [by, isDynamic]), [["server/watchers.ts", true]], file);
  }
});
