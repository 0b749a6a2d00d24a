/**
 * The running sum of a forecast: what a month will have cost by each day. Its interval comes from simulated courses,
 * because errors of neighbouring steps go together: neither do they cancel out nor do all of them happen at once.
 */

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
  /** Courses to draw, an even number. */
  readonly paths: number;
}

/** From here on what a surprise leaves behind is taken to be the same at every step: longer forecasts stay affordable. */
const MOST_LAGS = 64;

/**
 * The running sums of a band that may go below zero. Single steps of a course may too, else its sum would be too large
 * on average; the sum itself never falls, and is never below zero.
 */
export function sumPaths(band: Band, options: PathOptions): Band {
  const sums = drawSums(band, options).map((step) => step.sort());
  const bound = (share: number) => Float64Array.from(sums, (sorted) => sortedQuantile(sorted, share));
  return {
    mean: runningSum(band.mean.map((value) => Math.max(0, value))),
    lower: runningHighest(bound((1 - options.level) / 2)),
    upper: runningHighest(bound((1 + options.level) / 2)),
  };
}

/**
 * The sums of all courses at each step. Courses are drawn in pairs of opposite surprises, so that they are as often above
 * as below.
 */
function drawSums(band: Band, { response, level, paths }: PathOptions): Float64Array[] {
  const horizon = band.mean.length;
  const lasting = response[MOST_LAGS] ?? 0;
  const weights = response.slice(0, MOST_LAGS);
  const edge = normalQuantile((1 + level) / 2);
  const halfWidths = deviationsOf(response.map((weight, lag) => (lag < MOST_LAGS ? weight : lasting)))
    .map((deviation) => edge * deviation || 1);
  const normal = createNormal(SEED);
  const surprises = new Float64Array(horizon);
  const sums = Array.from({ length: horizon }, () => new Float64Array(paths));
  for (let path = 0; path < paths; path += 2) {
    let stayed = 0;
    let sum = 0;
    let opposite = 0;
    for (let step = 0; step < horizon; step++) {
      surprises[step] = normal();
      if (step >= MOST_LAGS) stayed += lasting * surprises[step - MOST_LAGS]!;
      let error = stayed;
      const lags = Math.min(step + 1, weights.length);
      for (let lag = 0; lag < lags; lag++) error += weights[lag]! * surprises[step - lag]!;
      const away = error / halfWidths[step]!;
      sums[step]![path] = sum += valueAt(band, step, away);
      sums[step]![path + 1] = opposite += valueAt(band, step, -away);
    }
  }
  return sums;
}

const SEED = 1;

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

/** The quantile between order statistics (type 7 of Hyndman & Fan 1996). */
function sortedQuantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)]!;
  return low + (position % 1) * (sorted[Math.ceil(position)]! - low);
}
