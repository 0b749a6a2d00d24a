/**
 * How unusual a statistic is for its own past: the past's 90 % point, and an exponential tail beyond it.
 *
 * Conformal p-values with an exponential tail: the tail index is the mean excess over the 90 % point (peaks over
 * threshold with shape 0). Both are drawn to what white noise gives while the past is short.
 */

/** Statistics of the past that are kept: about a year of days, or two weeks of hours. */
const WINDOW = 400;
/** How many statistics of white noise the past is mixed with. */
const PRIOR = 30;
/** The share of the past that is beyond its 90 % point. */
const TAIL = 0.1;

/** What a statistic is of white noise, and where an outlier stops to count for more. */
export interface TailPrior {
  /** Its 90 % point. */
  readonly point: number;
  /** Its mean excess over that point. */
  readonly excess: number;
  /** Larger ones enter the past as this. */
  readonly cap: number;
}

/** The past of one statistic. */
export class Tail {
  readonly #prior: TailPrior;
  readonly #order: number[] = [];
  readonly #sorted: number[] = [];
  #point: number;
  #excess: number;

  constructor(prior: TailPrior) {
    this.#prior = prior;
    this.#point = prior.point;
    this.#excess = prior.excess;
  }

  /**
   * The score of a statistic: minus the decimal logarithm of how often the past reached it, 1 at its 90 % point, 3 where
   * one point in a thousand is; from 0 to 1 below that point.
   */
  score(statistic: number): number {
    if (statistic <= this.#point) return statistic / this.#point;
    return 1 + (statistic - this.#point) / (Math.LN10 * this.#excess);
  }

  /** The statistic that has a score of at least 1. */
  statisticAt(score: number): number {
    return this.#point + (score - 1) * Math.LN10 * this.#excess;
  }

  /** Takes a statistic into the past. */
  add(statistic: number): void {
    const value = Math.min(statistic, this.#prior.cap);
    this.#order.push(value);
    this.#sorted.splice(findPlace(this.#sorted, value), 0, value);
    if (this.#order.length > WINDOW) {
      const oldest = this.#order.shift()!;
      this.#sorted.splice(findPlace(this.#sorted, oldest), 1);
    }
    this.#fit();
  }

  #fit(): void {
    const sorted = this.#sorted;
    const count = sorted.length;
    const first = Math.floor(count * (1 - TAIL));
    const point = sorted[first]!;
    let excess = 0;
    for (let at = first + 1; at < count; at++) excess += sorted[at]! - point;
    const beyond = count - first - 1;
    const { point: priorPoint, excess: priorExcess } = this.#prior;
    this.#point = (count * point + PRIOR * priorPoint) / (count + PRIOR);
    this.#excess = (excess + PRIOR * TAIL * priorExcess) / (beyond + PRIOR * TAIL);
  }
}

/** Where the first value stands that is not smaller. */
function findPlace(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
