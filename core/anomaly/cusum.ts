/**
 * Small deviations that all go one way, added up: the two-sided CUSUM (Page 1954).
 */

/** Deviations of this size or less add nothing. */
const ALLOWANCE = 1;
/** One deviation adds at most as much as one of this size. */
const LARGEST_PART = 5;
/** A longer excursion is no more telling, and would take as long to be forgotten. */
const MOST = 30;

/** One side's sum, and the slot that its excursion from 0 began with. */
interface Side {
  readonly sum: number;
  readonly since: number;
}

/** Where the two-sided sum stands. */
export interface Drift {
  /** The larger of the two sums. */
  readonly sum: number;
  /** 1 when it is that of points above what was expected, -1 below. */
  readonly direction: 1 | -1;
  readonly since: number;
  /** Whether the slot itself made the sum grow. */
  readonly is_growing: boolean;
}

/** The sums of one series. */
export class Cusum {
  #up: Side = { sum: 0, since: 0 };
  #down: Side = { sum: 0, since: 0 };

  /** Adds a slot's deviation, in standard deviations. */
  add(slot: number, deviation: number): Drift {
    this.#up = grow(this.#up, slot, deviation);
    this.#down = grow(this.#down, slot, -deviation);
    const direction = this.#up.sum >= this.#down.sum ? 1 : -1;
    const side = direction === 1 ? this.#up : this.#down;
    return { ...side, direction, is_growing: direction * deviation > ALLOWANCE };
  }
}

function grow({ sum, since }: Side, slot: number, deviation: number): Side {
  const next = Math.min(MOST, sum + Math.min(deviation, LARGEST_PART) - ALLOWANCE);
  return next <= 0 ? { sum: 0, since: slot + 1 } : { sum: next, since };
}
