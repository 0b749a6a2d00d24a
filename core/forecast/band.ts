/**
 * Expected values with their intervals, of one candidate or of several combined.
 */

import type { CandidateForecast } from "./candidates.ts";
import { deviationsOf } from "./continuation.ts";

/** A mean and an interval for each step, in the units of the series. */
export interface Band {
  readonly mean: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Growth that goes on for long on a log scale knows no bounds: a million times the mean, which is 1 here, is one. */
const LARGEST = Math.log(1e6);

/** The interval of a candidate's own model, so many standard deviations to each side, back on the series' scale. */
export function bandOf({ scale, mean, response }: CandidateForecast, deviations: number): Band {
  const back = scale === "log" ? (value: number) => Math.exp(Math.min(value, LARGEST)) : (value: number) => value;
  const spread = deviationsOf(response);
  return {
    mean: mean.map((value) => back(value)),
    lower: mean.map((value, step) => back(value - deviations * spread[step]!)),
    upper: mean.map((value, step) => back(value + deviations * spread[step]!)),
  };
}

/** The weighted mean of bands; the weights add up to 1. */
export function mixBands(bands: readonly { readonly band: Band; readonly weight: number }[]): Band {
  const horizon = bands[0]!.band.mean.length;
  const mixed = { mean: new Float64Array(horizon), lower: new Float64Array(horizon), upper: new Float64Array(horizon) };
  for (const { band, weight } of bands) {
    for (let step = 0; step < horizon; step++) {
      mixed.mean[step]! += weight * band.mean[step]!;
      mixed.lower[step]! += weight * band.lower[step]!;
      mixed.upper[step]! += weight * band.upper[step]!;
    }
  }
  return mixed;
}

/** A band with its interval widened by a factor about the mean. */
export function widenBand({ mean, lower, upper }: Band, factor: number): Band {
  return {
    mean,
    lower: mean.map((value, step) => value - factor * (value - lower[step]!)),
    upper: mean.map((value, step) => value + factor * (upper[step]! - value)),
  };
}
