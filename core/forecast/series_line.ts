/**
 * Series as lines of JSON, and their forecasts as lines of JSON: for anybody's series, without a database.
 */

import { z } from "zod";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { parsePlainJson } from "../usage/json_text.ts";
import type { Forecast, ForecastInput } from "./forecast.ts";

/** Periods in which a pattern may repeat, by how far apart values are. */
const PERIODS = {
  hourly: [24, 168],
  daily: [7],
  weekly: [52],
  monthly: [12],
} as const;

/** A year of days shows a yearly pattern only when it was seen twice, and some more to tell it from chance. */
const YEARLY = { period: 365, from_values: 800 } as const;

/** How far apart the values of a series are. */
export type Frequency = keyof typeof PERIODS;

/** One series as a line says it; fields that are not named here are left alone. */
export const SeriesLine = z.object({
  id: z.string().min(1).max(LIMITS.text_characters),
  frequency: z.enum(Object.keys(PERIODS) as [Frequency, ...Frequency[]]),
  /** When the first value was; nothing depends on it. */
  start: z.string().optional(),
  values: z.array(z.number().nonnegative().max(LIMITS.forecast_value).nullable()).min(1).max(LIMITS.forecast_values),
  horizon: z.int().min(1).max(LIMITS.forecast_horizon),
});
export type SeriesLine = z.infer<typeof SeriesLine>;

/** The candidate periods of a series of this frequency and length. */
export function periodsOf(frequency: Frequency, count: number): number[] {
  const isYearLong = frequency === "daily" && count >= YEARLY.from_values;
  return [...PERIODS[frequency], ...(isYearLong ? [YEARLY.period] : [])];
}

/** Reads one line. Fails with `invalid`, naming the field that is wrong, or with `unreadable`. */
export function readSeriesLine(text: string): SeriesLine {
  const parsed = SeriesLine.safeParse(parseLine(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue!.path.join("/");
  const where = field === "" ? "the series" : `"${field}" of the series`;
  throw new CostopsError("invalid", `Cannot read ${where}: ${issue!.message.toLowerCase()}`);
}

function parseLine(text: string): unknown {
  try {
    return parsePlainJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CostopsError("unreadable", `Cannot read the line as JSON: ${cause.message}`, { cause });
  }
}

/** What is asked about a series. */
export function toForecastInput(
  { frequency, values, horizon }: SeriesLine,
  options: Pick<ForecastInput, "level" | "method">,
): ForecastInput {
  return { values, periods: periodsOf(frequency, values.length), horizon, ...options };
}

/** Writes one forecast as a line, with its end. */
export function writeForecastLine(id: string, forecast: Forecast): string {
  return `${JSON.stringify({ id, ...forecast })}\n`;
}
