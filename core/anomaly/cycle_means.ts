/**
 * The mean of the newest cycle beside those before it: needs no season, and sees what moves slowly.
 */

import { median } from "./median.ts";

/** Cycles that the newest one is compared with. */
const CYCLES = 8;
/** Nothing is told apart that is closer to the usual mean than this share of it. */
const LEAST_SHARE = 0.02;
/** A standard deviation of a normal distribution is this many median absolute deviations. */
const DEVIATION = 1.4826;

/** The newest cycles of one series. */
export class CycleMeans {
  readonly #length: number;
  readonly #values: (number | undefined)[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** Takes a slot's point; undefined is a missing one. */
  add(value: number | undefined): void {
    this.#values.push(value);
    if (this.#values.length > (CYCLES + 1) * this.#length) this.#values.shift();
  }

  /**
   * How many deviations the newest cycle's mean is above the median of those before it; 0 while the past is too short.
   */
  statistic(): number {
    const [newest, ...earlier] = this.#means();
    if (newest === undefined || earlier.length < CYCLES) return 0;
    const usual = earlier.filter((mean) => mean !== undefined);
    if (usual.length < CYCLES / 2) return 0;
    const middle = median(usual);
    const spread = DEVIATION * median(usual.map((mean) => Math.abs(mean - middle)));
    const deviation = spread + LEAST_SHARE * Math.abs(middle);
    return deviation === 0 ? 0 : (newest - middle) / deviation;
  }

  /** The means of the whole cycles that are there, the newest first. */
  #means(): (number | undefined)[] {
    const count = Math.floor(this.#values.length / this.#length);
    return Array.from({ length: count }, (_, back) => this.#meanOf(this.#values.length - (back + 1) * this.#length));
  }

  #meanOf(first: number): number | undefined {
    const known = this.#values.slice(first, first + this.#length).filter((value) => value !== undefined);
    return known.length * 2 < this.#length ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
  }
}
