/**
 * `costops forecast`: what comes next.
 */

import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addForecast(program: Command, shell: Shell): void {
  program.command("forecast").summary("forecast series, with intervals that hold")
    .description(
      "Forecasts series of your own: one JSON object a line with id, frequency (hourly, daily, weekly or monthly), " +
        "values (oldest first, null where one is missing) and horizon. Written is a line for each with mean, lower and " +
        "upper of every step, the running sum, the method, and how forecasts from earlier points came out. A line that " +
        "cannot be read is told and left out; then the exit code is 7.",
    )
    .option("--series <file>", "series as NDJSON; - is standard input")
    .option("--level <share>", "share of outcomes that the interval is to contain", readLevel, 0.95)
    .option("--fast", "try few methods: for many series at once")
    .option("-o, --output <file>", "write to a file instead of stdout")
    .addHelpText(
      "after",
      examples(
        `echo '{"id":"a","frequency":"daily","values":[3,4,5,4,3,1,1,3,4,6,4,3,1,1,3,5],"horizon":7}' | costops forecast --series -`,
        "costops forecast --series series.ndjson --level 0.8 -o forecasts.ndjson",
      ),
    )
    .action(async ({ series, ...options }) => {
      if (series === undefined) throw new CostopsError("usage", "Cannot forecast without series: add --series FILE");
      const { forecastSeries } = await import("./forecast_series.ts");
      await forecastSeries(series, { options, shell });
    });
}

function readLevel(text: string): number {
  const level = Number(text);
  if (level > 0 && level < 1) return level;
  throw new InvalidArgumentError("Write a number between 0 and 1, such as 0.95.");
}
