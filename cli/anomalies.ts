/**
 * `costops anomalies`: what was not as usual, and why.
 */

import type { Command } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addAnomalies(program: Command, shell: Shell): void {
  program.command("anomalies").summary("tell what was not as usual in series")
    .description(
      "Tells how unusual each point of your own series is: one JSON object a line with id, timestamps and values (oldest " +
        "first, null where one is missing). Written is a line for each with the score of every point and whether it is " +
        "flagged: its score is above 3, which fewer than one point in a thousand has by the series' own past. A score " +
        "depends on nothing that comes after its point. A line that cannot be read is told and left out; then the exit " +
        "code is 7.",
    )
    .option("--series <file>", "series as NDJSON; - is standard input")
    .option("-o, --output <file>", "write to a file instead of stdout")
    .addHelpText("after", examples("costops anomalies --series series.ndjson -o scores.ndjson"))
    .action(async ({ series, output }) => {
      if (series === undefined) throw new CostopsError("usage", "Cannot judge without series: add --series FILE");
      const { scoreSeriesLines } = await import("./anomaly_series.ts");
      await scoreSeriesLines(series, { output, shell });
    });
}
