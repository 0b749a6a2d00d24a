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
 * on average; the sum itself never falls, and is never below zero. Each bound is as many root mean squares away from the
 * mean as the courses on its side make it: a quantile of so few courses would be mostly chance.
 */
export function sumPaths(band: Band, options: PathOptions): Band {
  const edge = normalQuantile((1 + options.level) / 2);
  const { above, below } = drawSides(band, { ...options, edge });
  const center = runningSum(band.mean.map((value) => Math.max(0, value)));
  return {
    mean: center,
    lower: runningHighest(center.map((sum, step) => sum - edge * below[step]!.size())),
    upper: runningHighest(center.map((sum, step) => sum + edge * above[step]!.size())),
  };
}

/** How far the courses on one side of the mean are away from it. */
class Side {
  #squares = 0;
  #count = 0;

  add(distance: number): void {
    this.#squares += distance * distance;
    this.#count++;
  }

  /** The root mean square. */
  size(): number {
    return this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count);
  }
}

/** Draws courses in pairs of opposite surprises, so that they are as often above as below. */
function drawSides(band: Band, { response, paths, edge }: PathOptions & { readonly edge: number }) {
  const horizon = band.mean.length;
  const lasting = response[MOST_LAGS] ?? 0;
  const weights = response.slice(0, MOST_LAGS);
  const halfWidths = deviationsOf(response.map((weight, lag) => (lag < MOST_LAGS ? weight : lasting)))
    .map((deviation) => edge * deviation || 1);
  const normal = createNormal(SEED);
  const surprises = new Float64Array(horizon);
  const above = Array.from({ length: horizon }, () => new Side());
  const below = Array.from({ length: horizon }, () => new Side());
  const add = (step: number, distance: number) => (distance > 0 ? above : below)[step]!.add(distance);
  for (let path = 0; path < paths; path += 2) {
    let stayed = 0;
    let distance = 0;
    let opposite = 0;
    for (let step = 0; step < horizon; step++) {
      surprises[step] = normal();
      if (step >= MOST_LAGS) stayed += lasting * surprises[step - MOST_LAGS]!;
      let error = stayed;
      const lags = Math.min(step + 1, weights.length);
      for (let lag = 0; lag < lags; lag++) error += weights[lag]! * surprises[step - lag]!;
      const away = error / halfWidths[step]!;
      add(step, distance += distanceAt(band, step, away));
      add(step, opposite += distanceAt(band, step, -away));
    }
  }
  return { above, below };
}

const SEED = 1;

/** How far from the mean a value is that is so many half-widths of the interval away from it. */
function distanceAt({ mean, lower, upper }: Band, step: number, halfWidths: number): number {
  return halfWidths * (halfWidths > 0 ? upper[step]! - mean[step]! : mean[step]! - lower[step]!);
}

function runningSum(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => sum += value);
}

function runningHighest(values: Float64Array): Float64Array {
  let highest = 0;
  return values.map((value) => highest = Math.max(highest, value));
}
