/**
 * What of a residual comes again in the next one: an autoregression of order 1 that learns as it goes.
 *
 * Recursive least squares with a forgetting factor (Haykin, Adaptive Filter Theory, chapter 10), on clipped residuals.
 */

import { DEVIATION, RobustScale } from "./robust_scale.ts";

/** How much of the past counts one step later. */
const MEMORY = 0.995;
/** Errors teach the weight clipped at this many deviations. */
const CLIP = 3;
/** The last residual is remembered up to this many deviations. */
const LONGEST = 6;

/** The echo of the residuals of one level. */
export class Echo {
  #weight = 0;
  #products = 0;
  #squares = 0;
  #last: number | undefined;
  #scale: RobustScale | undefined;

  /** Whether there is a residual that the next one may follow. */
  get isReady(): boolean {
    return this.#last !== undefined;
  }

  /** What of the next residual is expected. */
  expect(): number {
    return this.#weight * (this.#last ?? 0);
  }

  /** How far residuals usually are from that, as a standard deviation; the level's own until it has learnt. */
  deviation(ofLevel: number): number {
    return this.#scale?.deviation ?? ofLevel;
  }

  /** Learns from a residual of a level with this deviation. */
  learn(residual: number, deviation: number): void {
    const limit = LONGEST * deviation;
    if (this.#last !== undefined && deviation > 0) this.#adapt(residual, deviation);
    this.#last = Math.max(-limit, Math.min(limit, residual));
  }

  #adapt(residual: number, deviation: number): void {
    const last = this.#last!;
    const error = residual - this.expect();
    const limit = CLIP * this.deviation(deviation);
    const clipped = Math.max(-limit, Math.min(limit, error));
    // Ten residuals of one deviation stand before the first, so that it alone decides nothing.
    if (this.#squares === 0) this.#squares = 10 * deviation ** 2;
    this.#products = MEMORY * this.#products + last * (this.expect() + clipped);
    this.#squares = MEMORY * this.#squares + last ** 2;
    this.#weight = this.#products / this.#squares;
    this.#scale ??= new RobustScale(deviation / DEVIATION);
    this.#scale.learn(error);
  }
}
