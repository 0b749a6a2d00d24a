/**
 * Postgres: ingest beside what COPY alone takes, and a report over a million records beside SQLite's.
 */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";
import { Client } from "pg";
import { type CopyToStreamQuery, from as copyFrom, to as copyTo } from "pg-copy-streams";
import { openDatabase } from "../db/database.ts";
import { ROLLUPS } from "../db/rollups.ts";
import { startPostgres } from "../tests/db/postgres_server.ts";
import { runCostops, withEnvironment } from "./costops.ts";
import { ingestFile, RECORDS as INGESTED } from "./ingest.ts";
import { compare, count, type Figure, milliseconds } from "./measure.ts";
import { appendRecords, RECORDS as REPORTED, timeReports } from "./reports.ts";
import { writeRecords } from "./workload.ts";

const ROUNDS = 3;
const SEED = 20_260_101;

/** The tables that the floor fills: every row that the ingest leaves. */
const FLOOR_TABLES = ["applied_prices", "usage_identity", "usage", ...ROLLUPS.map(({ table }) => table)] as const;

/** Measures ingest and reports on a Postgres server of its own. */
export async function measurePostgres(folder: string): Promise<Figure[]> {
  const server = await startPostgres();
  try {
    return [...await measureIngest(folder, server.url), ...await measureReport(folder, server.url)];
  } finally {
    await server.dispose();
  }
}

async function measureIngest(folder: string, server: string): Promise<Figure[]> {
  const file = join(folder, "usage.ndjson");
  await writeRecords(file, { count: INGESTED, seed: SEED });
  const url = await makeDatabase(server, "ingest");
  await ingestFile(file, url);
  const rows = await copyOut(url);
  const fresh = (work: (url: string) => Promise<void>) => async () => {
    await makeDatabase(server, "ingest");
    await work(url);
  };
  const times = await compare({
    empty: fresh((url) => makeMonths(url, rows)),
    floor: fresh(async (url) => {
      await makeMonths(url, rows);
      await copyIn(url, rows);
    }),
    pipeline: fresh((url) => ingestFile(file, url)),
    cli: fresh((url) => runCostops(["import", "--quiet", file], url)),
  }, ROUNDS);
  // Each of them makes the database; that is no part of what is measured.
  const taken = {
    floor: times.floor - times.empty,
    pipeline: times.pipeline - times.empty,
    cli: times.cli - times.empty,
  };
  const rate = (milliseconds: number) => `${count(INGESTED / (milliseconds / 1000))} records/s`;
  const ratio = (milliseconds: number) => (taken.floor / milliseconds).toFixed(2);
  return [
    {
      what: `floor: ${count(INGESTED)} ready records and their roll-ups by COPY, same tables and indexes`,
      value: rate(taken.floor),
    },
    { what: "ingest in this process: bytes to rows and roll-ups", value: rate(taken.pipeline) },
    { what: "  beside the floor", value: ratio(taken.pipeline), wanted: ">= 0.40" },
    { what: "ingest by the program: costops import FILE", value: rate(taken.cli) },
    { what: "  beside the floor, start included", value: ratio(taken.cli), wanted: ">= 0.40" },
  ];
}

async function measureReport(folder: string, server: string): Promise<Figure[]> {
  const urls = { sqlite: join(folder, "report.db"), postgres: await makeDatabase(server, "report") };
  const times = { sqlite: 0, postgres: 0 };
  for (const name of ["sqlite", "postgres"] as const) {
    await withEnvironment(urls[name], appendRecords);
    // Once more, since the first has to find its way: statistics, caches.
    await withEnvironment(urls[name], timeReports);
  }
  for (const name of ["sqlite", "postgres"] as const) times[name] = await withEnvironment(urls[name], timeReports);
  const what = `month by model over ${count(REPORTED)} records`;
  return [
    { what: `${what}, SQLite`, value: milliseconds(times.sqlite) },
    { what: `${what}, Postgres`, value: milliseconds(times.postgres) },
    { what: "  beside SQLite", value: (times.postgres / times.sqlite).toFixed(2), wanted: "<= 2.00" },
  ];
}

/** A database anew, with the program's tables. */
async function makeDatabase(server: string, name: string): Promise<string> {
  const url = new URL(server);
  url.pathname = `/${name}`;
  await onServer(server, async (client) => {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name} template template0`);
  });
  await (await openDatabase(url.href)).close();
  return url.href;
}

/** The rows as COPY writes them, by table. */
type CopiedRows = ReadonlyMap<string, Uint8Array[]>;

async function copyOut(url: string): Promise<CopiedRows> {
  const rows = new Map<string, Uint8Array[]>();
  for (const table of FLOOR_TABLES) {
    // A connection each: under Deno one that has sent a copy does not send another.
    await onServer(url, async (client) => {
      rows.set(table, await gather(client.query(copyTo(`copy (select * from ${table}) to stdout`))));
    });
  }
  await onServer(url, async (client) => {
    const { rows: months } = await client.query(
      "select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits as i " +
        "join pg_class as c on c.oid = i.inhrelid where i.inhparent = 'usage'::regclass",
    );
    rows.set("months", months.map(({ name, bound }) => encode(`create table ${name} partition of usage ${bound}`)));
  });
  return rows;
}

/** All chunks of a copy, as they come. */
function gather(copy: CopyToStreamQuery): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array[]>();
  copy.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  copy.on("end", () => resolve(chunks));
  copy.on("error", reject);
  return promise;
}

async function makeMonths(url: string, rows: CopiedRows): Promise<void> {
  await onServer(url, async (client) => {
    for (const statement of rows.get("months")!) await client.query(new TextDecoder().decode(statement));
  });
}

async function copyIn(url: string, rows: CopiedRows): Promise<void> {
  await onServer(url, async (client) => {
    await client.query("begin");
    for (const table of FLOOR_TABLES) {
      await pipeline(Readable.from(rows.get(table)!), client.query(copyFrom(`copy ${table} from stdin`)));
    }
    await client.query("commit");
  });
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function onServer(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
