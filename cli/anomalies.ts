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
  const command = program.command("anomalies").enablePositionalOptions()
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
  addAcknowledge(command as unknown as Command, shell);
}

function addAcknowledge(anomalies: Command, shell: Shell): void {
  anomalies.command("ack").argument("<id>", "the anomaly's id, as anomalies has it")
    .summary("call an anomaly normal: it is not told again")
    .description(
      "Keeps your word that what an anomaly has brought is normal: neither it nor anything later of its series that is no " +
        "worse is told again. Give the flags that it was found with, where it was found with any.",
    )
    .requiredOption("--normal", "it is normal")
    .addOption(new Option("-i, --interval <width>", "width of a period (default: both)").choices(ANOMALY_INTERVALS))
    .option(
      "-g, --group-by <names>",
      "dimensions whose costliest values are watched too (default: model,project)",
      collect,
    )
    .option("--min-impact <usd>", "as it was found with (default: 1)")
    .option("--since <time>", "from (default: 30d, of hours 7d)")
    .option("--until <time>", "to; a day is included whole")
    .option("--tz <zone>", "IANA time zone that days are counted in (COSTOPS_TZ; default: UTC)")
    .option("-f, --filter <name=value>", "only records with this value; several by comma (repeatable)", collect)
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops anomalies ack 72bf1c11dcbe3dc362fbd019 --normal"))
    .action(async (id, options) => {
      const { acknowledge } = await import("./anomalies_answer.ts");
      await acknowledge(id, { options: options as AnomalyOptions, shell });
    });
}

function readProbability(text: string): number {
  const share = Number(text);
  if (share >= 1e-20 && share <= 0.1) return share;
  throw new InvalidArgumentError("Write a number from 1e-20 to 0.1, such as 0.001.");
}
