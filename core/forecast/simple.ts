/**
 * A forecast of a level and a repeated season, with the interval of its own past errors.
 */

// @ts-types="@types/d3-array"
import { mean, quantile } from "d3-array";
import type { Forecast, ForecastBand, ForecastInput } from "./forecast.ts";
import { fillMissing, findHistory } from "./history.ts";
import { createNormal } from "./random.ts";
import { isSeasonal } from "./seasonality.ts";

const SMOOTHING = 0.3;
const PATHS = 1_000;
/** Half the width of a 95% interval in standard deviations. */
const DEVIATIONS_95 = 1.96;

/** Forecasts by exponential smoothing of what is left when each phase's mean difference from the level is taken off. */
export function forecastSimply({ values, periods, horizon, level = 0.95 }: ForecastInput): Forecast {
  const history = findHistory(values);
  const warnings: string[] = [];
  const longEnough = periods.filter((period) => history.values.length >= 2 * period + 2);
  const shortest = periods[0];
  if (shortest !== undefined && longEnough.length === 0) {
    warnings.push(
      `${2 * shortest + 2} values are needed for a pattern of ${shortest} steps, ${history.values.length} are there: ` +
        "a flat forecast with a wide interval",
    );
  }
  const filled = fillMissing(history.values, longEnough[0]);
  const period = longEnough.findLast((each) => isSeasonal(filled, each));
  const season = period === undefined ? [0] : seasonOf(filled, period);
  const adjusted = filled.map((value, at) => value - season[at % season.length]!);
  const { last, deviation } = smooth(adjusted);
  const steps = history.unknown_end + horizon;
  const all = Array.from({ length: steps }, (_, step) => step);
  const center = all.map((step) => Math.max(0, last + season[(filled.length + step) % season.length]!));
  const spread = all.map((step) => deviation * Math.sqrt(1 + step * SMOOTHING ** 2));
  const shown = { center: center.slice(-horizon), spread: spread.slice(-horizon) };
  const paths = simulate(shown);
  return {
    ...bandOf(paths, { center: shown.center, level }),
    cumulative: bandOf(paths.map(runningSum), { center: runningSum(shown.center), level }),
    level,
    method: period === undefined ? "exponential smoothing" : `exponential smoothing with a season of ${period} steps`,
    seasonality: period === undefined ? [] : [period],
    backtest: null,
    history: history.values.filter((value) => value !== null).length,
    warnings,
  };
}

function seasonOf(values: Float64Array, period: number): number[] {
  const center = mean(values)!;
  return Array.from({ length: period }, (_, phase) => mean(values.filter((_, at) => at % period === phase))! - center);
}

/** The level after the last value, and how far off each value was from the level before it. */
function smooth(values: Float64Array): { readonly last: number; readonly deviation: number } {
  if (values.length === 0) return { last: 0, deviation: 0 };
  let last = values[0]!;
  let squares = 0;
  for (const value of values.subarray(1)) {
    squares += (value - last) ** 2;
    last += SMOOTHING * (value - last);
  }
  // Of a single value nothing is known about how far the next may be off: as far as from 0 to twice its size.
  const deviation = values.length === 1 ? last / DEVIATIONS_95 : Math.sqrt(squares / (values.length - 1));
  return { last, deviation };
}

/** Possible courses: the errors of a smoothed level, of which a share stays. */
function simulate({ center, spread }: { readonly center: readonly number[]; readonly spread: readonly number[] }) {
  const normal = createNormal(1);
  return Array.from({ length: PATHS }, () => {
    let stayed = 0;
    return center.map((value, step) => {
      const error = normal();
      const reached = Math.max(0, value + spread[0]! * (stayed + error));
      if (step < center.length) stayed += SMOOTHING * error;
      return reached;
    });
  });
}

function bandOf(
  paths: readonly (readonly number[])[],
  { center, level }: { readonly center: readonly number[]; readonly level: number },
): ForecastBand {
  const bound = (share: number) => center.map((_, step) => quantile(paths.map((path) => path[step]!), share)!);
  return { mean: center, lower: bound((1 - level) / 2), upper: bound((1 + level) / 2) };
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => sum += value);
}
