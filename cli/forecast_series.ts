/**
 * `costops forecast --series`: forecasts of series, line by line.
 */

import { forecast } from "../core/forecast/forecast.ts";
import { readSeriesLine, toForecastInput, writeForecastLine } from "../core/forecast/series_line.ts";
import type { Shell } from "./run.ts";
import { answerSeries } from "./series_lines.ts";

/** The flags of `forecast --series`. */
export interface ForecastSeriesOptions {
  readonly level: number;
  readonly fast?: true;
  readonly output?: string;
}

/** Answers `costops forecast --series`. Sets exit code 7 when lines were refused; each of them is told. */
export async function forecastSeries(
  path: string,
  { options: { level, fast, output }, shell }: { readonly options: ForecastSeriesOptions; readonly shell: Shell },
): Promise<void> {
  const answer = (text: string) => {
    const series = readSeriesLine(text);
    const answer = forecast(toForecastInput(series, { level, method: fast ? "fast" : "auto" }));
    return writeForecastLine(series.id, answer);
  };
  await answerSeries(path, { output, shell, answer });
}
