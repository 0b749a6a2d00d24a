/**
 * How far errors usually are from 0: a mean absolute error that one enormous error hardly moves.
 */

/** A standard deviation of a normal distribution is this many mean absolute deviations. */
export const DEVIATION = 1.25;

/** Weight of the newest error. */
const WEIGHT = 0.03;
/** One error counts at most this many times the mean. */
const CLIP = 4;

/** A smoothed mean absolute error. */
export class RobustScale {
  #mean: number;

  constructor(mean: number) {
    this.#mean = mean;
  }

  /** As a standard deviation. */
  get deviation(): number {
    return DEVIATION * this.#mean;
  }

  /** Learns from an error of either sign; `least` is what it counts up to at least. */
  learn(error: number, { least = 0 }: { readonly least?: number } = {}): void {
    const most = CLIP * Math.max(this.#mean, least);
    this.#mean += WEIGHT * (Math.min(Math.abs(error), most) - this.#mean);
  }
}
