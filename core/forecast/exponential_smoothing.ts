/**
 * Exponential smoothing with additive errors: a level, a level with a trend, or one with a damped trend; ETS(A,N,N),
 * ETS(A,A,N) and ETS(A,Ad,N) of Hyndman & Khandakar 2008.
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import type { Continuation } from "./continuation.ts";
import { minimize, type Minimum } from "./nelder_mead.ts";

/** Whether the level has a trend, and whether that wears off. */
export type TrendKind = "none" | "linear" | "damped";

/** What smoothing runs with. */
export interface SmoothingParameters {
  /** How much of a surprise stays in the level, and in the trend. */
  readonly alpha: number;
  readonly beta: number;
  /** What is left of the trend after a step: 1 is all of it. */
  readonly damping: number;
  /** Level and trend before the first value. */
  readonly level: number;
  readonly trend: number;
}

/** Where smoothing has come to. */
export interface Smoothed {
  readonly level: number;
  readonly trend: number;
  readonly squared_error: number;
}

/** Parameters that fit a series best, and how well. */
export interface SmoothingFit {
  readonly parameters: SmoothingParameters;
  readonly end: Smoothed;
  /** Variance of the one-step errors. */
  readonly variance: number;
  /** Corrected Akaike criterion: lower is better. */
  readonly aicc: number;
}

/** Runs through a series: each value moves level and trend by shares of how far off it was. */
export function smooth(values: Float64Array, parameters: SmoothingParameters): Smoothed {
  const { alpha, beta, damping } = parameters;
  let { level, trend } = parameters;
  let squared_error = 0;
  for (let at = 0; at < values.length; at++) {
    const expected = level + damping * trend;
    const error = values[at]! - expected;
    squared_error += error * error;
    level = expected + alpha * error;
    trend = damping * trend + beta * error;
  }
  return { level, trend, squared_error };
}

const SMOOTHING_STARTS = [0.2, 0.8];

/** Fits one kind; undefined when the series is too short for its parameters. */
export function fitSmoothing(values: Float64Array, kind: TrendKind): SmoothingFit | undefined {
  const hasTrend = kind !== "none";
  const estimated = 3 + (hasTrend ? 2 : 0) + (kind === "damped" ? 1 : 0);
  const count = values.length;
  if (count <= estimated + 2) return undefined;
  const read = parameterReader(values, kind);
  const criterion = (point: readonly number[]) =>
    count * Math.log(smooth(values, read(point)).squared_error / count + Number.MIN_VALUE);
  let best: Minimum | undefined;
  for (const alpha of SMOOTHING_STARTS) {
    const found = minimize(criterion, { ...searchSpace(kind, alpha), step: 0.25, iterations: 350, tolerance: 1e-7 });
    if (best === undefined || found.loss < best.loss) best = found;
  }
  const parameters = read(best!.point);
  const end = smooth(values, parameters);
  return {
    parameters,
    end,
    variance: end.squared_error / Math.max(1, count - (hasTrend ? 5 : 3)),
    aicc: best!.loss + 2 * estimated + (2 * estimated * (estimated + 1)) / (count - estimated - 1),
  };
}

/** Alpha, first level, then beta as a share of alpha and the first trend, then damping. */
function searchSpace(kind: TrendKind, alpha: number) {
  const start = [alpha, 0];
  const lower = [1e-4, -20];
  const upper = [0.9999, 20];
  if (kind !== "none") {
    start.push(0.1, 0);
    lower.push(1e-4, -20);
    upper.push(0.9999, 20);
  }
  if (kind === "damped") {
    start.push(0.97);
    lower.push(0.8);
    upper.push(0.98);
  }
  return { start, lower, upper };
}

const FIRST_VALUES = 10;

/** States are sought from a line through the first values, in units of how much the series varies. */
function parameterReader(values: Float64Array, kind: TrendKind): (point: readonly number[]) => SmoothingParameters {
  const first = values.subarray(0, FIRST_VALUES);
  const center = mean(first)!;
  const trend = kind === "none" ? 0 : slopeOf(first, center);
  const level = center - trend * (first.length + 1) / 2;
  const whole = mean(values)!;
  const spread = Math.sqrt(mean(values, (value) => (value - whole) ** 2)!) || 1;
  return ([alpha, levelShift, betaShare = 0, trendShift = 0, damping = 1]) => ({
    alpha: alpha!,
    beta: alpha! * betaShare,
    damping,
    level: level + levelShift! * spread,
    trend: kind === "none" ? 0 : trend + trendShift * spread * 0.1,
  });
}

function slopeOf(values: Float64Array, center: number): number {
  const middle = (values.length - 1) / 2;
  let products = 0;
  let squares = 0;
  values.forEach((value, at) => {
    products += (at - middle) * (value - center);
    squares += (at - middle) ** 2;
  });
  return squares === 0 ? 0 : products / squares;
}

/** Goes on from where a fit ended. */
export function continueSmoothing({ parameters, end, variance }: SmoothingFit, horizon: number): Continuation {
  const { alpha, beta, damping } = parameters;
  const forecast = { mean: new Float64Array(horizon), response: new Float64Array(horizon) };
  const deviation = Math.sqrt(variance);
  /** Sum of the first powers of the damping, with and without the present one. */
  let steps = 0;
  for (let step = 0; step < horizon; step++) {
    forecast.response[step] = deviation * (step === 0 ? 1 : alpha + beta * steps);
    steps += damping ** (step + 1);
    forecast.mean[step] = end.level + steps * end.trend;
  }
  return forecast;
}
