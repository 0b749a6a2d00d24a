/**
 * How many records a second go from an NDJSON file to committed rows and roll-ups, beside the floor.
 */

import { join } from "node:path";
import { readInput } from "../core/usage/reader.ts";
import { perform } from "../server/operations/operation.ts";
import { ingestUsage } from "../server/operations/ingest.ts";
import { OPERATOR, removeDatabase, runCostops, withEnvironment } from "./costops.ts";
import { insertFloorRows, readFloorRows } from "./floor.ts";
import { compare, count, type Figure } from "./measure.ts";
import { makeRecords, writeRecords } from "./workload.ts";

/** Records of the file. */
export const RECORDS = 200_000;
const ROUNDS = 3;
const SEED = 20_260_101;

/** Measures the ingest of a file. */
export async function measureIngest(folder: string): Promise<Figure[]> {
  const file = join(folder, "usage.ndjson");
  const database = join(folder, "ingest.db");
  const fileBytes = await writeRecords(file, { count: RECORDS, seed: SEED });
  // The first run is for the floor's rows and warms what a server would have warm.
  await ingestFile(file, database);
  const databaseBytes = (await Deno.stat(database)).size;
  const ids = Array.from(makeRecords(RECORDS, SEED), ({ id }) => id);
  const rows = readFloorRows(database, ids);
  const fresh = (work: () => Promise<void>) => async () => {
    await removeDatabase(database);
    await work();
  };
  const times = await compare({
    floor: fresh(() => insertFloorRows(database, rows)),
    pipeline: fresh(() => ingestFile(file, database)),
    cli: fresh(() => runCostops(["import", "--quiet", file], database)),
  }, ROUNDS);
  const rate = (milliseconds: number) => `${count(RECORDS / (milliseconds / 1000))} records/s`;
  const ratio = (milliseconds: number) => (times.floor / milliseconds).toFixed(2);
  return [
    { what: `floor: ${count(RECORDS)} ready rows, node:sqlite alone`, value: rate(times.floor) },
    { what: "ingest in this process: bytes to rows and roll-ups", value: rate(times.pipeline) },
    { what: "  beside the floor", value: ratio(times.pipeline), wanted: ">= 0.40" },
    { what: "ingest by the program: costops import FILE", value: rate(times.cli) },
    { what: "  beside the floor, start included", value: ratio(times.cli), wanted: ">= 0.40" },
    { what: "bytes in the file a record", value: count(fileBytes / RECORDS) },
    { what: "bytes in the database a record", value: count(databaseBytes / RECORDS) },
  ];
}

/** Ingests a file as `costops import` does, and makes sure that every record is new. */
export async function ingestFile(file: string, database: string): Promise<void> {
  await withEnvironment(database, async (environment) => {
    const opened = await Deno.open(file);
    const batches = await perform(ingestUsage, { environment, principal: OPERATOR }, {
      items: readInput(opened.readable),
      source: "file",
      defaults: {},
      is_dry_run: false,
    });
    let inserted = 0;
    for await (const batch of batches) {
      for (const { outcome } of batch) if (outcome.outcome === "inserted") inserted++;
    }
    if (inserted !== RECORDS) throw new Error(`${inserted} of ${RECORDS} records were inserted`);
  });
}
