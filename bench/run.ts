/**
 * The benchmarks of `deno task bench`: all of them, or those that are named (`deno task bench ingest start`).
 *
 * Figures depend on the machine and on what else it does, so nothing fails for being slow: ratios and differences are
 * measured in the same run, alternating, and printed beside what is wanted of them.
 */

import { measureIngest } from "./ingest.ts";
import { type Figure } from "./measure.ts";
import { measurePostgres } from "./postgres.ts";
import { measureReportFiles } from "./report_files.ts";
import { measureReports } from "./reports.ts";
import { measureServe } from "./serve.ts";
import { measureStart } from "./start.ts";

const PARTS: Readonly<Record<string, (folder: string) => Promise<Figure[]>>> = {
  ingest: measureIngest,
  report: measureReports,
  files: measureReportFiles,
  start: measureStart,
  serve: measureServe,
  postgres: measurePostgres,
};

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    console.error(`Cannot find the benchmark "${unknown}": the benchmarks are ${Object.keys(PARTS).join(", ")}`);
    return 2;
  }
  const names = args.length === 0 ? Object.keys(PARTS) : args;
  for (const name of names) {
    const folder = await Deno.makeTempDir({ prefix: "costops-bench-" });
    try {
      print(name, await PARTS[name]!(folder));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return 0;
}

function print(name: string, figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ what }) => what.length));
  const valueWidth = Math.max(...figures.map(({ value }) => value.length));
  console.log(`\n${name}`);
  for (const { what, value, wanted } of figures) {
    const goal = wanted === undefined ? "" : `  wanted ${wanted}`;
    console.log(`  ${what.padEnd(width)}  ${value.padStart(valueWidth)}${goal}`);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
