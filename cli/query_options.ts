/**
 * Flags of the commands that ask for costs and usage, and how their answers are written.
 */

import type { Command } from "@commander-js/extra-typings";
import { collect, type CommonOptions } from "./options.ts";

/** The flags of `query` and `report`. */
export interface QueryOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  readonly groupBy?: readonly string[];
  readonly filter?: readonly string[];
  readonly columns?: readonly string[];
  readonly format?: string;
  readonly json?: true;
  readonly output?: string;
  readonly chart?: true;
}

/** Adds the flags of `query` and `report`. */
// deno-lint-ignore no-explicit-any -- the builder's type grows with each option; only its methods are used here.
export function addQueryOptions<Builder extends Command<any, any, any>>(command: Builder): Builder {
  return command
    .option(
      "--since <time>",
      "from: 2026-01-31, 2026-01, 7d, 24h, yesterday, this-month, last-month, … (default: this-month)",
    )
    .option("--until <time>", "to; a day is included whole (default: as --since says)")
    .option("--tz <zone>", "IANA time zone that days are counted in (COSTOPS_TZ; default: UTC)")
    .option(
      "-g, --group-by <names>",
      "up to 4 of provider, model, project, user, environment, service_tier, operation, session, tag:KEY, and one of " +
        "hour, day, week, month; by comma or repeated",
      collect,
    )
    .option("-f, --filter <name=value>", "only records with this value; several by comma (repeatable)", collect)
    .option("--columns <names>", "units as further columns: web_searches, seconds, audio_input_tokens, …", collect)
    .option("--format <format>", "csv, json, ndjson, md, table, html (default: table on a terminal)")
    .option("--json", "short for --format json")
    .option("--chart", "a chart below the table")
    .option("-o, --output <file>", "write there instead of stdout") as Builder;
}
