/**
 * Forecasts of series too short for a model, and of those in which nothing happens.
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import type { Asked, ModelForecast } from "./combined.ts";
import { studentQuantile } from "./normal.ts";

const FEWEST_DEGREES = 3;

/** Repeats the mean of a few values; the interval is as wide as their number makes it. */
export function forecastMean(values: readonly number[], { horizon, level }: Asked): ModelForecast {
  const count = values.length;
  const center = mean(values) ?? 0;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  // Few values alike say little about how far the next may be off.
  const deviation = Math.sqrt(squares / Math.max(1, count - 1) + (center / Math.max(1, count)) ** 2);
  const response = new Float64Array(horizon).fill(deviation / Math.sqrt(Math.max(1, count)));
  response[0] = deviation;
  const half = studentQuantile((1 + level) / 2, Math.max(FEWEST_DEGREES, count - 1));
  const spread = half * deviation * Math.sqrt(1 + 1 / Math.max(1, count));
  return {
    band: {
      mean: new Float64Array(horizon).fill(center),
      lower: new Float64Array(horizon).fill(center - spread),
      upper: new Float64Array(horizon).fill(center + spread),
    },
    response,
    members: [],
    backtest: null,
  };
}

/** The largest rate that so many steps without any use allow: the rule of three, which is 3 / count at 95%. */
export function largestRateOfNothing(count: number, level: number): number {
  return -Math.log(1 - level) / Math.max(1, count);
}
