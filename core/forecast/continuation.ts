/**
 * How a fitted model goes on after the last value.
 */

/** The steps after the last value. */
export interface Continuation {
  readonly mean: Float64Array;
  /**
   * What one standard deviation of surprise at a step adds to that step, to the next, and so on. Surprises of different
   * steps are independent, so the variance at step h is the sum of the first h squares.
   */
  readonly response: Float64Array;
}

/** The standard deviation of the error at each step. */
export function deviationsOf(response: ArrayLike<number>): Float64Array {
  let variance = 0;
  return Float64Array.from(response, (weight) => Math.sqrt(variance += weight * weight));
}
