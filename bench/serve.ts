/**
 * The server under load: durable records beside what a server could answer at most, batches beside the CLI, queries,
 * memory, and what heavy queries do to those who send.
 */

import { join } from "node:path";
import { removeDatabase, runCostops, withEnvironment } from "./costops.ts";
import { count, type Figure, milliseconds, time } from "./measure.ts";
import { appendRecords, RECORDS as STORED } from "./reports.ts";
import { type BenchServer, load, makeKeys, startBare, startCostops } from "./server.ts";
import type { Load, LoadResult } from "./serve_load.ts";
import { writeRecords } from "./workload.ts";

/** One organization may have 200 requests in flight. */
const ORGANIZATIONS = 8;
const IMPORTED = 200_000;
const SINGLE = { method: "POST", path: "/api/v1/usage", records: 1, warm_up_ms: 1_500, measured_ms: 5_000 } as const;
const MONTH = "since=2026-01-01&until=2026-01-31";

/** Measures the server, each part on a database of its own. */
export async function measureServe(folder: string): Promise<Figure[]> {
  const database = join(folder, "serve.db");
  const busy = Deno.loadavg()[0]!.toFixed(1);
  return [
    { what: `other work on this machine's ${navigator.hardwareConcurrency} cores at the start`, value: busy },
    ...await measureSingle(database),
    ...await measureBatches(folder),
    ...await measureQueries(join(folder, "queries.db")),
  ];
}

/** Each load is another month's worth of ids. */
class Seeds {
  #last = 1_000;

  next(): number {
    return ++this.#last;
  }
}

async function measureSingle(database: string): Promise<Figure[]> {
  const keys = await makeKeys(database, ORGANIZATIONS);
  const seeds = new Seeds();
  const bare = await startBare();
  let server: BenchServer | undefined;
  const start = await time(async () => {
    server = await startCostops(database);
  });
  const costops = server!;
  try {
    const figures: Figure[] = [
      {
        what: "costops serve on an existing database, until it is ready",
        value: milliseconds(start),
        wanted: "<= 1 s",
      },
      { what: "memory at rest", value: mebibytes(await costops.readMemory()), wanted: "<= 110 MiB" },
    ];
    let capacity = 0;
    for (const [connections, wanted] of [[64, ">= 0.25"], [256, ">= 0.40"], [1_000, ">= 0.40"]] as const) {
      const ask = (of: BenchServer) => loadAndTime(of, { ...SINGLE, keys, connections, seed: seeds.next() });
      const most = await ask(bare);
      const ours = await ask(costops);
      if (connections === 64) capacity = ours.per_second;
      figures.push(
        { what: `bare Hono, ${connections} connections`, value: rate(most) },
        { what: `durable POST /usage, ${connections} connections`, value: rate(ours), wanted: ">= 10,000/s" },
        { what: "  beside bare Hono", value: (ours.per_second / most.per_second).toFixed(2), wanted },
        { what: "  processor time of a request of both", value: `${ours.request_us} µs, ${most.request_us} µs` },
      );
      if (connections === 1_000) {
        figures.push({
          what: "memory under 1,000",
          value: mebibytes(await costops.readMemory()),
          wanted: "<= 200 MiB",
        });
      }
    }
    for (const perSecond of [Math.round(capacity / 2), 5_000]) {
      const asked = { ...SINGLE, port: costops.port, keys, connections: 256, rate: perSecond, seed: seeds.next() };
      figures.push({
        what: `open loop at ${count(perSecond)}/s, p50 and p99`,
        value: latencies(await load(asked)),
        wanted: "<= 10 ms, <= 50 ms",
      });
    }
    return figures;
  } finally {
    await costops.stop();
    await bare.stop();
  }
}

/** A load, and what the server's processes took for each request, which other work on the machine changes less. */
async function loadAndTime(server: BenchServer, given: Omit<Load, "port">) {
  const before = await server.readProcessorTime();
  const result = await load({ ...given, port: server.port });
  const taken_ms = await server.readProcessorTime() - before;
  return { ...result, request_us: Math.round(taken_ms * 1_000 / result.answered_in_all) };
}

async function measureBatches(folder: string): Promise<Figure[]> {
  const [file, database] = [join(folder, "usage.ndjson"), join(folder, "batches.db")];
  await writeRecords(file, { count: IMPORTED, seed: 1 });
  const imported = await time(() => runCostops(["import", "--quiet", file], database));
  await removeDatabase(database);
  const keys = await makeKeys(database, 1);
  const costops = await startCostops(database);
  try {
    const asked: Load = {
      ...SINGLE,
      path: "/api/v1/usage/batch",
      records: 1_000,
      port: costops.port,
      keys,
      connections: 4,
      seed: 2,
    };
    const cli = IMPORTED / imported * 1_000;
    const records = (await load(asked)).per_second * 1_000;
    return [
      { what: "costops import FILE, start included", value: `${count(cli)} records/s` },
      { what: "batches of 1,000 records, 4 connections", value: `${count(records)} records/s` },
      { what: "  beside costops import", value: (records / cli).toFixed(2), wanted: ">= 0.50" },
    ];
  } finally {
    await costops.stop();
  }
}

async function measureQueries(database: string): Promise<Figure[]> {
  await withEnvironment(database, appendRecords);
  const keys = await makeKeys(database, 1);
  const costops = await startCostops(database);
  const seeds = new Seeds();
  const ask = (given: Partial<Load>) =>
    load({ ...SINGLE, port: costops.port, keys, connections: 64, seed: seeds.next(), ...given });
  const query = (groups: string): Partial<Load> => ({
    method: "GET",
    path: `/api/v1/costs/aggregate?group_by=${groups}&${MONTH}`,
    records: 0,
  });
  try {
    const quick = await ask(query("model"));
    const send = { rate: 300, connections: 32 };
    const idle = await ask(send);
    // By session there is no roll-up: each reads every row of the month.
    const heavy = ask({ ...query("session,user"), connections: 4, measured_ms: 9_000 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const beside = await ask(send);
    const answered = await heavy;
    return [
      {
        what: `GET /costs/aggregate by model over ${count(STORED)} records, 64 connections`,
        value: `${rate(quick)}, ${latencies(quick)}`,
      },
      { what: "POST /usage at 300/s alone, p50 and p99", value: latencies(idle) },
      {
        what: `  beside queries that read every row (${answered.answered} of them)`,
        value: latencies(beside),
        wanted: "p99 <= 5x",
      },
      { what: "  p99 beside p99 alone", value: (beside.p99_ms / idle.p99_ms).toFixed(1), wanted: "<= 5.0" },
    ];
  } finally {
    await costops.stop();
  }
}

/** Answers that were no success are told beside the rate. */
function rate({ per_second, statuses }: LoadResult): string {
  const bad = Object.entries(statuses).filter(([status]) => !/^20\d$/.test(status));
  return [`${count(per_second)}/s`, ...bad.map(([status, times]) => `${times} x ${status}`)].join(", ");
}

function latencies({ p50_ms, p99_ms, statuses }: LoadResult): string {
  const bad = Object.entries(statuses).filter(([status]) => !/^20\d$/.test(status));
  const times = `${milliseconds(p50_ms)}, ${milliseconds(p99_ms)}`;
  return [times, ...bad.map(([status, times]) => `${times} x ${status}`)].join(", ");
}

function mebibytes(value: number): string {
  return `${count(value)} MiB`;
}
