/**
 * `costops explain`: the arithmetic of one record.
 */

import type { Command } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addExplain(program: Command, shell: Shell): void {
  const command = program.command("explain").argument("<id>", "the record's id")
    .summary("the arithmetic of one record's cost")
    .description(
      "Shows how one record's cost came about: each bucket, the price that was in force at its instant and where that " +
        "price is from. The components add up to the cost, to the last digit.",
    );
  command
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops explain chatcmpl-8fK2", "costops explain msg_01 --json"))
    .action(async (id, options) => await (await import("./explain_answer.ts")).explain(id, options, shell));
}
