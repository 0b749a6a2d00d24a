/**
 * Where a budget will stand at the end of its period: what was spent so far and a forecast of the rest.
 */

/** Statistics, in approximate dollars: never an amount, and never put back into one. */
export interface BudgetProjection {
  /** What will be spent by the period's end. */
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Share of outcomes that the interval is to contain. */
  readonly level: number;
  /** How it was forecast, in words. */
  readonly method: string;
  /** Steps of history that the forecast rests on. */
  readonly history: number;
  /** The day (of a day: the hour) in which the amount is exceeded, as expected; null when it is not. */
  readonly exceeded_on: string | null;
  /** The same by the interval's upper and lower end. */
  readonly exceeded_earliest: string | null;
  readonly exceeded_latest: string | null;
  readonly warnings: readonly string[];
}
