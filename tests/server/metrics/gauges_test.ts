import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { installCatalogue } from "../../../db/catalogues.ts";
import { openDatabase } from "../../../db/database.ts";
import { Metrics } from "../../../server/metrics/metrics.ts";
import { PrometheusMeter } from "../../../server/metrics/prometheus_meter.ts";
import { forEachDatabase, withFolder } from "../../db/for_each_database.ts";
import { makeEntry } from "../../db/records.ts";
import { withMeasuredServer } from "./measured_server.ts";

/** 2026-10-03T00:00:00Z, ten days after the catalogue of the program was published. */
const NOW = Date.UTC(2026, 9, 3);

/** The metrics of a database's server, and their text. */
function makeMetrics(database_url: string) {
  const meter = new PrometheusMeter();
  const metrics = new Metrics({ meter, version: "1.2.3", database_url });
  return { metrics, readText: async () => String((await meter.write()).content) };
}

function samplesOf(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(name));
}

forEachDatabase(
  "/metrics says how old the price catalogue in force is, and nothing when nobody knows",
  async ({ open }) => {
    const database = await open();
    const { metrics, readText } = makeMetrics(database.url);
    metrics.watch({ environment: { database, now: () => NOW }, countInFlight: () => 3 });
    const name = "costops_price_catalogue_age_seconds";
    assert.deepEqual(samplesOf(await readText(), name), [`${name}{version="genai-prices 0.1.8"} 864000`]);
    const body = { version: 'a "b" 2', json: "[1]" };
    await installCatalogue(database, body, { actor: "test", now: NOW - 60_000 });
    assert.deepEqual(samplesOf(await readText(), name), [`${name}{version="a \\"b\\" 2"} 60`]);
    await database.close();
    const text = await readText();
    assert.deepEqual(samplesOf(text, name), []);
    assert.match(text, /^costops_http_requests_in_flight 3$/m);
  },
);

Deno.test("Metrics measures a request in seconds, in the buckets that are not below it", async () => {
  const { metrics, readText } = makeMetrics("sqlite:none");
  const answered = { request_id: "r", began: 0, is_fault: false };
  metrics.observe({ ...answered, method: "GET", route: "/usage", status: 200, duration_ms: 3 });
  metrics.observe({ ...answered, method: "GET", route: "/usage", status: 503, duration_ms: 45_000 });
  const name = "costops_http_request_duration_seconds";
  assert.deepEqual(samplesOf(await readText(), name), [
    `${name}_bucket{le="0.001",route="/usage"} 0`,
    `${name}_bucket{le="0.0025",route="/usage"} 0`,
    `${name}_bucket{le="0.005",route="/usage"} 1`,
    `${name}_bucket{le="0.01",route="/usage"} 1`,
    `${name}_bucket{le="0.025",route="/usage"} 1`,
    `${name}_bucket{le="0.05",route="/usage"} 1`,
    `${name}_bucket{le="0.1",route="/usage"} 1`,
    `${name}_bucket{le="0.25",route="/usage"} 1`,
    `${name}_bucket{le="0.5",route="/usage"} 1`,
    `${name}_bucket{le="1",route="/usage"} 1`,
    `${name}_bucket{le="2.5",route="/usage"} 1`,
    `${name}_bucket{le="5",route="/usage"} 1`,
    `${name}_bucket{le="10",route="/usage"} 1`,
    `${name}_bucket{le="30",route="/usage"} 1`,
    `${name}_bucket{le="+Inf",route="/usage"} 2`,
    `${name}_sum{route="/usage"} 45.003`,
    `${name}_count{route="/usage"} 2`,
  ]);
});

forEachDatabase(
  "Metrics.meter() measures queries by what they are asked on, and each write as a whole",
  async ({ url }) => {
    const { metrics, readText } = makeMetrics(url);
    const database = metrics.meter(await openDatabase(url, { reader_threads: 1, onCommit: metrics.onCommit }));
    try {
      const query = (queries: typeof database.reader) => queries.selectFrom("organizations").select("id").execute();
      await query(database.reader);
      await query(database.reader);
      await query(database.scanner);
      await database.scanner.transaction().execute(query);
      await database.write(async (queries) => [await query(queries), await query(queries)]);
      await assert.rejects(database.write(() => Promise.reject(new Error("undone"))), /undone/);
      await Promise.all([database.append([makeEntry()]), database.append([makeEntry({ id: "r2" })])]);
      const text = await readText();
      assert.deepEqual(samplesOf(text, "costops_database_duration_seconds_count"), [
        'costops_database_duration_seconds_count{access="reader"} 2',
        'costops_database_duration_seconds_count{access="scanner"} 2',
        'costops_database_duration_seconds_count{access="write"} 2',
      ]);
      assert.deepEqual(samplesOf(text, "costops_append_commit_records_count"), [
        "costops_append_commit_records_count 1",
      ]);
      assert.deepEqual(samplesOf(text, "costops_append_commit_records_sum"), ["costops_append_commit_records_sum 2"]);
      const [busy, idle] = samplesOf(text, "costops_database_connections{");
      assert.equal(busy, 'costops_database_connections{state="busy"} 0');
      assert.match(idle ?? "", /^costops_database_connections\{state="idle"\} [1-9]$/);
    } finally {
      await database.close();
    }
  },
);

Deno.test("/metrics says what is in flight and waits to be stored while another process holds the database", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/costops.db`;
    await withMeasuredServer(path, async ({ ask, readSample }) => {
      const other = new DatabaseSync(path);
      other.exec("begin immediate");
      const record = (id: string) => ({ id, model: "gpt-4", prompt_tokens: 1 });
      const sent = ask("POST", "/usage/batch", [record("a"), record("b"), record("c")]);
      while (await readSample("costops_append_queue_records") !== 3) await new Promise((go) => setTimeout(go, 5));
      assert.equal(await readSample("costops_http_requests_in_flight"), 1);
      other.exec("rollback");
      other.close();
      assert.equal(await sent, 201);
      assert.equal(await readSample("costops_append_queue_records"), 0);
      assert.equal(await readSample("costops_http_requests_in_flight"), 0);
    });
  });
});
