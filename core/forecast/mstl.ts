/**
 * Takes a series apart that has several seasons, one after the other (MSTL; Bandara, Hyndman & Bergmeir 2021).
 */

import { decompose, type Decomposition } from "./stl.ts";

/** Which seasons are taken off, and how. */
export interface MstlOptions {
  /** Ascending; a period that the series does not hold twice is left out. */
  readonly periods: readonly number[];
  /** Seasons of the shortest period that shape each one, 4 more for each longer period; or all alike. */
  readonly span: number | "periodic";
  readonly robust_rounds?: number;
}

/** One season of a series. */
export interface Season {
  readonly period: number;
  readonly values: Float64Array;
}

/** A series taken apart. */
export interface Seasons {
  readonly seasons: readonly Season[];
  /** The smooth course; the series itself where it has no season. */
  readonly trend: Float64Array;
  /** The series without its seasons. */
  readonly adjusted: Float64Array;
}

const ROUNDS = 2;

/** Takes all seasons off, each again once the others are known. */
export function takeSeasonsOff(values: Float64Array, { periods, span, robust_rounds }: MstlOptions): Seasons {
  const usable = periods.filter((period) => values.length >= 2 * period + 1);
  const found: Decomposition[] = [];
  let adjusted = values.slice();
  for (let round = 0; round < (usable.length > 1 ? ROUNDS : 1); round++) {
    usable.forEach((period, at) => {
      const before = found[at];
      if (before !== undefined) adjusted = adjusted.map((value, time) => value + before.season[time]!);
      const parts = decompose(adjusted, {
        period,
        span: span === "periodic" ? span : span + 4 * at,
        robust_rounds,
      });
      found[at] = parts;
      adjusted = adjusted.map((value, time) => value - parts.season[time]!);
    });
  }
  return {
    seasons: usable.map((period, at) => ({ period, values: found[at]!.season })),
    trend: found.at(-1)?.trend ?? adjusted,
    adjusted,
  };
}

/** The sum of all seasons at the steps after the last value: the last cycle of each, repeated. */
export function continueSeasons({ seasons, adjusted }: Seasons, horizon: number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, step) => {
    let sum = 0;
    for (const { period, values } of seasons) sum += values[adjusted.length - period + step % period]!;
    return sum;
  });
}
