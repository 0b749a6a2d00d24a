/**
 * How long the program takes to start, beside a program that does nothing.
 */

import { join } from "node:path";
import { runCostops, runDeno } from "./costops.ts";
import { compare, type Figure, milliseconds } from "./measure.ts";

const STARTS = 15;

/** Measures `costops version` beside an empty Deno program. */
export async function measureStart(folder: string): Promise<Figure[]> {
  const empty = join(folder, "empty.ts");
  await Deno.writeTextFile(empty, "");
  const database = join(folder, "start.db");
  await runCostops(["db", "migrate"], database);
  const times = await compare({
    empty: () => runDeno(["run", "--quiet", "--no-check", "--cached-only", empty]),
    version: () => runCostops(["version"], database),
    help: () => runCostops(["--help"], database),
    report: () => runCostops(["report", "cost"], database),
  }, STARTS);
  return [
    { what: `an empty Deno program, median of ${STARTS}`, value: milliseconds(times.empty) },
    { what: "costops version", value: milliseconds(times.version) },
    { what: "  beyond the empty program", value: milliseconds(times.version - times.empty), wanted: "<= 120 ms" },
    { what: "costops --help", value: milliseconds(times.help) },
    { what: "costops report on an empty database", value: milliseconds(times.report) },
  ];
}
