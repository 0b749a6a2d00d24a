/**
 * `costops query`: costs and usage by any dimension, for people and for scripts.
 */

import { Argument, type Command } from "@commander-js/extra-typings";
import { addQueryOptions, type QueryOptions } from "./query_options.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addQuery(program: Command, shell: Shell): void {
  const command = program.command("query")
    .addArgument(new Argument("[subject]", "what to ask for").choices(["costs", "usage"] as const).default("costs"))
    .summary("ask for costs or usage by any dimension")
    .description(
      "Answers what calls cost, or how many tokens they used: a table on a terminal, JSON elsewhere. Groups add up to the\n" +
        "total to the last digit; what has no price is counted in unpriced_records and never taken as 0.",
    );
  addQueryOptions(command)
    .addHelpText(
      "after",
      examples(
        "costops query --group-by model,day --since 7d --tz Europe/Berlin",
        "costops query costs --group-by project,user --since last-month --filter environment=production",
        "costops query usage --group-by hour --since today --json",
      ),
    )
    .action(async (subject, options) => {
      const { answerQuery } = await import("./report_answer.ts");
      const type = subject === "usage" ? "usage" : "cost";
      await answerQuery(options as QueryOptions, { shell, type, offTerminal: "json" });
    });
}
