/**
 * `costops report`: a report in a file's format, for cron and for people.
 */

import { Argument, type Command } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { addQueryOptions, type QueryOptions } from "./query_options.ts";
import { examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addReport(program: Command, shell: Shell): void {
  const subjects = new Argument(
    "[subject]",
    "cost, usage, summary (the change since the period before), anomaly, budget, or forecast (of cost; its period is learned from)",
  );
  const command = program.command("report")
    .addArgument(
      subjects.choices(["cost", "usage", "summary", "anomaly", "budget", "forecast"] as const).default("cost"),
    )
    .summary("write a report as csv, json, ndjson, md, html, xlsx, focus or a table")
    .description(
      "Writes a report of this month by model, or of what the flags say: a table on a terminal, CSV elsewhere. Numbers in " +
        "CSV and JSON are exact: US dollars with nine decimals. --format focus writes costs as a FinOps FOCUS 1.2 dataset: " +
        "a row for each day, model and meter.",
    );
  addQueryOptions(command, "csv")
    .option("--horizon <count>", "of a forecast: how many periods", readCount(LIMITS.forecast_periods))
    .addHelpText(
      "after",
      examples(
        "costops report cost --format csv > costs.csv",
        "costops report cost --since last-month --group-by project,model --format html -o report.html",
        "costops report cost --since last-month --group-by project --format focus -o focus.csv",
        "costops report summary --since last-month",
        "costops report anomaly --format html -o anomalies.html",
        "costops report budget --format html -o budgets.html",
        "costops report forecast --group-by day,project --format html -o forecast.html",
      ),
    )
    .action(async (type, options) => {
      if (type !== "forecast" && (options as { readonly horizon?: number }).horizon !== undefined) {
        throw new CostopsError("usage", `Cannot take --horizon with a report of ${type}: only a forecast has one`);
      }
      if (type === "budget") {
        return await (await import("./budget_status_answer.ts")).reportBudgetsOnly(options as QueryOptions, shell);
      }
      if (type === "forecast") {
        const { answerForecastReport } = await import("./forecast_answer.ts");
        return await answerForecastReport(options as QueryOptions & { readonly horizon?: number }, shell);
      }
      if (type === "anomaly") {
        return await (await import("./anomalies_answer.ts")).reportAnomalies(options as QueryOptions, shell);
      }
      const { answerQuery } = await import("./report_answer.ts");
      await answerQuery(options as QueryOptions, { shell, type, offTerminal: "csv" });
    });
}
