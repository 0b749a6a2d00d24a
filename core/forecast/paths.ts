/**
 * The running sum of a forecast: what a month will have cost by each day. Its interval comes from simulated courses,
 * because errors of neighbouring steps go together: neither do they cancel out nor do all of them happen at once.
 */

// @ts-types="@types/d3-array"
import { quantile } from "d3-array";
import type { Band } from "./band.ts";
import { deviationsOf } from "./continuation.ts";
import { normalQuantile } from "./normal.ts";
import { createNormal } from "./random.ts";

/** What courses are drawn from. */
export interface PathOptions {
  /** What one surprise adds to its step and to those after it; only the relations matter. */
  readonly response: Float64Array;
  /** The share of outcomes that the band contains, and the sum's interval will. */
  readonly level: number;
  readonly paths: number;
}

/** From here on what a surprise leaves behind is taken to be the same at every step: longer forecasts stay affordable. */
const MOST_LAGS = 64;

/**
 * The running sums of a band that may go below zero. Single steps of a course may too, else its sum would be too large
 * on average; the sum itself never falls, and is never below zero.
 */
export function sumPaths(band: Band, options: PathOptions): Band {
  const sums = drawSums(band, options);
  const bound = (share: number) => band.mean.map((_, step) => quantile(sums.map((path) => path[step]!), share)!);
  return {
    mean: runningSum(band.mean.map((value) => Math.max(0, value))),
    lower: runningHighest(bound((1 - options.level) / 2)),
    upper: runningHighest(bound((1 + options.level) / 2)),
  };
}

/** Draws courses in pairs of opposite surprises, so that they are as often above as below. */
function drawSums(band: Band, { response, level, paths }: PathOptions): Float64Array[] {
  const horizon = band.mean.length;
  const weights = response.map((weight, lag) => weight - (lag < MOST_LAGS ? 0 : response[MOST_LAGS]!));
  const lasting = response[MOST_LAGS] ?? 0;
  const deviations = deviationsOf(response.map((weight, lag) => (lag < MOST_LAGS ? weight : lasting)));
  const edge = normalQuantile((1 + level) / 2);
  const normal = createNormal(SEED);
  const surprises = new Float64Array(horizon);
  const sums: Float64Array[] = [];
  for (let path = 0; path < paths; path += 2) {
    for (let step = 0; step < horizon; step++) surprises[step] = normal();
    const course = followSurprises(surprises, { weights, lasting });
    for (const sign of [1, -1]) {
      sums.push(
        runningSum(course.map((error, step) => valueAt(band, step, sign * error / (deviations[step]! || 1) / edge))),
      );
    }
  }
  return sums;
}

const SEED = 1;

function followSurprises(
  surprises: Float64Array,
  { weights, lasting }: { readonly weights: Float64Array; readonly lasting: number },
): Float64Array {
  let stayed = 0;
  return surprises.map((_, step) => {
    let error = 0;
    const lags = Math.min(step + 1, MOST_LAGS, weights.length);
    for (let lag = 0; lag < lags; lag++) error += weights[lag]! * surprises[step - lag]!;
    if (step >= MOST_LAGS) stayed += lasting * surprises[step - MOST_LAGS]!;
    return error + stayed;
  });
}

/** The value so many half-widths of the interval away from the mean. */
function valueAt({ mean, lower, upper }: Band, step: number, halfWidths: number): number {
  const center = mean[step]!;
  const side = halfWidths > 0 ? upper[step]! - center : center - lower[step]!;
  return center + halfWidths * side;
}

function runningSum(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => sum += value);
}

function runningHighest(values: Float64Array): Float64Array {
  let highest = 0;
  return values.map((value) => highest = Math.max(highest, value));
}
