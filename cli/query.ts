/**
 * `costops query`: costs and usage by any dimension, for people and for scripts.
 */

import { Argument, type Command, Option } from "@commander-js/extra-typings";
import { addQueryOptions, type QueryOptions } from "./query_options.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { RECORD_SORTS } from "../core/usage/record_sort.ts";
import { examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

const SUBJECT = new Argument("[subject]", "costs, usage (tokens alone), or records (one by one)")
  .choices(["costs", "usage", "records"] as const).default("costs" as const);

/** Declares the command. */
export function addQuery(program: Command, shell: Shell): void {
  const command = program.command("query")
    .addArgument(SUBJECT)
    .summary("ask for costs or usage by any dimension")
    .description(
      "Answers what calls cost, or how many tokens they used: a table on a terminal, JSON elsewhere. Groups add up to the " +
        "total to the last digit; what has no price is counted in unpriced_records and never taken as 0.",
    );
  addQueryOptions(command, "json")
    .option(
      "--limit <count>",
      `how many records (query records; default: ${LIMITS.page_default}, as csv or ndjson all of them)`,
      readCount(Number.MAX_SAFE_INTEGER),
    )
    .addOption(
      new Option(
        "--sort <order>",
        "in which order (query records; default: -timestamp, the newest first): what has no cost comes last",
      ).choices(RECORD_SORTS),
    )
    .addHelpText(
      "after",
      examples(
        "costops query --group-by model,day --since 7d --tz Europe/Berlin",
        "costops query costs --group-by project,user --since last-month --filter environment=production",
        "costops query usage --group-by hour --since today --json",
        "costops query records --since today --filter model=gpt-4o --limit 5",
        "costops query records --since 7d --sort=-cost_usd --limit 10",
        "costops query records --since last-month --format csv -o records.csv",
      ),
    )
    .action(async (subject, options) => {
      if (subject === "records") {
        return await (await import("./records_answer.ts")).answerRecords(options, shell);
      }
      const { limit, sort } = options as { readonly limit?: number; readonly sort?: string };
      if (limit !== undefined || sort !== undefined) {
        const flag = limit === undefined ? "--sort" : "--limit";
        throw new CostopsError("usage", `Cannot take ${flag} with query ${subject}: only query records has it`);
      }
      const { answerQuery } = await import("./report_answer.ts");
      const type = subject === "usage" ? "usage" : "cost";
      await answerQuery(options as QueryOptions, { shell, type, offTerminal: "json" });
    });
}
