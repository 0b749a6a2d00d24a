/**
 * The measures of the M4 competition (Makridakis, Spiliotis & Assimakopoulos 2020).
 */

import type { Forecast } from "../core/forecast/forecast.ts";

/** A series, what came next, and the forecast that others are measured against. */
export interface JudgedSeries {
  readonly id: string;
  readonly frequency: string;
  readonly season: number;
  readonly horizon: number;
  readonly values: readonly number[];
  readonly actual: readonly number[];
  readonly naive2: readonly number[];
  /** What errors are scaled by, where that is not the values. */
  readonly scaled_by?: readonly number[];
}

/** Scores over all series of a set, each series counting the same. */
export interface Scores {
  readonly owa: number;
  readonly msis: number;
  /** Share of the values inside their interval: of all, and in each third of the horizon. */
  readonly coverage: number;
  readonly thirds: readonly number[];
  /** Mean width of the intervals, scaled as MASE is. */
  readonly width: number;
  /** Share of the series whose total over the horizon is inside its interval. */
  readonly sum_coverage: number;
}

/** Scores forecasts of these series, in their order. */
export function scoreForecasts(series: readonly JudgedSeries[], forecasts: readonly Forecast[]): Scores {
  const sums = { smape: 0, mase: 0, naive_smape: 0, naive_mase: 0, msis: 0, width: 0, sums_inside: 0 };
  const inside = [0, 0, 0];
  const steps = [0, 0, 0];
  series.forEach((one, at) => {
    const { mean, lower, upper, cumulative } = forecasts[at]!;
    const scale = naiveError(one.scaled_by ?? one.values, one.season);
    one.actual.forEach((actual, step) => {
      const third = Math.min(2, Math.floor(3 * step / one.horizon));
      const below = Math.max(0, lower[step]! - actual);
      const above = Math.max(0, actual - upper[step]!);
      const width = upper[step]! - lower[step]!;
      steps[third]!++;
      if (below === 0 && above === 0) inside[third]!++;
      sums.msis += (width + MISS_PENALTY * (below + above)) / scale / one.horizon;
      sums.width += width / scale / one.horizon;
      sums.smape += relativeError(actual, mean[step]!) / one.horizon;
      sums.mase += Math.abs(actual - mean[step]!) / scale / one.horizon;
      sums.naive_smape += relativeError(actual, one.naive2[step]!) / one.horizon;
      sums.naive_mase += Math.abs(actual - one.naive2[step]!) / scale / one.horizon;
    });
    const total = one.actual.reduce((sum, value) => sum + value, 0);
    if (total >= cumulative.lower.at(-1)! && total <= cumulative.upper.at(-1)!) sums.sums_inside++;
  });
  const add = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  return {
    owa: (sums.smape / sums.naive_smape + sums.mase / sums.naive_mase) / 2,
    msis: sums.msis / series.length,
    coverage: add(inside) / add(steps),
    thirds: inside.map((count, third) => count / steps[third]!),
    width: sums.width / series.length,
    sum_coverage: sums.sums_inside / series.length,
  };
}

/** 2 / (1 - 0.95). */
const MISS_PENALTY = 40;

function relativeError(actual: number, expected: number): number {
  return actual + expected === 0 ? 0 : 2 * Math.abs(actual - expected) / (Math.abs(actual) + Math.abs(expected));
}

function naiveError(values: readonly number[], season: number): number {
  let sum = 0;
  for (let at = season; at < values.length; at++) sum += Math.abs(values[at]! - values[at - season]!);
  return sum / (values.length - season) || 1;
}
