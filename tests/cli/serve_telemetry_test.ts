/**
 * What a server tells of one request, by its log, to Prometheus and to OpenTelemetry: the real program, started as the
 * README says, exporting to a collector.
 */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Collector, startCollector } from "./collector.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, stopServing, watchServing } from "./serving.ts";

const BIN = fileURLToPath(new URL("../../bin/costops", import.meta.url));

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

/** What has no business in anything that is told; sent in a path, a query, headers, bodies. */
const SECRETS = Array.from({ length: 23 }, (_, at) => `planted${at}Zk4vW8pQm2Xr9Tb`);

/** A method that nobody knows; the runtime's own metrics are the one place that has it. */
const METHOD = "PLANTED23Zk4vW8pQm2Xr9Tb";

/** Runs a test with a server that `bin/costops` starts, and that exports to a collector. */
async function withExportingServer(
  { host, env = {} }: { readonly host: string; readonly env?: Record<string, string> },
  test: (running: { place: Place; serving: Serving; collector: Collector; key: string }) => Promise<void>,
): Promise<void> {
  const collector = startCollector();
  try {
    await inPlace(async (place) => {
      const key = await makeKey(place, ["usage:create", "usage:read"]);
      // The program's own launcher, which finds this Deno first.
      const line = `PATH="${dirname(Deno.execPath())}:$PATH" exec "${BIN}" serve --port=0 --host=${host} --json`;
      const child = place.startShell(`${line} --enable-metrics true --metrics-port 0`, []);
      const serving = await watchServing(child);
      try {
        await test({ place, serving, collector, key });
      } finally {
        end(serving.child);
        await serving.ended;
      }
    }, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      // Exported once, at the end: the runtime hangs when it is to end while it exports (docs/decisions/0011).
      OTEL_METRIC_EXPORT_INTERVAL: "3600000",
      LOG_LEVEL: "debug",
      ...env,
    });
  } finally {
    await collector.stop();
  }
}

/** A test that went well has ended it already. */
function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Asks for everything that a secret may be put into; whatever is answered is right. */
async function plant({ url }: Serving, key: string): Promise<void> {
  const next = SECRETS.values();
  const secret = () => next.next().value!;
  const json = { "Content-Type": "application/json" };
  const own = { ...json, "X-API-Key": key };
  const requests: readonly (readonly [string, RequestInit])[] = [
    [`/api/v1/usage/${secret()}?x=${secret()}`, { headers: own }],
    [`/${secret()}/x?token=${secret()}`, {}],
    ["/api/v1/usage", { headers: { Authorization: `Bearer ${secret()}` } }],
    ["/api/v1/usage", { headers: { "X-API-Key": `cops_AbCdEfGh_${secret()}` } }],
    ["/api/v1/usage", { headers: { Cookie: `session=${secret()}`, Authorization: `Basic ${btoa(secret())}` } }],
    ["/api/v1/usage", {
      headers: { "User-Agent": secret(), Referer: `http://x/${secret()}`, "X-Request-Id": `no id ${secret()}` },
    }],
    ["/api/v1/auth/login", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ username: secret(), password: secret() }),
    }],
    ["/api/v1/auth/login", { method: "POST", headers: json, body: `{"password":"${secret()}"` }],
    ["/api/v1/auth/refresh", { method: "POST", headers: json, body: JSON.stringify({ refresh_token: secret() }) }],
    ["/api/v1/usage", {
      method: "POST",
      headers: own,
      body: JSON.stringify({ model: secret(), [secret()]: secret(), id: secret(), pages: -1 }),
    }],
    ["/api/v1/usage", { method: METHOD, headers: own }],
    [`/metrics?${secret()}`, { headers: { baggage: `secret=${secret()}`, Forwarded: `for=${secret()}` } }],
    [`/api/v1/usage?cursor=${secret()}`, { headers: own }],
  ];
  assert.deepEqual([...next], [], "all are sent");
  for (const [path, init] of requests) await (await fetch(`${url}${path}`, init)).text();
}

const LINES = [
  { id: "a", timestamp: "2026-02-10T12:00:00Z", provider: "openai", model: "gpt-4", prompt_tokens: 1000 },
  { id: "b", timestamp: "2026-02-10T12:00:00Z", provider: "openai", model: "nobodys-model", prompt_tokens: 1000 },
  { id: "a", timestamp: "2026-02-10T12:00:00Z", provider: "openai", model: "gpt-4", prompt_tokens: 1000 },
  { id: "c", timestamp: "2026-02-10T12:00:00Z", provider: "openai", model: "gpt-4", prompt_tokens: -1 },
];

for (
  const { host, name, requests } of [
    { host: "127.0.0.1", name: "Deno's server", requests: 16 },
    // Its parser knows methods by name, and answers what it cannot parse by itself.
    { host: "0.0.0.0", name: "node's server", requests: 15 },
  ]
) {
  Deno.test(`costops serve (${name}): log, metrics and trace of a request say the same, and no planted secret`, async () => {
    await withExportingServer({ host }, async ({ serving, collector, key }) => {
      const url = serving.url.replace("0.0.0.0", "127.0.0.1");
      const metrics_url = serving.metrics_url!;
      const sent = await fetch(`${url}/api/v1/usage/batch`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "X-API-Key": key,
          "X-Request-Id": "request-1",
          traceparent: `00-${TRACE}-${CALLER}-01`,
        },
        body: JSON.stringify(LINES),
      });
      assert.deepEqual([sent.status, sent.headers.get("x-request-id")], [207, "request-1"]);
      await sent.text();
      const prometheus = await (await fetch(metrics_url)).text();
      await plant({ ...serving, url }, key);
      const afterwards = await (await fetch(metrics_url)).text();
      const { code, err } = await stopServing(serving);
      assert.equal(code, 0, err);

      const lines = err.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
      const [line, ...others] = lines.filter(({ request_id }) => request_id === "request-1");
      assert.equal(others.length, 0, "one line a request");
      const { method, route, status, trace_id, span_id, read, inserted, duplicate, rejected, unpriced } = line;
      assert.deepEqual([method, route, status], ["POST", "/usage/batch", 207]);
      assert.deepEqual({ read, inserted, duplicate, rejected, unpriced }, {
        read: 4,
        inserted: 2,
        duplicate: 1,
        rejected: 1,
        unpriced: 1,
      });

      const span = collector.spans.find(({ spanId }) => spanId === span_id)!;
      assert.deepEqual([trace_id, span.traceId, span.parentSpanId], [TRACE, TRACE, CALLER]);
      assert.deepEqual([span.name, span.kind, span.repeated], ["POST /api/v1/usage/batch", 2, []]);
      assert.deepEqual({ ...span.attributes, "costops.actor": "key" }, {
        "http.request.method": "POST",
        "url.scheme": "http",
        "http.route": "/api/v1/usage/batch",
        "http.response.status_code": "207",
        "costops.request_id": "request-1",
        "costops.organization_id": "default",
        "costops.actor": "key",
        "costops.records.read": 4,
        "costops.records.inserted": 2,
        "costops.records.duplicate": 1,
        "costops.records.rejected": 1,
        "costops.records.unpriced": 1,
      });
      const below = collector.spans.filter(({ parentSpanId }) => parentSpanId === span_id);
      const append = below.find((child) => child.name === "append usage")!;
      assert.deepEqual([append.traceId, append.kind, append.attributes], [TRACE, 3, {
        "db.system.name": "sqlite",
        "db.operation.name": "append",
        "costops.records": 3,
      }]);
      assert.ok(below.some((child) => child.name === "SELECT api_keys"));

      for (const [outcome, count] of [["inserted", 2], ["duplicate", 1]] as const) {
        assert.ok(prometheus.includes(`costops_ingest_records_total{outcome="${outcome}"} ${count}\n`), prometheus);
        assert.equal(collector.findSample("costops.ingest.records", { outcome })?.value, count, outcome);
      }
      const labels = { method: "POST", route: "/usage/batch", status: "2xx" };
      assert.ok(
        prometheus.includes('costops_http_requests_total{method="POST",route="/usage/batch",status="2xx"} 1\n'),
      );
      assert.equal(collector.findSample("costops.http.requests", labels)?.value, 1);
      const duration = collector.findSample("costops.http.request.duration", { route: "/usage/batch" })!;
      assert.deepEqual([duration.value, duration.unit], [1, "s"]);
      const commits = collector.findSample("costops.append.commit.records", {})!;
      assert.deepEqual([commits.value, commits.unit], [1, "{record}"]);
      assert.deepEqual([...collector.services], ["costops"]);

      assert.equal(lines.filter(({ message }) => message === "request").length, requests, "every request has its line");
      const told = [err, afterwards, collector.readText()].join("\n");
      assert.deepEqual(SECRETS.filter((secret) => told.includes(secret) || told.includes(btoa(secret))), []);
      assert.ok(!told.includes(key));
      assert.ok(![err, afterwards, JSON.stringify(collector.spans)].some((text) => text.includes(METHOD)));
      assert.deepEqual(collector.spans.flatMap(({ repeated }) => repeated), []);
    });
  });
}

Deno.test("costops serve: the line and the span of a stream say what became of it, at its end", async () => {
  await withExportingServer({ host: "127.0.0.1" }, async ({ serving, collector, key }) => {
    const sent = await fetch(`${serving.url}/api/v1/usage/stream`, {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson", "X-API-Key": key, "X-Request-Id": "stream-1" },
      body: LINES.map((line) => `${JSON.stringify(line)}\n`).join(""),
    });
    assert.match(await sent.text(), /"summary":\{"read":4,"inserted":2/);
    const { err } = await stopServing(serving);
    const [line, ...others] = err.split("\n").filter((text) => text.includes('"stream-1"')).map((text) =>
      JSON.parse(text)
    );
    assert.equal(others.length, 0);
    const { status, read, inserted, duplicate, rejected, unpriced, span_id } = line;
    const counts = { read, inserted, duplicate, rejected, unpriced };
    assert.deepEqual([status, counts], [200, { read: 4, inserted: 2, duplicate: 1, rejected: 1, unpriced: 1 }]);
    assert.equal(collector.spans.find(({ spanId }) => spanId === span_id)?.name, "POST /api/v1/usage/stream");
    const below = collector.spans.filter(({ parentSpanId }) => parentSpanId === span_id);
    assert.deepEqual(below.find(({ name }) => name === "stream usage")?.attributes, {
      "costops.records.read": 4,
      "costops.records.inserted": 2,
      "costops.records.duplicate": 1,
      "costops.records.rejected": 1,
      "costops.records.unpriced": 1,
    });
  });
});

Deno.test("costops serve: a trace that its caller does not record is not recorded here, and its ids are in the log", async () => {
  await withExportingServer({ host: "127.0.0.1" }, async ({ serving, collector, key }) => {
    const headers = { "X-API-Key": key, traceparent: `00-${TRACE}-${CALLER}-00` };
    await (await fetch(`${serving.url}/api/v1/usage`, { headers })).text();
    const { err } = await stopServing(serving);
    assert.deepEqual(collector.spans.filter(({ traceId }) => traceId === TRACE), []);
    assert.match(err, new RegExp(`"route":"/usage","status":200.*"trace_id":"${TRACE}"`));
  });
});

Deno.test("costops serve exports nothing when the SDK is disabled or nobody says where to, and says what is in vain", async () => {
  for (const variable of ["OTEL_SDK_DISABLED=true", "OTEL_EXPORTER_OTLP_ENDPOINT=", "OTEL_DENO=false"]) {
    const [name, value] = variable.split("=");
    await withExportingServer({ host: "127.0.0.1", env: { [name!]: value! } }, async ({ serving, collector }) => {
      await (await fetch(`${serving.url}/live`)).text();
      const { err } = await stopServing(serving);
      assert.equal(collector.readText(), "");
      assert.ok(!err.includes("trace_id"));
      const isInVain = name !== "OTEL_EXPORTER_OTLP_ENDPOINT";
      assert.equal(err.includes("OTEL_EXPORTER_OTLP_ENDPOINT is set and nothing is exported"), isInVain);
    });
  }
});
