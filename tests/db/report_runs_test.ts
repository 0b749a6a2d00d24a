import assert from "node:assert/strict";
import { LIMITS } from "../../core/limits.ts";
import type { Database } from "../../db/database.ts";
import { createReportJob, deleteReportJob, readReportJob } from "../../db/report_jobs.ts";
import {
  beginReportRun,
  completeReport,
  failReport,
  findWaitingReport,
  forgetReportFile,
  listEndedReports,
  renewReportLease,
  returnReport,
} from "../../db/report_runs.ts";
import { forEachDatabase } from "./for_each_database.ts";

const NOW = Date.UTC(2026, 0, 5);
const LEASE = LIMITS.report_lease_ms;
const SHA256 = "0".repeat(64);
const KEY = { organization_id: "default", id: "r1" };
const FILE = { size_bytes: 5, sha256: SHA256, expires_at: NOW + 1_000_000 };

async function makeJob(database: Database, id = "r1", organization_id = "default"): Promise<void> {
  const job = { organization_id, id, report_type: "cost", format: "csv", query: "{}", file_name: "a.csv" };
  await createReportJob(database, job, { actor: "test", now: NOW });
}

async function begin(database: Database, run_by: string, now: number) {
  const waiting = await findWaitingReport(database, { now });
  return waiting && await beginReportRun(database, waiting, { run_by, artifact: `file-${run_by}`, now });
}

forEachDatabase(
  "a report is begun by one of several processes, and again when its lease has ended",
  async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await makeJob(one);
    const waiting = (await findWaitingReport(one, { now: NOW }))!;
    const runs = await Promise.all(
      ["a", "b", "c", "d"].map((run_by, at) =>
        beginReportRun(at % 2 === 0 ? one : other, waiting, { run_by, artifact: `file-${run_by}`, now: NOW })
      ),
    );
    const begun = runs.filter((run) => run !== undefined);
    assert.deepEqual(begun.map(({ state, attempts }) => [state, attempts]), [["running", 1]]);
    assert.equal(await begin(other, "e", NOW + LEASE - 1), undefined);
    const winner = begun[0]!.artifact!.slice("file-".length);
    assert.equal(await renewReportLease(one, { ...KEY, run_by: winner }, NOW + LEASE - 1), true);
    assert.equal(await begin(other, "e", NOW + LEASE), undefined);
    const again = (await findWaitingReport(other, { now: NOW + 2 * LEASE }))!;
    // What the first run has left is known.
    assert.deepEqual([again.attempts, again.artifact], [1, `file-${winner}`]);
    assert.equal((await begin(other, "e", NOW + 2 * LEASE))!.attempts, 2);
    // The first one is late: it neither goes on nor ends what is another's by now.
    const late = { ...KEY, run_by: winner };
    assert.equal(await renewReportLease(one, late, NOW + 2 * LEASE), false);
    assert.equal(await completeReport(one, late, FILE, NOW + 2 * LEASE), false);
    assert.equal(await failReport(one, late, { code: "failure", detail: "late", now: NOW }), false);
    assert.equal(await completeReport(other, { ...KEY, run_by: "e" }, FILE, NOW + 2 * LEASE), true);
    const { state, artifact, size_bytes } = await readReportJob(one, KEY, NOW);
    assert.deepEqual([state, artifact, size_bytes], ["completed", "file-e", 5]);
    assert.equal(await findWaitingReport(one, { now: NOW + 10 * LEASE }), undefined);
  },
);

forEachDatabase("a report whose process ends each time fails after its last attempt", async ({ open }) => {
  const database = await open();
  await makeJob(database);
  for (let at = 1; at <= LIMITS.report_attempts; at++) {
    assert.equal((await begin(database, `run-${at}`, NOW + at * LEASE))!.attempts, at);
  }
  assert.equal(await begin(database, "one too many", NOW + 10 * LEASE), undefined);
  const { state, failure } = await readReportJob(database, KEY, NOW);
  assert.equal(state, "failed");
  assert.match(failure!.detail, /^It was begun 3 times, and each time its process ended/);
});

forEachDatabase("a run that was interrupted is not counted, one that failed inside is", async ({ open }) => {
  const database = await open();
  await makeJob(database);
  await begin(database, "a", NOW);
  assert.equal(await returnReport(database, { ...KEY, run_by: "a" }, { is_counted: false }), true);
  assert.equal((await begin(database, "b", NOW))!.attempts, 1);
  await returnReport(database, { ...KEY, run_by: "b" }, { is_counted: true });
  assert.equal((await begin(database, "c", NOW))!.attempts, 2);
});

forEachDatabase("what has ended is swept: its file first, then the row", async ({ open }) => {
  const database = await open();
  for (const id of ["r1", "r2", "r3"]) await makeJob(database, id);
  await begin(database, "a", NOW);
  await completeReport(database, { ...KEY, run_by: "a" }, { ...FILE, expires_at: NOW + 10 }, NOW);
  await begin(database, "b", NOW);
  await failReport(database, { ...KEY, id: "r2", run_by: "b" }, { code: "invalid", detail: "why", now: NOW });
  await begin(database, "c", NOW);
  await deleteReportJob(database, { ...KEY, id: "r3" }, { actor: "test", now: NOW });
  const list = async (now: number) => {
    const ended = await listEndedReports(database, now);
    return ended.map(({ id, artifact, is_over }) => [id, artifact, is_over]).sort();
  };
  // The one that was deleted while it was made is its run's until its lease has ended.
  assert.deepEqual(await list(NOW), [["r2", "file-b", false]]);
  assert.deepEqual(await list(NOW + LEASE), [["r1", "file-a", false], ["r2", "file-b", false], ["r3", "file-c", true]]);
  for (const ended of await listEndedReports(database, NOW + LEASE)) await forgetReportFile(database, ended);
  assert.deepEqual(await list(NOW + LEASE), []);
  assert.equal((await readReportJob(database, KEY, NOW)).state, "expired");
  assert.equal((await readReportJob(database, { ...KEY, id: "r2" }, NOW)).failure!.detail, "why");
  await assert.rejects(readReportJob(database, { ...KEY, id: "r3" }, NOW), { kind: "not_found" });
  const later = NOW + 10 + LIMITS.report_remembered_ms;
  assert.deepEqual(await list(later), [["r1", null, true], ["r2", null, true]]);
});
