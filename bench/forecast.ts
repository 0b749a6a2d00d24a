/**
 * How good the forecasts are, on public series that are not part of the project: `deno task bench:forecast --data DIR`.
 *
 * DIR holds `forecast_dev.ndjson`, one series a line: id, frequency, season, horizon, values, actual (what came next) and
 * naive2 (the forecast that all are measured against). Errors are those of the M4 competition: OWA is the mean of sMAPE
 * and MASE, each as a share of Naive2's; MSIS is the width of the 95% interval and 40 times what lies outside, scaled as
 * MASE is. Times are of the processor, so that other work on the machine does not count.
 */

import { parseArgs } from "node:util";
import process from "node:process";
import { join } from "node:path";
// @ts-types="@types/d3-array"
import { mean, median } from "d3-array";
import { forecast, type ForecastInput } from "../core/forecast/forecast.ts";
import { type Frequency, periodsOf } from "../core/forecast/series_line.ts";
import { type JudgedSeries, scoreForecasts } from "./forecast_score.ts";
import { cutShort, spikeLate } from "./forecast_variants.ts";

const FILE = "forecast_dev.ndjson";

/** OWA, MSIS and coverage as published or measured elsewhere on the same series; null where nobody says. */
const REFERENCES: Readonly<
  Record<string, readonly (readonly [string, number | null, number | null, number | null])[]>
> = {
  hourly: [
    ["seasonal naive", 0.695, 9.1, 0.96],
    ["ETS (R forecast)", 0.904, 17.0, 0.96],
    ["MSTL + ETS (R forecast)", 0.531, 9.5, 0.94],
    ["wanted, at most", 0.43, 6.0, 0.95],
  ],
  weekly: [
    ["Comb (SES, Holt, damped)", 0.896, null, null],
    ["ETS (R forecast)", 0.855, 18.9, 0.97],
    ["ARIMA (R forecast)", 0.860, 17.6, 0.95],
    ["wanted, at most", 0.65, 16.5, 0.95],
  ],
  daily: [
    ["ETS (R forecast)", 0.746, 7.2, 0.96],
    ["STL + ETS (R forecast)", 0.784, 7.9, 0.96],
    ["TBATS (R forecast)", 0.714, 7.1, 0.96],
    ["wanted, at most", 0.73, 7.4, 0.95],
  ],
};

async function main(): Promise<number> {
  const { values: { data } } = parseArgs({ options: { data: { type: "string" } } });
  if (data === undefined) return refuse("name the folder with the series: --data DIR");
  const series = await readSeries(join(data, FILE));
  if (series === undefined) {
    return refuse(`"${join(data, FILE)}" is not there; see bench/forecast.ts for what is in it`);
  }
  console.log(`${"".padEnd(34)}    OWA    MSIS   cover  by thirds of the horizon   width   sum    CPU ms`);
  for (const [frequency, references] of Object.entries(REFERENCES)) {
    const chosen = series.filter((one) => one.frequency === frequency);
    console.log(`${frequency}, ${chosen.length} series`);
    for (const [name, ...figures] of references) {
      console.log(`  ${name.padEnd(32)}${figures.map(writeFigure).join("")}`);
    }
    for (const method of ["auto", "fast"] as const) print(`costops, ${method}`, chosen, method);
    print("costops, with a late x6 spike", chosen.map(spikeLate), "auto");
  }
  const short = series.filter(({ frequency }) => frequency === "daily").map(cutShort);
  console.log(`daily, the last 28 days of ${short.length} series, 14 ahead`);
  for (const method of ["auto", "fast"] as const) print(`costops, ${method}`, short, method);
  print("costops, with a late x6 spike", short.map(spikeLate), "auto");
  return 0;
}

function refuse(why: string): number {
  console.error(`Cannot measure forecasts: ${why}`);
  return 2;
}

async function readSeries(path: string): Promise<JudgedSeries[] | undefined> {
  try {
    const text = await Deno.readTextFile(path);
    return text.trimEnd().split("\n").map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function print(name: string, series: readonly JudgedSeries[], method: NonNullable<ForecastInput["method"]>): void {
  const times: number[] = [];
  const forecasts = series.map(({ frequency, values, horizon }) => {
    const before = process.cpuUsage();
    const made = forecast({ values, periods: periodsOf(frequency as Frequency, values.length), horizon, method });
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
    return made;
  });
  const { owa, msis, coverage, thirds, width, sum_coverage } = scoreForecasts(series, forecasts);
  console.log(
    `  ${name.padEnd(32)}${[owa, msis, coverage].map(writeFigure).join("")}  ${
      thirds.map((share) => share.toFixed(3)).join(" / ")
    }${writeFigure(width)}${writeFigure(sum_coverage)}  median ${median(times)!.toFixed(1)}, mean ${
      mean(times)!.toFixed(1)
    }`,
  );
}

function writeFigure(figure: number | null): string {
  return (figure === null ? "" : figure.toFixed(figure < 2 ? 3 : 2)).padStart(8);
}

if (import.meta.main) Deno.exit(await main());
