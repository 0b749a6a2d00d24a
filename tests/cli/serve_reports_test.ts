import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openDatabase } from "../../db/database.ts";
import { isPostgresExpected, withPostgresDatabase } from "../db/postgres_place.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, startServing, stopServing } from "./serving.ts";

const RECORDS = 20_000;
const SCOPES = ["report:create", "report:read", "report:delete", "cost:read"];
const SECRET = "t5Gw9Zk2Qx7Lr4Vn8Hc1Jd6Fs3Mb0Pya";
const VARIABLES = { RATE_LIMIT_PER_SECOND: "1000000", RATE_LIMIT_BURST: "1000000", JWT_SECRET: SECRET };
const QUERY = { filters: { start_date: "2026-01-01", end_date: "2026-01-31" }, group_by: "session,day" };

/** Calls of sessions of their own over a month, at 0.01 dollars a million tokens and more. */
async function addUsage(place: Place): Promise<void> {
  const lines = Array.from({ length: RECORDS }, (_, at) =>
    JSON.stringify({
      id: `r${at}`,
      timestamp: new Date(Date.UTC(2026, 0, 1) + at * 130_000).toISOString(),
      model: "gpt-4",
      session: `s${at}`,
      prompt_tokens: 100 + at % 977,
      completion_tokens: at % 13,
    }));
  const { code, err } = await place.run(["ingest"], lines.join("\n"));
  assert.equal(code, 0, err);
}

/** What the same query writes on the database, to the last digit. */
async function readDirectly(place: Place, format: string): Promise<string> {
  const query = ["--since", "2026-01-01", "--until", "2026-01-31", "--group-by", "session,day"];
  const { code, out, err } = await place.run(["report", "cost", ...query, "--format", format]);
  assert.equal(code, 0, err);
  return out;
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly size_bytes: number;
  readonly sha256: string;
}

async function ask(serving: Serving, bearer: string, format: string): Promise<string> {
  const response = await serving.fetch("/api/v1/reports", { bearer, body: { report_type: "cost", format, ...QUERY } });
  const text = await response.text();
  assert.equal(response.status, 202, text);
  return JSON.parse(text).id;
}

async function look(serving: Serving, bearer: string, id: string): Promise<Job> {
  const response = await serving.fetch(`/api/v1/reports/${id}`, { bearer });
  return await response.json();
}

async function waitFor(serving: Serving, bearer: string, id: string, statuses = ["completed", "failed"]): Promise<Job> {
  while (true) {
    const job = await look(serving, bearer, id);
    if (statuses.includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * A report of a server that was killed while it was made: the child is gone, and its database says `running`. Its lease
 * is over, as it is a quarter of a minute later.
 */
async function killWhileRunning(place: Place, url: string, servers: Serving[], bearer: string): Promise<string> {
  while (true) {
    const [serving] = servers as [Serving];
    const id = await ask(serving, bearer, "json");
    await waitFor(serving, bearer, id, ["running", "completed"]);
    await stopServing(serving, "SIGKILL");
    servers[0] = await startServing(place);
    const database = await openDatabase(url);
    const { state, attempts } = await database.reader.selectFrom("report_jobs").select(["state", "attempts"])
      .where("id", "=", id).executeTakeFirstOrThrow();
    if (state === "running" && attempts === 1n) {
      await database.write((queries) =>
        queries.updateTable("report_jobs").set({ lease_until: 1 }).where("id", "=", id).where("attempts", "=", 1n)
          .execute()
      );
    }
    await database.close();
    // Another process, or the new one a moment ago, may have it already; it was quick when it was completed before.
    if (state === "running" || attempts > 1n) return id;
  }
}

Deno.test("costops serve: a report that was being made at kill -9 is made again, once, and a download goes on", async () => {
  await inPlace(async (place) => {
    await addUsage(place);
    const bearer = await makeKey(place, SCOPES);
    const servers = [await startServing(place)];
    const id = await killWhileRunning(place, `sqlite:${place.database}`, servers, bearer);
    const [serving] = servers as [Serving];
    const job = await waitFor(serving, bearer, id);
    assert.deepEqual([job.status, job.attempts], ["completed", 2], JSON.stringify(job));
    const wanted = await readDirectly(place, "json");
    const take = async (headers: Record<string, string>) => {
      const response = await serving.fetch(`/api/v1/reports/${id}/download`, { bearer, headers });
      return { status: response.status, etag: response.headers.get("etag")!, text: await response.text() };
    };
    const whole = await take({});
    assert.equal(createHash("sha256").update(whole.text).digest("hex"), job.sha256);
    assert.equal(dropTime(whole.text), dropTime(wanted));
    const middle = Math.floor(job.size_bytes / 2);
    const first = await take({ range: `bytes=0-${middle - 1}` });
    const rest = await take({ range: `bytes=${middle}-`, "if-range": first.etag });
    assert.deepEqual([first.status, rest.status], [206, 206]);
    assert.ok(first.text + rest.text === whole.text);
    const gzipped = await take({ "accept-encoding": "gzip", range: "bytes=0-9" });
    assert.equal(gzipped.text, whole.text.slice(0, 10));
    // Of the run that was killed nothing is left.
    const files = [...Deno.readDirSync(`${place.folder}/costops-reports`)];
    const { data } = await (await serving.fetch("/api/v1/reports?limit=100", { bearer })).json();
    assert.equal(files.length, data.length);
    await stopServing(serving);
  }, VARIABLES);
});

/** All but the instant that it was made at. */
function dropTime(json: string): string {
  return json.replace(/"generated_at": "[^"]*"/, "");
}

Deno.test("costops serve: a report that is made when the server is asked to stop is made on by the next one", async () => {
  await inPlace(async (place) => {
    await addUsage(place);
    const bearer = await makeKey(place, SCOPES);
    const serving = await startServing(place);
    const ids: string[] = [];
    for (const format of ["csv", "ndjson", "md", "focus", "json"]) ids.push(await ask(serving, bearer, format));
    await waitFor(serving, bearer, ids[0]!, ["running", "completed"]);
    const { code, err } = await stopServing(serving);
    assert.equal(code, 0, err);
    const next = await startServing(place);
    for (const id of ids) {
      const job = await waitFor(next, bearer, id);
      assert.deepEqual([job.status, job.attempts], ["completed", 1], JSON.stringify(job));
    }
    await stopServing(next);
  }, VARIABLES);
});

if (isPostgresExpected()) {
  Deno.test("three servers on one Postgres make each report once, one that was killed makes no other wait", async () => {
    await withPostgresDatabase((url) =>
      inPlace(async (place) => {
        await addUsage(place);
        const bearer = await makeKey(place, SCOPES);
        const servers = await Promise.all([startServing(place), startServing(place), startServing(place)]);
        const formats = ["csv", "ndjson", "json", "md", "csv", "ndjson", "json", "md", "csv"];
        const ids = await Promise.all(formats.map((format, at) => ask(servers[at % 3]!, bearer, format)));
        for (const [at, id] of ids.entries()) {
          // Whoever made it, anybody serves it.
          const job = await waitFor(servers[(at + 1) % 3]!, bearer, id);
          assert.deepEqual([job.status, job.attempts], ["completed", 1], JSON.stringify(job));
        }
        const csv = await readDirectly(place, "csv");
        for (const at of [0, 4, 8]) {
          const part = { bearer, headers: { range: `bytes=${csv.length - 600_000}-` } };
          const response = await servers[(at + 2) % 3]!.fetch(`/api/v1/reports/${ids[at]}/download`, part);
          assert.equal(response.status, 206);
          assert.ok(await response.text() === csv.slice(-600_000));
        }
        const killed = await killWhileRunning(place, url, servers, bearer);
        const job = await waitFor(servers[1]!, bearer, killed);
        assert.deepEqual([job.status, job.attempts], ["completed", 2], JSON.stringify(job));
        const database = await openDatabase(url);
        const kept = await database.reader.selectFrom("report_pieces").select("artifact").distinct().execute();
        const jobs = await database.reader.selectFrom("report_jobs").select("artifact").execute();
        await database.close();
        assert.deepEqual(kept.map(({ artifact }) => artifact).sort(), jobs.map(({ artifact }) => artifact).sort());
        for (const server of servers) await stopServing(server);
      }, { ...VARIABLES, DATABASE_URL: url })
    );
  });
}
