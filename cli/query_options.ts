/**
 * Flags of the commands that ask for costs and usage, and how their answers are written.
 */

import type { Command } from "@commander-js/extra-typings";
import { collect, type CommonOptions } from "./options.ts";

/** The flags of every command that answers with a report. */
export interface AnswerOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  readonly filter?: readonly string[];
  readonly format?: string;
  readonly json?: true;
  readonly output?: string;
  readonly chart?: true;
}

/** The flags of `query` and `report`. */
export interface QueryOptions extends AnswerOptions {
  readonly groupBy?: readonly string[];
  readonly columns?: readonly string[];
}

// deno-lint-ignore no-explicit-any -- the builder's type grows with each option; only its methods are used here.
type AnyCommand = Command<any, any, any>;

/** Adds the flags of `query` and `report`; each has a format of its own where nobody reads along. */
export function addQueryOptions<Builder extends AnyCommand>(command: Builder, offTerminal: "csv" | "json"): Builder {
  addPeriodOptions(command)
    .option(
      "-g, --group-by <names>",
      "up to 4 of provider, model, project, user, environment, service_tier, operation, session, tag:KEY, and one of " +
        "hour, day, week, month; by comma or repeated",
      collect,
    )
    .option("--columns <names>", "units as further columns: web_searches, seconds, audio_input_tokens, …", collect);
  return addOutputOptions(command, `${FORMATS}, focus, table (default: table on a terminal, else ${offTerminal})`);
}

/** Adds the flags of what answers with a report without a grouping of one's own; `since` is where it begins by default. */
export function addAnswerOptions<Builder extends AnyCommand>(command: Builder, since = "this-month"): Builder {
  addPeriodOptions(command, since);
  return addOutputOptions(command, `${FORMATS}, table (default: table on a terminal, else json)`);
}

function addPeriodOptions<Builder extends AnyCommand>(command: Builder, since = "this-month"): Builder {
  return command
    .option(
      "--since <time>",
      `from: 2026-01-31, 2026-01, 7d, 24h, yesterday, this-month, last-month, … (default: ${since})`,
    )
    .option("--until <time>", "to; a day is included whole (default: as --since says)")
    .option("--tz <zone>", "IANA time zone that days are counted in (COSTOPS_TZ; default: UTC)")
    .option(
      "-f, --filter <name=value>",
      "only records with this value; several by comma (repeatable)",
      collect,
    ) as Builder;
}

const FORMATS = "csv, json, ndjson, md, html, xlsx";

function addOutputOptions<Builder extends AnyCommand>(command: Builder, formats: string): Builder {
  return command
    .option("--format <format>", formats)
    .option("--json", "short for --format json")
    .option("--chart", "a chart below the table")
    .option("-o, --output <file>", "write there instead of stdout") as Builder;
}
