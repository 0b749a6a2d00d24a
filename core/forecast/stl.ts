/**
 * Takes a series apart into season, trend and remainder by local regression (STL; Cleveland, Cleveland, McRae & Terpenning
 * 1990), with a locally constant season: a line in it costs accuracy of forecasts on every data set that was tried.
 */

// @ts-types="@types/d3-array"
import { median } from "d3-array";
import { smoothBeyondEnds, smoothLocally } from "./loess.ts";

/** How a series is taken apart. */
export interface StlOptions {
  readonly period: number;
  /** Neighbouring seasons that shape each one; `periodic` makes them all alike. */
  readonly span: number | "periodic";
  /** Rounds in which values far from the fit are given less weight; 0 unless given. */
  readonly robust_rounds?: number;
}

/** A series taken apart; season, trend and remainder add up to it. */
export interface Decomposition {
  readonly season: Float64Array;
  readonly trend: Float64Array;
}

const INNER_ROUNDS = 2;

/** Takes a series of at least two periods apart. */
export function decompose(values: Float64Array, options: StlOptions): Decomposition {
  let parts: Decomposition = { season: new Float64Array(values.length), trend: new Float64Array(values.length) };
  let weights: Float64Array | undefined;
  const rounds = options.robust_rounds ?? 0;
  for (let outer = 0; outer <= rounds; outer++) {
    for (let inner = 0; inner < INNER_ROUNDS; inner++) parts = refine(values, parts.trend, { ...options, weights });
    if (outer < rounds) weights = weighBySize(remainderOf(values, parts));
  }
  return parts;
}

/** What season and trend leave of a series. */
export function remainderOf(values: Float64Array, { season, trend }: Decomposition): Float64Array {
  return values.map((value, at) => value - season[at]! - trend[at]!);
}

type RefineOptions = StlOptions & { readonly weights: Float64Array | undefined };

function refine(values: Float64Array, trend: Float64Array, options: RefineOptions): Decomposition {
  const { period, weights } = options;
  const cycles = smoothCycles(values.map((value, at) => value - trend[at]!), options);
  const span = nextOdd(period);
  const low = smoothLocally(averageThrice(cycles, period), { span, degree: 1, jump: jumpOf(span) });
  const season = low.map((value, at) => cycles[at + period]! - value);
  const trendSpan = trendSpanOf(options);
  const adjusted = values.map((value, at) => value - season[at]!);
  return {
    season,
    trend: smoothLocally(adjusted, { span: trendSpan, degree: 1, jump: jumpOf(trendSpan), weights }),
  };
}

/** Smooths the values of each phase along the cycles, and goes on by a period at both ends. */
function smoothCycles(detrended: Float64Array, { period, span, weights }: RefineOptions): Float64Array {
  const cycles = new Float64Array(detrended.length + 2 * period);
  for (let phase = 0; phase < period; phase++) {
    const phaseValues = everyNth(detrended, phase, period);
    const phaseWeights = weights === undefined ? undefined : everyNth(weights, phase, period);
    const smoothed = span === "periodic"
      ? new Float64Array(phaseValues.length + 2).fill(weightedMean(phaseValues, phaseWeights))
      : smoothBeyondEnds(phaseValues, { span, degree: 0, jump: jumpOf(span), weights: phaseWeights });
    for (let cycle = 0; cycle < smoothed.length; cycle++) cycles[phase + cycle * period] = smoothed[cycle]!;
  }
  return cycles;
}

function everyNth(values: Float64Array, start: number, step: number): Float64Array {
  const chosen = new Float64Array(Math.ceil((values.length - start) / step));
  for (let at = 0; at < chosen.length; at++) chosen[at] = values[start + at * step]!;
  return chosen;
}

function weightedMean(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let at = 0; at < values.length; at++) {
    const weight = weights?.[at] ?? 1;
    sum += weight * values[at]!;
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

/** Moving averages over a period, over a period and over three, which leave no season. */
function averageThrice(values: Float64Array, period: number): Float64Array {
  return movingAverage(movingAverage(movingAverage(values, period), period), 3);
}

function movingAverage(values: Float64Array, span: number): Float64Array {
  const averages = new Float64Array(values.length - span + 1);
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    sum += values[at]!;
    if (at >= span) sum -= values[at - span]!;
    if (at >= span - 1) averages[at - span + 1] = sum / span;
  }
  return averages;
}

/** The shortest trend that takes nothing of the season (Cleveland et al., section 3). */
function trendSpanOf({ period, span }: StlOptions): number {
  return nextOdd(span === "periodic" ? 1.5 * period : 1.5 * period / (1 - 1.5 / span));
}

function nextOdd(value: number): number {
  const whole = Math.ceil(value);
  return whole % 2 === 1 ? whole : whole + 1;
}

function jumpOf(span: number): number {
  return Math.max(1, Math.ceil(span / 10));
}

/** Bisquare weights: 1 for what fits, 0 from six median sizes of the remainder on. */
function weighBySize(remainder: Float64Array): Float64Array {
  const sizes = remainder.map(Math.abs);
  const reach = 6 * median(sizes)!;
  return sizes.map((size) => {
    if (size <= 0.001 * reach) return 1;
    if (size >= 0.999 * reach) return 0;
    return (1 - (size / reach) ** 2) ** 2;
  });
}
