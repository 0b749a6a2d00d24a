/**
 * How well unusual points are found in real series with anomalies put into them, beside what others reach.
 *
 * `deno task bench:anomaly --data DIR` reads `anomaly_dev.ndjson` there, a series a line: id, frequency, judged_from,
 * values, and events with kind, start, end, tolerance and impact. It is counted twice: as it stands, and without what
 * lies between an event's start and a cycle after its end, where the return to normal is no surprise.
 */

import { join } from "node:path";
import { FLAG_SCORE } from "../core/anomaly/detector.ts";
import { findEvents } from "../core/anomaly/events.ts";
import { median } from "../core/anomaly/median.ts";
import { DAILY, HOURLY } from "../core/anomaly/watch.ts";
import { countFlags, type Counts, findBudget, impactErrors, type Labelled } from "./anomaly_measures.ts";

const WATCHED = { daily: DAILY, hourly: HOURLY } as const;

/** False alarms in 100 points that the budget allows. */
const BUDGET = 1;

/** Own flags' recall / precision / F1 on larger sets of the same kind, and what is wanted here. */
const REFERENCES: readonly (readonly [name: string, daily: string, hourly: string])[] = [
  ["rolling mean of 28 ± 3 sd", ".596 / .374 / .459", ".648 / .735 / .689"],
  ["> 50 % over the mean of 28", ".729 / .053 / .098", ".635 / .240 / .349"],
  ["same phase, median + MAD", ".602 / .353 / .445", ".730 / .708 / .719"],
  ["robust smoothing", ".608 / .380 / .468", ".696 / .837 / .760"],
  ["robust smoothing + CUSUM", ".696 / .390 / .500", ".870 / .796 / .831"],
  ["best recall at the budget", ".756", ".975"],
  ["wanted: recall at the budget, F1", ".76, .52", ".97, .88"],
];

async function main([flag, folder]: readonly string[]): Promise<number> {
  if (flag !== "--data" || folder === undefined) {
    console.error("Cannot measure without series: add --data DIR, a folder with anomaly_dev.ndjson");
    return 2;
  }
  const path = join(folder, "anomaly_dev.ndjson");
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`Cannot read "${path}": there is no such file, and it is no part of this project`);
    return 2;
  }
  const series = text.trim().split("\n").map((line) => JSON.parse(line) as Labelled);
  for (const frequency of ["daily", "hourly"] as const) {
    measure(frequency, series.filter((one) => one.frequency === frequency));
  }
  console.log("\nelsewhere, own flags: recall / precision / F1");
  for (const [name, daily, hourly] of REFERENCES) console.log(`  ${name.padEnd(34)}${daily.padEnd(20)}${hourly}`);
  return 0;
}

function measure(frequency: keyof typeof WATCHED, series: readonly Labelled[]): void {
  const options = WATCHED[frequency];
  const started = performance.now();
  const judged = series.map((labelled) => ({
    labelled,
    cycle: options.cycle,
    ...findEvents(labelled.values, options),
  }));
  const took_ms = (performance.now() - started) / series.length;
  console.log(`\n${frequency}: ${series.length} series, ${took_ms.toFixed(1)} ms each`);
  for (const has_grace of [false, true]) {
    console.log(has_grace ? "  with a cycle of grace after each event" : "  as it stands");
    const budget = findBudget(judged, BUDGET, has_grace);
    if (budget !== undefined) {
      console.log(`    recall at ${BUDGET} false alarm in 100 points ${show(budget.recall)}: ${kindsOf(budget)}`);
    }
    const own = countFlags(judged, { threshold: FLAG_SCORE, has_grace });
    console.log(
      `    own flags: recall ${show(own.recall)}, precision ${show(own.precision)}, F1 ${show(own.f1)}, ` +
        `${own.false_alarms.toFixed(2)} false alarms in 100 points: ${kindsOf(own)}`,
    );
  }
  const errors = impactErrors(judged, FLAG_SCORE);
  console.log(
    `  impact: median error ${(100 * median(errors)).toFixed(1)} % of ${errors.length} events that are found`,
  );
}

function show(share: number): string {
  return share.toFixed(3).replace(/^0/, "");
}

function kindsOf({ kinds }: Counts): string {
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, { found, all }]) => `${kind} ${found}/${all}`)
    .join(", ");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
