import assert from "node:assert/strict";
import { forEachDatabase, withFolder } from "../../db/for_each_database.ts";
import { statusOf, withMeasuredServer } from "./measured_server.ts";

/** 2026-02-10T12:00:00Z: a call of then has a price of then. */
const timestamp = "2026-02-10T12:00:00Z";

/** A record that costs something, or nothing that is known where its model is nobody's. */
function record(id: string, model = "gpt-4") {
  return { id, timestamp, provider: "openai", model, prompt_tokens: 1000, completion_tokens: 100 };
}

/** The samples of a metric as they are written, without those that are 0. */
function samplesOf(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(name) && !line.endsWith(" 0")).sort();
}

forEachDatabase("/metrics counts requests, records and commits exactly", async ({ url }) => {
  await withMeasuredServer(url, async ({ server, ask, readMetrics }) => {
    assert.equal(await ask("POST", "/usage", record("a")), 201);
    assert.equal(await ask("POST", "/usage", record("a")), 200);
    assert.equal(await ask("POST", "/usage", { ...record("a"), prompt_tokens: 1 }), 409);
    assert.equal(await ask("POST", "/usage", record("b", "nobodys-model")), 201);
    const batch = [record("c"), record("d", "nobodys-model"), { ...record("e"), prompt_tokens: -1 }];
    assert.equal(await ask("POST", "/usage/batch", batch), 207);
    assert.equal(await ask("POST", "/usage/batch?mode=atomic", [record("f"), record("g")]), 201);
    assert.equal(await ask("POST", "/usage/batch?mode=atomic", [record("a"), record("h"), { id: "i" }]), 422);
    assert.equal(await ask("GET", "/usage/a"), 200);
    assert.equal(await ask("GET", "/usage/nobody"), 404);
    assert.equal(await ask("GET", "/admin/users"), 403);
    assert.equal(await statusOf(`${server.url}/api/v1/usage`), 401);
    assert.equal(await statusOf(`${server.url}/wp-login.php`), 404);
    const text = await readMetrics();
    assert.deepEqual(samplesOf(text, "costops_http_requests_total"), [
      'costops_http_requests_total{method="GET",route="/admin/users",status="4xx"} 1',
      'costops_http_requests_total{method="GET",route="/usage",status="4xx"} 1',
      'costops_http_requests_total{method="GET",route="/usage/{id}",status="2xx"} 1',
      'costops_http_requests_total{method="GET",route="/usage/{id}",status="4xx"} 1',
      'costops_http_requests_total{method="GET",route="none",status="4xx"} 1',
      'costops_http_requests_total{method="POST",route="/usage",status="2xx"} 3',
      'costops_http_requests_total{method="POST",route="/usage",status="4xx"} 1',
      'costops_http_requests_total{method="POST",route="/usage/batch",status="2xx"} 2',
      'costops_http_requests_total{method="POST",route="/usage/batch",status="4xx"} 1',
    ]);
    assert.deepEqual(samplesOf(text, "costops_http_request_duration_seconds_count"), [
      'costops_http_request_duration_seconds_count{route="/admin/users"} 1',
      'costops_http_request_duration_seconds_count{route="/usage"} 5',
      'costops_http_request_duration_seconds_count{route="/usage/batch"} 3',
      'costops_http_request_duration_seconds_count{route="/usage/{id}"} 2',
      'costops_http_request_duration_seconds_count{route="none"} 1',
    ]);
    assert.deepEqual(samplesOf(text, "costops_ingest_records_total"), [
      'costops_ingest_records_total{outcome="conflict"} 1',
      'costops_ingest_records_total{outcome="duplicate"} 1',
      'costops_ingest_records_total{outcome="inserted"} 6',
      'costops_ingest_records_total{outcome="rejected"} 1',
    ]);
    assert.deepEqual(samplesOf(text, "costops_ingest_unpriced_records_total"), [
      'costops_ingest_unpriced_records_total{reason="unknown_model"} 2',
    ]);
    assert.deepEqual(samplesOf(text, "costops_auth_failures_total"), [
      'costops_auth_failures_total{kind="forbidden"} 1',
      'costops_auth_failures_total{kind="unauthenticated"} 1',
    ]);
    assert.deepEqual(samplesOf(text, "costops_append_commit_records_bucket"), [
      'costops_append_commit_records_bucket{le="+Inf"} 6',
      'costops_append_commit_records_bucket{le="1"} 4',
      'costops_append_commit_records_bucket{le="10"} 6',
      'costops_append_commit_records_bucket{le="100"} 6',
      'costops_append_commit_records_bucket{le="1000"} 6',
      'costops_append_commit_records_bucket{le="2"} 6',
      'costops_append_commit_records_bucket{le="25"} 6',
      'costops_append_commit_records_bucket{le="250"} 6',
      'costops_append_commit_records_bucket{le="2500"} 6',
      'costops_append_commit_records_bucket{le="5"} 6',
      'costops_append_commit_records_bucket{le="50"} 6',
      'costops_append_commit_records_bucket{le="500"} 6',
      'costops_append_commit_records_bucket{le="5000"} 6',
    ]);
    assert.deepEqual(samplesOf(text, "costops_append_commit_records_sum"), ["costops_append_commit_records_sum 8"]);
    assert.deepEqual(samplesOf(text, "costops_append_commit_duration_seconds_count"), [
      "costops_append_commit_duration_seconds_count 6",
    ]);
  });
});

Deno.test("/metrics counts the records of a stream and of an import, none of a preview, and what is no record as refused", async () => {
  await withFolder(async (folder) => {
    await withMeasuredServer(`${folder}/costops.db`, async ({ ask, readMetrics }) => {
      const lines = [record("a"), record("b"), record("a")].map((line) => JSON.stringify(line));
      assert.equal(await ask("POST", "/usage/stream", `${lines.join("\n")}\nno json\n`), 200);
      const sent = { source: "file", records: [{ format: "nobodys" }, {}] };
      assert.equal(await ask("POST", "/imports", { ...sent, dry_run: true }), 200);
      const streamed = [
        'costops_ingest_records_total{outcome="duplicate"} 1',
        'costops_ingest_records_total{outcome="inserted"} 2',
        'costops_ingest_records_total{outcome="rejected"} 1',
      ];
      assert.deepEqual(samplesOf(await readMetrics(), "costops_ingest_records_total"), streamed);
      assert.equal(await ask("POST", "/imports", sent), 200);
      assert.equal(await ask("POST", "/usage", [record("c")]), 422);
      const imported = [...streamed.slice(0, 2), 'costops_ingest_records_total{outcome="rejected"} 4'];
      assert.deepEqual(samplesOf(await readMetrics(), "costops_ingest_records_total"), imported);
    });
  });
});

forEachDatabase("/metrics counts the runs of report jobs, and those that wait", async ({ url }) => {
  await withMeasuredServer(url, async ({ ask, readSample, readMetrics }) => {
    assert.equal(await ask("POST", "/usage", record("a")), 201);
    const filters = { start_date: "2026-02-01", end_date: "2026-02-28" };
    assert.equal(await ask("POST", "/reports", { report_type: "cost", format: "csv", filters }), 202);
    const completed = 'costops_report_runs_total{outcome="completed"}';
    while (await readSample(completed) !== 1) await new Promise((go) => setTimeout(go, 20));
    const text = await readMetrics();
    assert.deepEqual(samplesOf(text, "costops_report_runs_total"), [`${completed} 1`]);
    assert.deepEqual(samplesOf(text, "costops_report_run_duration_seconds_count"), [
      "costops_report_run_duration_seconds_count 1",
    ]);
    assert.equal(await readSample('costops_report_jobs{state="pending"}'), 0);
    assert.equal(await readSample('costops_report_jobs{state="running"}'), 0);
  });
});
