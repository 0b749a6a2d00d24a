/**
 * Reports of a million rows: how long each format takes, and how much memory the whole program (Linux alone tells).
 */

import { join } from "node:path";
import { startCostops, withEnvironment } from "./costops.ts";
import { count, type Figure, time } from "./measure.ts";
import { appendRecords, RECORDS } from "./reports.ts";
import { MONTH } from "./workload.ts";

const FORMATS = ["csv", "ndjson", "json", "md", "xlsx", "focus"];
const LOOK_MS = 100;

/** Measures `report cost` by session, of which each record is one, in every format that is written as its rows come. */
export async function measureReportFiles(folder: string): Promise<Figure[]> {
  const database = join(folder, "files.db");
  await withEnvironment(database, (environment) => appendRecords(environment, { has_sessions: true }));
  const small = await measure(database, { format: "csv", days: "one", folder });
  const figures = [{ what: "csv of one day, a thirty-first of the rows", value: small }];
  for (const format of FORMATS) {
    const value = await measure(database, { format, days: "all", folder });
    figures.push({ what: `${format} of ${count(RECORDS)} records, each a session of its own`, value });
  }
  return figures;
}

async function measure(
  database: string,
  { format, days, folder }: { readonly format: string; readonly days: "one" | "all"; readonly folder: string },
): Promise<string> {
  const path = join(folder, `report.${format}`);
  const until = days === "one" ? MONTH.since : MONTH.until;
  const period = ["--since", MONTH.since, "--until", until, "--group-by", "session,day"];
  let peak = 0;
  const took = await time(async () => {
    const child = startCostops(
      ["report", "cost", ...period, "--format", format, "--output", path, "--quiet"],
      database,
    );
    const timer = setInterval(() => peak = Math.max(peak, readPeak(child.pid)), LOOK_MS);
    const { success } = await child.status;
    clearInterval(timer);
    if (!success) throw new Error(`the report as ${format} failed`);
  });
  const { size } = await Deno.stat(path);
  return `${(took / 1000).toFixed(1)} s, ${count(size / 1024 ** 2)} MiB, at most ${count(peak / 1024)} MiB of memory`;
}

/** The most resident memory of a process so far, in KiB; 0 when it has just ended. Deno itself does not read /proc. */
function readPeak(pid: number): number {
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${pid}/status`], stderr: "null" }).outputSync();
  return Number(/VmHWM:\s+(\d+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? 0);
}
