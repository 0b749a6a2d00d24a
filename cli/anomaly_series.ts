/**
 * `costops anomalies --series`: how unusual the points of series are, line by line.
 */

import { readSeriesLine, scoreSeries, writeScoresLine } from "../core/anomaly/series_line.ts";
import type { Shell } from "./run.ts";
import { answerSeries } from "./series_lines.ts";

/** Answers `costops anomalies --series`. Sets exit code 7 when lines were refused; each of them is told. */
export async function scoreSeriesLines(
  path: string,
  { output, shell }: { readonly output: string | undefined; readonly shell: Shell },
): Promise<void> {
  const answer = (text: string) => {
    const series = readSeriesLine(text);
    return writeScoresLine(series.id, scoreSeries(series));
  };
  await answerSeries(path, { output, shell, answer });
}
