/**
 * The dynamic optimised theta model: a smoothed level that follows, by a share, a line fitted to all values so far
 * (Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler 2016).
 */

import type { Continuation } from "./continuation.ts";
import { minimize, type Minimum } from "./nelder_mead.ts";

/** What the model runs with. */
export interface ThetaParameters {
  /** The level before the first value. */
  readonly level: number;
  readonly alpha: number;
  /** How much the series' bends are stretched: 1 leaves the line out, the larger the more of it counts. */
  readonly theta: number;
}

/** Squared one-step errors from the fourth value on; `expected` is filled with the steps after the last value. */
export function runTheta(
  values: Float64Array,
  { level: start, alpha, theta }: ThetaParameters,
  expected = NOTHING,
): number {
  const count = values.length;
  const lineShare = 1 - 1 / theta;
  const kept = 1 - alpha;
  let level = alpha * values[0]! + kept * start;
  let average = values[0]!;
  let intercept = values[0]!;
  let slope = 0;
  let power = 1;
  let squaredError = 0;
  const end = count + expected.length;
  for (let at = 1; at < end; at++) {
    power *= kept;
    const next = level + lineShare * (intercept * power + slope * (1 - power * kept) / alpha);
    let value = next;
    if (at < count) {
      value = values[at]!;
      if (at >= WARM_UP) squaredError += (value - next) ** 2;
    } else expected[at - count] = next;
    level = alpha * value + kept * level;
    // The line through all values so far, brought up to date.
    slope = ((at - 1) * slope + 6 * (value - average) / (at + 1)) / (at + 2);
    average = (at * average + value) / (at + 1);
    intercept = average - slope * (at + 2) / 2;
  }
  return squaredError;
}

const NOTHING = new Float64Array(0);
/** The line means little after fewer values. */
const WARM_UP = 3;
const ESTIMATED = 6;
/** Where the search for alpha begins, and how far it goes. */
const SEARCHES = {
  thorough: { starts: [0.2, 0.7], iterations: 300, tolerance: 1e-7 },
  quick: { starts: [0.4], iterations: 60, tolerance: 1e-3 },
} as const;

/** Fits the model and goes on from the last value. */
export function forecastTheta(
  values: Float64Array,
  horizon: number,
  search: keyof typeof SEARCHES = "thorough",
): Continuation {
  const first = values[0]!;
  const read = ([level, alpha, theta]: readonly number[]) => ({ level: level! * first, alpha: alpha!, theta: theta! });
  const lossAt = (point: readonly number[]) => runTheta(values, read(point));
  let best: Minimum | undefined;
  const { starts, ...limits } = SEARCHES[search];
  for (const alpha of starts) {
    const found = minimize(lossAt, {
      start: [0.5, alpha, 2],
      lower: [-10, 0.1, 1],
      upper: [10, 0.99, 1e6],
      step: 0.3,
      ...limits,
    });
    if (best === undefined || found.loss < best.loss) best = found;
  }
  const parameters = read(best!.point);
  const forecast = new Float64Array(horizon);
  const squaredError = runTheta(values, parameters, forecast);
  const deviation = Math.sqrt(squaredError / Math.max(1, values.length - ESTIMATED));
  const response = new Float64Array(horizon).fill(deviation * parameters.alpha);
  response[0] = deviation;
  return { mean: forecast, response };
}
