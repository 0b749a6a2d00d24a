/**
 * A lasting change of level: a new price, another model, a team that moves in. What came before it is brought to the new
 * level, so that it still tells the season.
 */

// @ts-types="@types/d3-array"
import { median } from "d3-array";
import { medianOfEvery } from "./median.ts";

/** Where the level changed, and by which factor. */
export interface LevelChange {
  readonly at: number;
  readonly factor: number;
}

/** Length of a cycle where there is no season. */
const CYCLE = 7;
/** Cycles before a value whose median at the same phase says what is usual. */
const CYCLES_BEFORE = 4;
/**
 * Changes by less than half, or that this series may have by chance, are left to the models: 10 times the median size is
 * nearly 7 standard deviations.
 */
const SMALLEST = Math.log(1.5);
const BEYOND_USUAL = 10;
/** A change lasts when, over all that follows, more than this share of it is still there. */
const LASTING_SHARE = 0.7;

/** Finds the largest change of level that has lasted a whole cycle; undefined when there is none that stands out. */
export function findLevelChange(values: Float64Array, periods: readonly number[]): LevelChange | undefined {
  const cycle = chooseCycle(values.length, periods);
  if (cycle === undefined) return undefined;
  const first = CYCLES_BEFORE * cycle;
  const last = values.length - cycle + 1;
  if (last - first < first) return undefined;
  const sorted = new Float64Array(CYCLES_BEFORE);
  const usual = values.map((_, at) =>
    at < first ? 0 : medianOfEvery(values, { start: at - first, step: cycle, sorted })
  );
  const sums = runningSums(values);
  const usualSums = runningSums(usual);
  const changes = Float64Array.from({ length: last - first }, (_, place) => {
    const at = first + place;
    const end = at + cycle;
    return Math.log((sums[end]! - sums[at]!) / (usualSums[end]! - usualSums[at]!));
  }).map((change) => (Number.isFinite(change) ? change : 0));
  const sizes = changes.map(Math.abs);
  const place = findFirstLargest(sizes, cycle);
  const size = sizes[place]!;
  if (size < Math.max(SMALLEST, BEYOND_USUAL * median(sizes)!)) return undefined;
  const at = first + place;
  const change = changes[place]!;
  const since = Math.log((sums[values.length]! - sums[at]!) / (values.length - at));
  const before = Math.log((sums[at]! - sums[at - first]!) / first);
  return (since - before) * Math.sign(change) > LASTING_SHARE * size ? { at, factor: Math.exp(change) } : undefined;
}

/**
 * The longest period that was seen often enough. There is none when a longer one, as a week is to a day, may be what a
 * change comes from: the hours of a weekend.
 */
function chooseCycle(count: number, periods: readonly number[]): number | undefined {
  if (periods.length === 0) return CYCLE;
  const cycle = periods.findLast((period) => (CYCLES_BEFORE + 1) * period <= count);
  const isPartOfLonger = periods.some((period) => cycle !== undefined && period > cycle && period <= 10 * cycle);
  return isPartOfLonger ? undefined : cycle;
}

/** A cycle after a change the median still sees the old level, so that the change shows twice: the first is meant. */
const AS_LARGE = 0.985;

function findFirstLargest(sizes: Float64Array, cycle: number): number {
  const largest = sizes.reduce((best, size, place) => (size > sizes[best]! ? place : best), 0);
  const start = Math.max(0, largest - cycle);
  return start + sizes.subarray(start).findIndex((size) => size >= AS_LARGE * sizes[largest]!);
}

/** Brings what came before a change to the level after it. */
export function alignLevel(values: Float64Array, { at: changed, factor }: LevelChange): Float64Array {
  return values.map((value, at) => (at < changed ? value * factor : value));
}

function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let at = 0; at < values.length; at++) sums[at + 1] = sums[at]! + values[at]!;
  return sums;
}
