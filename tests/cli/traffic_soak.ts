/**
 * An hour's worth of what a small team's server does, in five minutes: about 200,000 records sent one by one, in batches
 * and in streams, sent again, listed, summed, compared, exported, deleted, with logins between them. What the process
 * holds must not grow once it is warm. COSTOPS_SOAK_SECONDS says another length.
 */

import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, startServing, stopServing } from "./serving.ts";

const MEBIBYTE = 1024 * 1024;
const SECONDS = Number(Deno.env.get("COSTOPS_SOAK_SECONDS") ?? 300);
const SAMPLE_MS = 1_000;
const PASSWORD = "correct horse battery staple";

/** What the process holds at one moment. */
interface Sample {
  readonly memory: number;
  readonly files: number;
  readonly wal: number;
}

interface Traffic {
  readonly serving: Serving;
  readonly key: string;
  readonly until: number;
  /** What was stored; every client has numbers of its own. */
  records: number;
  requests: number;
}

Deno.test("costops serve: an hour of mixed traffic leaves memory, open files and the write-ahead log as they were", async () => {
  await inPlace(async (place) => {
    const made = await place.run(
      ["admin", "user", "create", "ann@example.com", "--role", "org_admin", "--password-stdin"],
      `${PASSWORD}\n`,
    );
    assert.equal(made.code, 0, made.err);
    const key = await makeKey(place, ["usage:create", "usage:read", "usage:delete", "cost:read", "analytics:read"]);
    const limits = ["--rate-limit-per-second=100000", "--rate-limit-burst=100000", "--log-level=warn"];
    const serving = await startServing(place, limits);
    const traffic: Traffic = { serving, key, until: Date.now() + SECONDS * 1000, records: 0, requests: 0 };
    const samples = await watch(place, traffic);
    const { code } = await stopServing(serving);
    assert.equal(code, 0);
    judge(samples, traffic);
    await provesSound(place, traffic);
  });
});

/** Lets the traffic run and looks at the process once a second. */
async function watch(place: Place, traffic: Traffic): Promise<Sample[]> {
  const samples: Sample[] = [];
  const clients = [
    ...[1, 2, 3, 4].map((at) => sendSingles(traffic, at)),
    sendMany(traffic),
    ask(traffic),
    logIn(traffic),
  ];
  const all = Promise.all(clients);
  let hasEnded = false;
  all.finally(() => hasEnded = true).catch(() => {});
  while (!hasEnded) {
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))]);
    samples.push(await takeSample(place, traffic.serving.child.pid));
  }
  await all;
  return samples;
}

async function takeSample({ database }: Place, pid: number): Promise<Sample> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  let files = 0;
  for await (const _ of Deno.readDir(`/proc/${pid}/fd`)) files++;
  const wal = await Deno.stat(`${database}-wal`).then(({ size }) => size);
  return { memory: Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024, files, wal };
}

/** The last third against the second: the first is the warm-up. */
function judge(samples: readonly Sample[], { records, requests }: Traffic): void {
  const third = Math.floor(samples.length / 3);
  const [before, after] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  const show = (name: keyof Sample, unit = 1) => {
    const [one, other] = [before, after].map((part) => median(part.map((sample) => sample[name])) / unit);
    const most = Math.max(...samples.map((sample) => sample[name])) / unit;
    console.log(`${name}: ${one!.toFixed(1)} then ${other!.toFixed(1)}, at most ${most.toFixed(1)}`);
    return { one: one!, other: other!, most };
  };
  console.log(`${SECONDS} s, ${records} records, ${requests} requests; memory and wal in MiB`);
  const memory = show("memory", MEBIBYTE);
  const files = show("files");
  const wal = show("wal", MEBIBYTE);
  assert.ok(memory.other <= memory.one * 1.1 + 8, "memory grows");
  assert.ok(files.other <= files.one + 4, "open files grow");
  // The log is cut back at checkpoints: it holds what came between two of them.
  assert.ok(wal.most <= 64 && wal.other <= wal.one + 8, "the write-ahead log grows");
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** Nothing was lost and nothing is there twice: what is stored is what was acknowledged. */
async function provesSound(place: Place, { records }: Traffic): Promise<void> {
  const doctor = await place.run(["db", "doctor"]);
  assert.equal(doctor.code, 0, doctor.out + doctor.err);
  const report = await place.run(["query", "costs", "--since", "2026-01-01", "--until", "2026-12-31", "--json"]);
  assert.equal(JSON.parse(report.out).totals.requests, records);
}

function makeRecord(id: string, at: number): Record<string, unknown> {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + (at * 7919 % 2_592_000) * 1000).toISOString();
  const model = ["gpt-4", "gpt-4o", "claude-opus-5", "gemini-2.5-pro", "no-such-model"][at % 5];
  const labels = { project: `project-${at % 7}`, user: `user-${at % 40}`, environment: "production" };
  return { id, timestamp, model, provider: model === "no-such-model" ? "in-house" : undefined, ...labels, ...COUNTS };
}

const COUNTS = { input_tokens: 1200, output_tokens: 300, cache_read_tokens: 4000, latency_ms: 850 };

/** Sends as the API key, or as the headers say. */
async function send(
  traffic: Traffic,
  path: string,
  body: unknown,
  headers: Record<string, string> = { "X-API-Key": traffic.key },
): Promise<Response> {
  const response = await fetch(`${traffic.serving.url}/api/v1${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  traffic.requests++;
  return response;
}

/** One record after another, each tenth sent again, each hundredth deleted. */
async function sendSingles(traffic: Traffic, client: number): Promise<void> {
  for (let at = 0; Date.now() < traffic.until; at++) {
    const id = `single-${client}-${at}`;
    const response = await send(traffic, "/usage", makeRecord(id, at));
    assert.equal(response.status, 201, await response.text());
    traffic.records++;
    if (at % 10 === 0) await readEnd(await send(traffic, "/usage", makeRecord(id, at)), 200);
    if (at % 100 === 99) {
      const headers = { "X-API-Key": traffic.key };
      await readEnd(await fetch(`${traffic.serving.url}/api/v1/usage/${id}`, { method: "DELETE", headers }), 204);
      traffic.records--;
    }
    // Four of them are some 200 requests a second.
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function readEnd(response: Response, status: number): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  return text;
}

/** A batch of 500 and a stream of 500 each second. */
async function sendMany(traffic: Traffic): Promise<void> {
  for (let round = 0; Date.now() < traffic.until; round++) {
    const make = (kind: string) => Array.from({ length: 500 }, (_, at) => makeRecord(`${kind}-${round}-${at}`, at));
    await readEnd(await send(traffic, "/usage/batch", make("batch")), 201);
    const lines = make("stream").map((record) => JSON.stringify(record)).join("\n");
    const text = await readEnd(
      await send(traffic, "/usage/stream", lines, { "X-API-Key": traffic.key, "Content-Type": "application/x-ndjson" }),
      200,
    );
    assert.equal(JSON.parse(text.trim().split("\n").at(-1)!).summary.inserted, 500);
    traffic.records += 1_000;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

const QUESTIONS = [
  "/costs/aggregate?since=2026-01-01&until=2026-01-31&group_by=model,day",
  "/costs/aggregate?since=2026-01-01&until=2026-01-31&group_by=project,user&tz=Asia/Kolkata",
  "/costs/trends?since=2026-01-01&until=2026-01-31",
  "/usage?since=2026-01-01&until=2026-01-31&limit=100",
  "/costs?since=2026-01-01&until=2026-01-31&limit=100&project=project-3",
  "/usage/stats?since=2026-01-01&until=2026-01-07",
  "/analytics/providers?since=2026-01-01&until=2026-01-07",
];

/** A dashboard that asks all the time, and a client that goes away before its answer. */
async function ask(traffic: Traffic): Promise<void> {
  const headers = { "X-API-Key": traffic.key };
  for (let at = 0; Date.now() < traffic.until; at++) {
    const url = `${traffic.serving.url}/api/v1${QUESTIONS[at % QUESTIONS.length]}`;
    await readEnd(await fetch(url, { headers }), 200);
    const leaving = fetch(url, { headers, signal: AbortSignal.timeout(3) });
    await leaving.then((response) => response.body?.cancel(), () => {});
    traffic.requests += 2;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A login, its refresh and its end. */
async function logIn(traffic: Traffic): Promise<void> {
  const post = (path: string, body: unknown, headers = {}) => send(traffic, path, body, headers);
  while (Date.now() < traffic.until) {
    const login = await readEnd(await post("/auth/login", { username: "ann@example.com", password: PASSWORD }), 200);
    const { access_token, refresh_token } = JSON.parse(login);
    const refreshed = JSON.parse(await readEnd(await post("/auth/refresh", { refresh_token }), 200));
    const headers = { Authorization: `Bearer ${refreshed.access_token}` };
    await readEnd(await post("/auth/logout", {}, headers), 204);
    const ended = { headers: { Authorization: `Bearer ${access_token}` } };
    await readEnd(await fetch(`${traffic.serving.url}/api/v1/auth/me`, ended), 401);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
