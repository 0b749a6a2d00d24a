/**
 * `costops forecast`: what comes next.
 */

import { Argument, type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { INTERVALS } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { USAGE_MEASURES } from "../core/forecast/measure_names.ts";
import { LIMITS } from "../core/limits.ts";
import type { ForecastOptions } from "./forecast_answer.ts";
import { collect, examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addForecast(program: Command, shell: Shell): void {
  const command = program.command("forecast")
    .addArgument(
      new Argument("[subject]", "cost or usage").choices(["cost", "usage"] as const).default("cost" as const),
    )
    .summary("forecast cost, usage or series of your own, with intervals that hold")
    .description(
      "Forecasts what is stored: what each period to come will cost, with an interval, how good such forecasts were " +
        "before, and what the month that runs will have cost at its end. Groups add up to the whole. A change of price " +
        "that is known ahead is in it.\n\n" +
        "With --series it forecasts series of your own: one JSON object a line with id, frequency (hourly, daily, weekly " +
        "or monthly), values (oldest first, null where one is missing) and horizon. Written is a line for each with mean, " +
        "lower and upper of every step, the running sum, the method, and how forecasts from earlier points came out. A " +
        "line that cannot be read is told and left out; then the exit code is 7.",
    );
  addQuestionOptions(command)
    .addHelpText(
      "after",
      examples(
        "costops forecast",
        "costops forecast cost --interval day --horizon 30 --group-by project --tz Europe/Berlin",
        "costops forecast usage --measure requests --interval hour --filter model=gpt-5",
        "costops forecast --history-since 2026-01-01 --level 0.8 --json",
        `echo '{"id":"a","frequency":"daily","values":[3,4,5,4,3,1,1,3,4,6,4,3,1,1,3,5],"horizon":7}' | costops forecast --series -`,
      ),
    )
    .action(async (subject, given) => {
      const options = given as ForecastOptions & { readonly series?: string; readonly output?: string };
      if (options.series === undefined) {
        refuseTogether(subject, options);
        const { answerForecast } = await import("./forecast_answer.ts");
        return await answerForecast(subject, { options, shell });
      }
      refuseBeside(options);
      const { level, fast, output } = options;
      const { forecastSeries } = await import("./forecast_series.ts");
      await forecastSeries(options.series, { options: { level: level ?? DEFAULT_LEVEL, fast, output }, shell });
    });
}

const DEFAULT_LEVEL = 0.95;

// deno-lint-ignore no-explicit-any -- the builder's type grows with each option; only its methods are used here.
function addQuestionOptions<Builder extends Command<any, any, any>>(command: Builder): Builder {
  return command
    .addOption(new Option("-i, --interval <width>", "width of a period (default: day)").choices(INTERVALS))
    .option(
      "--horizon <count>",
      "how many periods (default: 48 hours, 30 days, 13 weeks, 3 months)",
      readCount(LIMITS.forecast_periods),
    )
    .option("-g, --group-by <names>", "what to forecast apart: project, model, tag:team, …", collect)
    .option("-f, --filter <name=value>", "only records with this value; several by comma (repeatable)", collect)
    .option("--tz <zone>", "IANA time zone that days are counted in (COSTOPS_TZ; default: UTC)")
    .option("--level <share>", "share of outcomes that the interval is to contain (default: 0.95)", readLevel)
    .option("--history-since <time>", "learn from then on (default: 56 days of hours, 2 years of days, …)")
    .option("--history-until <time>", "learn up to then (default: now)")
    .addOption(
      new Option("--driver <name>", "of cost: usage at the prices to come, or cost as it was (default: auto)").choices(
        ["auto", "cost", "usage"] as const,
      ),
    )
    .addOption(
      new Option("--measure <name>", "of usage: what is counted (default: total_tokens)").choices(USAGE_MEASURES),
    )
    .option("--fast", "try few methods: for many groups or series")
    .option("--thorough", "try all methods for many groups too")
    .option("--format <format>", "csv, json, ndjson, md, html, xlsx, table (default: table on a terminal, else json)")
    .option("--json", "short for --format json")
    .option("--no-chart", "no chart below the table")
    .option("-o, --output <file>", "write to a file instead of stdout")
    .option("--series <file>", "series as NDJSON in the place of what is stored; - is standard input") as Builder;
}

/** Flags that say something of stored usage, which a series of one's own is none of. */
const OF_STORED_USAGE = [
  "interval",
  "horizon",
  "groupBy",
  "filter",
  "historySince",
  "historyUntil",
  "driver",
  "measure",
  "format",
  "thorough",
];

function refuseBeside(options: object): void {
  const named = OF_STORED_USAGE.find((name) => (options as Record<string, unknown>)[name] !== undefined);
  if (named === undefined) return;
  const flag = named.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new CostopsError(
    "usage",
    `Cannot take --${flag} with --series: each series says its own frequency and horizon, and is answered as a line of JSON`,
  );
}

function refuseTogether(subject: "cost" | "usage", { measure, driver, fast, thorough }: ForecastOptions): void {
  if (fast && thorough) throw new CostopsError("usage", "Cannot take both --fast and --thorough: add one of them");
  if (subject === "cost" && measure !== undefined) {
    throw new CostopsError("usage", "Cannot take --measure with a forecast of cost: write costops forecast usage");
  }
  if (subject === "usage" && driver !== undefined) {
    throw new CostopsError("usage", "Cannot take --driver with a forecast of usage: prices drive cost alone");
  }
}

function readLevel(text: string): number {
  const level = Number(text);
  if (level > 0 && level < 1) return level;
  throw new InvalidArgumentError("Write a number between 0 and 1, such as 0.95.");
}
