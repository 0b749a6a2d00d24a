/**
 * `costops anomalies`: what was not as usual, and why.
 */

import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { ANOMALY_INTERVALS } from "../core/anomaly/plan.ts";
import type { AnomalyOptions } from "./anomalies_answer.ts";
import { collect, examples } from "./options.ts";
import { addAnswerOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addAnomalies(program: Command, shell: Shell): void {
  const command = program.command("anomalies")
    .summary("tell what was not as usual, and why in dollars")
    .description(
      "Tells which days or hours did not cost what was to be expected by those before them, in total and by the costliest " +
        "groups, what that is in dollars, and why: volume, mix of models, price, cache hits, tokens per request, models that " +
        "came or went, usage without a price. Causes add up to the difference. The last 30 days are judged, of hours the last 7.",
    )
    .addOption(
      new Option("-i, --interval <width>", "width of a period").choices(ANOMALY_INTERVALS).default("day" as const),
    )
    .option(
      "-g, --group-by <names>",
      "dimensions whose costliest values are watched too (default: model,project)",
      collect,
    )
    .option("--min-impact <usd>", "tell no smaller impacts (default: 1)")
    .option(
      "--probability <share>",
      "how seldom chance may flag a period (default: 0.001 of days, 0.0001 of hours)",
      readProbability,
    )
    .option("--fail-on-anomaly", "exit with 11 when there is one")
    .option(
      "--series <file>",
      "instead, score points of your own series in NDJSON (id, timestamps, values); - is stdin",
    );
  addAnswerOptions(command as unknown as Command, "30d")
    .addHelpText(
      "after",
      examples(
        "costops anomalies",
        "costops anomalies --since 14d --group-by project,tag:team --min-impact 50 --fail-on-anomaly",
        "costops anomalies --interval hour --json",
        "costops anomalies --series series.ndjson -o scores.ndjson",
      ),
    )
    .action(async (given) => {
      const options = given as AnomalyOptions & { readonly series?: string; readonly failOnAnomaly?: true };
      if (options.series !== undefined) {
        const { scoreSeriesLines } = await import("./anomaly_series.ts");
        return await scoreSeriesLines(options.series, { output: options.output, shell });
      }
      await (await import("./anomalies_answer.ts")).answerAnomalies(options, shell);
    });
}

function readProbability(text: string): number {
  const share = Number(text);
  if (share >= 1e-20 && share <= 0.1) return share;
  throw new InvalidArgumentError("Write a number from 1e-20 to 0.1, such as 0.001.");
}
