/**
 * `costops reprice`: stored costs by the price book of today.
 */

import type { Command } from "@commander-js/extra-typings";
import { collect, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addReprice(program: Command, shell: Shell): void {
  const command = program.command("reprice")
    .summary("price stored records again, by the price book of today")
    .description(
      "Prices stored records again with the prices that the book now has for their instants: after setting an own price, " +
        "after taking a newer catalogue in, or to price what was unpriced. All of it is changed or nothing, and the audit " +
        "log says what. --dry-run shows old and new totals by model.",
    );
  command
    .option("--since <time>", "from (default: everything)")
    .option("--until <time>", "to")
    .option("--tz <zone>", "IANA time zone of days")
    .option("-f, --filter <name=value>", "only records with this value (repeatable)", collect)
    .option("--dry-run", "show what would change, change nothing")
    .option("--yes", "do not ask")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples("costops reprice --since this-month --dry-run", "costops reprice --filter model=house-llm --yes"),
    )
    .action(async (options) => await (await import("./reprice_answer.ts")).reprice(options, shell));
}
