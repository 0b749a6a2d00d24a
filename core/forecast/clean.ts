/**
 * Values that stand out so far that a model should not learn from them.
 */

// @ts-types="@types/d3-array"
import { mean, median, quantile } from "d3-array";
import { medianOfEvery, runningMedian } from "./median.ts";

/** Standard deviations, as the median absolute deviation tells them. */
const FAR = 6;
const NORMAL_MAD = 1.4826;
/** Smaller than this share of a usual value nothing stands out. */
const SMALLEST_SHARE = 0.25;
/** An outlier is this many times as far off as the farthest of the others, but for a few. */
const BEYOND_OTHERS = 1.5;
const OTHERS_SHARE = 0.99;
const FEWEST_OUTLIERS = 3;
/** More in a row are a new level and no outliers. */
const LONGEST_RUN = 2;
/** Neighbours that say where a value should be, where there is no season. */
const NEIGHBOURS = 7;
/** Cycles whose values at the same phase say where a value should be, and how many must be there. */
const CYCLES = 9;
const FEWEST_CYCLES = 3;

/** A series without its outliers. */
export interface Cleaned {
  readonly values: Float64Array;
  /** The places where values were replaced. */
  readonly outliers: readonly number[];
}

/**
 * Puts what is usual there in the place of single values and pairs that are far from it. What is usual comes from
 * medians, which one enormous value cannot move; where a regular series has many values far off, that is how it is.
 */
export function cleanOutliers(values: Float64Array, periods: readonly number[]): Cleaned {
  const usual = usualValues(values, periods);
  const remainder = values.map((value, at) => value - usual[at]!);
  const sizes = remainder.map(Math.abs);
  const others = Math.min(OTHERS_SHARE, 1 - FEWEST_OUTLIERS / values.length);
  const threshold = Math.max(
    FAR * NORMAL_MAD * median(sizes)!,
    SMALLEST_SHARE * median(values)!,
    BEYOND_OTHERS * quantile(sizes, others)!,
  );
  const outliers = findPeaks(remainder, threshold);
  const cleaned = values.slice();
  for (const at of outliers) cleaned[at] = Math.max(0, usual[at]! + remainderBeside(remainder, outliers, at));
  return { values: cleaned, outliers };
}

/** How far from usual the values next to an outlier are: their mean, as a course may be off for longer. */
function remainderBeside(remainder: Float64Array, outliers: readonly number[], at: number): number {
  let before = at - 1;
  while (outliers.includes(before)) before--;
  let after = at + 1;
  while (outliers.includes(after)) after++;
  const beside = [remainder[before], remainder[after]].filter((value) => value !== undefined);
  return mean(beside) ?? 0;
}

function usualValues(values: Float64Array, periods: readonly number[]): Float64Array {
  const [shortest] = periods;
  const level = runningMedian(values, (shortest ?? NEIGHBOURS) | 1);
  const period = periods.findLast((each) => values.length >= FEWEST_CYCLES * each);
  if (period === undefined) return level;
  const seasons = mediansOfPhases(values.map((value, at) => value - level[at]!), period);
  return level.map((value, at) => value + seasons[at]!);
}

/** The median of the values at the same phase in the cycles around each. */
function mediansOfPhases(values: Float64Array, period: number): Float64Array {
  const room = new Float64Array(CYCLES);
  return values.map((_, at) => {
    const phase = at % period;
    const cycles = Math.ceil((values.length - phase) / period);
    const size = Math.min(CYCLES, cycles);
    const first = Math.max(0, Math.min(cycles - size, Math.floor(at / period) - (size >> 1)));
    return medianOfEvery(values, { start: phase + first * period, step: period, sorted: room.subarray(0, size) });
  });
}

/**
 * Single values and pairs that are beyond the threshold, also when seen from the values beside them: a steep course is
 * far from the median of its neighbours too.
 */
function findPeaks(remainder: Float64Array, threshold: number): number[] {
  const places: number[] = [];
  for (let at = 0; at < remainder.length; at++) {
    const value = remainder[at]!;
    if (Math.abs(value) <= threshold) continue;
    const start = at;
    while (at + 1 < remainder.length && Math.abs(remainder[at + 1]!) > threshold) at++;
    const sign = Math.sign(value);
    const beside = Math.max(0, sign * (remainder[start - 1] ?? 0), sign * (remainder[at + 1] ?? 0));
    if (at - start >= LONGEST_RUN || sign * value - beside <= threshold) continue;
    for (let place = start; place <= at; place++) places.push(place);
  }
  return places;
}
