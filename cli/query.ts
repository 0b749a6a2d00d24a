/**
 * `costops query`: costs and usage by any dimension, for people and for scripts.
 */

import { Argument, type Command } from "@commander-js/extra-typings";
import { addQueryOptions, type QueryOptions } from "./query_options.ts";
import { LIMITS } from "../core/limits.ts";
import { examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

/** Records of one listing on a terminal or in a script; more want an export. */
const MAX_RECORDS = 1_000;

const SUBJECT = new Argument("[subject]", "costs, usage (tokens alone), or records (one by one, newest first)")
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
  addQueryOptions(command)
    .option("--limit <count>", "how many records (query records)", readCount(MAX_RECORDS), LIMITS.page_default)
    .addHelpText(
      "after",
      examples(
        "costops query --group-by model,day --since 7d --tz Europe/Berlin",
        "costops query costs --group-by project,user --since last-month --filter environment=production",
        "costops query usage --group-by hour --since today --json",
        "costops query records --since today --filter model=gpt-4o --limit 5",
      ),
    )
    .action(async (subject, options) => {
      if (subject === "records") {
        return await (await import("./records_answer.ts")).answerRecords(options, shell);
      }
      const { answerQuery } = await import("./report_answer.ts");
      const type = subject === "usage" ? "usage" : "cost";
      await answerQuery(options as QueryOptions, { shell, type, offTerminal: "json" });
    });
}
