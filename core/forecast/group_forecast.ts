/**
 * Forecasts of groups put together: the mean of a group is the sum of its parts', so that groups add up to the whole.
 */

import type { TimeBucket } from "../analytics/query.ts";
import type { Forecast } from "./forecast.ts";
import type { PriceIndex } from "./price_index.ts";
import type { Slot } from "./slots.ts";

/** What is expected of one period, and between which bounds. */
export interface Expected {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** The forecast of one group by period. */
export interface GroupForecast {
  readonly periods: readonly Expected[];
  /** Of the sum of all periods up to and including each one. */
  readonly sums: readonly Expected[];
  /** The sum of the parts over what the whole would be as one series, in all periods; null where that is nothing. */
  readonly parts_over_whole: number | null;
}

/** Where the periods to come are in the arrays of a forecast. */
export interface Ahead {
  readonly periods: readonly TimeBucket[];
  /** By period: its position in a forecast, and how much of a whole step it is. */
  readonly slots: readonly Slot[];
}

/** One series, forecast, and the index that puts it at the prices of a period. */
export interface Part {
  readonly forecast: Forecast;
  readonly index: PriceIndex;
}

/**
 * Puts a group together. `whole` is the forecast of all of its parts as one series: its errors are the group's, so the
 * interval has its width, around the sum of the parts.
 */
export function combineParts(parts: readonly Part[], whole: Forecast, { periods, slots }: Ahead): GroupForecast {
  const expected: Expected[] = [];
  const sums: Expected[] = [];
  let mean = 0;
  let unindexed = 0;
  for (const [at, period] of periods.entries()) {
    const { step, share } = slots[at]!;
    const values = parts.map(({ forecast }) => forecast.mean[step]! * share);
    const plain = add(values);
    const indexed = add(values.map((value, part) => value * parts[part]!.index(period)));
    expected.push(spread({ mean: indexed, plain }, bandAt(whole, step), share));
    mean += indexed;
    unindexed += plain;
    sums.push(spread({ mean, plain: unindexed }, bandAt(whole.cumulative, step), 1));
  }
  const alone = add(slots.map(({ step, share }) => whole.mean[step]! * share));
  return { periods: expected, sums, parts_over_whole: alone > 0 ? unindexed / alone : null };
}

function bandAt({ mean, lower, upper }: Pick<Forecast, "mean" | "lower" | "upper">, step: number): Expected {
  return { mean: mean[step]!, lower: lower[step]!, upper: upper[step]! };
}

/** The interval of the whole around another mean, at the prices that the mean is at. */
function spread(
  { mean, plain }: { readonly mean: number; readonly plain: number },
  band: Expected,
  share: number,
): Expected {
  const index = plain > 0 ? mean / plain : 1;
  return {
    mean,
    lower: Math.max(0, Math.min(mean, (plain + (band.lower - band.mean) * share) * index)),
    upper: Math.max(mean, (plain + (band.upper - band.mean) * share) * index),
  };
}

function add(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
