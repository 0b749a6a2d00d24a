/**
 * How long a month's costs by model take over a million records, beyond starting the program.
 */

import { join } from "node:path";
import { priceUsage } from "../core/pricing/cost.ts";
import { ContentOrdinals } from "../core/usage/content_ordinals.ts";
import { admitUsage } from "../core/usage/intake.ts";
import { canonical } from "../core/usage/formats/canonical.ts";
import type { AppendEntry } from "../db/append.ts";
import { perform } from "../server/operations/operation.ts";
import { makeReport } from "../server/operations/reports.ts";
import type { Environment } from "../server/environment.ts";
import { OPERATOR, runCostops, withEnvironment } from "./costops.ts";
import { compare, count, type Figure, median, milliseconds, time } from "./measure.ts";
import { makeRecords, MONTH } from "./workload.ts";

/** Records of the reports' database. */
export const RECORDS = 1_000_000;
/** Bigger than the program's own, to have the database soon: what is measured is the report. */
const BATCH = 50_000;
const REPORTS = 20;
const STARTS = 15;

/** Measures `report cost` by model over a month of a million records. */
export async function measureReports(folder: string): Promise<Figure[]> {
  const database = join(folder, "report.db");
  const inProcess = await withEnvironment(database, async (environment) => {
    await appendRecords(environment);
    return await timeReports(environment);
  });
  const report = ["report", "cost", "--since", MONTH.since, "--until", MONTH.until, "--format", "csv"];
  const nothing = join(folder, "nothing.db");
  await runCostops(["db", "migrate"], nothing);
  const processes = await compare({
    version: () => runCostops(["version"], database),
    nothing: () => runCostops(report, nothing),
    report: () => runCostops(report, database),
  }, STARTS);
  const bytes = (await Deno.stat(database)).size;
  return [
    {
      what: `month by model over ${count(RECORDS)} records: makeReport, median of ${REPORTS}`,
      value: milliseconds(inProcess),
      wanted: "< 50 ms",
    },
    { what: "costops report cost, whole process", value: milliseconds(processes.report) },
    {
      what: "  beyond the same report on an empty database",
      value: milliseconds(processes.report - processes.nothing),
      wanted: "< 50 ms",
    },
    { what: "  beyond costops version", value: milliseconds(processes.report - processes.version) },
    { what: `bytes in the database a record, of ${count(RECORDS)}`, value: count(bytes / RECORDS) },
  ];
}

/** The median of some reports, in milliseconds. */
export async function timeReports(environment: Environment): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < REPORTS; at++) {
    times.push(
      await time(async () => {
        const report = await perform(makeReport, { environment, principal: OPERATOR }, { type: "cost", ...MONTH });
        if (report.rows.length !== 5) {
          throw new Error(`the report has ${report.rows.length} rows, not one for each model`);
        }
      }),
    );
  }
  return median(times);
}

/**
 * A million records through the program's own append, without writing and reading JSON in between; each may be a session of
 * its own.
 */
export async function appendRecords(
  environment: Environment,
  { has_sessions = false }: { readonly has_sessions?: boolean } = {},
): Promise<void> {
  const book = await environment.priceBook();
  const now = environment.now();
  const ordinals = new ContentOrdinals();
  let entries: AppendEntry[] = [];
  let id = 0;
  for (const record of makeRecords(RECORDS, 1)) {
    const name = `bench-${String(id++).padStart(7, "0")}`;
    const [draft] = canonical.read({ ...record, id: name, ...(has_sessions ? { session: name } : {}) });
    const admitted = admitUsage(draft!, {
      organization_id: OPERATOR.organization_id,
      defaults: {},
      now,
      newId: environment.newId,
      ordinals,
      source: "bench",
      format: canonical.name,
      resolveProvider: (provider) => ({ provider: provider!, is_assumed: false }),
    });
    entries.push({ record: admitted, cost: priceUsage(admitted, book) });
    if (entries.length < BATCH) continue;
    await environment.database.append(entries);
    entries = [];
  }
}
