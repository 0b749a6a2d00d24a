/**
 * Intervals as wide as forecasts of earlier stretches of the series were off, and how those came out.
 */

// @ts-types="@types/d3-array"
import { quantile } from "d3-array";
import type { Trial } from "./backtest.ts";
import { type Band, mixBands, widenBand } from "./band.ts";
import { chooseShares } from "./combine.ts";
import { normalQuantile, studentQuantile } from "./normal.ts";

/** A combined forecast of a stretch that was known already. */
export interface TriedForecast {
  readonly start: number;
  readonly band: Band;
}

/**
 * What the combination would have forecast from each origin. Its shares come from the other origins, where there are
 * any, so that no forecast is judged by what it was chosen for.
 */
export function combineTrials(
  trials: readonly Trial[],
  lossesOf: (trials: readonly Trial[]) => readonly number[],
): TriedForecast[] {
  return trials.map((trial) => {
    const others = trials.filter((other) => other !== trial);
    const shares = chooseShares(lossesOf(others.length === 0 ? trials : others));
    const band = mixBands(shares.map(({ at, weight }) => ({ band: trial.bands[at]!, weight })));
    return { start: trial.start, band };
  });
}

/** Parameters of a model besides its seasons. */
const ESTIMATED = 6;
const FEWEST_DEGREES = 3;
/** A longer season moves a forecast less than the shortest one does. */
const LONGER_SEASON = 1 / 3;
const LARGEST_SHARE = 0.5;

/**
 * How much wider an interval must be than that of a normal distribution with the deviation of the fitted errors, in a
 * series of so many values: the deviation is itself estimated (Student's t, with half the
 * degrees of freedom as neighbouring errors go together and models are chosen by them), and a season that was seen k times has taken
 * a k-th of the noise out of the fitted errors, and brings as much into the forecast.
 */
export function smallSampleFactor({ count, periods, level }: {
  readonly count: number;
  readonly periods: readonly number[];
  readonly level: number;
}): number {
  const freedom = Math.max(FEWEST_DEGREES, (count - ESTIMATED - (periods[0] ?? 0)) / 2);
  const share = periods.reduce((sum, period, at) => sum + (at === 0 ? 1 : LONGER_SEASON) * period / count, 0);
  const noise = Math.min(share, LARGEST_SHARE);
  const probability = (1 + level) / 2;
  return studentQuantile(probability, freedom) / normalQuantile(probability) * Math.sqrt((1 + noise) / (1 - noise));
}

/** As many errors as this weigh as much as the model's own interval; errors of one forecast go together, so it is many. */
const TRUSTED_ERRORS = 100;
/** A few forecasts say little about so rare an event as a miss: they may correct a model's interval, and not replace it. */
const NARROWEST = 0.9;
const WIDEST = 1.3;

/**
 * The factor by which intervals, widened by a known one, must be wider still, or narrower, for the asked share of the tried forecasts' errors to lie in
 * them (split conformal prediction with scaled scores; Lei et al. 2018), drawn towards 1 the fewer they are.
 */
export function widthFactor(
  observed: Float64Array,
  tried: readonly TriedForecast[],
  { level, factor: known }: { readonly level: number; readonly factor: number },
): number {
  const scores: number[] = [];
  eachError(observed, widenAll(tried, known), ({ actual, mean, lower, upper }) => {
    const side = actual > mean ? upper - mean : mean - lower;
    const error = Math.abs(actual - mean);
    scores.push(side > 0 ? error / side : error > 0 ? WIDEST : 0);
  });
  if (scores.length === 0) return 1;
  const factor = 1 + (quantile(scores, level)! - 1) * scores.length / (scores.length + TRUSTED_ERRORS);
  return Math.min(WIDEST, Math.max(NARROWEST, factor));
}

/** A forecast that is off by no more than this share is right: floating point is, where an interval has no width. */
const ROUNDING = 1e-12;

/** How tried forecasts came out. */
export interface Outcome {
  readonly mase: number | null;
  readonly smape: number | null;
  readonly coverage: number | null;
}

/** Sums up tried forecasts whose intervals are widened by a factor; errors are scaled by those of the seasonal naive. */
export function judge(
  observed: Float64Array,
  tried: readonly TriedForecast[],
  { factor, period }: { readonly factor: number; readonly period: number },
): Outcome {
  const naive = seasonalNaiveError(observed, period);
  let errors = 0;
  let relative = 0;
  let nonZero = 0;
  let inside = 0;
  let count = 0;
  eachError(observed, widenAll(tried, factor), ({ actual, mean, lower, upper }) => {
    const expected = Math.max(0, mean);
    const error = Math.abs(actual - expected);
    count++;
    if (actual + expected > 0) nonZero++;
    if (error <= ROUNDING * actual) {
      inside++;
      return;
    }
    errors += error;
    relative += 200 * error / (actual + expected);
    if (actual >= lower && actual <= upper) inside++;
  });
  return {
    mase: count === 0 || naive === null ? null : errors / count / naive,
    smape: nonZero === 0 ? null : relative / count,
    coverage: count === 0 ? null : inside / count,
  };
}

function widenAll(tried: readonly TriedForecast[], factor: number): TriedForecast[] {
  return tried.map(({ start, band }) => ({ start, band: widenBand(band, factor) }));
}

interface ErrorContext {
  readonly actual: number;
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** Visits each step that was observed. */
function eachError(
  observed: Float64Array,
  tried: readonly TriedForecast[],
  visit: (context: ErrorContext) => void,
): void {
  for (const { start, band: { mean, lower, upper } } of tried) {
    for (let step = 0; step < mean.length; step++) {
      const actual = observed[start + step]!;
      if (!Number.isNaN(actual)) visit({ actual, mean: mean[step]!, lower: lower[step]!, upper: upper[step]! });
    }
  }
}

/** The mean error of repeating the last season; null when that is never off. */
function seasonalNaiveError(observed: Float64Array, period: number): number | null {
  let sum = 0;
  let count = 0;
  for (let at = period; at < observed.length; at++) {
    const change = Math.abs(observed[at]! - observed[at - period]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return sum > 0 ? sum / count : null;
}
