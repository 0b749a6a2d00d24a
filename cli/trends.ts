/**
 * `costops trends`: cost by period against what was before, and what moved it.
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { INTERVALS } from "../core/analytics/query.ts";
import { LIMITS } from "../core/limits.ts";
import { examples, readCount } from "./options.ts";
import { addAnswerOptions, type AnswerOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addTrends(program: Command, shell: Shell): void {
  const command = program.command("trends")
    .summary("cost over time: moving average, changes, what moved it")
    .description(
      "Shows cost by period with its moving average and its change since the period before and, of days and hours, since " +
        "the same one a week earlier; then which groups rose and fell most. What still runs is compared with as much of " +
        "what was before.",
    )
    .addOption(new Option("-i, --interval <width>", "width of a period").choices(INTERVALS).default("day" as const))
    .option("-w, --window <count>", "periods of the moving average", readCount(LIMITS.trend_window), 7)
    .option("-b, --movers-by <name>", "the dimension that tells what moved the cost", "model")
    .option("--movers <count>", "how many that rose, and as many that fell", readCount(LIMITS.movers), 5);
  addAnswerOptions(command)
    .addHelpText(
      "after",
      examples(
        "costops trends --since 14d",
        "costops trends --since this-month --movers-by project --tz Europe/Berlin",
        "costops trends --interval week --since 3m --window 4 --json",
      ),
    )
    .action(async (options) => {
      const { answerTrends } = await import("./analytics_answer.ts");
      await answerTrends(options as AnswerOptions & typeof options, shell);
    });
}
