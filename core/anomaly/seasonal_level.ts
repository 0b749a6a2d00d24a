/**
 * A level with a season, smoothed robustly: what the next point is expected to be, and how far points usually are from it.
 *
 * Additive exponential smoothing whose residuals are clipped at three deviations (Huber), with the mean absolute
 * residual as scale (Gelper, Fried & Croux 2010, without their start-up regression).
 */

import { median } from "./median.ts";
import { DEVIATION, RobustScale } from "./robust_scale.ts";

/** Weight of the newest residual in the level. */
export const LEVEL_WEIGHT = 0.12;
/** Weight of the newest point in the mean size of points. */
const SIZE_WEIGHT = 0.03;
/** Residuals enter the level clipped at this many deviations, and sizes at this many times their mean. */
const CLIP = 3;
/** Nothing is told apart that is closer to the level than this share of it. */
const LEAST_SHARE = 0.02;
/** The median absolute deviation of a normal distribution, in mean absolute deviations. */
const MEDIAN_SHARE = 0.845;

/** One smoothed level. */
export class SeasonalLevel {
  readonly #weight: number;
  readonly #pattern: number[];
  readonly #scale: RobustScale;
  #level: number;
  #size: number;

  /**
   * Begins with a history by slot (undefined is missing), at least a season long; `weight` is how much of a new residual
   * enters its season's pattern.
   */
  constructor(
    history: readonly (number | undefined)[],
    { season, weight }: { readonly season: number; readonly weight: number },
  ) {
    this.#weight = weight;
    const known = history.filter((value) => value !== undefined);
    this.#level = median(known);
    this.#pattern = Array.from({ length: season }, (_, phase) => {
      const ofPhase = history.filter((value, at) => value !== undefined && at % season === phase) as number[];
      return ofPhase.length === 0 ? 0 : median(ofPhase) - this.#level;
    });
    const residuals = history.flatMap((value, at) => value === undefined ? [] : [Math.abs(value - this.expect(at))]);
    const cycles = history.length / season;
    // A pattern from few cycles lies closer to their points than to the ones that come.
    const widening = Math.sqrt((Math.max(2, cycles) + 1) / (Math.max(2, cycles) - 1));
    this.#scale = new RobustScale((median(residuals) / MEDIAN_SHARE || mean(residuals)) * widening);
    this.#size = mean(known.map(Math.abs));
  }

  /** What a slot is expected to be. */
  expect(slot: number): number {
    return this.#level + this.#pattern[slot % this.#pattern.length]!;
  }

  /** What each slot is expected to be as of now, whatever is learnt later. */
  freeze(): (slot: number) => number {
    const level = this.#level;
    const pattern = [...this.#pattern];
    return (slot) => level + pattern[slot % pattern.length]!;
  }

  /** How far a point usually is from what is expected, as a standard deviation; above 0 unless all was 0. */
  get deviation(): number {
    return Math.max(this.#scale.deviation, this.least);
  }

  /** No deviation is smaller. */
  get least(): number {
    return DEVIATION * LEAST_SHARE * Math.max(Math.abs(this.#level), this.#size);
  }

  /** Learns from a point. */
  learn(slot: number, value: number): void {
    const residual = value - this.expect(slot);
    const limit = CLIP * this.deviation;
    const clipped = Math.max(-limit, Math.min(limit, residual));
    this.#scale.learn(residual, { least: this.least / DEVIATION });
    this.#level += LEVEL_WEIGHT * clipped;
    this.#pattern[slot % this.#pattern.length]! += this.#weight * (1 - LEVEL_WEIGHT) * clipped;
    const size = Math.abs(value);
    this.#size += SIZE_WEIGHT * ((this.#size === 0 ? size : Math.min(size, CLIP * this.#size)) - this.#size);
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
